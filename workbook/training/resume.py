"""Where a run goes on from: its newest whole checkpoint, and what to tell about it.

`resume` restores a run, or says why there is nothing to train. Left out: how a checkpoint is
written, which is `checkpoint.py`. Lesson 08 kills a run and goes on with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbook.core.runs.seeding import LARGEST_SEED, seed_everything
from workbook.training import state
from workbook.training.checkpoint import load
from workbook.training.loop import COUNTERS, Loop

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
