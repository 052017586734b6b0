"""The figures of lesson 03: curves against a setting, the chain of decisions, a draft's two parts.

Each function returns a figure without showing it, so that a test can read its numbers. Left out:
what is measured (`workbook.sampling.experiment`), whether an answer is right
(`workbook.sampling.faithfulness`) and the theme (`workbook.core.notebook.figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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
    drawn: Mapping[float, Interval],
    lines: Mapping[str, float],
) -> go.Figure:
    """Accuracy against temperature: exact for each filter, and as drawn without one.

    filters: name -> settings beside the temperature, such as {"top_p": 0.9}. drawn: temperature ->
    accuracy, as from `experiment.accuracy`. lines: as for `measure_chart`.
    """
    grid = [0.0, 0.1, 0.2, 0.4, 0.7, 1.0, 1.3, 1.6, 2.0]
    exact = {
        f"exact, {name}": {t: truth.accuracy(temperature=t, **limit) for t in grid}
        for name, limit in filters.items()
    }
    figure = charts.lines(exact, "temperature", "accuracy", lines, mode="lines")
    charts.add_lines(figure, {"drawn, no filter": drawn}, mode="markers")
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
        name: [(variety[key], truth.accuracy(**setting)) for key, setting in settings.items()]
        for name, settings in dials.items()
    }
    labels = {name: list(settings) for name, settings in dials.items()}
    figure = charts.lines({}, "distinct-2", "accuracy")
    charts.add_lines(figure, curves, labels=labels)
    charts.add_reference(figure, {"the town's own variety": town}, axis="x")
    return figure


STATIONS = (  # of the chain: name, what it does, in the lesson's order
    ("logits", "V numbers"),
    ("penalties", "lower what<br>was said"),
    ("temperature", "flatter or<br>sharper"),
    ("filters", "cut the tail"),
    ("softmax", "probabilities<br>again"),
    ("draw", "one token"),
)


def chain_diagram() -> go.Figure:
    """Return the way from the model's logits to a token, as a row of boxes and an arrow back."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for place, (name, does) in enumerate(STATIONS):
        ours = place not in (0, len(STATIONS) - 1)
        figure.add_shape(
            type="rect", x0=place, x1=place + 0.8, y0=0, y1=1,
            line={"color": figures.PALETTE[0 if ours else 1], "width": 2},
        )  # fmt: skip
        text = f"<b>{name}</b><br>{does}"
        figure.add_annotation(text=text, x=place + 0.4, y=0.5, showarrow=False, font={"size": 12})
        if place:
            _arrow(figure, (place - 0.2, 0.5), (place, 0.5))
    end = len(STATIONS) - 0.6
    corners = [(end, 0), (end, -0.45), (0.4, -0.45)]
    figure.add_scatter(
        x=[x for x, _ in corners], y=[y for _, y in corners], mode="lines", hoverinfo="skip",
        line={"color": figures.QUIET},
    )  # fmt: skip
    _arrow(figure, (0.4, -0.45), (0.4, 0))
    said = "the token is appended, the model reads it, and gives logits for the next one"
    figure.add_annotation(text=said, x=end / 2, y=-0.45, yanchor="top", showarrow=False)
    hidden = {"visible": False, "fixedrange": True}
    return figure.update_layout(
        xaxis=hidden | {"range": [-0.1, len(STATIONS) - 0.1]},
        yaxis=hidden | {"range": [-0.8, 1.1]},
        showlegend=False, height=230, margin={"l": 5, "r": 5, "t": 45, "b": 5},
    )  # fmt: skip


def _arrow(figure: go.Figure, start: tuple[float, float], end: tuple[float, float]) -> None:
    figure.add_annotation(
        x=end[0], y=end[1], ax=start[0], ay=start[1], xref="x", yref="y", axref="x", ayref="y",
        showarrow=True, arrowhead=2, arrowcolor=figures.TEXT, text="",
    )  # fmt: skip


def loops_chart(runs: Sequence[Mapping[str, Any]], settings: Sequence[str]) -> go.Figure:
    """Return the share of texts that end in a loop against the steps of a small model's training.

    runs: as recorded, one a seed. settings: which curves.
    """
    curves = {}
    for name in settings:
        by_step: dict[int, list[float]] = {}
        for read in (each for run in runs for each in run["read"]):
            by_step.setdefault(read["step"], []).append(read["loops"][name])
        curves[name] = {
            step: Interval.of_seeds(found, bounds=SHARE) for step, found in by_step.items()
        }
    figure = charts.lines(curves, "training steps", "texts that end in a loop")
    steps = list(next(iter(curves.values())))
    axis = {"type": "log", "tickvals": steps, "ticktext": list(map(str, steps))}
    return figure.update_layout(
        xaxis=axis, yaxis={"range": [-0.03, 1.03]}, height=450, legend=charts.BELOW
    )


def draft_chart(tokens: Sequence[str], p: Sequence[float], q: Sequence[float]) -> go.Figure:
    """Return what of a draft's probabilities is accepted, refused, and drawn again, per token."""
    import plotly.graph_objects as go

    parts = {
        "accepted: min(p, q)": [min(a, b) for a, b in zip(p, q, strict=True)],
        "refused: q above p": [max(b - a, 0.0) for a, b in zip(p, q, strict=True)],
        "drawn instead: p above q": [max(a - b, 0.0) for a, b in zip(p, q, strict=True)],
    }
    patterns = ("", "/", "")
    figure = go.Figure([
        go.Bar(name=name, x=list(tokens), y=values, marker={
            "color": figures.PALETTE[number] if number != 1 else figures.QUIET,
            "pattern": {"shape": patterns[number]},
        })
        for number, (name, values) in enumerate(parts.items())
    ])  # fmt: skip
    return figure.update_layout(
        barmode="stack", xaxis_title="token", yaxis_title="probability", height=380
    )


def _mean(rows: pandas.DataFrame, measure: str) -> Interval:
    from workbook.sampling.experiment import BOUNDS

    return Interval.of_seeds(rows[measure].tolist(), bounds=BOUNDS.get(measure))
