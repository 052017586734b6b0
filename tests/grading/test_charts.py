"""Figures of the class overview: each bar and histogram holds the numbers of the class."""

from __future__ import annotations

import pytest
from marked import grade

from workbook.grading import charts
from workbook.grading.finals import final


@pytest.fixture
def finals():
    """Three students; the first exercise of the last one went amiss."""
    grades = [grade("ada", (2.0, 4.0)), grade("bo", (2.0, 0.0)), grade("eve", (0.0, 3.0))]
    grades[2].exercises[0].verdict = "time limit"
    return [final(each, (), 0.0, seconds) for each, seconds in zip(grades, (1, 4, 2), strict=True)]


def test_verdicts_are_counted_for_each_exercise(finals):
    figure = charts.verdicts_chart(finals)
    counts = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in figure.data}
    assert counts == {
        "right": {"sampling.e1": 2, "sampling.e2": 1},
        "partly right": {"sampling.e1": 0, "sampling.e2": 0},
        "wrong": {"sampling.e1": 0, "sampling.e2": 2},
        "not answered": {"sampling.e1": 0, "sampling.e2": 0},
        "went amiss": {"sampling.e1": 1, "sampling.e2": 0},
    }
    assert figure.layout.barmode == "stack" and figure.layout.xaxis.title.text == "students"
    assert figure.layout.title.text == "Verdicts by exercise"


def test_no_two_verdicts_share_a_colour_or_a_pattern(finals):
    bars = charts.verdicts_chart(finals).data
    assert len({bar.marker.color for bar in bars}) == len(bars)
    assert len({bar.marker.pattern.shape for bar in bars}) == len(bars)


def test_points_are_shares_of_what_a_lesson_is_worth(finals):
    other = grade("ada", (1.0, 2.0)).model_copy(update={"lesson": "01_attention"})
    nothing = grade("bo").model_copy(update={"lesson": "01_attention", "out_of": 0})
    figure = charts.points_chart([*finals, final(other, (), 0.0), final(nothing, (), 0.0)])
    counts = {
        each.name: {label: n for label, n in zip(each.x, each.y, strict=True) if n}
        for each in figure.data
    }
    assert counts == {
        "01_attention": {"50 to 59": 1},
        "03_sampling": {"100": 1, "30 to 39": 1, "50 to 59": 1},
    }
    assert figure.layout.xaxis.title.text == "% of the points"
    assert figure.layout.yaxis.title.text == "students"


def test_seconds_are_drawn_as_they_were_measured(finals):
    figure = charts.seconds_chart(finals)
    bar = figure.data[0]
    counts = {label: n for label, n in zip(bar.x, bar.y, strict=True) if n}
    assert counts == {"1 to 2": 1, "2 to 5": 2} and len(bar.x) == len(charts.SECONDS)
    assert figure.layout.xaxis.title.text == "seconds a submission"
    assert figure.layout.yaxis.title.text == "submissions"


def test_the_script_is_plotlys_own():
    assert "plotly.js v" in charts.script().read_text(encoding="utf-8")[:200]
