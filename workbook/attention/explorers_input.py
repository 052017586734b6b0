"""The explorer of lesson 01 for what goes into a model: tokens.

`explorers.py` has those for what happens inside, `explorers_positions.py` that for positions. The
numbers come from `bpe.py`; here they get controls, a figure and a sentence.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from workbook.attention.bpe import BytePairEncoder
from workbook.core.notebook import charts
from workbook.core.notebook.explorer import Explorer, Slider, TextInput

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go


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
        return [charts.readable(stage.tokens[i].decode(errors="replace")) for i in ids]

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
        table=token_table,
    )


def token_table(tokens: list[str]) -> pandas.DataFrame:
    """The figure as a table: how many tokens, and the text cut into them."""
    import pandas as pd

    return pd.DataFrame({"tokens": [len(tokens)], "pieces": [" | ".join(tokens)]})


def draw_tokens(tokens: list[str]) -> go.Figure:
    """The text itself, its tokens on grounds of two colours by turns."""
    strip = charts.token_strip([(token, float(place % 2)) for place, token in enumerate(tokens)])
    return strip.update_layout(title=f"{len(tokens)} tokens")
