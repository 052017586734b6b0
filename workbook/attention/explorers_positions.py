"""The explorer of lesson 01 for positions: what each kind does with distance, in two panels.

On the left, how similar two places look where a position is a vector (sinusoidal, learned). On the
right, what distance does to a score where it works on scores (rotary, T5); a softmax only sees
differences, so each curve is drawn below its own best distance. Rotary is a head of the model
it is given, the learned ones are recorded runs (`learned_positions.py`). Left out: their look in a
model that is trained for long.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from workbook.attention.experiment import recorded
from workbook.attention.heads import mean_query_and_key, self_attentions
from workbook.attention.positions import mean_similarity, rotary_scores, sinusoidal_positions
from workbook.core.notebook import charts
from workbook.core.notebook.explorer import Explorer, Slider

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from jaxtyping import Int

    from workbook.attention.transformer import Transformer

LENGTH, CHANNELS = 49, 64  # distances 0 ... 48
VECTORS, SCORES = "similarity of two places", "score, below the best distance"
Curves = dict[str, dict[str, list[float]]]  # panel -> kind -> a number for each distance


class PositionCurves:
    """Computes the curves for a model's heads on a text, ids `B T`."""

    def __init__(self, model: Transformer, ids: Tensor):
        self.query, self.key = mean_query_and_key(model, ids)  # L H D each
        runs = recorded("positions")
        learned, t5 = (runs[runs.kind == kind] for kind in ("learned", "relative"))
        self.learned = {
            f"learned, {when}": torch.tensor(learned[column].tolist()).mean(0)[:LENGTH].tolist()
            for when, column in (("new", "before"), ("trained", "after"))
        }
        self.t5 = torch.tensor(t5["after"].tolist()).mean((0, 1))[:LENGTH]  # over seeds and heads

    def __call__(self, base: float, layer: int, head: int) -> Curves:
        """base: of the sinusoidal and the rotary angles."""
        clocks = mean_similarity(sinusoidal_positions(LENGTH, CHANNELS, base))
        q, k = self.query[layer, head], self.key[layer, head]
        scores = {
            f"rotary, layer {layer}, head {head}": rotary_scores(q, k, LENGTH, base),
            "T5, trained": self.t5,
        }
        below = {kind: (curve - curve.max()).tolist() for kind, curve in scores.items()}
        return {VECTORS: {"sinusoidal": clocks.tolist()} | self.learned, SCORES: below}


def position_explorer(
    model: Transformer, ids: Int[Tensor, "B T"], layer: int = 0, head: int = 0
) -> Explorer:
    """Explore similarity and scores by distance; base of the angles and head are to be chosen.

    model: with rotary positions. ids: over which its queries and keys are averaged.
    """
    if model.config.positions != "rotary":
        raise ValueError("the position explorer needs a model with rotary positions.")
    layers = self_attentions(model)
    own = 10 ** (round(2 * math.log10(model.config.rotary_base)) / 2)
    return Explorer(
        title="What positions do with distance",
        compute=PositionCurves(model, ids),
        draw=draw_positions,
        controls={
            "base": Slider(
                "Base", own, (100, 1000, 10_000, 1_000_000), low=10.0, high=1e6, step=0.5, log=True
            ),
            "layer": Slider("Layer", layer, low=0, high=len(layers) - 1, step=1),
            "head": Slider("Head", head, low=0, high=layers[0].heads - 1, step=1),
        },
        alt=describe_positions,
        table=some_distances,
    )


def some_distances(curves: Curves) -> pandas.DataFrame:
    """The curves as a table, at distances that double."""
    import pandas as pd

    columns = {
        "rotary" if kind.startswith("rotary") else kind: curve
        for panel in curves.values()
        for kind, curve in panel.items()
    }
    table = pd.DataFrame(columns).rename_axis("distance").round(2)
    return table[[place & (place - 1) == 0 for place in table.index]].reset_index()


def describe_positions(curves: Curves) -> str:
    """The figure in one sentence."""
    alike = "; ".join(f"{curve[16]:.2f} for {kind}" for kind, curve in curves[VECTORS].items())
    best = "; ".join(
        f"{_tokens(curve.index(max(curve)))} apart for {kind}"
        for kind, curve in curves[SCORES].items()
    )
    return f"Similarity of places 16 tokens apart: {alike}. The score is highest: {best}."


def _tokens(count: int) -> str:
    return f"{count} token" if count == 1 else f"{count} tokens"


def draw_positions(curves: Curves) -> go.Figure:
    """Two panels, a curve for each kind."""
    from plotly.subplots import make_subplots

    figure = make_subplots(1, len(curves), subplot_titles=list(curves), horizontal_spacing=0.1)
    for column, panel in enumerate(curves.values(), 1):
        rounded = {kind: dict(enumerate(round(y, 3) for y in c)) for kind, c in panel.items()}
        charts.add_lines(figure, rounded, mode="lines", row=1, col=column)
        figure.update_xaxes(title_text="tokens apart", row=1, col=column)
    for number, trace in enumerate(figure.data):  # no two of both panels look alike
        look = charts.style(number)
        trace.line = {"color": look.colour, "dash": look.dash}
    figure.update_yaxes(range=[-0.7, 1.05], row=1, col=1)
    figure.update_yaxes(range=[-18, 0.5], row=1, col=2)
    return figure.update_layout(legend={"y": 1.12}, margin={"t": 90}, height=370)
