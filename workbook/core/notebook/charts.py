"""The few kinds of figure that every lesson draws: curves, tables of shades, strips of tokens.

    lines({"top-p": {0.5: Interval(...), 0.9: Interval(...)}}, "p", "share right", {"guess": 0.1})
    heat(weights.tolist(), columns=keys, index=queries)
    token_strip([("The", 0.0), (" cat", 1.0)])

Each gives a plotly figure without showing it; the `add_` functions draw into a panel of a figure
that is there. No two curves of a figure share colour, dash and symbol, however many there are.
Left out: the theme and how a figure is shown (`figures.py`), and charts of one lesson alone.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook.core.notebook import figures
from workbook.core.runs import Interval, error_bars

if TYPE_CHECKING:
    import plotly.graph_objects as go

    Value = float | Interval
    Curve = Mapping[Any, Value] | Sequence[tuple[Any, Value]]  # x -> y, or pairs where x repeats
    Pieces = Sequence[
        tuple[str | None, float | None]
    ]  # text and level of each token; None: no token

SHADES = [[0, "rgba(0,114,178,0.03)"], [1, figures.PALETTE[0]]]  # of weights and shares, 0 to 1
LEVELS = [[0, "#eeeeee"], [0.5, "#f6c998"], [1, "#b9d9ee"]]  # behind tokens: grey, orange, blue
# Of curves: the palette, then violet, purple and rose grey, which keep its rules (see its tests).
COLOURS = (*figures.PALETTE, "#5010e0", "#701090", "#a08080")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "pentagon")
ACROSS = ("dash", "dot", "dashdot", "longdash")  # of reference lines; a curve's come in colours
# Where the names of reference lines stand that are close to each other, the lowest line's first.
ENDS = (
    ("top right",), ("bottom right", "top right"), ("bottom right", "top left", "top right"),
    ("bottom right", "bottom left", "top left", "top right"),
)  # fmt: skip
BELOW = {"y": -0.22, "yanchor": "top"}  # where a legend of several rows does not touch the title
NEAR = 0.08  # of the axis: names of lines that are closer would lie on each other
ROW_LETTERS = 84  # in a row of a strip, at the size of its letters and the width of a page
VISIBLE = str.maketrans({" ": "␣", "\n": "⏎", "\t": "⇥"})


class Style(NamedTuple):
    """What tells one curve from the others."""

    colour: str
    dash: str
    symbol: str


def style(number: int) -> Style:
    """Return the look of a figure's curve `number`, counted from 0; 40 in a row differ."""
    turn, place = divmod(number, len(COLOURS))
    dash = figures.DASHES[(number + turn) % len(figures.DASHES)]
    return Style(COLOURS[place], dash, SYMBOLS[number % len(SYMBOLS)])


def readable(token: str) -> str:
    """Return a token as plotly can write it: a space shows as ␣, a line break as ⏎."""
    return html.escape(token.translate(VISIBLE)) or "(nothing)"


def lines(
    curves: Mapping[str, Curve],
    x: str,
    y: str,
    reference: Mapping[str, float] | None = None,
    mode: str = "lines+markers",
) -> go.Figure:
    """Return a figure with a line for each curve.

    Args:
        curves: name -> the curve; where its values are intervals, they get error bars.
        x, y: titles of the axes.
        reference: what to compare with -> its value, drawn across and named.
        mode: of plotly: "lines", "markers" or both.
    """
    import plotly.graph_objects as go

    figure = go.Figure(layout={"xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}})
    add_lines(figure, curves, mode=mode)
    add_reference(figure, reference or {})
    return figure


def add_lines(
    figure: go.Figure,
    curves: Mapping[str, Curve],
    mode: str = "lines+markers",
    labels: Mapping[str, Sequence[str]] | None = None,
    **trace: Any,
) -> None:
    """Draw a line for each curve. labels: name -> what a hover says of each point.

    trace: what all of them have, such as `row`, `col`, `showlegend`.
    """
    for number, (name, curve) in enumerate(curves.items()):
        look = style(number)
        pairs = list(curve.items() if isinstance(curve, Mapping) else curve)
        spread = [value for _, value in pairs if isinstance(value, Interval)]
        figure.add_scatter(
            name=name,
            x=[place for place, _ in pairs],
            y=[value.mean if isinstance(value, Interval) else value for _, value in pairs],
            error_y=error_bars(spread) if spread and len(spread) == len(pairs) else None,
            text=list(labels[name]) if labels else None,
            line={"color": look.colour, "dash": look.dash},
            marker={"symbol": look.symbol, "size": 8},
            mode=mode,
            **trace,
        )


def add_reference(figure: go.Figure, reference: Mapping[str, float], axis: str = "y") -> None:
    """Draw a named line across the figure at each value of an axis, "x" or "y".

    Names that would lie on each other stand at different ends and sides of their lines. On a
    logarithmic axis, give the axis its type first: plotly places names there by log10 of a value.
    """
    is_log = figure.layout[f"{axis}axis"].type == "log"
    draw = figure.add_hline if axis == "y" else figure.add_vline
    ends = _ends(figure, reference, axis)
    for number, (name, value) in enumerate(reference.items()):
        draw(
            value,
            line={"dash": ACROSS[number % len(ACROSS)], "color": figures.QUIET},
            annotation={
                "text": f"{name}: {value:.2f}",
                "font": {"color": figures.TEXT},
                "bgcolor": figures.PAPER,
            },
            annotation_position=ends[name],
        )
        if is_log:
            figure.layout.annotations[-1][axis] = math.log10(value)


def _ends(figure: go.Figure, reference: Mapping[str, float], axis: str) -> dict[str, str]:
    """Where the name of each line stands, so that close ones do not lie on each other."""
    drawn = [number for trace in figure.data for number in _numbers(getattr(trace, axis, None))]
    drawn += reference.values()
    near = NEAR * (max(drawn) - min(drawn)) if drawn else 0
    groups: list[list[str]] = []
    for name in sorted(reference, key=reference.__getitem__):
        close = groups and reference[name] - reference[groups[-1][-1]] <= near
        if close and len(groups[-1]) < len(ENDS):
            groups[-1].append(name)
        else:
            groups.append([name])
    ends = {
        name: end for group in groups for name, end in zip(group, ENDS[len(group) - 1], strict=True)
    }
    for (name,) in (group for group in groups if len(group) == 1 and axis == "y"):
        ends[name] = _free_end(figure, reference[name], near)
    return ends


def _free_end(figure: go.Figure, value: float, near: float) -> str:
    """The first place for a line's name where no curve begins or stops; "top right" if none is."""
    taken: dict[str, list[float]] = {"left": [], "right": []}
    for trace in figure.data:
        if numbers := _numbers(getattr(trace, "y", None)):
            taken["left"].append(numbers[0])
            taken["right"].append(numbers[-1])
    for place in ("top right", "bottom right", "top left", "bottom left"):
        above, side = place.split()
        middle = value + (near / 2 if above == "top" else -near / 2)
        if all(abs(each - middle) > near for each in taken[side]):
            return place
    return "top right"


def _numbers(values: Any) -> list[float]:
    return [
        value for value in ([] if values is None else values) if isinstance(value, (int, float))
    ]


def heat(rows: Sequence[Sequence[float | None]], **settings: Any) -> go.Figure:
    """Return a table of shades, the first row at the top. settings: as for `add_heat`."""
    import plotly.graph_objects as go

    figure = go.Figure()
    add_heat(figure, rows, **settings)
    return figure


def add_heat(
    figure: go.Figure,
    rows: Sequence[Sequence[float | None]],
    columns: Sequence[str] | None = None,
    index: Sequence[str] | None = None,
    text: Sequence[Sequence[str]] | None = None,
    hover: str | None = None,
    gaps: tuple[int, int] = (1, 1),
    colours: Sequence[Sequence[Any]] = tuple(SHADES),
    place: Mapping[str, int] | None = None,
    **trace: Any,
) -> None:
    """Draw a table of shades from 0 to 1, without lines of a grid that shine through.

    Args:
        rows: numbers from 0 to 1; None leaves a cell empty.
        columns, index: names of the columns and of the rows, each of its own.
        text: what is written into each cell.
        hover: plotly's template of the hover; by default row, column and number.
        gaps: pixels between cells, across and down.
        place: `row` and `col` of the panel.
    """
    written = {"text": [list(row) for row in text], "texttemplate": "%{text}"} if text else {}
    figure.add_heatmap(
        z=[list(row) for row in rows],
        x=None if columns is None else list(columns),
        y=None if index is None else list(index),
        zmin=0,
        zmax=1,
        colorscale=[list(stop) for stop in colours],
        hovertemplate=hover or "%{y}, %{x}: %{z:.3f}<extra></extra>",
        xgap=gaps[0],
        ygap=gaps[1],
        **{"showscale": False, **written, **trace},
        **(place or {}),
    )
    bare = {"showgrid": False, "zeroline": False}
    figure.update_xaxes(bare, **(place or {}))
    figure.update_yaxes({**bare, "autorange": "reversed"}, **(place or {}))


def token_strip(pieces: Pieces | Mapping[str, Pieces]) -> go.Figure:
    """Return tokens in reading order, each on a ground that says what it is.

    pieces: (text for plotly, level) of each token; the level is 0 for grey, 0.5 for orange, 1 for
        blue. A mapping of names to such rows puts them below each other, token under token.
    """
    if isinstance(pieces, Mapping):
        rows, names = [list(row) for row in pieces.values()], list(pieces)
    else:
        rows, names = _wrapped(pieces), None
    width = max(map(len, rows), default=0)
    empty: tuple[str | None, float | None] = (None, None)
    filled = [[*row, *[empty] * (width - len(row))] for row in rows]
    figure = heat(
        [[None if word is None else level for word, level in row] for row in filled],
        index=names,
        text=[[word or "" for word, _ in row] for row in filled],
        textfont={"size": 13, "color": figures.TEXT},
        gaps=(2, 8),
        colours=LEVELS,
        hover="%{text}<extra></extra>",
    )
    return figure.update_layout(
        height=120 + 45 * len(rows), xaxis={"visible": False}, yaxis={"visible": names is not None}
    )


def _wrapped(
    pieces: Iterable[tuple[str | None, float | None]],
) -> list[list[tuple[str | None, float | None]]]:
    """The tokens in rows, as many in each as can be read: all cells have one width."""
    pieces = list(pieces)
    longest = max((len(html.unescape(word or "")) for word, _ in pieces), default=1)
    columns = max(4, min(24, ROW_LETTERS // (longest + 1)))
    return [pieces[start : start + columns] for start in range(0, len(pieces), columns)]
