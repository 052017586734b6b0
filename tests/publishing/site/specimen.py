"""A small notebook with every kind of output, every kind of link, and what is awkward to show."""

from __future__ import annotations

import base64
import struct
import zlib

import nbformat
import plotly.graph_objects as go
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from workbook.core.notebook import figures
from workbook.core.notebook.explorer import Choice, Explorer, Slider

ALT = "Two bars: the second is three times the first."
WIDGET = "application/vnd.jupyter.widget-view+json"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><title>a box</title></svg>'
FRAME = """<div><style scoped>.dataframe {color: red}</style><table border="1" class="dataframe">
<thead><tr><th></th><th>a</th></tr></thead><tbody><tr><th>row</th><td>1</td></tr></tbody></table>
</div>"""
WIDE = "<table><tr>" + "".join(f"<td>wide cell {i}</td>" for i in range(30)) + "</tr></table>"
SUM = r"\sum_{i=1}^{n} " + " + ".join(rf"\frac{{x_{{{i}}}}}{{y_{{{i}}}}}" for i in range(30))

PROSE = rf"""# 77 Specimen: all that a notebook shows

It exists for the tests. **This lesson asks: is everything shown?**

## Formulas & code

Inline $\frac{{1}}{{\sqrt{{d}}}} < 1$ and, on a line of its own,

$$ \mathrm{{softmax}}(x)_i = \frac{{e^{{x_i}}}}{{\sum_j e^{{x_j}}}} $$

\begin{{align}} a &= b \\ c &= d \end{{align}}

$${SUM}$$

```python
print("a fence")
```

| a claim | a number |
|---|---|
| short | 1 |

## Twice

[another lesson](03_sampling.ipynb#3.1-Temperature), [a part](#Twice-2),
[a file of the course](../workbook/core/notebook/figures.py), [elsewhere](https://example.org/x).

![a dot](images/dot.png)

## Twice

The second of that name, with nucleus in it.
"""


def png(width: int = 25, height: int = 10) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def explorer() -> Explorer:
    def draw(height):
        figure = go.Figure(go.Bar(x=["a", "b"], y=[height, 3.0]))
        return figure.update_layout(title={"text": f"Height <b>{height:g}</b> &lt; 9"})

    control = Slider("Height & more", 2.0, (1.0, 2.0, 8.0), low=0.0, high=9.0)
    alt = "The first bar is {:g} high.".format
    return Explorer("One bar", lambda height: height, draw, {"height": control}, alt)


def chooser() -> Explorer:
    """One whose steps are words."""

    def draw(word):
        return go.Figure(go.Bar(x=list(word), y=[ord(letter) for letter in word]))

    control = Choice("Word", "cat", ("cat", "dogs"), options=("cat", "dogs"))
    return Explorer("Letters", lambda word: word, draw, {"word": control}, "Letters of {}.".format)


TOKENS = 20  # in a row of `tokens`


def panels() -> go.Figure:
    """Two panels side by side, with titles that are long for a phone."""
    from plotly.subplots import make_subplots

    titles = ("what was there before it was cut", "what is left of it when it was cut")
    figure = make_subplots(1, 2, subplot_titles=titles)
    for column in (1, 2):
        figure.add_scatter(y=[1, 2], row=1, col=column)
    return figure


def tokens() -> go.Figure:
    """A row of tokens in the cells of a heat map."""
    words = [f"token{place:02}" for place in range(TOKENS)]
    cells = go.Heatmap(z=[[0.0] * TOKENS], text=[words], texttemplate="%{text}", showscale=False)
    return go.Figure(cells)


def shown(data: dict, **metadata) -> nbformat.NotebookNode:
    return new_output("display_data", data=data, metadata=metadata)


def outputs() -> list[nbformat.NotebookNode]:
    """One of each kind."""
    picture = base64.b64encode(png()).decode()
    still, _ = figures.mimebundle(go.Figure(go.Bar(x=["a", "b"], y=[1, 3])), ALT)
    moving = explorer().static_figure()
    live, _ = figures.mimebundle(moving, moving.layout.meta["alt"])
    words = chooser().static_figure()
    choice, _ = figures.mimebundle(words, words.layout.meta["alt"])
    no_picture, _ = figures.mimebundle(go.Figure(go.Scatter(y=[1, 2])), "A line without a picture.")
    wide = [figures.mimebundle(each, "A wide figure.")[0] for each in (panels(), tokens())]
    return [
        new_output("stream", name="stdout", text="plain <text>, \x1b[31mred\x1b[0m\n"),
        new_output("execute_result", data={"text/plain": "42"}, execution_count=1),
        new_output("error", ename="E", evalue="v", traceback=["\x1b[0;31mE\x1b[0m: v"]),
        shown({"text/html": FRAME, "text/plain": "a table"}),
        shown({"text/html": WIDE, "text/plain": "wide"}),
        shown({"text/markdown": "some **bold** $x^2$", "text/plain": "x"}),
        shown({"text/latex": "$$x^3$$", "text/plain": "x"}),
        shown({"image/svg+xml": SVG, "text/plain": "A box."}),
        shown({"image/png": picture, "text/plain": "A grey picture."}),
        shown({WIDGET: {"model_id": "gone"}, "text/plain": "A widget in words."}),
        shown({**still, "image/png": picture}, **{"image/png": {"alt": ALT}}),
        shown({"text/html": "<details><summary>The figure as a table</summary>x</details>"}),
        shown({**live, "image/png": picture}),
        shown(no_picture),
        shown({**choice, "image/png": picture}),
        *(shown({**each, "image/png": picture}) for each in wide),
    ]


def notebook() -> nbformat.NotebookNode:
    code = new_code_cell(
        "# a comment\nfor i in range(3):\n    print(f'{i:>20}' * 10, 'and a long line')"
    )
    code.outputs = outputs()
    exercise = new_code_cell("@exercise('a.b')\ndef f():\n    raise NotImplementedError")
    exercise.metadata["tags"] = ["exercise"]
    return new_notebook(cells=[new_markdown_cell(PROSE), code, exercise])


def write(folder) -> None:
    """The notebook and its image, as they would lie in `notebooks/`."""
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "dot.png").write_bytes(png(5, 5))
    nbformat.write(notebook(), folder / "77_specimen.ipynb")
