"""The figures of lesson 05: each function takes plain data and gives a plotly figure.

Left out: the explorers, in `explorers.py`; the sentence for a screen reader, which is written where
a figure is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts, figures
from workbook.core.runs import Interval
from workbook.quantization.formats import FORMATS, NAMES

if TYPE_CHECKING:
    import plotly.graph_objects as go

FIELDS = ("sign", "exponent", "fraction", "integer", "index")


def bit_layout(names: Sequence[str] = NAMES) -> go.Figure:
    """Return the parts of each format as bars, one bit one unit wide; the drawn diagram."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for number, field in enumerate(FIELDS):
        widths = [dict[str, int](FORMATS[name].fields).get(field, 0) for name in names]
        short = [f"{field[0]} {width}" if width > 1 else "s" if width else "" for width in widths]
        figure.add_bar(
            name=field, y=list(names), x=widths, orientation="h", text=short,
            marker_color=charts.style(number).colour, textposition="inside",
            insidetextanchor="middle", textfont={"color": "white"}, textangle=0,
        )  # fmt: skip
    return figure.update_layout(
        barmode="stack",
        xaxis_title="bits",
        yaxis={"autorange": "reversed"},
        height=420,
        legend={"traceorder": "normal"},
    )


def density(names: Sequence[str], low: int = -12, high: int = 12) -> go.Figure:
    """Return the gap between neighbours over the number itself, for powers of two."""
    curves = {}
    for name in names:
        kind = FORMATS[name]
        points = []
        for power in range(low, high + 1):
            lowest = getattr(kind, "lowest_exponent", None)
            if lowest is None:  # integers: the gap is 1
                is_there = 0 <= power < kind.bits - 1
                gap = 1.0 / 2.0**power
            else:
                is_there = lowest - kind.fraction <= power <= _top_power(name)  # type: ignore[union-attr]
                gap = 2.0 ** (max(power, lowest) - kind.fraction - power)  # type: ignore[union-attr]
            if is_there:
                points.append((2.0**power, gap))
        curves[name] = points
    figure = charts.lines(curves, "number", "gap to the next number / number")
    return figure.update_xaxes(type="log").update_yaxes(type="log")


def _top_power(name: str) -> int:
    import math

    from workbook.quantization.formats import from_bits

    return math.frexp(from_bits(FORMATS[name].largest_code, name))[1] - 1  # type: ignore[union-attr]


def add_number_lines(
    figure: go.Figure, ends: tuple[float, float], near: Mapping[str, Sequence[float] | None]
) -> None:
    """Draw a line for each format in the second row: a tick for each of its numbers.

    ends: of the part of the line that is drawn. near: format -> its numbers there; None: too many
    for ticks, a solid line.
    """
    ticks = [(x, name) for name, values in near.items() for x in values or ()]
    figure.add_scatter(
        x=[round(x, 12) for x, _ in ticks], y=[name for _, name in ticks], mode="markers",
        name="its other numbers", row=2, col=1,
        marker={"symbol": "line-ns-open", "size": 9, "color": figures.QUIET},
    )  # fmt: skip
    dense = [name for name, values in near.items() if values is None]
    figure.add_scatter(
        x=[*ends, None] * len(dense), y=[name for name in dense for _ in range(3)], mode="lines",
        name="numbers too close to tell apart", line={"color": figures.QUIET, "width": 5},
        row=2, col=1,
    )  # fmt: skip


def add_marks(
    figure: go.Figure,
    ends: tuple[float, float],
    values: Mapping[str, float],
    name: str,
    symbol: str,
    look: int,
) -> None:
    """Mark a number on the line of each format; beyond an end: an arrow with the number.

    values: format -> its number; what is not finite is left out. look: of `core`'s `style`.
    """
    import math

    low, high = ends
    shown = {each: x for each, x in values.items() if math.isfinite(x)}
    places: list[float | None] = [min(max(x, low), high) for x in shown.values()]
    symbols, texts = [], []
    for x in shown.values():
        arrow = "triangle-left" if x < low else "triangle-right" if x > high else ""
        symbols.append(arrow or symbol)
        texts.append(f"{x:.4g}" if arrow else "")
    colour = charts.style(look).colour
    figure.add_scatter(
        x=places or [None],
        y=list(shown or values)[: len(shown) or 1], mode="markers+text", name=name, text=texts,
        textposition=[f"middle {each.removeprefix('triangle-')}" if text else "middle right"
                      for each, text in zip(symbols, texts, strict=True)] or None,
        textfont={"color": colour}, row=2, col=1,
        marker={"size": 11 + 3 * look, "color": colour, "symbol": symbols or symbol},
    )  # fmt: skip


def loss_by_bits(rows: Sequence[Mapping[str, Any]], loss: float) -> go.Figure:
    """Return the loss of each method against its bits. rows: of the part "methods"; loss: of the
    model as it is stored."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for row in sorted(rows, key=lambda row: -row["bits"]):
        if row["bits"] < 16:
            curves.setdefault(row["method"], []).append((row["bits"], row["loss"]))
    figure = charts.lines(curves, "bits", "loss, nats a token").update_yaxes(type="log")
    charts.add_reference(figure, {"as stored": loss})
    figure.update_xaxes(autorange="reversed")
    return figure.update_layout(height=540, legend=charts.BELOW)


def skills_by_bits(rows: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Return a table of shades: skills across, one row for each row of "methods" that has them.

    Each cell says the score and its 95 % interval (Wilson) over the row's cases.
    """
    asked = [row for row in rows if "skills" in row]
    names = list(asked[0]["skills"])
    values = [[row["skills"][name] for name in names] for row in asked]
    labels = [f"{row['bits']} bits, {row['method']}" for row in asked]
    text = [[_with_ends(value, row["cases"]) for value in line]
            for row, line in zip(asked, values, strict=True)]  # fmt: skip
    figure = charts.heat(values, columns=names, index=labels, text=text)
    return figure.update_layout(height=120 + 44 * len(asked))


def _with_ends(score: float, cases: int) -> str:
    share = Interval.of_share([number < round(score * cases) for number in range(cases)])
    return f"{score:.2f}<br>[{share.low:.2f}, {share.high:.2f}]"


def outlier_chart(rows: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Return the loss against the size of the planted outlier, a curve for each way to round."""
    kinds = list(rows[0]["losses"])
    curves = {kind: [(row["factor"], row["losses"][kind]) for row in rows] for kind in kinds}
    figure = charts.lines(curves, "outlier, times its channel", "loss, nats a token")
    return figure.update_xaxes(type="log").update_yaxes(type="log")


def bars_with_intervals(values: Mapping[str, float | Interval], y: str) -> go.Figure:
    """Return one bar a name; an interval gets its error bar."""
    import plotly.graph_objects as go

    from workbook.core.runs import error_bars

    spread = [
        value if isinstance(value, Interval) else Interval(value, value, value)
        for value in values.values()
    ]
    figure = go.Figure(
        go.Bar(x=list(values), y=[value.mean for value in spread], error_y=error_bars(spread))
    )
    return figure.update_layout(yaxis={"title": {"text": y}, "rangemode": "tozero"})


def courses(losses: Mapping[str, Sequence[float]], every: int = 10) -> go.Figure:
    """Return the losses of several trainings over their steps, on a logarithmic axis."""
    curves = {
        name: [(step, loss) for step, loss in enumerate(each) if step % every == 0]
        for name, each in losses.items()
    }
    return charts.lines(curves, "step", "loss", mode="lines").update_yaxes(type="log")


def histogram(values: Mapping[str, Sequence[float]], edges: Sequence[float], x: str) -> go.Figure:
    """Return counts of numbers between edges, one row of bars for each name."""
    import numpy as np
    import plotly.graph_objects as go

    figure = go.Figure()
    middles = (np.asarray(edges[1:]) + np.asarray(edges[:-1])) / 2
    for number, (name, numbers) in enumerate(values.items()):
        counts, _ = np.histogram(np.asarray(numbers), edges)
        figure.add_bar(
            name=name, x=middles, y=counts, opacity=0.75,
            marker_color=charts.style(number).colour, marker_pattern_shape="/" if number else "",
        )  # fmt: skip
    return figure.update_layout(
        barmode="overlay", bargap=0, xaxis_title=x, yaxis_title="weights",
        font={"color": figures.TEXT},
    )  # fmt: skip
