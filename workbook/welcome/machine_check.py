"""What the learner sees of the machine and of the profiles: two small tables.

The looking is done by `doctor.py` and `profile.py` of the core; here it only becomes a
table that a notebook shows. Left out: anything to mend. Lesson 00.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.core import doctor
from workbook.core.system import profile

if TYPE_CHECKING:
    import pandas

PROFILE_FIELDS = ("base_model", "instruct_model", "steps", "batch_size", "seq_len")


@dataclass(frozen=True)
class Checkup:
    """The doctor's findings as text in a terminal, as HTML in a notebook."""

    verdict: str
    problems: tuple[str, ...]
    tables: dict[str, dict[str, str]]

    def __str__(self) -> str:
        lines = [self.verdict, *(f"Also: {problem}" for problem in self.problems[1:])]
        for title, rows in self.tables.items():
            lines += ["", title, *(f"  {name:<24} {value}" for name, value in rows.items())]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The verdict in sight, the details folded away; plain HTML, reachable by keyboard."""
        also = "".join(f"<li>{html.escape(problem)}</li>" for problem in self.problems[1:])
        tables = "".join(_section(title, rows) for title, rows in self.tables.items())
        return (
            f"<p><b>{html.escape(self.verdict)}</b></p><ul>{also}</ul>"
            f"<details><summary>What was looked at</summary><table>{tables}</table></details>"
        )


def machine_check() -> Checkup:
    """Looks at this machine as `workbook doctor` does; takes no network."""
    findings = doctor.examine()
    shown = {title: rows for title, rows in doctor.tables(findings).items() if rows}
    return Checkup(findings.verdict, tuple(findings.problems), shown)


def profiles() -> pandas.DataFrame:
    """A column for each profile: the models and budgets it brings before you change any."""
    import pandas as pd

    columns = {
        name: {field: _short(getattr(budget, field)) for field in PROFILE_FIELDS}
        for name, budget in profile.BUDGETS.items()
    }
    return pd.DataFrame(columns).rename_axis("a profile sets")


def _short(value: object) -> str:
    """A value without the revision of a Hub model."""
    return str(value).partition("@")[0]


def _section(title: str, rows: dict[str, str]) -> str:
    cells = "".join(
        f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
        f'<td style="text-align:left">{html.escape(value)}</td></tr>'
        for name, value in rows.items()
    )
    head = f'<tr><th colspan="2" scope="rowgroup" style="text-align:left">{html.escape(title)}'
    return f"{head}</th></tr>{cells}"
