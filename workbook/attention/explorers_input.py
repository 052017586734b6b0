"""The explorers of lesson 01 for what goes into a model: tokens and positions.

`explorers.py` has those for what happens inside. The numbers come from the files of the lesson;
here they get controls, a figure and a sentence. Left out: learned positions after training.
"""

from __future__ import annotations

import html
from functools import lru_cache
from typing import TYPE_CHECKING

from workbook.attention.bpe import BytePairEncoder
from workbook.attention.positions import likeness_by_distance
from workbook.core import figures
from workbook.core.explorer import Explorer, Slider, TextInput

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

# --- positions ----------------------------------------------------------------------------------

KINDS = ("sinusoidal", "rotary", "learned")


def position_curves(length: int, size: int, base: float) -> dict[str, list[float]]:
    """For each kind of positions, the likeness of two of them by distance; base: its log10."""
    return {kind: likeness_by_distance(kind, length, size, 10.0**base).tolist() for kind in KINDS}


def position_explorer() -> Explorer:
    """Dot products by distance for each kind of positions, with their base and size."""
    return Explorer(
        title="How alike two positions are",
        compute=position_curves,
        draw=draw_positions,
        controls={
            "base": Slider(
                "log10 of the base",
                4.0,
                (2.0, 3.0, 4.0, 6.0),
                low=1.0,
                high=6.0,
                step=0.5,
            ),
            "size": Slider("Channels", 64, low=8, high=256, step=8),
            "length": Slider("Distances", 48, low=16, high=512, step=16),
        },
        alt=lambda curves: (
            "Likeness of two positions half-way along the axis: "
            + ", ".join(f"{kind} {curve[len(curve) // 2]:.2f}" for kind, curve in curves.items())
        ),
        table=some_distances,
    )


def some_distances(curves: dict[str, list[float]]) -> pandas.DataFrame:
    """The curves as a table, at distances that double."""
    import pandas as pd

    table = pd.DataFrame(curves).rename_axis("distance").round(2)
    return table[[place & (place - 1) == 0 for place in table.index]].reset_index()


def draw_positions(curves: dict[str, list[float]]) -> go.Figure:
    """A curve for each kind, 1 at distance 0."""
    import plotly.graph_objects as go

    figure = go.Figure()
    styles = zip(figures.PALETTE, ("solid", "dot", "dash"), (5, 2, 1), strict=False)
    for (kind, curve), (colour, dash, width) in zip(curves.items(), styles, strict=True):
        line = {"color": colour, "dash": dash, "width": width}
        values = [round(value, 4) for value in curve]
        figure.add_scatter(name=kind, x=list(range(len(curve))), y=values, line=line, mode="lines")
    axes = {"xaxis": {"title": {"text": "distance in tokens"}}}
    return figure.update_layout(
        title="Dot product, 1 at distance 0", yaxis={"title": {"text": "likeness"}}, **axes
    )


# --- the tokenizer ------------------------------------------------------------------------------


def tokenizer_explorer(encoder: BytePairEncoder, text: str) -> Explorer:
    """The same text after more and more of the encoder's merges; at most 80 tokens of it."""
    most = len(encoder.merges)
    stages = lru_cache(maxsize=64)(encoder.after)

    def compute(text: str, merges: int) -> list[str]:
        if not text.strip():
            raise ValueError("Write a text: at least one character.")
        stage = stages(merges)
        ids = stage.encode(text)
        if len(ids) > 80:
            raise ValueError(
                f"After {merges} merges this is {len(ids)} tokens; use a shorter text."
            )
        return [visible(stage.tokens[i].decode(errors="replace")) for i in ids]

    step = max(1, most // 100)
    grid = tuple(sorted({0, *(step * n for n in (1, 3, 10, 30)), most}))
    return Explorer(
        title="From bytes to tokens",
        compute=compute,
        draw=draw_tokens,
        controls={
            "text": TextInput("Text", text),
            "merges": Slider(
                "Merges", most, tuple(n for n in grid if n <= most), low=0, high=most, step=1
            ),
        },
        alt=lambda tokens: f"{len(tokens)} tokens: {' | '.join(tokens[:12])}",
    )


def draw_tokens(tokens: list[str]) -> go.Figure:
    """A bar for each token, as high as it has characters."""
    import plotly.graph_objects as go

    colours = [figures.PALETTE[place % 2] for place in range(len(tokens))]
    place = list(range(len(tokens)))
    lengths = [len(html.unescape(token)) for token in tokens]
    figure = go.Figure(go.Bar(x=place, y=lengths, marker={"color": colours}, width=0.9))
    return figure.update_layout(
        title=f"{len(tokens)} tokens",
        xaxis={"tickvals": place, "ticktext": tokens, "tickangle": -60},
        yaxis={"title": {"text": "characters"}, "rangemode": "tozero"},
    )


def visible(token: str) -> str:
    """A token as it can be read on an axis: a space shows as ␣, a line break as ⏎."""
    return html.escape(token.replace(" ", "␣").replace("\n", "⏎")) or "(nothing)"
