"""`workbook record`: make the recorded runs of a lesson again, or those that are missing.

The parts of a lesson and their runs are in its `experiment.py`, the files in `data/runs/`.
Left out: what is measured, and how an experiment keeps it (`workbook.core.runs.experiment`).
"""

from __future__ import annotations

from typing import Annotated

import typer


def record(
    lesson: Annotated[str, typer.Argument(help="Its name or number, such as pretraining or 02.")],
    part: Annotated[str | None, typer.Argument(help="One part; all when absent.")] = None,
    seeds: Annotated[str, typer.Option(help="With commas between them.")] = "0,1,2",
) -> None:
    """Run what data/runs/ lacks and add it there. Minutes to hours; a kill can be resumed."""
    from workbook import LESSONS
    from workbook.core.runs import experiment

    topics = {f"{row.number:02}": row.topic for row in LESSONS}
    experiment.record(topics.get(lesson.zfill(2), lesson), part, _numbers(seeds))


def _numbers(seeds: str) -> list[int]:
    try:
        return [int(seed) for seed in seeds.split(",")]
    except ValueError:
        message = f"seeds are whole numbers with commas between them, not {seeds!r}."
        raise ValueError(message) from None
