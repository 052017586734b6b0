"""The table of a learner's standing: as text in a terminal, as HTML in a notebook.

Left out: where the standing comes from, which is `attempts.py`, and in which order the exercises
are listed, which `exercise.progress` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.core.exercises.attempts import Standing
from workbook.core.notebook import tables

if TYPE_CHECKING:
    import pandas

    from workbook.core.exercises.definition import Exercise


@dataclass(frozen=True)
class Progress:
    """A row for each exercise; guesses: how many guesses are written down."""

    rows: tuple[tuple[Exercise, Standing], ...]
    guesses: int = 0

    @property
    def summary(self) -> str:
        """The counts in one line."""
        solved = [each for each, standing in self.rows if standing.solved]
        counts = (
            f"{len(solved)} of {len(self.rows)} exercises solved, "
            f"{sum(e.points for e in solved)} of {sum(e.points for e, _ in self.rows)} points"
        )
        several = "" if self.guesses == 1 else "es"
        return f"{counts}, {self.guesses} guess{several} written down" if self.guesses else counts

    def frame(self) -> pandas.DataFrame:
        """Return the table as a DataFrame, one row per exercise."""
        import pandas as pd

        cells = [
            {
                "exercise": each.id,
                "title": each.title,
                "difficulty": each.difficulty,
                "minutes": each.minutes,
                "points": each.points,
                "standing": _standing(standing),
                "attempts": standing.attempts,
                "hints": standing.hints,
            }
            for each, standing in self.rows
        ]
        return pd.DataFrame(cells)

    def __str__(self) -> str:
        return f"{self.summary}\n{self.frame().to_string(index=False)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{self.summary}</p>{tables.plain(self.frame())}"


def _standing(standing: Standing) -> str:
    return "solved" if standing.solved else "tried" if standing.attempts else "open"
