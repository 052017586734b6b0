"""An explorer of lesson 03: temperature before the filters, or after them?

transformers and this course heat first, llama.cpp by default filters first. The same settings then
keep different tokens. Left out: penalties, which every library applies before both.

Shapes: V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.core.notebook.charts import readable
from workbook.core.notebook.explorer import Choice, Explorer, Slider
from workbook.sampling import filters

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from jaxtyping import Float
    from torch import Tensor

SHOWN = 12  # bars
FILTERS = ("top-p", "min-p", "top-k")
ORDERS = ("temperature first", "filter first")


@dataclass(frozen=True)
class TwoOrders:
    """What is drawn from in both orders."""

    tokens: tuple[str, ...]  # the likeliest, likeliest first
    probs: tuple[tuple[float, ...], tuple[float, ...]]  # of them, in each order
    kept: tuple[int, int]  # tokens of the whole vocabulary that are left
    says: str  # the settings, in words


class Orders:
    """Applies temperature and one filter to fixed logits `1 V`, in both orders."""

    def __init__(self, logits: Float[Tensor, "1 V"], words: Sequence[str]):
        """words: the texts of the likeliest tokens, likeliest first."""
        self.logits, self.words = logits, tuple(words)

    def __call__(self, temperature: float, kind: str, amount: float) -> TwoOrders:
        """kind: one of FILTERS. amount: p; for top-k, k is 20 times it, rounded, at least 1."""
        k = max(1, round(20 * amount))
        cut = {
            "top-p": lambda x: filters.top_p_filter(x, amount),
            "min-p": lambda x: filters.min_p_filter(x, amount),
            "top-k": lambda x: filters.top_k_filter(x, k),
        }[kind]
        heated = filters.apply_temperature(self.logits, temperature)
        both = cut(heated), filters.apply_temperature(cut(self.logits), temperature)
        order = self.logits[0].topk(len(self.words)).indices
        probs = tuple(tuple(each.softmax(-1)[0, order].tolist()) for each in both)
        size = f"{k}" if kind == "top-k" else f"{amount:g}"
        return TwoOrders(
            tokens=tuple(map(readable, self.words)),
            probs=(probs[0], probs[1]),
            kept=(int(both[0].isfinite().sum()), int(both[1].isfinite().sum())),
            says=f"T = {temperature:g}, {kind} {size}",
        )


def draw(data: TwoOrders) -> go.Figure:
    """Two bars per token, one for each order."""
    import plotly.graph_objects as go

    place = list(range(len(data.tokens)))
    figure = go.Figure([
        go.Bar(name=f"{name}: {_stay(kept)}", x=place, y=list(probs),
               marker={"color": figures.PALETTE[number]})
        for number, (name, kept, probs) in enumerate(
            zip(ORDERS, data.kept, data.probs, strict=True))
    ])  # fmt: skip
    return figure.update_layout(
        title={"text": data.says},
        xaxis={"tickvals": place, "ticktext": list(data.tokens), "tickangle": -35},
        yaxis={"title": {"text": "probability"}, "range": [0, 1.02]},
        height=400,
    )


def describe(data: TwoOrders) -> str:
    """The figure in one sentence."""
    told = "; ".join(
        f"{name}, {_stay(kept)} and {data.tokens[0]} has probability {probs[0]:.2f}"
        for name, kept, probs in zip(ORDERS, data.kept, data.probs, strict=True)
    )
    return f"{data.says}: {told}."


def _stay(kept: int) -> str:
    return "1 token stays" if kept == 1 else f"{kept:,} tokens stay"


def order_table(data: TwoOrders) -> pandas.DataFrame:
    """A row for each order: how many tokens stay, and the probabilities of the likeliest."""
    import pandas as pd

    rows = [
        (name, kept, *probs)
        for name, kept, probs in zip(ORDERS, data.kept, data.probs, strict=True)
    ]
    tokens = map(html.unescape, data.tokens)  # a table escapes them itself
    return pd.DataFrame(rows, columns=["order", "tokens that stay", *tokens])


def order_explorer(logits: Float[Tensor, "1 V"], words: Sequence[str]) -> Explorer:
    """Both orders side by side; without a kernel, a slider for the temperature.

    logits: `1 V`. words: the texts of the likeliest tokens, likeliest first.
    """
    return Explorer(
        title="Temperature first, or the filter?",
        compute=Orders(logits, words[:SHOWN]),
        draw=draw,
        controls={
            "temperature": Slider(
                "Temperature", 1.6, (0.4, 0.7, 1.0, 1.3, 1.6, 2.0), low=0.2, high=2.4, step=0.1
            ),
            "kind": Choice("Filter", FILTERS[0], options=FILTERS),
            "amount": Slider("p (top-k: 20 times p)", 0.9, low=0.05, high=1.0, step=0.05),
        },
        alt=describe,
        table=order_table,
    )
