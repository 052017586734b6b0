"""The table twin of a figure: the numbers that its traces hold, as a DataFrame and as plain HTML.

Reads bars, lines, points, matrices (heatmaps), pies and tables; whoever draws something else hands
over a table of their own. Long tables are cut, and say so. Left out: how a figure looks and is
shown (`workbook.core.notebook.figures`). Every lesson's figures come through here.
"""

from __future__ import annotations

import functools
import html
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

MATRICES = ("heatmap", "contour")
# Keys pressed on an element with this attribute are no commands of JupyterLab.
QUIET_KEYS = 'data-lm-suppress-shortcuts="true"'
SIGNED_ZERO = re.compile(r"(?<![\w.)\]])[-\u2212](0(?:\.0+)?)(?![\d.,]*\d|e)")
CELL = re.compile(r"<(t[dh])\b([^>]*)>(.*?)</\1>", re.DOTALL)
_ONE = r"[-+\u2212]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?%?"
INTERVAL = re.compile(rf"{_ONE} (?:±|&plusmn;) ?{_ONE}|{_ONE} \[{_ONE}, {_ONE}\]")
NUMBER = re.compile(rf"(?:{_ONE}|{INTERVAL.pattern}|nan|NaN|-?inf)(?: ?(?:[kMGT]?B|s|ms|\*))?")
SPREAD = ("±", "low", "high")  # columns of error bars
MOST_ROWS, MOST_COLUMNS = 200, 40  # a notebook stays under 1 MB, and nobody reads more


def as_table(figure: go.Figure) -> pandas.DataFrame:
    """The numbers of a figure.

    Lines, bars and points: one column per trace where the traces share their x, else long form; an
    error bar is a column of its own. A heatmap keeps its shape. ValueError if there is no number.
    """
    kinds = {
        _from_table: [trace for trace in figure.data if trace.type == "table"],
        _from_matrices: [trace for trace in figure.data if trace.type in MATRICES],
        _from_pies: [trace for trace in figure.data if trace.type == "pie"],
        _from_points: [trace for trace in figure.data if getattr(trace, "y", None) is not None],
    }
    for read, traces in kinds.items():
        if traces:
            return read(traces, figure.layout)
    raise ValueError("This figure has no x and y to tabulate; pass a DataFrame as table=...")


def escaped(text: Any) -> str:
    """Return `text` as HTML that JupyterLab shows letter by letter.

    A dollar sign gets an element of its own: two of them in one text would be a formula.
    """
    return _dollars(html.escape(str(text)))


def unsigned_zeros(text: str) -> str:
    """Return `text` without the sign of what rounds to nothing: "-0.00" and "-0%" lose it."""
    return SIGNED_ZERO.sub(r"\1", text)


def folded(frame: pandas.DataFrame, sentence: str) -> str:
    """Return the table behind a disclosure triangle: plain HTML, reachable by key, no script.

    Row labels are shown, unless they only count the rows.
    """
    import pandas as pd

    page = plain(frame, index=not isinstance(frame.index, pd.RangeIndex), missing="")
    return (
        f"<details><summary {QUIET_KEYS}>The figure as a table</summary><p>{escaped(sentence)}</p>"
        f"{page}</details>"
    )


def plain(
    frame: pandas.DataFrame, index: bool = False, decimals: str = ".4g", missing: str = "NaN"
) -> str:
    """Return the table as small HTML, cut to MOST_ROWS by MOST_COLUMNS with a sentence about it.

    Text stands at the left and numbers at the right of their column, nothing breaks inside an
    interval. index: whether the row labels are shown. decimals: how a float is written; "" leaves
    it to pandas. missing: what stands where there is no value.
    """
    form = (lambda value: f"{value:{decimals}}") if decimals else None
    page = _arranged(_cut(frame).to_html(index=index, border=0, float_format=form, na_rep=missing))
    return f"<p>{html.escape(note)}</p>{page}" if (note := _what_is_cut(frame)) else page


def text(frame: pandas.DataFrame) -> str:
    """Return the same for a terminal."""
    page = re.sub(SIGNED_ZERO, r" \1", _cut(frame).to_string())  # columns keep their width
    return "\n".join(filter(None, [page, _what_is_cut(frame)]))


def install() -> None:
    """Let a notebook show each DataFrame that ends a cell as `plain` does; elsewhere do nothing."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        formatter = shell.display_formatter.formatters["text/html"]

        def page(frame: Any) -> str:
            return plain(frame, index=True, decimals="")

        for module in ("pandas", "pandas.core.frame"):  # its home in pandas 3 and before
            formatter.for_type_by_name(module, "DataFrame", page)


def _dollars(page: str) -> str:
    return page.replace("$", "<span>$</span>")


def _arranged(page: str) -> str:
    """The HTML of pandas with its columns aligned, and without what a reader stumbles over."""
    page = re.sub(r">\s+<", "><", page).replace(' style="text-align: right;"', "")
    rows = [CELL.findall(row) for row in page.split("</tr>")]
    are_text = _text_columns(rows)
    parts = []
    for row, cells in zip(page.split("</tr>"), rows, strict=True):
        places = iter(range(len(are_text) - sum(_span(c[1]) for c in cells), len(are_text)))
        parts.append(CELL.sub(functools.partial(_cell, places=places, are_text=are_text), row))
    return "</tr>".join(parts)


def _text_columns(rows: list[list[tuple[str, str, str]]]) -> list[bool]:
    """Which columns hold words: most of their filled cells are no numbers."""
    width = max((sum(_span(c[1]) for c in cells) for cells in rows), default=0)
    words = [0] * width
    for cells in rows:
        body = bool(cells) and cells[-1][0] == "td"
        for place, (_, _, content) in enumerate(cells, width - len(cells)):
            if body and content:
                words[place] += -1 if NUMBER.fullmatch(unsigned_zeros(content)) else 1
    return [count > 0 for count in words]


def _cell(found: re.Match, places: Any, are_text: list[bool]) -> str:
    kind, attributes, content = found.groups()
    taken = [next(places) for _ in range(_span(attributes))]
    content = _dollars(unsigned_zeros(content))
    style = ["text-align:left"] * are_text[taken[0]]
    style += ["white-space:nowrap"] * bool(INTERVAL.search(content))
    look = f' style="{";".join(style)}"' if style else ""
    kind = kind if content else "td"  # an empty header is a riddle to a screen reader
    return f"<{kind}{attributes}{look}>{content}</{kind}>"


def _span(attributes: str) -> int:
    found = re.search(r'colspan="(\d+)"', attributes)
    return int(found[1]) if found else 1


def _cut(frame: pandas.DataFrame) -> pandas.DataFrame:
    return frame.iloc[:MOST_ROWS, :MOST_COLUMNS]


def _what_is_cut(frame: pandas.DataFrame) -> str:
    rows, columns = frame.shape
    parts = [f"the first {MOST_ROWS} of {rows:,} rows"] * (rows > MOST_ROWS)
    parts += [f"the first {MOST_COLUMNS} of {columns:,} columns"] * (columns > MOST_COLUMNS)
    return f"Shown: {' and '.join(parts)}." if parts else ""


def _from_table(traces: list, _layout: Any) -> pandas.DataFrame:
    import pandas as pd

    names = [_clean(name) for name in traces[0].header.values or ()]
    return pd.DataFrame(dict(zip(names, traces[0].cells.values or (), strict=False)))


def _from_pies(traces: list, _layout: Any) -> pandas.DataFrame:
    import pandas as pd

    return pd.DataFrame({"part": list(traces[0].labels), "value": list(traces[0].values)})


def _from_matrices(traces: list, layout: Any) -> pandas.DataFrame:
    import pandas as pd

    parts = []
    for number, trace in enumerate(traces, 1):
        x_axis, y_axis = _axes(trace, layout)
        rows = [list(row) for row in trace.z]
        index = pd.Index(_places(trace.y, y_axis, len(rows)), name=_title(y_axis, "y"))
        columns = map(str, _places(trace.x, x_axis, len(rows[0]) if rows else 0))
        part = pd.DataFrame(rows, index=index, columns=list(columns))
        name = _clean(trace.name) or _panel(trace, layout) or f"panel {number}"
        parts.append((name, part))
    return _stacked(parts)


def _from_points(traces: list, layout: Any) -> pandas.DataFrame:
    import pandas as pd

    lying = any(getattr(trace, "orientation", None) == "h" for trace in traces)
    x_name, y_name = _names(traces[0], layout, lying)
    panels = [_panel(trace, layout) for trace in traces]
    parts = []
    for number, trace in enumerate(traces, 1):
        x_axis, y_axis = _axes(trace, layout)
        y = _places(trace.y, y_axis, 0)
        x = _places(trace.x, x_axis, len(y))
        x, y = (y, x) if lying else (x, y)
        name = _clean(trace.name) or (y_name if len(traces) == 1 else f"{y_name} {number}")
        if len(set(panels)) > 1 and panels[number - 1]:
            name = f"{panels[number - 1]}: {name}"
        columns = {"label": _labels(trace, len(x)), y_name: y, **_error(trace, lying, y)}
        columns["z"] = list(trace.z) if trace.type == "scatter3d" else None
        columns = {key: column for key, column in columns.items() if column is not None}
        parts.append((name, pd.DataFrame(columns, index=pd.Index(x, name=x_name))))
    first = parts[0][1]
    if not all(part.index.equals(first.index) and "label" not in part for _, part in parts):
        return _stacked(parts)
    beside = [
        part.rename(columns={y_name: name} | {word: f"{name} {word}" for word in SPREAD})
        for name, part in parts
    ]
    return pd.concat(beside, axis=1).reset_index(allow_duplicates=True)


def _stacked(parts: list[tuple[str, pandas.DataFrame]]) -> pandas.DataFrame:
    """One below the other, named in a first column where there are several."""
    import pandas as pd

    frames = [frame.reset_index(allow_duplicates=True) for _, frame in parts]
    if len(frames) > 1:
        for (name, _), frame in zip(parts, frames, strict=True):
            frame.insert(0, "series", name, allow_duplicates=True)
    return pd.concat(frames, ignore_index=True)


def _axes(trace: Any, layout: Any) -> tuple[Any, Any]:
    """The trace's own axes; None for a trace that has none (3-D)."""
    names = [(getattr(trace, f"{letter}axis", None) or letter)[1:] for letter in "xy"]
    return tuple(layout[f"{letter}axis{n}"] for letter, n in zip("xy", names, strict=True))


def _panel(trace: Any, layout: Any) -> str:
    """The title above the part of the figure where a trace is drawn, "" where it has none."""
    axes = _axes(trace, layout)
    if None in axes:
        return ""
    (left, right), (_, top) = (axis.domain or (0, 1) for axis in axes)
    for note in layout.annotations:
        if (
            note.xref == note.yref == "paper"
            and not note.showarrow
            and None not in (note.x, note.y)
        ):
            if abs(note.x - (left + right) / 2) < 0.01 and abs(note.y - top) < 0.01:
                return _clean(note.text)
    return ""


def _names(trace: Any, layout: Any, lying: bool) -> tuple[str, str]:
    x, y = _axes(trace, layout)
    names = (_title(x, "x"), _title(y, "y"))
    return names[::-1] if lying else names


def _title(axis: Any, other: str) -> str:
    return _clean(axis.title.text) or other


def _places(values: Any, axis: Any, count: int) -> list:
    """Where the points are on an axis, in the words that the axis writes there."""
    values = range(count) if values is None else values
    words = dict(zip(axis.tickvals or (), axis.ticktext or (), strict=False))
    named = [words.get(value, value) for value in values] if words else list(values)
    return [_clean(value) if isinstance(value, str) else value for value in named]


def _labels(trace: Any, count: int) -> list | None:
    """What is written at each point; a bar's text only repeats its height."""
    words = getattr(trace, "text", None)
    if trace.type == "bar" or words is None or isinstance(words, str) or len(words) != count:
        return None
    return [_clean(word) for word in words]


def _error(trace: Any, lying: bool, values: list) -> dict[str, list]:
    """The columns of the error bars: ± where both sides are equal, else where each one ends."""
    bars = getattr(trace, "error_x" if lying else "error_y", None)
    above, below = getattr(bars, "array", None), getattr(bars, "arrayminus", None)
    if above is None or len(above) != len(values):
        return {}
    if below is None:
        return {"±": list(above)}
    low = [value - length for value, length in zip(values, below, strict=True)]
    high = [value + length for value, length in zip(values, above, strict=True)]
    return {"low": low, "high": high}


def _clean(words: Any) -> str:
    """Without plotly's small HTML."""
    without = re.sub(r"</?[a-z][^>]*>", "", re.sub(r"<br ?/?>", " ", str(words or "")))
    return html.unescape(without)
