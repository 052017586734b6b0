"""The same fine-tuning in the library: trl's `SFTTrainer`, and transformers' `Seq2SeqTrainer`.

Each `with_...` tunes a copy of a model on given texts and returns it with the loss of every step.
Ours runs on the peer's defaults (AdamW, learning rate falling straight to 0), so that nothing but
the loop differs; in the same order of texts the losses must be the same. Left out: speed, which
`workbook bench training` measures. What all this came to is recorded by `agreement.py`. Lesson 08.
"""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from workbook.core.system.install_hints import hide_install_hints
from workbook.finetuning.data import pad_id
from workbook.training import FitConfig, causal_loss, fit
from workbook.training.bench import quiet_settings
from workbook.training.data import Messages, chat_example
from workbook.training.packing import collate
from workbook.training.seq2seq import collate_pairs, pair, seq2seq_loss

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, Trainer

    from workbook.training import Run

ROWS = 8  # texts of a step
RATE = 1e-3
PEERS_DEFAULTS = FitConfig(
    learning_rate=RATE, betas=(0.9, 0.999), weight_decay=0.0,
    schedule="wsd", warmup=0, decay_fraction=1.0, min_lr_ratio=0.0,
)  # fmt: skip
Texts = tuple[str, str]  # a prompt and its answer


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
        "learning_rate": RATE,
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
