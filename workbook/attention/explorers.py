"""The explorers of lesson 01: attention by layer and head, and masks.

Each is a function that makes an `Explorer` from what it shows; the numbers come from the files of
the lesson. Those for tokens, positions and the token walk are in files of their own and can be had
from here.
Left out: editing weights by hand, and more than one head at a time.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from workbook.attention.dot_product import causal_mask, sliding_mask
from workbook.attention.explorers_input import tokenizer_explorer
from workbook.attention.explorers_positions import position_explorer
from workbook.attention.explorers_walk import walk_explorer
from workbook.attention.heads import attention_maps, begin_ids, self_attentions
from workbook.core.notebook import charts
from workbook.core.notebook.explorer import Choice, Explorer, Slider, TextInput

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from jaxtyping import Bool
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

    from workbook.attention.transformer import Transformer

__all__ = [
    "attention_explorer",
    "mask_explorer",
    "position_explorer",
    "tokenizer_explorer",
    "walk_explorer",
]

LONGEST = 40  # tokens of a sentence; more cannot be read in a figure
PLACES = 8  # tokens of the mask explorer
SLIDING, WINDOW = "sliding window", 3  # an order of the mask explorer, its width at first
CELL = 15  # pixels of a row at least, so that the label of each token can be read


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
        names = [
            f"{place} {charts.readable(self.tokenizer.decode([i]))}" for place, i in enumerate(ids)
        ]
        return tuple(names), attention_maps(self.model, torch.tensor([ids]))


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
    figure = charts.heat(
        view.weights,
        columns=view.tokens,
        index=view.tokens,
        hover="%{y} looks at %{x}: %{z:.2f}<extra></extra>",
        showscale=True,
        colorbar={"title": {"text": "weight"}},
    )
    many = len(view.tokens) > 16  # labels at a slant would lie on each other
    axis = {"type": "category", "dtick": 1, "tickfont": {"size": 10 if many else 12}}
    return figure.update_layout(
        title=f"Layer {view.layer}, head {view.head}",
        xaxis={**axis, "title": {"text": "looked at"}, "tickangle": -90 if many else -45},
        yaxis={**axis, "title": {"text": "looks"}},
        height=max(430, 200 + CELL * len(view.tokens)),
    )


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


def mask_table(order: str, window: int, padding: int) -> tuple[Bool[Tensor, "T T"], str]:
    """Return (mask `T T` for a text of 8 places whose first `padding` are empty, a sentence).

    window: keys that a query may look at, its own among them; of a sliding window only.
    """
    if order == "causal":
        mask = causal_mask(PLACES)
    elif order == SLIDING:
        mask = sliding_mask(PLACES, window)
    else:
        mask = torch.ones(PLACES, PLACES, dtype=torch.bool)
    mask = mask & (torch.arange(PLACES) >= padding)
    empty = int((~mask.any(-1)).sum())
    parts = [f"{int(mask.sum())} of {PLACES**2} pairs may be looked at"]
    parts += [f"{empty} rows are empty"] * bool(empty)
    parts += [f"a window counts only for “{SLIDING}”"] * (order != SLIDING and window != WINDOW)
    return mask, "; ".join(parts)


def mask_explorer() -> Explorer:
    """Which query may look at which key: order, window, padding in front."""
    return Explorer(
        title="Masks",
        compute=mask_table,
        draw=draw_mask,
        controls={
            "order": Choice("Order", "causal", options=("everything", "causal", SLIDING)),
            "window": Slider("Window (if sliding)", WINDOW, low=1, high=PLACES, step=1),
            "padding": Slider("Padding in front", 0, (0, 1, 2, 3, 4), low=0, high=PLACES, step=1),
        },
        alt=lambda data: f"A table of queries and keys: {data[1]}.",
    )


def draw_mask(data: tuple[Bool[Tensor, "T T"], str]) -> go.Figure:
    """Draw what `mask_table` gives: blue where a query may look, a cross where it may not."""
    mask, sentence = data
    figure = charts.heat(
        mask.int().tolist(),
        text=[["" if seen else "×" for seen in row] for row in mask.tolist()],
        hover="query %{y}, key %{x}<extra></extra>",
    )
    return figure.update_layout(
        title=sentence,
        xaxis={"title": {"text": "key"}, "dtick": 1, "constrain": "domain"},
        yaxis={"title": {"text": "query"}, "dtick": 1, "scaleanchor": "x"},
        height=330,
    )
