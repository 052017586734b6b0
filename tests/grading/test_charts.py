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
    shares = {each.name: each.x for each in figure.data}
    assert list(shares) == ["01_attention", "03_sampling"]
    assert shares["01_attention"] == (50.0,)
    assert shares["03_sampling"] == pytest.approx((100, 100 / 3, 50))
    assert figure.data[0].xbins.end > 100, "all points are in a bin too"
    assert figure.layout.xaxis.title.text == "% of the points"
    assert figure.layout.yaxis.title.text == "students"


def test_seconds_are_drawn_as_they_were_measured(finals):
    figure = charts.seconds_chart(finals)
    assert figure.data[0].x == (1, 4, 2)
    assert figure.layout.xaxis.title.text == "seconds a submission"
    assert figure.layout.yaxis.title.text == "submissions"


def test_the_script_is_plotlys_own():
    assert "plotly.js v" in charts.script().read_text(encoding="utf-8")[:200]
