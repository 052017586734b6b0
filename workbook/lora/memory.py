"""What a LoRA run takes in memory: estimated from shapes before it starts, and measured.

The sums are those of `workbook.core.system.memory`, on a base in 32, 16 or 4 bits. A frozen layer
keeps less for the backward pass: its input is needed only where an adapter beside it is trained.
`MeasuredPeak` follows every tensor of a real step. Left out: sharding over devices, and models that
are not in the layout of Llama or Qwen2. Lesson 10.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any, Literal

from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from workbook.core.system import memory
from workbook.core.system.memory import BYTES, Estimate, Shape, projections
from workbook.lora.four_bit import bits_per_weight

BaseType = Literal["float32", "bfloat16", "nf4"]
ALL = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def estimate(
    shape: Shape,
    rank: int,
    targets: Iterable[str] = ALL,
    batch_size: int = 1,
    seq_len: int = 512,
    base: BaseType = "float32",
    device: str = "cpu",
    loss_share: float = 1.0,
    recompute: bool = False,
) -> Estimate:
    """Return the memory of a LoRA training step at its peak, in bytes by what they are for.

    loss_share: of the tokens, those that carry loss. recompute: activation checkpointing.
    """
    size = BYTES["float32" if base == "float32" else "bfloat16"]
    frozen = base_bytes(shape, base)
    return memory.adapter_training(
        shape, rank, targets, batch_size, seq_len, frozen, size, device, loss_share, recompute
    )


def base_bytes(shape: Shape, base: BaseType) -> int:
    """Return the bytes of the frozen weights; in NF4 the linear layers of the blocks alone."""
    if base != "nf4":
        return shape.parameters * BYTES[base]
    sizes = [outputs * inputs for outputs, inputs in projections(shape).values()]
    kept = memory.quantized_bytes(shape.parameters, shape.layers * sum(sizes), bits_per_weight())
    return int(kept) + max(sizes) * BYTES["bfloat16"]  # the largest while it is multiplied with


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
