"""Figures of the class overview: verdicts by exercise, points, seconds a submission took.

Colours differ in lightness too, and bars in pattern, so that no figure needs its colours.
Left out: the page around them (`reports.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import plotly
import plotly.graph_objects as go

from workbook.grading.finals import Final

ORDER = ("right", "partly right", "wrong", "not answered")
COLOURS = ("#2b8a4b", "#8fbf6b", "#d1495b", "#808080", "#c77d1e")
SECONDS = (1, 2, 5, 10, 30, 60, float("inf"))  # ends of the bars
PATTERNS = ("", "/", "x", ".", "\\")


def script() -> Path:
    """Return the file of plotly's script, which a page with figures loads."""
    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def verdicts_chart(finals: Sequence[Final]) -> go.Figure:
    """Draw how many students got which verdict, for each exercise."""
    counts: dict[str, Counter] = {}
    for final in finals:
        for each in final.grade.exercises:
            kind = each.verdict if each.verdict in ORDER else "went amiss"
            counts.setdefault(each.id, Counter())[kind] += 1
    figure = go.Figure()
    for place, kind in enumerate((*ORDER, "went amiss")):
        values = [counts[name][kind] for name in counts]
        marker = {"color": COLOURS[place], "pattern": {"shape": PATTERNS[place]}}
        figure.add_bar(name=kind, y=list(counts), x=values, orientation="h", marker=marker)
    return figure.update_layout(
        barmode="stack", title="Verdicts by exercise", xaxis_title="students",
        yaxis={"autorange": "reversed"},
    )  # fmt: skip


def points_chart(finals: Sequence[Final]) -> go.Figure:
    """Draw the distribution of points, as a share of what a lesson is worth."""
    figure = go.Figure()
    labels = [f"{low} to {low + 9}" for low in range(0, 100, 10)] + ["100"]
    for lesson in sorted({final.grade.lesson for final in finals}):
        counts = Counter(
            int(10 * final.points / final.grade.out_of)
            for final in finals
            if final.grade.lesson == lesson and final.grade.out_of
        )
        figure.add_bar(name=lesson, x=labels, y=[counts[n] for n in range(11)])
    return figure.update_layout(
        title="Points", xaxis_title="% of the points", yaxis_title="students", barmode="group"
    )


def seconds_chart(finals: Sequence[Final]) -> go.Figure:
    """Draw how long grading took."""
    counts = Counter(next(n for n, s in enumerate(SECONDS) if f.seconds < s) for f in finals)
    labels = ["under 1", "1 to 2", "2 to 5", "5 to 10", "10 to 30", "30 to 60", "over 60"]
    figure = go.Figure(go.Bar(x=labels, y=[counts[n] for n in range(len(SECONDS))]))
    return figure.update_layout(
        title="Time to grade", xaxis_title="seconds a submission", yaxis_title="submissions"
    )
