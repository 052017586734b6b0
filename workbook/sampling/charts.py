"""The curves of lesson 03: a measure against a dial, with its interval and its lines to hold on to.

Each function returns a figure without showing it, so that a test can read its numbers. Left out:
what is measured (`workbook.sampling.experiment`), whether an answer is right
(`workbook.sampling.faithfulness`) and the theme (`workbook.core.notebook.figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.core.runs.intervals import over_seeds

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
    import plotly.graph_objects as go

    figure = go.Figure()
    styles = zip(figures.PALETTE, figures.DASHES, strict=True)
    for (name, settings), (colour, dash) in zip(dials.items(), styles, strict=False):
        means = [over_seeds(list(rows[rows.setting == one][measure])) for one in settings]
        figure.add_scatter(
            name=name,
            x=list(settings),
            y=[one.mean for one in means],
            error_y={"array": [one.high - one.mean for one in means]},
            line={"color": colour, "dash": dash},
            mode="lines+markers",
        )
    _draw_across(figure, lines)
    return figure.update_layout(yaxis={"title": {"text": measure}, "rangemode": "tozero"})


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
    import plotly.graph_objects as go

    figure = go.Figure()
    grid = [0.0, 0.1, 0.2, 0.4, 0.7, 1.0, 1.3, 1.6, 2.0]
    styles = zip(figures.PALETTE, figures.DASHES, strict=True)
    for (name, limit), (colour, dash) in zip(filters.items(), styles, strict=False):
        shares = [truth.share_right(temperature=t, **limit) for t in grid]
        line = {"color": colour, "dash": dash}
        figure.add_scatter(name=f"exact, {name}", x=grid, y=shares, line=line, mode="lines")
    means = [over_seeds(list(shares)) for shares in drawn.values()]
    figure.add_scatter(
        name="drawn, no filter",
        x=list(drawn),
        y=[one.mean for one in means],
        error_y={"array": [one.high - one.mean for one in means]},
        mode="markers",
        marker={"color": figures.TEXT, "symbol": "diamond-open", "size": 9},
    )
    _draw_across(figure, lines)
    axes = {
        "xaxis": {"title": {"text": "temperature"}},
        "yaxis": {"title": {"text": "share right"}},
    }
    return figure.update_layout(**axes).update_yaxes(range=[0, 1.02])


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
    import plotly.graph_objects as go

    variety = rows.groupby("setting").distinct_2.mean()
    figure = go.Figure()
    styles = zip(figures.PALETTE, figures.DASHES, ("circle", "square", "diamond"), strict=False)
    for (name, settings), (colour, dash, symbol) in zip(dials.items(), styles, strict=False):
        figure.add_scatter(
            name=name,
            x=variety.loc[list(settings)].tolist(),
            y=[truth.share_right(**setting) for setting in settings.values()],
            text=list(settings),
            line={"color": colour, "dash": dash},
            marker={"symbol": symbol, "size": 9},
            mode="lines+markers",
        )
    line = {"dash": "dash", "color": figures.QUIET}
    font = {"color": figures.TEXT}
    figure.add_vline(town, line=line, annotation={"text": "the town's own variety", "font": font})
    axes = {"xaxis": {"title": {"text": "distinct-2"}}, "yaxis": {"title": {"text": "share right"}}}
    return figure.update_layout(**axes)


def _draw_across(figure: go.Figure, lines: Mapping[str, float]) -> None:
    for (name, value), dash in zip(lines.items(), ("dash", "dot", "dashdot"), strict=False):
        figure.add_hline(
            value,
            line={"dash": dash, "color": figures.QUIET},
            annotation={"text": f"{name}: {value:.2f}", "font": {"color": figures.TEXT}},
        )
