"""The table at the head of every lesson: what it costs, what it trains, what it builds on.

Above it is the arc of the course with the lesson's stage marked. What a lesson takes is read from
`workbook/lesson_runs/`, a report of `workbook run --json` for each machine that was measured. Left
out: what a lesson takes on the learner's machine.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import workbook
from workbook.core.exercises.exercise import open_lesson
from workbook.core.notebook import tables

PACKAGE = Path(__file__).resolve().parents[2]
BOX = "border:1px solid;border-radius:4px;padding:2px 8px"  # of a stage in the arc of the course
MARKED = ";background:#0b5394;color:white"  # readable on light and dark pages
RUNS = PACKAGE / "lesson_runs"  # a report for each machine, by its name: "2_CPU_cores.json"
WORDS_A_MINUTE, LINES_A_MINUTE = 200, 20  # of prose, of code, for a reader who stops to think


def lesson_header(topic: str, trains: str, needs: str) -> None:
    """Show the table. topic: the lesson's word, as in "sampling"; trains, needs: in words.

    What the lesson takes, the exercises and what there is to read are looked up here.
    """
    from IPython.display import display

    open_lesson(topic)
    display(header(topic, trains, needs), raw=True)


def header(topic: str, trains: str, needs: str) -> dict[str, str]:
    """Return what `lesson_header` shows, as plain text and as HTML, by MIME type."""
    count, points, minutes = exercise_totals(topic)
    reading = reading_minutes(topic)
    rows = {
        **({"Reading time": f"about {reading} minutes"} if reading else {}),
        **measured(_stem(topic)),
        "Trains": trains,
        "Before this lesson": needs,
        "Exercises": f"{count}, {points} points, about {minutes} minutes",
    }
    table = _as_table(rows)
    return {kind: arc + table[kind] for kind, arc in _arc(topic).items()}


def measured(stem: str) -> dict[str, str]:
    """Return a row for each machine that a lesson, such as "03_sampling", was run on."""
    rows = {}
    for file in sorted(RUNS.glob("*.json")):
        for entry in json.loads(file.read_text(encoding="utf-8")):
            if entry["lesson"] == stem and entry["status"] == "ok":
                time, memory = _time(entry["seconds"]), entry["peak_bytes"] / 2**30
                machine = file.stem.replace("_", " ")
                rows[f"Takes, on {machine}"] = f"about {time} and {memory:.1f} GB of memory"
    return rows


def reading_minutes(topic: str) -> int:
    """Return how long a lesson takes to read, to five minutes; 0 where its notebook is not found.

    Exercises do not count: what a learner answers there must not change the table.
    """
    stem = _stem(topic)
    places = (Path(f"{stem}.ipynb"), PACKAGE.parent / "notebooks" / f"{stem}.ipynb")
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        return 0
    words = lines = 0
    for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            words += len(text.split())
        elif cell["cell_type"] == "code" and "exercise" not in cell["metadata"].get("tags", []):
            lines += sum(bool(line.strip()) for line in text.splitlines())
    return max(5, 5 * round((words / WORDS_A_MINUTE + lines / LINES_A_MINUTE) / 5))


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


def _stem(topic: str) -> str:
    (stem,) = (lesson.notebook for lesson in workbook.LESSONS if lesson.topic == topic)
    return stem


def _time(seconds: float) -> str:
    """Seconds to the next five, minutes from two on to the next half."""
    if seconds <= 120:
        return f"{5 * math.ceil(seconds / 5)} seconds"
    return f"{math.ceil(seconds / 30) / 2:g} minutes"


def _arc(topic: str) -> dict[str, str]:
    """The stages of a model's life in a row; those that the lesson is about are marked."""
    (here,) = (lesson.stage for lesson in workbook.LESSONS if lesson.topic == topic)
    words, boxes = [], []
    for stage in workbook.STAGES:
        lessons = [lesson for lesson in workbook.LESSONS if lesson.stage == stage]
        numbers = ", ".join(f"{lesson.number:02}" for lesson in lessons)
        is_here = here in ("", stage)
        kind, look = ("strong", BOX + MARKED) if is_here else ("span", BOX)
        words.append(f"{f'[{stage}]' if is_here else stage} {numbers}")
        boxes.append(f'<{kind} style="{look}">{stage}</{kind}> <small>{numbers}</small>')
    you = "You are here:" if here else "You are here, at all four stages:"
    return {
        "text/plain": f"{you} {' > '.join(words)}\n",
        "text/html": f"<p>{you} {' &rarr; '.join(boxes)}</p>",
    }


def _as_table(rows: Mapping[str, str]) -> dict[str, str]:
    cells = "".join(
        f'<tr><th scope="row" style="text-align:left">{tables.escaped(name)}</th>'
        f'<td style="text-align:left">{tables.escaped(value)}</td></tr>'
        for name, value in rows.items()
    )
    width = max(map(len, rows))
    text = "\n".join(f"{name:<{width}}  {value}" for name, value in rows.items())
    return {"text/plain": text, "text/html": f"<table>{cells}</table>"}
