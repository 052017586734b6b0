"""What a LoRA run takes in memory: estimated from shapes before it starts, and measured.

Weights, the adapter's gradients and moments, and what the forward pass keeps for the backward pass.
A frozen layer keeps less of it: its input is needed only where an adapter beside it is trained.
`MeasuredPeak` follows every tensor of a real step. Left out: sharding over devices, and models that
are not in the layout of Llama or Qwen2. Lesson 10.

Shapes: C channels, H heads of D, K key heads, F units of the feed-forward layer, V vocabulary.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any, Literal

from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from workbook.core.system.memory import (
    BYTES,
    MOMENTS,
    OVERHEAD,
    Estimate,
    Shape,
    projections,
)
from workbook.lora.counts import lora_weights
from workbook.lora.four_bit import bits_per_weight

BaseType = Literal["float32", "bfloat16", "nf4"]
ALL = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
FLOAT = 4  # bytes of the adapter's own numbers, whatever the base's type


def adapter_weights(shape: Shape, rank: int, targets: Iterable[str] = ALL) -> int:
    """Return how many weights an adapter has. Raises ValueError for a layer there is none of."""
    known = projections(shape)
    for target in targets:
        if target not in known:
            raise ValueError(f"there is no layer {target!r}; there are {', '.join(known)}.")
    return shape.layers * sum(lora_weights(*known[target], rank) for target in targets)


def estimate(
    shape: Shape,
    rank: int,
    targets: Iterable[str] = ALL,
    batch: int = 1,
    tokens: int = 512,
    base: BaseType = "float32",
    device: str = "cpu",
    loss_share: float = 1.0,
    recomputed: bool = False,
) -> Estimate:
    """Return the memory of a LoRA training step at its peak, in bytes by what they are for.

    1. The base in its type; in NF4 all but embeddings, output layer and norms.
    2. Of each adapter weight: itself, its gradient and AdamW's two moments, in float32.
    3. What each block keeps (`kept_numbers`), or with `recomputed` (activation checkpointing) one
       block's and every block's input.
    4. At the loss: log-probabilities, their gradient and the logits', 3 V numbers for each token
       that carries loss (loss_share of all).
    """
    targets = tuple(targets)
    trained = adapter_weights(shape, rank, targets)
    size = BYTES["float32" if base == "float32" else "bfloat16"]
    here = batch * tokens
    block = kept_numbers(shape, rank, targets, size)
    blocks = block + shape.layers * shape.width * size if recomputed else shape.layers * block
    loss = 3 * shape.vocabulary * FLOAT * loss_share
    return Estimate(
        weights=base_bytes(shape, base) + trained * FLOAT,
        gradients=trained * FLOAT,
        optimiser=trained * MOMENTS,
        activations=int(here * (blocks + loss)),
        overhead=OVERHEAD[device],
    )


def base_bytes(shape: Shape, base: BaseType) -> int:
    """Return the bytes of the frozen weights; in NF4 the linear layers of the blocks alone."""
    if base != "nf4":
        return shape.parameters * BYTES[base]
    linear = shape.layers * sum(o * i for o, i in projections(shape).values())
    largest = max(o * i for o, i in projections(shape).values())  # while it is multiplied with
    rest = (shape.parameters - linear + largest) * BYTES["bfloat16"]
    return int(linear * bits_per_weight() / 8) + rest


def kept_numbers(shape: Shape, rank: int, targets: tuple[str, ...], size: int) -> int:
    """Return the bytes that a token keeps in one block for the backward pass.

    Two norms keep their inputs (2 C, in float32), attention its queries, keys, values and result
    (2 H D + 2 K D), the gated feed-forward part three times F. An adapter keeps the input of its
    layer, where nothing else does, and its R numbers.
    """
    heads, keys = shape.heads * shape.head_size, shape.key_heads * shape.head_size
    kept = 2 * heads + 2 * keys + 3 * shape.inner + rank * len(targets)
    if {"q_proj", "k_proj", "v_proj"} & set(targets):
        kept += shape.width
    if {"gate_proj", "up_proj"} & set(targets):
        kept += shape.width
    if "down_proj" in targets:
        kept += shape.inner
    return kept * size + 2 * shape.width * FLOAT


class MeasuredPeak(TorchDispatchMode):
    """The most bytes that tensors held at one time within a block, the model's weights among them.

        with MeasuredPeak(model) as measured:
            step()
        measured.peak

    It sees each operation of torch on this thread and counts every piece of memory once, as long as
    something refers to it. What a kernel takes for itself and gives back is not seen.
    """

    def __init__(self, model: nn.Module | None = None) -> None:
        super().__init__()
        self.live: dict[int, int] = {}
        self.now = self.peak = 0
        for tensor in model.state_dict(keep_vars=True).values() if model else ():
            self._see(tensor)

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = function(*args, **(kwargs or {}))
        for tensor in tree_iter(out):
            if isinstance(tensor, Tensor):
                self._see(tensor)
        return out

    def _see(self, tensor: Tensor) -> None:
        memory = tensor.untyped_storage()
        key = memory.data_ptr()
        if key == 0 or key in self.live:
            return
        self.live[key] = memory.nbytes()
        self.now += memory.nbytes()
        self.peak = max(self.peak, self.now)
        weakref.finalize(memory, self._forget, key)

    def _forget(self, key: int) -> None:
        self.now -= self.live.pop(key, 0)
