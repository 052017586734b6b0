"""The curves of lesson 03: a measure against a dial, with its interval and its lines to hold on to.

Each function returns a figure without showing it, so that a test can read its numbers. Left out:
what is measured (`workbook.sampling.experiment`), whether an answer is right
(`workbook.sampling.faithfulness`) and the theme (`workbook.core.notebook.figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import charts, figures
from workbook.core.runs import SHARE, Interval

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

    from workbook.sampling.faithfulness import AnswerLogits


def measure_chart(
    rows: pandas.DataFrame,
    measure: str,
    dials: Mapping[str, Sequence[str]],
    lines: Mapping[str, float],
) -> go.Figure:
    """`measure` for the settings of each dial, with Student t intervals over the seeds.

    rows: as from `experiment.sweep`. dials: name of a curve -> settings, in the order of the axis;
    all curves have equally many. lines: what to compare with -> its value, drawn across.
    """
    curves = {
        name: {one: _mean(rows[rows.setting == one], measure) for one in settings}
        for name, settings in dials.items()
    }
    figure = charts.lines(curves, "", measure, lines)
    return figure.update_yaxes(rangemode="tozero")


def truth_chart(
    truth: AnswerLogits,
    filters: Mapping[str, Mapping[str, float]],
    drawn: Mapping[float, Sequence[float]],
    lines: Mapping[str, float],
) -> go.Figure:
    """Share of right answers against temperature: exact for each filter, and as drawn without one.

    filters: name -> settings beside the temperature, such as {"top_p": 0.9}. drawn: temperature ->
    shares, one per seed. lines: as for `measure_chart`.
    """
    grid = [0.0, 0.1, 0.2, 0.4, 0.7, 1.0, 1.3, 1.6, 2.0]
    exact = {
        f"exact, {name}": {t: truth.share_right(temperature=t, **limit) for t in grid}
        for name, limit in filters.items()
    }
    figure = charts.lines(exact, "temperature", "share right", lines, mode="lines")
    means = {t: Interval.of_seeds(list(found), bounds=SHARE) for t, found in drawn.items()}
    charts.add_lines(figure, {"drawn, no filter": means}, mode="markers")
    marker = {"color": figures.TEXT, "symbol": "diamond-open", "size": 9}
    figure.data[-1].update(marker=marker)
    return figure.update_yaxes(range=[0, 1.02])


def exchange_chart(
    rows: pandas.DataFrame,
    dials: Mapping[str, Mapping[str, Mapping[str, float]]],
    truth: AnswerLogits,
    town: float,
) -> go.Figure:
    """Truth (exact) against variety, a curve per dial: what one costs in the other.

    rows: as from `experiment.sweep`. dials: name of a curve -> its settings as given to `sweep`.
    town: distinct-2 of the town's own text.
    """
    variety = rows.groupby("setting").distinct_2.mean()
    curves = {
        name: [(variety[key], truth.share_right(**setting)) for key, setting in settings.items()]
        for name, settings in dials.items()
    }
    labels = {name: list(settings) for name, settings in dials.items()}
    figure = charts.lines({}, "distinct-2", "share right")
    charts.add_lines(figure, curves, labels=labels)
    charts.add_reference(figure, {"the town's own variety": town}, axis="x")
    return figure


def _mean(rows: pandas.DataFrame, measure: str) -> Interval:
    from workbook.sampling.experiment import BOUNDS

    return Interval.of_seeds(rows[measure].tolist(), bounds=BOUNDS.get(measure))
