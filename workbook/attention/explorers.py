"""The explorers of lesson 01: attention by layer and head, and masks.

Each is a function that makes an `Explorer` from what it shows; the numbers come from the files of
the lesson. Those for tokens and positions are in files of their own and can be had from here.
Left out: editing weights by hand, and more than one head at a time.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from workbook.attention.charts import SHADES
from workbook.attention.dot_product import causal_mask, sliding_mask
from workbook.attention.explorers_input import tokenizer_explorer, visible
from workbook.attention.explorers_positions import position_explorer
from workbook.attention.heads import begin_ids, self_attentions, weights_of
from workbook.core.notebook.explorer import Choice, Explorer, Slider, TextInput

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

    from workbook.attention.transformer import Transformer

__all__ = ["attention_explorer", "mask_explorer", "position_explorer", "tokenizer_explorer"]

LONGEST = 40  # tokens of a sentence; more cannot be read in a figure
PLACES = 8  # tokens of the mask explorer


@dataclass(frozen=True)
class HeadView:
    """One head's weights on a sentence."""

    layer: int
    head: int
    tokens: tuple[str, ...]  # as they can be read, each with its number before it
    weights: tuple[tuple[float, ...], ...]  # query by key


class HeadViews:
    """Computes `HeadView` for a model; remembers the weights of a sentence."""

    def __init__(self, model: Transformer, tokenizer: PreTrainedTokenizerBase):
        self.model, self.tokenizer = model, tokenizer
        self.read = lru_cache(maxsize=16)(self._read)

    def __call__(self, text: str, layer: int, head: int) -> HeadView:
        """ValueError for a sentence that is empty or too long."""
        tokens, weights = self.read(text)
        rows = tuple(tuple(round(w, 3) for w in row) for row in weights[layer, 0, head].tolist())
        return HeadView(layer, head, tokens, rows)

    def _read(self, text: str) -> tuple[tuple[str, ...], Tensor]:
        if not text.strip():
            raise ValueError("Write a sentence: at least one word.")
        words = self.tokenizer.encode(text, add_special_tokens=False)
        ids = begin_ids(self.tokenizer) + words
        if len(ids) > LONGEST:
            raise ValueError(f"The sentence has {len(ids)} tokens; use at most {LONGEST}.")
        names = [f"{place} {visible(self.tokenizer.decode([i]))}" for place, i in enumerate(ids)]
        return tuple(names), weights_of(self.model, torch.tensor([ids]))


def attention_explorer(
    model: Transformer,
    tokenizer: PreTrainedTokenizerBase,
    text: str,
    layer: int = 0,
    head: int = 0,
) -> Explorer:
    """Layer, head and sentence; the weights as a table of shades, numbers on hover.

    layer, head: which to begin with.
    """
    layers = self_attentions(model)
    heads = min(layer.heads for layer in layers)
    return Explorer(
        title="Who looks where",
        compute=HeadViews(model, tokenizer),
        draw=draw_head,
        controls={
            "text": TextInput("Sentence", text),
            "layer": Slider(
                "Layer", layer, tuple(range(len(layers))), low=0, high=len(layers) - 1, step=1
            ),
            "head": Slider("Head", head, low=0, high=heads - 1, step=1),
        },
        alt=describe_head,
        table=best_keys,
    )


def draw_head(view: HeadView) -> go.Figure:
    """A row for each token that looks, a column for each that it looks at."""
    import plotly.graph_objects as go

    table = go.Heatmap(
        x=list(view.tokens),
        y=list(view.tokens),
        z=[list(row) for row in view.weights],
        zmin=0,
        zmax=1,
        colorscale=SHADES,
        xgap=1,
        ygap=1,
        hovertemplate="%{y} looks at %{x}: %{z:.2f}<extra></extra>",
        colorbar={"title": {"text": "weight"}},
    )
    figure = go.Figure(table)
    figure.update_layout(
        title=f"Layer {view.layer}, head {view.head}",
        xaxis={
            "title": {"text": "looked at"},
            "tickangle": -45,
            "type": "category",
            "showgrid": False,
        },
        yaxis={
            "title": {"text": "looks"},
            "autorange": "reversed",
            "type": "category",
            "dtick": 1,
            "tickfont": {"size": 12},
            "showgrid": False,
        },
        height=430,
    )
    return figure


def best_keys(view: HeadView) -> pandas.DataFrame:
    """The figure as a table: the key that each token looks at most."""
    import pandas as pd

    tokens = [html.unescape(token) for token in view.tokens]  # only plotly reads HTML in a label
    best = [max(range(len(row)), key=row.__getitem__) for row in view.weights]
    return pd.DataFrame(
        {
            "looks": tokens,
            "mostly at": [tokens[key] for key in best],
            "weight": [round(row[key], 2) for row, key in zip(view.weights, best, strict=True)],
        }
    )


def describe_head(view: HeadView) -> str:
    """The figure in one sentence: where the last token looks most."""
    last = view.weights[-1]
    best = max(range(len(last)), key=last.__getitem__)
    looks, at = html.unescape(view.tokens[-1]), html.unescape(view.tokens[best])
    return (
        f"Attention weights of layer {view.layer}, head {view.head}, over {len(view.tokens)} "
        f"tokens; the last, “{looks}”, looks most at “{at}”, with weight {last[best]:.2f}."
    )


# --- masks --------------------------------------------------------------------------------------


def mask_table(order: str, window: int, padding: int) -> tuple[Tensor, str]:
    """(mask `T T` for a text of 8 places whose first `padding` are empty, a sentence)."""
    if order == "causal":
        mask = causal_mask(PLACES)
    elif order == "sliding window":
        mask = sliding_mask(PLACES, window)
    else:
        mask = torch.ones(PLACES, PLACES, dtype=torch.bool)
    mask = mask & (torch.arange(PLACES) >= padding)
    empty = int((~mask.any(-1)).sum())
    sentence = f"{int(mask.sum())} of {PLACES**2} pairs may be looked at"
    return mask, f"{sentence}; {empty} rows are empty" if empty else sentence


def mask_explorer() -> Explorer:
    """Which query may look at which key: order, window, padding in front."""
    return Explorer(
        title="Masks",
        compute=mask_table,
        draw=draw_mask,
        controls={
            "order": Choice("Order", "causal", options=("everything", "causal", "sliding window")),
            "window": Slider("Window", 3, low=1, high=PLACES, step=1),
            "padding": Slider("Padding in front", 0, (0, 1, 2, 3, 4), low=0, high=PLACES, step=1),
        },
        alt=lambda data: f"A table of queries and keys: {data[1]}.",
    )


def draw_mask(data: tuple[Tensor, str]) -> go.Figure:
    """Blue where a query may look, a cross where it may not."""
    import plotly.graph_objects as go

    mask, sentence = data
    table = go.Heatmap(
        z=mask.int().tolist(),
        zmin=0,
        zmax=1,
        text=[["" if seen else "×" for seen in row] for row in mask.tolist()],
        texttemplate="%{text}",
        colorscale=SHADES,
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate="query %{y}, key %{x}<extra></extra>",
    )
    figure = go.Figure(table)
    figure.update_layout(
        title=sentence,
        xaxis={"title": {"text": "key"}, "dtick": 1, "constrain": "domain", "showgrid": False},
        yaxis={"title": {"text": "query"}, "autorange": "reversed", "dtick": 1, "scaleanchor": "x"},
        height=330,
    )
    return figure.update_yaxes(showgrid=False)
