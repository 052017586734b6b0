"""The lesson's long runs: the copy task, and positions that are learned.

`workbook record attention` trains whatever is not in `data/runs/attention/` yet. Left out: what is
trained (`recurrence.py`, `learned_positions.py`), which is imported only where something trains:
the lesson's explorers read the records alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbook.core.runs import Experiment, Job, job

if TYPE_CHECKING:
    import pandas

LENGTHS = (4, 8, 16, 32)  # letters to copy
COPY_STEPS, POSITION_STEPS = 1000, 600


def run_copy(kind: str, length: int, seed: int) -> dict[str, Any]:
    """Train one model on the copy task."""
    from workbook.attention.recurrence import CopyTask, train_copy

    task = CopyTask(kind, length, COPY_STEPS, seed=seed)
    return asdict(task) | train_copy(task)


def run_positions(kind: str, seed: int) -> dict[str, Any]:
    """Train one decoder with learned or relative positions."""
    from workbook.attention.learned_positions import PositionTask, train_positions

    task = PositionTask(kind, POSITION_STEPS, seed=seed)
    return asdict(task) | train_positions(task)


def copy_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield both kinds of model at every length."""
    from workbook.attention.recurrence import KINDS

    for length in LENGTHS:
        for kind in KINDS:
            yield from (job(run_copy, kind, length, seed=seed) for seed in seeds)


def position_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield both kinds of learned positions."""
    for kind in ("learned", "relative"):
        yield from (job(run_positions, kind, seed=seed) for seed in seeds)


EXPERIMENT = Experiment("attention", {"copy": copy_jobs, "positions": position_jobs})


def recorded(part: str) -> pandas.DataFrame:
    """Return the recorded runs of a part, a row each; ValueError when there are none."""
    import pandas as pd

    return pd.DataFrame(EXPERIMENT.read(part))
