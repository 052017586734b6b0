"""Where a run goes on from: its newest whole checkpoint, and what to tell about it.

`resume` restores a run, or says why there is nothing to train. `recovery_advice` says what to do
when a step makes no sense: it never writes over a checkpoint, and drops none. Left out: how a
checkpoint is written, which is `checkpoint.py`. Lesson 08 kills a run and goes on with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.distributed.tensor import DTensor

from workbook.core.runs.seeding import LARGEST_SEED, seed_everything
from workbook.training import state
from workbook.training.checkpoint import load

if TYPE_CHECKING:
    from workbook.training.loop import Loop

COUNTERS = ("step", "seen", "seconds", "best")
FIXED = ("optimiser", "grad_accumulation", "seed")  # settings a run cannot change on its way


def resume(loop: Loop) -> None:
    """Start from the newest whole checkpoint, or else from the seed.

    Raises ValueError when what lies there is another run's, or when none is whole.
    """
    newest = loop.dist.on_main(loop.checkpoints.newest) if loop.checkpoints else None
    if newest is None:
        seed_everything((loop.config.seed + loop.dist.rank) % (LARGEST_SEED + 1))
    else:
        _restore(loop, newest)
    loop.journal.records = loop.dist.on_main(lambda: loop.journal.go_on_from(loop.step))
    if newest is not None and loop.dist.is_main:
        print(resume_message(loop, newest))


def _restore(loop: Loop, newest: Path) -> None:
    saved = load(newest)
    _refuse_other_runs(loop, saved.state["config"], newest)
    state.load_weights(loop.model, saved.weights)
    state.load_optimiser_state(loop.model, loop.optimisers, saved.state["optimisers"])
    loop.scaler.load_state_dict(saved.state["scaler"])
    for name in COUNTERS:
        setattr(loop, name, saved.state["counters"][name])
    loop.best_weights = saved.best_weights
    loop.over = loop.best is not None and loop.out_of_patience()
    rank, states = loop.dist.rank, saved.state["random"]
    if rank < len(states):
        state.set_random_state(states[rank])
    else:  # more processes than before
        seed_everything((loop.config.seed + rank + loop.step) % (LARGEST_SEED + 1))


def _refuse_other_runs(loop: Loop, before: Mapping[str, Any], folder: Path) -> None:
    for name in FIXED:
        if before.get(name) != getattr(loop.config, name):  # none: from before it had this name
            raise ValueError(
                f"{folder} was made with {name}={before.get(name)!r}, not "
                f"{getattr(loop.config, name)!r}: give the old setting, or another `out`."
            )


def resume_message(loop: Loop, newest: Path) -> str:
    at = f"step {loop.step} of {loop.config.steps}"
    if loop.step >= loop.config.steps:
        return f"Nothing to train: the run in {loop.out} is at {at}; more steps prolong it."
    if loop.over and loop.best:
        return (
            f"Nothing to train: the run in {loop.out} stopped early at {at}, as nothing was better "
            f"than at step {loop.best['step']}; more patience (or 0) prolongs it."
        )
    return f"Going on from {at} ({newest})."


def recovery_advice(loop: Loop) -> str:
    """Where a run can go on from after a step that makes no sense, as advice.

    A checkpoint from before the step is saved only where there is none at all: the same weights
    meet the same batch again, so an earlier one is the better start.
    """
    if loop.checkpoints is None:
        return (
            "The weights from before this step are in the model; lower the learning rate or look "
            "at the batch, and train again."
        )
    here = loop.checkpoints.place(loop.step)
    kept = loop.dist.on_main(loop.checkpoints.usable)
    if not kept and not _all_finite(loop):
        return (
            "Nothing is saved, as the weights are no numbers any more: lower the learning rate, "
            "and run again from the beginning."
        )
    if not kept:
        loop.save()
        kept = [here]
    earlier = kept[-2].name if len(kept) > 1 else "the beginning"
    if kept[-1] == here:
        return (
            f"The weights from before this step are saved in {here}. Mend the batch and run again "
            "to go on from there; if only the learning rate is lowered, delete that folder first, "
            f"to go on from {earlier}."
        )
    return (
        f"The last checkpoint is {kept[-1]}: lower the learning rate or look at the batch, and run "
        f"again to go on from there; delete that folder to go on from {earlier}."
    )


def _all_finite(loop: Loop) -> bool:
    """True when all weights and moments are finite, in every process."""
    moments = (m for o in loop.optimisers for kept in o.state.values() for m in kept.values())
    tensors = [*loop.trained, *loop.model.buffers(), *filter(torch.is_tensor, moments)]
    here = (t.to_local() if isinstance(t, DTensor) else t for t in tensors)
    return loop.dist.all_reduce_sum([float(sum(not t.isfinite().all() for t in here))])[0] == 0
