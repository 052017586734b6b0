"""The table at the head of every lesson: what it costs, what it trains, what it builds on.

The figures are budgets that the tests hold the lesson to. Left out: what a lesson really took on
this machine, which `workbook run` measures.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbook.core.exercises.exercise import open_lesson
from workbook.core.notebook import tables

PACKAGE = Path(__file__).resolve().parents[2]


def lesson_header(
    topic: str,
    minutes_cpu: float,
    minutes_gpu: float,
    memory_gb: float,
    trains: str,
    needs: str,
) -> None:
    """Shows the table. topic: the lesson's word, as in "sampling"; memory_gb: peak, of the kernel.

    minutes_cpu: on two cores. trains, needs: in words. The exercises are counted here.
    """
    open_lesson(topic)
    count, points, minutes = exercise_totals(topic)
    rows = {
        "Runs in, on 2 CPU cores": _minutes(minutes_cpu),
        "Runs in, on a GPU": _minutes(minutes_gpu),
        "Peak memory": f"at most {memory_gb:g} GB",
        "Trains": trains,
        "Before this lesson": needs,
        "Exercises": f"{count}, {points} points, about {minutes} minutes",
    }
    _display_table(rows)


def exercise_totals(topic: str) -> tuple[int, int, int]:
    """Return how many exercises a lesson has, their points and their minutes.

    Read from the source, so that the first cell of a lesson does not wait for torch.
    """
    source = (PACKAGE / topic / "exercises.py").read_text(encoding="utf-8")
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    made: list[dict[str | None, Any]] = [
        {key.arg: key.value.value for key in call.keywords if isinstance(key.value, ast.Constant)}
        for call in calls
        if getattr(call.func, "id", "") == "Exercise"
    ]
    return len(made), sum(each["points"] for each in made), sum(each["minutes"] for each in made)


def _minutes(minutes: float) -> str:
    return f"at most {minutes * 60:g} seconds" if minutes < 2 else f"at most {minutes:g} minutes"


def _display_table(rows: Mapping[str, str]) -> None:
    from IPython.display import display

    cells = "".join(
        f'<tr><th scope="row" style="text-align:left">{tables.escaped(name)}</th>'
        f'<td style="text-align:left">{tables.escaped(value)}</td></tr>'
        for name, value in rows.items()
    )
    width = max(map(len, rows))
    text = "\n".join(f"{name:<{width}}  {value}" for name, value in rows.items())
    display({"text/plain": text, "text/html": f"<table>{cells}</table>"}, raw=True)
