"""The drawing of lesson 08: four ways to tune one model, and which parts of it learn in each.

It returns a figure without showing it, so that a test can read it. Left out: figures of
measurements, which are in `charts.py`, and how an adapter works (lesson 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.finetuning.remedies import RANK

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from transformers import PreTrainedModel

LABELS = 3  # of the head: positive, negative, mixed
OUTPUT = "to the next token"
HEAD = f"new: to {LABELS} labels"
ADAPTER = "adapter"
LEARNS, FROZEN = figures.PALETTE[0], "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Way:
    """One way to tune: the stack from below, and which of its parts learn."""

    parts: tuple[str, ...]
    learns: tuple[str, ...]
    weights: int  # that learn
    adapted: tuple[str, ...] = ()  # frozen parts with an adapter beside them, which learns


def ways_to_tune(model: PreTrainedModel, rank: int = RANK) -> dict[str, Way]:
    """Four ways by name, with the weights that learn in this model.

    rank: of the adapter, which is beside every linear layer of the blocks (LoRA).
    """
    from torch import nn

    blocks = next(module for module in model.modules() if isinstance(module, nn.ModuleList))
    stack = ("embeddings", f"blocks 1 to {len(blocks) - 1}", f"block {len(blocks)}", OUTPUT)
    linear = [m for m in blocks.modules() if isinstance(m, nn.Linear)]
    adapter = sum(rank * (layer.in_features + layer.out_features) for layer in linear)
    features = model.config.hidden_size
    last = sum(p.numel() for p in blocks[-1].parameters())
    return {
        "full fine-tuning": Way(stack, stack, sum(p.numel() for p in model.parameters())),
        "last block only": Way(stack, stack[2:3], last),
        "classification head": Way((*stack[:3], HEAD), (HEAD,), (features + 1) * LABELS),
        f"LoRA, rank {rank}": Way(stack, (), adapter, stack[1:3]),
    }


def tuning_diagram(ways: Mapping[str, Way]) -> go.Figure:
    """Four stacks side by side; what learns is blue and has a solid edge."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for column, (name, way) in enumerate(ways.items()):
        for row, part in enumerate(way.parts):
            if part in way.adapted:
                _box(figure, (column + 0.05, column + 0.6), row, part, False)
                _box(figure, (column + 0.65, column + 0.95), row, ADAPTER, True)
            else:
                _box(figure, (column + 0.05, column + 0.95), row, part, part in way.learns)
        _write(figure, column + 0.5, len(way.parts) + 0.3, f"<b>{name}</b>")
        _write(figure, column + 0.5, -0.25, f"{way.weights:,} weights")
    hidden = {"visible": False}
    return figure.update_layout(
        xaxis={**hidden, "range": [0, len(ways)]}, yaxis={**hidden, "range": [-0.6, 4.7]},
        height=400, margin={"l": 10, "r": 10, "b": 20},
    )  # fmt: skip


def _box(figure: go.Figure, span: tuple[float, float], row: int, part: str, learns: bool) -> None:
    figure.add_shape(
        type="rect", x0=span[0], x1=span[1], y0=row + 0.1, y1=row + 0.9,
        fillcolor=LEARNS if learns else FROZEN, opacity=0.35 if learns else 1,
        line={"color": figures.TEXT, "dash": "solid" if learns else "dot"},
    )  # fmt: skip
    text = f"{part}<br>{'learns' if learns else 'frozen'}"
    _write(figure, sum(span) / 2, row + 0.5, text)


def _write(figure: go.Figure, x: float, y: float, text: str) -> None:
    figure.add_annotation(x=x, y=y, text=text, showarrow=False, font={"size": 12})


def describe_ways(ways: Mapping[str, Way]) -> str:
    """One sentence for those who cannot see the drawing."""
    told = "; ".join(f"{name}: {_learning(way)}" for name, way in ways.items())
    return f"What learns in each of {len(ways)} ways to tune. {told}."


def _learning(way: Way) -> str:
    beside = [f"an adapter beside {part}" for part in way.adapted]
    return f"{', '.join([*way.learns, *beside])} ({way.weights:,} weights)"
