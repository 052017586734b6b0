"""What attention costs as texts grow: seconds of computing and bytes held at once, measured.

Three ways to the same result: all scores at once (naive), a chunk at a time, and torch's fused
kernel. Time is processor time of this process, which other programs hardly disturb; memory is that
of all tensors on top of the inputs, at its peak. A power law is fitted to each. Left out: the
backward pass, and on a CPU the scratch space within an operation. Lesson 01.

Shapes: B batch, T time, C channels, H heads, D head size.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from workbook.attention.dot_product import (
    chunked_attention,
    fused_attention,
    scaled_dot_product_attention,
)
from workbook.core.runs.seeding import generator

if TYPE_CHECKING:
    import pandas

WAYS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "naive": scaled_dot_product_attention,
    "chunked": lambda q, k, v: chunked_attention(q, k, v, chunk=256),
    "fused": fused_attention,
}

MEASURES = ("seconds", "bytes")


class PowerLaw(NamedTuple):
    """value = factor * length ** exponent, by least squares on logarithms."""

    exponent: float
    error: float  # standard error of the exponent
    factor: float

    def __str__(self) -> str:
        return f"{self.exponent:.2f} ± {self.error:.2f}"


def measure(
    lengths: Sequence[int],
    ways: Sequence[str] = tuple(WAYS),
    heads: int = 1,
    head_size: int = 64,
    repeats: int = 3,
    device: str = "cpu",
    progress: Callable = lambda lengths: lengths,
) -> pandas.DataFrame:
    """A row per way and length: seconds (the best of the repeats) and bytes at the peak.

    heads: all in one batch of one text. The first, untimed call also measures the memory. A CPU
    computes in one thread: with more, the time in which they wait for each other would count.
    """
    import pandas as pd

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rows = _measured(progress(lengths), ways, heads, head_size, repeats, device)
    finally:
        torch.set_num_threads(threads)
    return pd.DataFrame(rows)


def _measured(
    lengths: Iterable[int],
    ways: Sequence[str],
    heads: int,
    head_size: int,
    repeats: int,
    device: str,
) -> list[dict]:
    rows = []
    for length in lengths:
        shape = (1, heads, length, head_size)
        inputs = [torch.randn(shape, generator=generator(place)).to(device) for place in range(3)]
        for way in ways:
            with torch.no_grad():
                peak = peak_bytes(lambda way=way, inputs=inputs: WAYS[way](*inputs), device)
                times = [_seconds(WAYS[way], inputs, device) for _ in range(repeats)]
            rows.append({"way": way, "length": length, "seconds": min(times), "bytes": peak})
    return rows


def _seconds(way: Callable, inputs: list[Tensor], device: str) -> float:
    """Processor seconds of one call; a CUDA device's own clock; else elapsed time."""
    kind = torch.device(device).type
    if kind == "cuda":
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        way(*inputs)
        end.record()
        torch.cuda.synchronize()
        return start.elapsed_time(end) / 1000
    clock = time.process_time if kind == "cpu" else time.perf_counter
    _wait_for(kind)
    start = clock()
    way(*inputs)
    _wait_for(kind)
    return clock() - start


def _wait_for(kind: str) -> None:
    """Until an accelerator that is no CUDA device (Apple's mps) has done what it was given."""
    if kind != "cpu":
        torch.accelerator.synchronize()


def peak_bytes(function: Callable[[], object], device: str = "cpu") -> int:
    """The most bytes of tensors that `function` held at one time, its result included."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        function()
        return torch.cuda.max_memory_allocated() - before
    with _Held() as held:
        kept = function()
    del kept
    return held.peak


class _Held(TorchDispatchMode):
    """Adds up the storages that operations have made and nobody has let go, after each operation.

    torch's profiler would also see scratch space within an operation, but it writes to stderr.
    """

    def __init__(self):
        super().__init__()
        self.alive: dict[StorageWeakRef, int] = {}
        self.peak = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        given = {StorageWeakRef(each.untyped_storage()) for each in _tensors((args, kwargs))}
        self.alive = {ref: size for ref, size in self.alive.items() if not ref.expired()}
        for tensor in _tensors(result):
            storage = tensor.untyped_storage()
            ref = StorageWeakRef(storage)
            if ref not in given:  # otherwise a view of something counted already, or of an input
                self.alive[ref] = storage.nbytes()
        self.peak = max(self.peak, sum(self.alive.values()))
        return result


def _tensors(tree: object) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def fit(lengths: Sequence[float], values: Sequence[float]) -> PowerLaw:
    """The power law through the points; ValueError for fewer than three, or values not positive."""
    from scipy.stats import linregress

    if len(lengths) < 3 or min(*lengths, *values) <= 0:
        raise ValueError("a power law needs at least three points, all of them positive.")
    line = linregress([math.log(x) for x in lengths], [math.log(y) for y in values])
    return PowerLaw(line.slope, line.stderr, math.exp(line.intercept))


def layer_operations(kind: str, length: int, hidden_size: int) -> dict[str, int]:
    """Multiplications of one layer over a text, {"weights": ..., "pairs": ...}; no biases.

    Attention: four projections at every token, and T x T x C twice. GRU: six C x C matrices at
    every token, no pairs. (Vaswani et al. 2017, Table 1, gives T^2 C and T C^2.) ValueError for
    another kind.
    """
    if kind not in ("attention", "GRU"):
        raise ValueError(f"there is no layer {kind!r}; use attention or GRU.")
    matrices, pairs = (4, 2 * length**2 * hidden_size) if kind == "attention" else (6, 0)
    return {"weights": matrices * length * hidden_size**2, "pairs": pairs}


def counted_operations(kind: str, length: int, hidden_size: int) -> int:
    """The sum of `layer_operations`, counted by torch while a layer runs on the meta device."""
    from torch.utils.flop_counter import FlopCounterMode

    from workbook.attention.layers import MultiHeadAttention

    counter = FlopCounterMode(display=False)
    with torch.device("meta"), counter:
        x = torch.zeros(1, length, hidden_size)
        if kind == "attention":
            MultiHeadAttention(hidden_size, 1)(x)
        else:
            cell, state = (
                nn.GRUCell(hidden_size, hidden_size, bias=False),
                torch.zeros(1, hidden_size),
            )
            for token in x.unbind(1):
                state = cell(token, state)
    return counter.get_total_flops() // 2  # an addition goes with each multiplication
