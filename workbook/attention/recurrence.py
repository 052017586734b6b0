"""Why not a recurrent network: the way a signal goes, and a copy task.

A recurrent network reads one token after the other and hands everything on in one vector; attention
looks back directly. Both ways are measured in the graph that torch records for gradients: its
shortest path from an input to an output, and its longest chain of operations that must wait for
each other. The copy task asks a model to say a random string again. Left out: LSTMs, state-space
models, and the recurrent networks with attention that came in between. Lesson 01.

Shapes: B batch, T time, C channels, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Int
from torch import Tensor, nn

from workbook.attention.config import TransformerConfig
from workbook.attention.counts import parameters
from workbook.attention.transformer import Transformer
from workbook.core.runs.seeding import generator
from workbook.training import FitConfig, Loss, fit

KINDS = ("GRU", "attention")
ALPHABET = 16  # letters of the strings
START, AGAIN = ALPHABET, ALPHABET + 1  # begin a text, begin the copy


@dataclass(frozen=True)
class CopyTask:
    """One training run on strings of one length."""

    kind: str  # "GRU" or "attention"
    length: int = 16  # letters of a string
    steps: int = 300
    batch_size: int = 32  # strings, new ones at every step
    hidden_size: int = 64
    learning_rate: float = 3e-3  # peak; it rises for 30 steps, then falls to 0
    seed: int = 0

    def fit_config(self) -> FitConfig:
        """Return what the training loop is told."""
        return FitConfig(
            steps=self.steps, learning_rate=self.learning_rate, betas=(0.9, 0.999), warmup=30,
            decay_fraction=1.0, min_lr_ratio=0.0, seed=self.seed, device="cpu",
        )  # fmt: skip


class Recurrent(nn.Module):
    """Embedding, a gated recurrent unit (Cho et al. 2014), logits `B T V`.

    layers: two are about as many parameters as two blocks of attention with the same hidden size.
    """

    def __init__(self, vocabulary: int, hidden_size: int, layers: int = 2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, hidden_size)
        self.body = nn.GRU(hidden_size, hidden_size, layers, batch_first=True)
        self.out = nn.Linear(hidden_size, vocabulary)

    def forward(self, ids: Tensor) -> Tensor:
        return self.out(self.body(self.embedding(ids))[0])


def copy_model(kind: str, hidden_size: int) -> nn.Module:
    """A new model of the kind, ids `B T` to logits `B T V`."""
    if kind == "GRU":
        return Recurrent(ALPHABET + 2, hidden_size)
    if kind == "attention":
        return Transformer(
            TransformerConfig(
                ALPHABET + 2, hidden_size, layers=2, heads=4, ffn_dim=hidden_size, tied=False
            )
        )
    raise ValueError(f"there is no model {kind!r} for the copy task; use GRU or attention.")


def copy_batch(batch_size: int, length: int, source: torch.Generator) -> Int[Tensor, "B T"]:
    """Draw texts: start, a random string, again, the same string; T is 2 length + 2."""
    string = torch.randint(0, ALPHABET, (batch_size, length), generator=source)
    marks = torch.tensor([START, AGAIN]).expand(batch_size, 2)
    return torch.cat([marks[:, :1], string, marks[:, 1:], string], 1)


def train_copy(task: CopyTask) -> dict[str, float]:
    """Train a model, then copy 256 fresh strings: {"accuracy": share of letters right, ...}.

    Also the loss at the end (nats a letter) and the number of parameters. The loss is on the copy
    only.
    """
    torch.manual_seed(task.seed)
    model = copy_model(task.kind, task.hidden_size)
    fit(model, _batches(task), copy_loss, task.fit_config(), progress=False)
    fresh = copy_batch(256, task.length, generator(task.seed + 10_000))
    with torch.no_grad():
        total, letters, parts, _ = copy_loss(model.eval(), fresh)
    return {
        "accuracy": float(parts["right"]) / int(letters),
        "loss": float(total) / int(letters),
        "parameters": parameters(model),
    }


def _batches(task: CopyTask) -> Iterator[Tensor]:
    source = generator(task.seed)
    while True:
        yield copy_batch(task.batch_size, task.length, source)


def copy_loss(model: nn.Module, ids: Int[Tensor, "B T"]) -> Loss:
    """Return the cross-entropy of the copied letters, and how many are the model's first choice.

    ids: as of `copy_batch`.
    """
    half = ids.shape[1] // 2
    logits, target = model(ids[:, :-1])[:, half:], ids[:, half + 1 :]
    total = F.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="sum")
    return Loss(total, target.numel(), {"right": (logits.argmax(-1) == target).sum()})


# --- the way of a signal ------------------------------------------------------------------------


def signal_paths(kind: str, length: int, hidden_size: int = 8) -> dict[str, int]:
    """{"path": ..., "chain": ...}, in recorded operations, for one layer over `length` tokens.

    path: the fewest between the first token's input and the last token's output, so the number of
    steps that must keep a memory intact. chain: the most that must wait for each other, however
    many processors there are.
    """
    inputs = [torch.zeros(1, hidden_size, requires_grad=True) for _ in range(length)]
    if kind == "GRU":
        cell, state = nn.GRUCell(hidden_size, hidden_size), torch.zeros(1, hidden_size)
        for x in inputs:
            state = cell(x, state)
        last = state
    elif kind == "attention":
        x = torch.stack(inputs, 1)  # B T C
        last = F.scaled_dot_product_attention(x, x, x, is_causal=True)[:, -1]
    else:
        raise ValueError(f"there is no layer {kind!r}; use GRU or attention.")
    return {"path": _shortest(last, inputs[0]), "chain": _longest(last)}


def _shortest(output: Tensor, leaf: Tensor) -> int:
    """Operations on the shortest way from a leaf to the output, breadth first."""
    queue, seen = deque([(output.grad_fn, 1)]), {output.grad_fn}
    while queue:
        node, steps = queue.popleft()
        if getattr(node, "variable", None) is leaf:
            return steps - 1  # the leaf itself does nothing
        for after, _ in node.next_functions:
            if after is not None and after not in seen:
                seen.add(after)
                queue.append((after, steps + 1))
    raise ValueError("the output does not depend on this input.")


def _longest(output: Tensor) -> int:
    """Operations on the longest chain behind the output."""
    depth: dict = {}
    stack = [output.grad_fn]
    while stack:
        node = stack[-1]
        before = [each for each, _ in node.next_functions if each is not None]
        waiting = [each for each in before if each not in depth]
        if waiting:
            stack.extend(waiting)
            continue
        is_leaf = hasattr(node, "variable")
        depth[stack.pop()] = max((depth[each] for each in before), default=0) + (not is_leaf)
    return depth[output.grad_fn]
