"""What the layers of a model get to see: statistics of their inputs over a few texts.

GPTQ wants X^T X, AWQ the mean magnitude of each input, static activation scales the largest one;
`gather_inputs` makes all three in one pass. Left out: choosing the texts. Lesson 05 says when
calibration is needed at all.

Shapes: B batch, T time, I inputs of a layer.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


@dataclass
class InputStatistics:
    """Of all rows that a layer got."""

    hessian: Tensor  # I I, float64: the mean of x x^T
    magnitude: Tensor  # I: the mean of |x|
    largest: Tensor  # I: the largest |x|
    rows: int


@contextmanager
def watch_inputs(
    model: nn.Module, names: Iterable[str], see: Callable[[str, Float[Tensor, "*rows I"]], None]
) -> Iterator[None]:
    """Call `see(name, inputs)` for every call of the named layers while the block runs.

    The inputs come as they are, `... I`.
    """
    handles = []
    for name in names:

        def hook(_module: nn.Module, given: tuple, name: str = name) -> None:
            see(name, given[0].detach())

        handles.append(model.get_submodule(name).register_forward_pre_hook(hook))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def gather_inputs(
    model: nn.Module, names: Sequence[str], batches: Sequence[Int[Tensor, "_B _T"]]
) -> dict[str, InputStatistics]:
    """Return the statistics of each named layer's inputs, over token ids `B T` read as they are.

    Raises ValueError without a batch.
    """
    if not batches:
        raise ValueError("calibration needs at least one batch of token ids.")
    sums: dict[str, InputStatistics] = {}

    def see(name: str, x: Tensor) -> None:
        rows = x.reshape(-1, x.shape[-1]).float()
        sizes = rows.abs()
        part = InputStatistics((rows.T @ rows).double(), sizes.sum(0), sizes.amax(0), len(rows))
        if name in sums:
            past = sums[name]
            part = InputStatistics(
                past.hessian + part.hessian,
                past.magnitude + part.magnitude,
                torch.maximum(past.largest, part.largest),
                past.rows + part.rows,
            )
        sums[name] = part

    with watch_inputs(model, names, see), torch.no_grad():
        for ids in batches:
            model(ids)
    return {
        name: InputStatistics(s.hessian / s.rows, s.magnitude / s.rows, s.largest, s.rows)
        for name, s in sums.items()
    }


def block_by_block(names: Sequence[str]) -> list[list[str]]:
    """Return the names of layers in groups, one for each numbered block: model.layers.0, ..."""

    def block(name: str) -> str:
        numbered = re.match(r".*?\.\d+\.", f"{name}.")
        return numbered.group() if numbered else name

    return [list(group) for _, group in groupby(names, block)]


def output_error(
    weight: Float[Tensor, "O I"], kept: Float[Tensor, "O I"], hessian: Float[Tensor, "I I"]
) -> float:
    """Return the squared error of a layer's output as a share of the output's square.

    weight, kept: `O I`, before and after. hessian: `I I`, of the layer's inputs.
    """
    gap, whole = (kept - weight).double(), weight.double()
    return (((gap @ hessian) * gap).sum() / ((whole @ hessian) * whole).sum()).item()
