"""The same fine-tuning in the libraries: trl's `SFTTrainer`, transformers' `Seq2SeqTrainer`.

Each `with_...` tunes a copy of a model on given texts and returns it with the loss of every step.
Ours runs on the peer's defaults (AdamW, learning rate falling straight to 0), so that nothing but
the loop differs; in the same order of texts the losses must be the same. `workbook record
finetuning library` tunes three ways for each seed and scores held-out texts: "decoder" is the
town's model on summaries, "encoder-decoder" a T5 from nothing on sentiment. Left out: speed, which
`workbook bench training` measures. Lesson 08.
"""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING, Any

import torch

from workbook.core.hub import load_model, load_tokenizer
from workbook.core.runs import Experiment, Interval, Job, job
from workbook.core.system.install_hints import hide_install_hints
from workbook.finetuning.data import chats, pad_id
from workbook.finetuning.families import FAMILIES, ask, cases, measure_baseline, score
from workbook.tasks import Case
from workbook.training import FitConfig, causal_loss, fit
from workbook.training.bench import quiet_settings
from workbook.training.data import Messages, chat_example, exchanges
from workbook.training.models import small_t5
from workbook.training.packing import collate
from workbook.training.seq2seq import answers, collate_pairs, pair, seq2seq_loss

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer

    from workbook.training import Run

ROWS = 8  # texts of a step
LEARNING_RATE = 1e-3
PEERS_DEFAULTS = FitConfig(
    learning_rate=LEARNING_RATE, betas=(0.9, 0.999), weight_decay=0.0,
    schedule="wsd", warmup=0, decay_fraction=1.0, min_lr_ratio=0.0,
)  # fmt: skip
Texts = tuple[str, str]  # a prompt and its answer

STEPS = {"decoder": 40, "encoder-decoder": 200}
FAMILY = {"decoder": "summarise", "encoder-decoder": "sentiment"}
FIRST = 40  # steps in which two equal loops must not part
CASES = 100  # about people and places that no training has seen
BASELINE = "baseline"
UNTUNED, OURS, SAME, OWN = "untuned", "ours", "library, same order", "library, its own order"


@dataclass
class Trained:
    """A tuned copy of a model, in eval mode, and the loss of each step in nats a token."""

    model: PreTrainedModel
    losses: list[float]


def in_order(texts: Sequence[Any], steps: int, seed: int = 0) -> list[Any]:
    """The texts that `steps` steps read, one after the other; every epoch in a new order."""
    if not texts:
        raise ValueError("there is no text to train on: give at least one.")
    chosen: list[Any] = []
    source = torch.Generator().manual_seed(seed)
    while len(chosen) < steps * ROWS:
        chosen += [texts[i] for i in torch.randperm(len(texts), generator=source).tolist()]
    return chosen[: steps * ROWS]


def with_fit(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    chats: Sequence[Messages],
    steps: int,
    seed: int = 0,
) -> Trained:
    """Our loop on chats, loss on the answers."""
    examples = [chat_example(tokenizer, chat) for chat in in_order(chats, steps, seed)]
    pad = pad_id(tokenizer)
    batches = [collate([[example] for example in part], pad) for part in _parts(examples)]
    return _ours(model, batches, causal_loss, seed)


def with_sft_trainer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    chats: Sequence[Messages],
    steps: int,
    seed: int = 0,
    own_order: bool = False,
) -> Trained:
    """trl: it renders the chats, cuts them into tokens and masks the prompts by itself."""
    hide_install_hints()
    import datasets
    import trl

    with _quiet() as folder:
        rows = [{"messages": chat} for chat in in_order(chats, steps, seed)]
        trainer = trl.SFTTrainer(
            _copy(model),
            args=trl.SFTConfig(
                **_settings(folder, steps, seed, own_order),
                assistant_only_loss=True,  # the template marks what the assistant says
                max_length=None,  # else it cuts texts at 1,024 tokens
                gradient_checkpointing=False,
            ),
            train_dataset=datasets.Dataset.from_list(rows),
            processing_class=tokenizer,
        )
        return _theirs(trainer)


def pairs_with_fit(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[Texts],
    steps: int,
    seed: int = 0,
) -> Trained:
    """Our loop for an encoder-decoder, on prompts and answers."""
    pairs = [pair(tokenizer, *each) for each in in_order(texts, steps, seed)]
    batches = [collate_pairs(part, model.config) for part in _parts(pairs)]
    return _ours(model, batches, seq2seq_loss, seed)


def with_seq2seq_trainer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[Texts],
    steps: int,
    seed: int = 0,
    own_order: bool = False,
) -> Trained:
    """transformers: the texts are cut into tokens before; its collator pads and shifts them."""
    hide_install_hints()
    import datasets
    import transformers

    model, tokenizer = _copy(model), copy.deepcopy(tokenizer)
    tokenizer.padding_side = "right"  # padding before an answer would be read as its beginning
    with _quiet() as folder:
        pairs = [pair(tokenizer, *each) for each in in_order(texts, steps, seed)]
        rows = [{"input_ids": each.prompt, "labels": each.answer} for each in pairs]
        trainer = transformers.Seq2SeqTrainer(
            model,
            args=transformers.Seq2SeqTrainingArguments(**_settings(folder, steps, seed, own_order)),
            data_collator=transformers.DataCollatorForSeq2Seq(tokenizer, model),
            train_dataset=datasets.Dataset.from_list(rows),
        )
        return _theirs(trainer)


def _settings(folder: str, steps: int, seed: int, own_order: bool) -> dict[str, Any]:
    """A trainer's arguments; what is not named here stays as the library has it."""
    return quiet_settings(folder, steps) | {
        "per_device_train_batch_size": ROWS,
        "learning_rate": LEARNING_RATE,
        "logging_steps": 1,
        "seed": seed,
        "train_sampling_strategy": "random" if own_order else "sequential",
    }


def _copy(model: PreTrainedModel) -> PreTrainedModel:
    """A copy in float32: in 16 bits an update smaller than 1/256 of a weight would be lost."""
    return copy.deepcopy(model).float()


def _ours(model: PreTrainedModel, batches: list[Any], loss: Any, seed: int) -> Trained:
    config = PEERS_DEFAULTS.replace(steps=len(batches), seed=seed)
    run: Run = fit(_copy(model), batches, loss, config, progress=False)
    return Trained(run.model.eval(), run.losses)


def _theirs(trainer: Trainer) -> Trained:
    import transformers

    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return Trained(trainer.model.eval(), losses)


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    return (rows[start : start + ROWS] for start in range(0, len(rows), ROWS))


@contextmanager
def _quiet() -> Iterator[str]:
    """A folder for what a trainer insists on writing; no bars, no warnings on its way."""
    import datasets

    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield folder
    finally:
        if shown:
            datasets.enable_progress_bars()


def tune_three_ways(
    part: str, seed: int, steps: int | None = None, count: int = CASES
) -> dict[str, Any]:
    """Tune three times on one seed's texts; return each case's scores and all losses."""
    family, steps = FAMILY[part], steps or STEPS[part]
    train = chats(family, steps * ROWS, seed=seed)
    asked = cases(family, count)
    trainings, say = (_decoder if part == "decoder" else _both)(train, asked, steps, seed)
    scores, losses = {UNTUNED: score(family, say(None), asked)}, {}
    for name, training in trainings.items():
        tuned = training()
        scores[name] = [round(each, 4) for each in score(family, say(tuned), asked)]
        losses[name] = [round(loss, 7) for loss in tuned.losses]
    return {"part": part, "steps": steps, "rows": ROWS, "scores": scores, "losses": losses}


Trainings = dict[str, Callable[[], Trained]]
Say = Callable[[Trained | None], list[str]]  # what a model answers; None: the model before


def _decoder(train: list, asked: list[Case], steps: int, seed: int) -> tuple[Trainings, Say]:
    model, tokenizer = load_model("bundled:town-lm"), load_tokenizer("bundled:town-lm")
    given = model, tokenizer, train, steps, seed
    return {
        OURS: lambda: with_fit(*given),
        SAME: lambda: with_sft_trainer(*given),
        OWN: lambda: with_sft_trainer(*given, own_order=True),
    }, lambda tuned: ask(tuned.model if tuned else model, tokenizer, asked[0].task, asked)


def _both(train: list, asked: list[Case], steps: int, seed: int) -> tuple[Trainings, Say]:
    tokenizer = load_tokenizer("bundled:town-lm")
    model = small_t5(tokenizer, seed).eval()
    given = model, tokenizer, [texts for chat in train for texts in exchanges(chat)], steps, seed
    prompts = [case.prompt for case in asked]
    return {
        OURS: lambda: pairs_with_fit(*given),
        SAME: lambda: with_seq2seq_trainer(*given),
        OWN: lambda: with_seq2seq_trainer(*given, own_order=True),
    }, lambda tuned: answers(tuned.model if tuned else model, tokenizer, prompts, 8)


def agreement_table(part: str) -> pandas.DataFrame:
    """Return the recorded runs of a part: mean score, and the difference from ours over the seeds.

    Where the interval holds 0, the two agree. The last columns are the largest difference between
    the losses of one step, in nats: rounding, which a model made from nothing slowly blows up. The
    baseline is a fixed rule on the same cases; a ceiling of every measure is 1.
    """
    import pandas as pd

    found = [each for each in LIBRARY.read("library") if each["part"] == part]
    rows = {
        name: {
            FAMILIES[FAMILY[part]].measure: round(mean(_means(found, name)), 3),
            "less ours": str(score_gaps(found)[name]) if name != OURS else "",
            f"first {FIRST} losses differ by": _short(found, FIRST) if name == SAME else "",
            "all losses differ by": _short(found) if name == SAME else "",
        }
        for name in (UNTUNED, OURS, SAME, OWN)
    }
    baseline = mean(measure_baseline((FAMILY[part],), CASES)[FAMILY[part]])
    baseline_row = {FAMILIES[FAMILY[part]].measure: round(baseline, 3)}
    return pd.DataFrame({BASELINE: baseline_row, **rows}).T.fillna("")


def score_gaps(found: Sequence[Mapping[str, Any]]) -> dict[str, Interval]:
    """Return each training's mean score less ours, over the seeds, with Student's 95 % interval."""
    ours = _means(found, OURS)
    return {
        name: Interval.of_seeds([m - o for m, o in zip(_means(found, name), ours, strict=True)])
        for name in (UNTUNED, SAME, OWN)
    }


def _means(found: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    return [mean(each["scores"][name]) for each in found]


def largest_gap(found: Sequence[Mapping[str, Any]], steps: int | None = None) -> float:
    """Return the largest difference between ours and the library's loss of a step, in one order.

    steps: only of the first so many.
    """
    return max(
        abs(ours - theirs)
        for each in found
        for ours, theirs in zip(
            each["losses"][OURS][:steps], each["losses"][SAME][:steps], strict=True
        )
    )


def _short(found: Sequence[Mapping[str, Any]], steps: int | None = None) -> str:
    return f"{largest_gap(found, steps):.0e}"


def jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each comparison: a decoder's and an encoder-decoder's."""
    return (job(tune_three_ways, part, seed=seed) for part in STEPS for seed in seeds)


LIBRARY = Experiment("finetuning", {"library": jobs})
