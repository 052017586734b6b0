"""The explorer of lesson 01 that goes with a token through the whole model, block by block.

A sentence is typed, one of its tokens followed. For each block: the shapes of all that is
computed, where each head of that token looks, how long the vectors are that attention and the
feed-forward layer put out, and what the model would say if it ended here (the logit lens). The
panels share the tokens of their x axis, so that a hover marks a token in both. For one head, the
strip at the bottom shows the query of that token and the key that it looks at most, channel by
channel, and the products that add up to their score. Left out: the numbers of the other vectors.
The computing is in `walk.py`.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from workbook.attention.heads import begin_ids
from workbook.attention.positions import rotary_embedding
from workbook.attention.walk import Walk, blocks_of, lens, walk
from workbook.core.notebook import charts, figures
from workbook.core.notebook.explorer import Explorer, Slider, TextInput

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from transformers import PreTrainedTokenizerBase

    from workbook.attention.transformer import Transformer

LONGEST = 20  # tokens; more cannot be read in a figure
SAID = 5  # of the tokens that the model would say
SIGNS = [[0, figures.PALETTE[1]], [0.5, "rgba(255,255,255,0)"], [1, figures.PALETTE[0]]]  # - 0 +


@dataclass(frozen=True)
class TokenView:
    """One block, seen from one token of a sentence."""

    block: int
    token: int  # the place of the token that is followed
    tokens: tuple[str, ...]  # as they can be read, each with its place before it
    shapes: dict[str, str]  # what is computed, in order -> its shape
    weights: tuple[tuple[float, ...], ...]  # head by key, of the token that is followed
    lengths: dict[str, tuple[float, ...]]  # vector -> its length at each token
    said: tuple[tuple[str, float], ...]  # the likeliest next tokens if the model ended here
    match: Match  # of the token's query in one head


@dataclass(frozen=True)
class Match:
    """A query, and the key that it looks at most: D channels each, as they are multiplied."""

    head: int
    key: int  # the place of that key
    scores: tuple[float, ...]  # of the query with every key up to its own place
    query: tuple[float, ...]
    looked_at: tuple[float, ...]
    products: tuple[float, ...]  # of both, times the scale of the scores: they add up to the score


class TokenViews:
    """Computes `TokenView` for a model; remembers the walk of a sentence."""

    def __init__(self, model: Transformer, tokenizer: PreTrainedTokenizerBase):
        self.model, self.tokenizer = model, tokenizer
        self.read = lru_cache(maxsize=16)(self._read)

    def __call__(self, text: str, block: int, head: int, back: int) -> TokenView:
        """back: how many tokens before the last the one stands that is followed.

        ValueError for a sentence that is empty or too long, and for a token that it has not.
        """
        tokens, way = self.read(text)
        place = len(tokens) - 1 - back
        if place < 0:
            raise ValueError(
                f"The sentence has {len(tokens)} tokens: go back at most {len(tokens) - 1}."
            )
        trace = way.blocks[block]
        parts = {
            "residual stream": trace.stream,
            "attention adds": trace.attention,
            "feed-forward adds": trace.feed_forward,
        }
        best, ids = lens(self.model, trace.stream[place]).exp().topk(SAID)
        words = [charts.readable(str(self.tokenizer.decode([i]))) for i in ids.tolist()]
        return TokenView(
            block, place, tokens, self._shapes(way, block),
            tuple(tuple(round(w, 3) for w in row) for row in trace.weights[:, place].tolist()),
            {name: tuple(part.norm(dim=-1).tolist()) for name, part in parts.items()},
            tuple(zip(words, best.tolist(), strict=True)),
            self._match(way, block, head, place),
        )  # fmt: skip

    def _match(self, way: Walk, block: int, head: int, place: int) -> Match:
        trace, layer = way.blocks[block], blocks_of(self.model)[block].attention
        query, keys = trace.q[head], trace.k[head * len(trace.k) // len(trace.q)]  # T D each
        if layer.inv_freq is not None:
            query, keys = (rotary_embedding(x, inv_freq=layer.inv_freq) for x in (query, keys))
        scale = layer.scale if layer.scale is not None else layer.head_size**-0.5
        products = scale * query[place] * keys[: place + 1]  # T D
        key = int(trace.weights[head, place].argmax())
        parts = (products.sum(-1), query[place], keys[key], products[key])
        return Match(head, key, *(tuple(float(f"{n:.4g}") for n in x.tolist()) for x in parts))

    def _read(self, text: str) -> tuple[tuple[str, ...], Walk]:
        if not text.strip():
            raise ValueError("Write a sentence: at least one word.")
        ids = begin_ids(self.tokenizer) + self.tokenizer.encode(text, add_special_tokens=False)
        if len(ids) > LONGEST:
            raise ValueError(f"The sentence has {len(ids)} tokens; use at most {LONGEST}.")
        names = [
            f"{n} {charts.readable(str(self.tokenizer.decode([i])))}" for n, i in enumerate(ids)
        ]
        return tuple(names), walk(self.model, torch.tensor([ids]))

    def _shapes(self, way: Walk, block: int) -> dict[str, str]:
        trace = way.blocks[block]
        inner = blocks_of(self.model)[block].feed_forward.up.out_features
        time = len(way.ids)
        shapes = {
            "ids": (time,),
            "embedding": way.embedded.shape,
            "q": trace.q.shape,
            "k, v": trace.k.shape,
            "weights": trace.weights.shape,
            "attention adds": trace.attention.shape,
            "feed-forward inside": (time, inner),
            "feed-forward adds": trace.feed_forward.shape,
            "logits": way.logits.shape,
        }
        return {name: " × ".join(map(str, shape)) for name, shape in shapes.items()}


def walk_explorer(model: Transformer, tokenizer: PreTrainedTokenizerBase, text: str) -> Explorer:
    """Follow one token of a sentence through the blocks of a decoder.

    model: with logits. ValueError for one without.
    """
    if not model.config.head:
        raise ValueError("the token walk needs a model with logits.")
    blocks = len(blocks_of(model))
    return Explorer(
        title="A token on its way through the model",
        compute=TokenViews(model, tokenizer),
        draw=draw_walk,
        controls={
            "text": TextInput("Sentence", text),
            "block": Slider("Block", blocks - 1, tuple(range(blocks)), low=0, high=blocks - 1,
                            step=1),
            "head": Slider("Head of the strip", 0, low=0, high=model.config.heads - 1, step=1),
            "back": Slider("Tokens before the last", 0, low=0, high=LONGEST - 1, step=1),
        },
        alt=describe_walk,
        table=walk_table,
    )  # fmt: skip


def draw_walk(view: TokenView) -> go.Figure:
    """Shapes on top; left the heads' weights and the lengths, token under token; right the lens;
    at the bottom the query and the key of one head."""
    from plotly.subplots import make_subplots

    followed = html.unescape(view.tokens[view.token])
    figure = make_subplots(
        3, 2, specs=[[{}, {"rowspan": 2}], [{}, None], [{"colspan": 2}, None]],
        column_widths=[0.68, 0.32], row_heights=[0.24, 0.49, 0.27], horizontal_spacing=0.16,
        vertical_spacing=0.17,
        subplot_titles=("where its heads look", "what it would say now", "length of the vectors",
                        _matched(view)),
    )  # fmt: skip
    charts.add_heat(
        figure,
        view.weights,
        columns=view.tokens,
        index=[f"head {head}" for head in range(len(view.weights))],
        hover="%{y} looks at %{x}: %{z:.2f}<extra></extra>",
        place={"row": 1, "col": 1},
    )
    curves = {
        name: [
            (token, float(f"{length:.3g}")) for token, length in zip(view.tokens, row, strict=True)
        ]
        for name, row in view.lengths.items()
    }
    charts.add_lines(figure, curves, row=2, col=1)
    figure.add_bar(
        x=[p for _, p in view.said], y=[f"{n} {word}" for n, (word, _) in enumerate(view.said, 1)],
        orientation="h", marker={"color": figures.PALETTE[0]}, showlegend=False,
        hovertemplate="%{y}: %{x:.3f}<extra></extra>", row=1, col=2,
    )  # fmt: skip
    _add_match(figure, view.match)
    _set_axes(figure)
    figure.update_annotations(font={"size": 13})
    _write_shapes(figure, view.shapes)
    return figure.update_layout(
        title=f"Block {view.block}, seen from “{html.escape(followed)}”",
        hovermode="x", hoversubplots="axis", height=780, margin={"t": 135, "l": 70},
        legend={"y": -0.12, "yanchor": "top"},
    )  # fmt: skip


def _matched(view: TokenView) -> str:
    """The title of the strip: whose query and key they are, and what their products add up to."""
    match = view.match
    return (
        f"head {match.head}: query of “{view.tokens[view.token]}”, key of "
        f"“{view.tokens[match.key]}”; the products add up to {match.scores[match.key]:.1f}"
    )


def _add_match(figure: go.Figure, match: Match) -> None:
    """A row for the query, the key and their products; each row has colours of its own scale."""
    rows = {"q": match.query, "k": match.looked_at, "q · k / √D": match.products}
    figure.add_heatmap(
        z=[[round(n / (max(map(abs, row)) or 1), 2) for n in row] for row in rows.values()],
        y=list(rows), zmin=-1, zmax=1, colorscale=SIGNS, showscale=False, xgap=1, ygap=3,
        customdata=list(rows.values()),
        hovertemplate="%{y}, channel %{x}: %{customdata:.3g}<extra></extra>", row=3, col=1,
    )  # fmt: skip
    figure.update_xaxes(title={"text": "channel of the head", "font": {"size": 12}}, row=3, col=1)
    figure.update_xaxes(showgrid=False, row=3, col=1)
    figure.update_yaxes(autorange="reversed", showgrid=False, row=3, col=1)
    figure.layout.yaxis.domain = (figure.layout.yaxis.domain[0] - 0.08, 1)


def _set_axes(figure: go.Figure) -> None:
    marks = {"showspikes": True, "spikemode": "across", "spikethickness": 1}
    for row in (1, 2):
        figure.update_xaxes(type="category", dtick=1, tickangle=-60, tickfont={"size": 10},
                            **marks, row=row, col=1)  # fmt: skip
    figure.update_traces(xaxis="x", selector={"type": "scatter"})  # one axis: one hover for both
    figure.layout.xaxis.update(anchor="y3", showticklabels=True)
    figure.layout.xaxis3.visible = False
    figure.update_xaxes(
        range=[0, 1], dtick=0.5, title={"text": "probability", "font": {"size": 12}}, row=1, col=2
    )
    figure.update_yaxes(autorange="reversed", row=1, col=2)
    figure.update_yaxes(rangemode="tozero", row=2, col=1)


def _write_shapes(figure: go.Figure, shapes: dict[str, str]) -> None:
    """What is computed, in order, each with its shape, in a row above the panels."""
    for number, (name, shape) in enumerate(shapes.items()):
        label = name.replace(" ", "<br>") if len(name) > 9 else name
        figure.add_annotation(
            x=(number + 0.5) / len(shapes), y=1.16, xref="paper", yref="paper", showarrow=False,
            text=f"{label}<br><b>{shape}</b>", font={"size": 10},
            xanchor="center", yanchor="top",
        )  # fmt: skip


def describe_walk(view: TokenView) -> str:
    """The figure in one sentence: where the token looks, what it would say."""
    looks = [max(range(len(row)), key=row.__getitem__) for row in view.weights]
    keys = ", ".join(f"head {h} at “{html.unescape(view.tokens[k])}”" for h, k in enumerate(looks))
    word, probability = view.said[0]
    return (
        f"Block {view.block}, token “{html.unescape(view.tokens[view.token])}”: {keys}; it would "
        f"say “{html.unescape(word)}” with probability {probability:.2f}. The products of query "
        f"and key in head {view.match.head} add up to {view.match.scores[view.match.key]:.1f}."
    )


def walk_table(view: TokenView) -> pandas.DataFrame:
    """The figure as a table: a row for each token, with what the heads give it, its score in the
    head of the strip, and the lengths."""
    import pandas as pd

    heads = {f"head {head}": row for head, row in enumerate(view.weights)}
    table = pd.DataFrame({"token": map(html.unescape, view.tokens)} | heads | view.lengths).round(2)
    hidden = [""] * (len(view.tokens) - len(view.match.scores))  # what comes after the token
    scores = [f"{score:.2f}" for score in view.match.scores]
    table.insert(1 + len(heads), f"score, head {view.match.head}", [*scores, *hidden])
    table["would say"] = ""
    words = ", ".join(f"{html.unescape(word)} {p:.2f}" for word, p in view.said)
    table.loc[view.token, "would say"] = words
    return table
