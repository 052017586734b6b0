"""The one training loop: `fit(model, batches, loss, config)` on a CPU, a GPU, or many of them.

batches: an object with `batch(number)`, a list, or an iterable (see `batches.py`).
loss(model, batch): `Loss(total, tokens)`, a sum over tokens and their count (see `losses.py`).
One step uses n = `config.grad_accumulation` batches, number step * n onward, dealt out to the
processes in turn; it equals one step on all of them together. With `out` the run is recorded and
saved there, and the same call after a kill goes on from the last checkpoint, to the same weights.
Left out: how batches are made, and what a loss is. Lesson 02 writes its heart by hand.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from workbook.training.batches import Batches, as_batches
from workbook.training.config import FitConfig
from workbook.training.devices import activation_checkpointing, join
from workbook.training.folder_lock import folder_lock
from workbook.training.loop import Loop, Record
from workbook.training.losses import Loss, keeps_documents_apart
from workbook.training.packing import Rows
from workbook.training.resume import resume
from workbook.training.signals import Interrupts

LossFunction = Callable[[nn.Module, Any], Loss]
SaveFinal = Callable[[nn.Module, Mapping[str, Tensor], Path], None]
Evaluate = Callable[[nn.Module], float | Mapping[str, float]]


@dataclass
class Run:
    """What a run leaves: the trained model (the very one given) and the records of its steps."""

    model: nn.Module
    config: FitConfig
    records: list[Record] = field(default_factory=list)
    step: int = 0  # updates made
    best: Record | None = None  # {"step", "loss"} of the best evaluation
    out: Path | None = None

    @property
    def losses(self) -> list[float]:
        """The loss of each recorded step, in nats a token."""
        return [record["loss"] for record in self.records]

    def summary(self) -> str:
        """One sentence: how far, how fast, how good."""
        told = f"{self.step} steps"
        if self.records:
            last = self.records[-1]
            told += f", {last['tokens']:,} tokens in {last['seconds']:,.0f} s"
            told += f"; loss {last['loss']:.3f}"
        if self.best:
            told += f", best on held-out text {self.best['loss']:.3f} (step {self.best['step']})"
        return told + "."


def fit(
    model: nn.Module,
    batches: Batches | Iterable[Any],
    loss: LossFunction,
    config: FitConfig | None = None,
    *,
    out: str | Path | None = None,
    evaluate: Evaluate | None = None,
    progress: bool | str = True,
    on_step: Callable[[Record], Any] | None = None,
    save_final: SaveFinal | None = None,
) -> Run:
    """Train `model` in place for `config.steps` steps, or go on with the run saved in `out`.

    1. Join the processes, lock the folder, wrap the model, load what is saved.
    2. Until the end: update the weights, evaluate, record, save.
    3. Leave the weights asked for (the last, or the best).
    progress: whether to show a bar, or the words before it.
    evaluate(model): a loss (lower is better), or a dict that has "loss"; called in eval mode.
    on_step(record): called after each step; a true answer ends the run there.
    save_final(model, trained, folder): writes what the run leaves in `out`/final in the place of
    the whole model, such as an adapter alone; trained: the trained weights by name, on the CPU.
    Sets the seed of every global source of random numbers to `config.seed`.
    Raises ValueError, in one sentence, when the loss is not finite, the disk is full, what
    lies in `out` is another run's or another process trains there, the device is not there, or
    `restore_best` or `patience` lacks `evaluate`. Ctrl-C saves, then raises KeyboardInterrupt.
    """
    config = config or FitConfig()
    out = Path(os.path.expanduser(out)) if out else None
    _refuse_leaks(model, batches)
    if evaluate is None and (config.restore_best or config.patience):
        raise ValueError("restore_best and patience need an evaluation: give `fit` evaluate=.")
    with ExitStack() as stack:
        # 1. Everything in its place.
        dist = join(config)
        stack.enter_context(folder_lock(out, dist))
        stack.enter_context(activation_checkpointing(model, config))
        stack.callback(model.train, model.training)
        loop = Loop(model.train(), as_batches(batches, config.seed), loss, config, dist, out)
        resume(loop)
        bar = stack.enter_context(_bar(config, loop.step, progress if dist.is_main else False))
        asked = stack.enter_context(Interrupts())
        # 2. The loop.
        while loop.step < config.steps and not loop.over:
            record = loop.update(asked.to_stop)
            if evaluate is not None and loop.is_time_for(config.evaluate_every):
                record |= loop.evaluate(evaluate)
            if on_step is not None and on_step(record):
                loop.over = True
            loop.log(record)
            bar.update()
            bar.set_postfix(loss=f"{record['loss']:.3f}", refresh=False)
            if loop.is_time_for(config.save_every) or loop.stopping:
                loop.save()
            if loop.stopping:
                raise KeyboardInterrupt(loop.interrupted_message())
        # 3. The end.
        loop.end(save_final)
    return Run(model, config, loop.journal.records, loop.step, loop.best, loop.out)


def _refuse_leaks(model: nn.Module, batches: object) -> None:
    """Raise ValueError where packed rows would be read by a model that mixes their documents."""
    if not isinstance(batches, Rows) or not hasattr(model, "get_output_embeddings"):
        return
    row = max(batches.rows, key=len)
    if len(row) > 1 and not keeps_documents_apart(model, row[0].ids):
        raise ValueError(
            f"{type(model).__name__} lets the documents of a packed row see each other: give each "
            "a row of its own (packed=False)."
        )


def _bar(config: FitConfig, step: int, shown: bool | str) -> Any:
    from tqdm import tqdm

    name = shown if isinstance(shown, str) else "training"

    return tqdm(
        total=config.steps, initial=step, desc=name, unit="step",
        file=sys.stdout, leave=False, disable=not shown,
    )  # fmt: skip
