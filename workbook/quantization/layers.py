"""Linear layers with weights in few bits, to be swapped into any model by name.

`QuantizedLinear` keeps integer codes packed in bytes and unpacks them when it is called (weights
only); `NF4Linear` does so with NF4. `quantize_model` puts them in, `weight_bytes` and `save`
measure what that saves. Left out: layers that multiply whole numbers (`int8.py`), and kernels that
never unpack. Lesson 05 explains it.

Shapes: B rows, I inputs, O outputs of a layer.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.quantization.nf4 import BLOCK, NF4, SCALE_BLOCK, Blockwise, nf4_quantize
from workbook.quantization.packing import pack, unpack
from workbook.quantization.quantizers import Quantized, Scheme, quantize
from workbook.training.modules import ALL, is_linear, replace_linears

KEPT = torch.float16  # how scales are kept in a packed layer
STORED = torch.bfloat16  # how what is not quantized is stored


def weight_of(layer: nn.Module) -> Float[Tensor, "O I"]:
    """Return the weight of a linear layer as `O I`, also where GPT-2's Conv1D keeps it turned.

    Raises ValueError for another layer.
    """
    if not is_linear(layer):
        raise ValueError(f"a {type(layer).__name__} is not a linear layer.")
    weight = layer.get_parameter("weight").detach()
    return weight if isinstance(layer, nn.Linear) else weight.T


class PackedLinear(nn.Module):
    """A linear layer whose weight is made when it is called: `weight` is a subclass's business."""

    bias: Tensor | None
    input_scale: Tensor | None

    def __init__(
        self,
        shape: torch.Size,
        bias: Float[Tensor, " O"] | None,
        input_scale: Float[Tensor, " I"] | None,
    ) -> None:
        super().__init__()
        self.out_features, self.in_features = shape
        kept = None if bias is None else bias.detach().clone()
        self.register_buffer("bias", kept)
        self.register_buffer("input_scale", input_scale)  # I; inputs are divided by it (AWQ)

    def weight(self) -> Float[Tensor, "O I"]:
        """Return the weight that the codes stand for, float32 `O I`."""
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "*rows I"]) -> Float[Tensor, "*rows O"]:
        """Return `x W^T + b`; x: any shape that ends in I."""
        if self.input_scale is not None:
            x = x / self.input_scale.to(x.dtype)
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return nn.functional.linear(x, self.weight().to(x.dtype), bias)

    def extra_repr(self) -> str:
        """Sizes, as in `nn.Linear`."""
        return f"in_features={self.in_features}, out_features={self.out_features}"


class QuantizedLinear(PackedLinear):
    """Weights as packed whole numbers of 2 to 8 bits, activations as they come."""

    packed: Tensor
    scales: Tensor
    zeros: Tensor

    def __init__(
        self,
        quantized: Quantized,
        bias: Float[Tensor, " O"] | None = None,
        input_scale: Float[Tensor, " I"] | None = None,
    ) -> None:
        super().__init__(quantized.shape, bias, input_scale)
        self.bits, self.blocks = quantized.scheme.bits, quantized.codes.shape
        self.register_buffer("packed", pack(quantized.codes, self.bits))
        self.register_buffer("scales", quantized.scales.to(quantized.scheme.scale_dtype))
        is_fixed = quantized.scheme.method != "zero_point"
        zeros = quantized.zeros[:1, :1] if is_fixed else quantized.zeros  # one for all
        self.register_buffer("zeros", zeros.to(torch.uint8))

    @classmethod
    def from_linear(cls, layer: nn.Module, scheme: Scheme) -> QuantizedLinear:
        """Return a layer rounded to nearest. Raises ValueError for what is not linear."""
        return cls(quantize(weight_of(layer), scheme), getattr(layer, "bias", None))

    def weight(self) -> Float[Tensor, "O I"]:
        """Return the weight that the codes stand for, float32 `O I`."""
        codes = unpack(self.packed, self.bits, self.blocks.numel()).reshape(self.blocks)
        weight = (codes.float() - self.zeros) * self.scales.float()
        return weight.reshape(self.out_features, self.in_features)


class NF4Linear(PackedLinear):
    """Weights in NF4, their scales quantized once more if asked: QLoRA's base model."""

    packed: Tensor

    def __init__(self, stored: NF4, bias: Float[Tensor, " O"] | None = None) -> None:
        super().__init__(stored.shape, bias, None)
        self.block, self.is_double = stored.block, isinstance(stored.absmax, Blockwise)
        self.register_buffer("packed", stored.packed)
        if isinstance(stored.absmax, Blockwise):
            self.register_buffer("scale_codes", stored.absmax.codes)
            self.register_buffer("scale_absmax", stored.absmax.absmax)
            self.register_buffer("offset", stored.offset)
        else:
            self.register_buffer("absmax", stored.absmax)

    @classmethod
    def from_linear(cls, layer: nn.Module, block: int = BLOCK, double: bool = True) -> NF4Linear:
        """Return a layer in NF4. Raises ValueError for what is not linear."""
        return cls(nf4_quantize(weight_of(layer), block, double), getattr(layer, "bias", None))

    def weight(self) -> Float[Tensor, "O I"]:
        """Return the weight that the codes stand for, float32 `O I`."""
        shape = torch.Size((self.out_features, self.in_features))
        if self.is_double:
            scales = Blockwise(
                self.get_buffer("scale_codes"), self.get_buffer("scale_absmax"), SCALE_BLOCK
            )
            offset = self.get_buffer("offset")
            return NF4(self.packed, scales, offset, shape, self.block).dequantize()
        absmax = self.get_buffer("absmax")
        return NF4(self.packed, absmax, None, shape, self.block).dequantize()


def quantize_model(
    model: nn.Module,
    how: Scheme | str | Callable[[nn.Module], nn.Module],
    targets: str | Iterable[str] = ALL,
) -> list[str]:
    """Swap the linear layers of a model for quantized ones, in place; returns their names.

    how: a `Scheme`, "nf4", or a function from a layer to the one that takes its place.
    targets: as in `training.modules.linear_names`; by default all but the output layer.
    """
    make: Callable[[nn.Module], nn.Module]
    if isinstance(how, Scheme):
        scheme = how

        def make(layer: nn.Module) -> nn.Module:
            return QuantizedLinear.from_linear(layer, scheme)

    elif isinstance(how, str):
        if how != "nf4":
            raise ValueError(f'a model is quantized by a Scheme, "nf4" or a function, not {how!r}.')
        make = NF4Linear.from_linear
    else:
        make = how
    with torch.no_grad():
        return replace_linears(model, make, targets)


def stored_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Return what a file of the model would hold: codes and scales as they are, each shared tensor
    once, and the float32 weights that were not quantized in 16 bits."""
    seen, tensors = set(), {}
    parameters = dict(model.named_parameters(remove_duplicate=False))
    for name, tensor in model.state_dict().items():
        if tensor.data_ptr() in seen and tensor.numel():
            continue
        seen.add(tensor.data_ptr())
        is_weight = name in parameters and tensor.dtype == torch.float32
        tensors[name] = tensor.to(STORED) if is_weight else tensor.contiguous()
    return tensors


def weight_bytes(model: nn.Module) -> int:
    """Return the bytes of a model's tensors in memory, each shared one once."""
    tensors = {t.data_ptr(): t.nbytes for t in model.state_dict().values()}
    return sum(tensors.values())


def save(model: nn.Module, path: Path) -> int:
    """Write `stored_tensors` as a safetensors file; returns its bytes."""
    from safetensors.torch import save_file

    save_file(stored_tensors(model), path)
    return path.stat().st_size


def load(model: nn.Module, path: Path) -> None:
    """Read such a file into a model that was quantized in the same way, in place."""
    from safetensors.torch import load_file

    tensors = load_file(path)
    result = model.load_state_dict(tensors, strict=False)
    shared = {name for name in result.missing_keys if name not in stored_tensors(model)}
    missing = sorted(set(result.missing_keys) - shared)
    if missing or result.unexpected_keys:
        names = ", ".join([*missing, *result.unexpected_keys][:3])
        raise ValueError(f"{path.name} belongs to a model quantized in another way ({names}).")
