"""Our `fit` against trl's `SFTTrainer` and transformers' `Trainer`: tokens per second, and memory.

The same model, examples, optimiser (AdamW), precision (float32 on a CPU, bfloat16 where the chip
computes it) and number of real tokens a step; padding does not count as work. The peers run as
most people run them (SFTTrainer also with packing) and log nothing. Memory is the peak of a child
process that trains once, one for each. On a GPU, `mfu.py` adds how much of the chip is used.
Run it as `workbook bench training`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch

from workbook.core.hub import loading
from workbook.core.runs.bench import Row, seconds, summarise
from workbook.core.system import profile
from workbook.core.system.peak_memory import PeakMemory
from workbook.town import stream
from workbook.training.config import FitConfig
from workbook.training.examples import mask_prompt
from workbook.training.fit import fit
from workbook.training.losses import causal_loss
from workbook.training.packing import Example, Rows

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

EXAMPLES, BATCH = 512, 8  # chats; examples of a padded batch, transformers' default
LENGTH, ROWS = 320, 5  # of a packed batch: about as many real tokens as 8 examples have
STEPS, QUICK = 8, 3
RATE = 1e-4
OURS = "ours"
PEERS: dict[str, dict[str, Any] | None] = {
    "SFTTrainer, its defaults": {},
    "SFTTrainer, packing": {"packing": True, "max_length": LENGTH},
    "Trainer, its defaults": None,
}


@dataclass
class Task:
    """What all of them train on."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    examples: list[Example]
    steps: int

    def fresh(self) -> PreTrainedModel:
        """The model with its first weights, so that every turn does the same work."""
        import copy

        return copy.deepcopy(self.model)


def run(quick: bool = False) -> list[Row]:
    """A row of tokens/s and one of memory for each peer; on a GPU, rows of its use as well.

    Raises ValueError when the peers are not installed.
    """
    if missing := [name for name in ("trl", "accelerate") if find_spec(name) is None]:
        raise ValueError(f"{missing[0]} is not here to compare with: pip install {missing[0]}.")
    torch.set_num_threads(profile.current().threads)
    rows = measure(make_task(QUICK if quick else STEPS), rounds=2 if quick else 5)
    rows += memory()
    if torch.cuda.is_available():
        from workbook.training import mfu

        rows += mfu.run(quick)
    return rows


def make_task(steps: int) -> Task:
    """The town's chats for the model that fills the role "base"."""
    tokenizer = loading.load_tokenizer("base")
    found = islice(stream("instruction"), EXAMPLES)
    chats = [mask_prompt(tokenizer, chat.text) for chat in found]
    model = loading.load_model("base", dtype=torch.float32)
    return Task(model, tokenizer, [chat for chat in chats if len(chat.ids) <= LENGTH], steps)


def measure(task: Task, rounds: int) -> list[Row]:
    """Seconds per real token, in turns, for ours and each peer."""
    rows = []
    for name in PEERS:
        ours, mine = prepare_ours(task)
        peer, theirs = prepare_peer(name, task)
        ours(), peer()  # one turn each that does not count
        pairs = []
        for turn in range(rounds):
            order = ((ours, mine), (peer, theirs))
            took = {f: seconds(f) / work for f, work in (order if turn % 2 == 0 else order[::-1])}
            pairs.append((took[ours], took[peer]))
        rows.append(summarise(f"tokens, {name}", pairs, unit="tokens/s"))
    return rows


Prepared = tuple[Callable[[], object], float]  # what to time, and the real tokens it trains on


def prepare_ours(task: Task) -> Prepared:
    """`fit` on packed rows."""
    rows = Rows(task.examples, ROWS, LENGTH, task.tokenizer.pad_token_id or 0)
    config = FitConfig(
        steps=task.steps, learning_rate=RATE, schedule="constant", warmup=0, log_every=10
    )
    work = sum(rows.batch(number)["read"] for number in range(task.steps))
    model = task.fresh()
    return lambda: fit(model, rows, causal_loss, config, progress=False), work


def prepare_peer(name: str, task: Task) -> Prepared:
    """A peer's trainer, run once to count the real tokens it trains on (the same every time)."""
    from datasets import disable_progress_bars

    disable_progress_bars()  # the table is what is asked for
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = make_trainer(name, task, folder)
    counted = []

    def count(_module, _inputs, given) -> None:
        mask = given.get("attention_mask")
        counted.append(given["input_ids"].numel() if mask is None else int(mask.sum()))

    hook = trainer.model.register_forward_pre_hook(count, with_kwargs=True)
    trainer.train()
    hook.remove()
    return trainer.train, sum(counted)


def make_trainer(name: str, task: Task, folder: str):
    """The peer with our precision, optimiser, learning rate and number of steps."""
    import datasets
    import transformers
    import trl

    data = datasets.Dataset.from_list(
        [{"input_ids": chat.ids, "labels": chat.labels} for chat in task.examples]
    )
    common = quiet_settings(folder, task.steps) | {
        "per_device_train_batch_size": BATCH,
        "learning_rate": RATE,
        "lr_scheduler_type": "constant",
        "logging_strategy": "no",
    }
    chosen = PEERS[name]
    if chosen is None:
        collator = transformers.DataCollatorForSeq2Seq(task.tokenizer)
        arguments = transformers.TrainingArguments(**common)
        trainer = transformers.Trainer(task.fresh(), arguments, collator, data)
    else:
        if chosen:
            common["per_device_train_batch_size"] = ROWS
        arguments = trl.SFTConfig(**common, **chosen)
        trainer = trl.SFTTrainer(
            task.fresh(), args=arguments, train_dataset=data, processing_class=task.tokenizer
        )
    trainer.remove_callback(transformers.PrinterCallback)
    return trainer


def quiet_settings(folder: str, steps: int) -> dict[str, Any]:
    """What any trainer of transformers or trl is told here: our precision and optimiser, no noise.

    Without `use_cpu` and `bf16` trl would compute in bfloat16, on a CPU too, and say nothing.
    """
    on_gpu = profile.current().device == "cuda"
    return {
        "output_dir": folder,
        "max_steps": steps,
        "optim": "adamw_torch_fused",
        "use_cpu": not on_gpu,
        "bf16": on_gpu and profile.current().dtype == "bfloat16",
        "report_to": "none",
        "save_strategy": "no",
        "disable_tqdm": True,
    }


def memory() -> list[Row]:
    """Peak memory, in MB, of a process that trains with `fit`, and of one for each peer."""
    ours = _peak_of_child(OURS)
    rows = []
    for name in PEERS:
        theirs = _peak_of_child(name)
        ratio = theirs / ours
        rows.append(Row(f"peak memory, {name}", ours, theirs, ratio, ratio, ratio, "MB", 1))
    return rows


def _peak_of_child(name: str) -> float:
    call = [sys.executable, "-m", "workbook.training.bench", name]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"{name} could not be measured: {done.stderr.strip()[-300:]}")
    return float(done.stdout.splitlines()[-1])


def peak(name: str) -> float:
    """Train once in this process; the most memory it ever had, in MB."""
    task = make_task(QUICK)
    watched = PeakMemory()
    with watched.of(os.getpid()):
        train, _ = prepare_ours(task) if name == OURS else prepare_peer(name, task)
        train()
    on_gpu = profile.current().device == "cuda"
    return (torch.cuda.max_memory_allocated() if on_gpu else watched.peak) / 1e6


if __name__ == "__main__":
    print(peak(sys.argv[1]))
