"""Whole numbers times whole numbers: weights and activations in 8 bits (W8A8), and LLM.int8().

`Int8Linear` multiplies int8 matrices with `torch._int_mm` and scales the int32 result. Activations
get their scale when they come (dynamic) or beforehand from calibration (static). `LLMInt8Linear`
keeps the few input columns with outliers in floating point (Dettmers et al. 2022). Left out: fused
kernels; here each step is one torch call. Lesson 05 explains it.

Shapes: B rows, I inputs, O outputs of a layer.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import torch
from jaxtyping import Float, Int, Int8, Int32
from torch import Tensor, nn

from workbook.quantization.calibration import gather_inputs
from workbook.quantization.layers import weight_of
from workbook.training.modules import ALL, linear_names, replace

THRESHOLD = 6.0  # LLM.int8(): a column with a magnitude from here on is an outlier
LARGEST = 127
Rows = Literal["token", "tensor"]


def int8_matmul(codes: Int8[Tensor, "B I"], weight: Int8[Tensor, "O I"]) -> Int32[Tensor, "B O"]:
    """Return `codes weight^T` in int32. codes: int8 `B I`. weight: int8 `O I`.

    On a GPU `torch._int_mm` wants more than 16 rows and sizes in multiples of 8: we pad.
    """
    if not codes.is_cuda:
        return torch._int_mm(codes, weight.T)
    rows, outputs = codes.shape[0], weight.shape[0]
    codes = nn.functional.pad(codes, (0, -codes.shape[1] % 8, 0, max(0, 17 - rows)))
    weight = nn.functional.pad(weight, (0, -weight.shape[1] % 8, 0, -outputs % 8))
    return torch._int_mm(codes, weight.T.contiguous())[:rows, :outputs]


class Int8Linear(nn.Module):
    """y = (q_x q_w^T) s_x s_w + b with int8 codes of activations and weights.

    rows: who of the activations shares a scale: each token ("token", vector-wise) or all of them
    ("tensor", absmax). So for the weights: each output channel, or all. static: a scale for all
    inputs, made beforehand by `quantize_static`; None: dynamic.
    """

    codes: Tensor
    scales: Tensor
    bias: Tensor | None
    static: Tensor | None

    def __init__(self, layer: nn.Module, rows: Rows = "token", static: float | None = None) -> None:
        super().__init__()
        weight = weight_of(layer).float()
        self.out_features, self.in_features = weight.shape
        self.rows = rows
        largest = (
            weight.abs().amax(1) if rows == "token" else weight.abs().max().expand(len(weight))
        )
        scales = largest.clamp(min=1e-8) / LARGEST
        self.register_buffer("codes", (weight / scales[:, None]).round().to(torch.int8))
        self.register_buffer("scales", scales.clone())
        bias = getattr(layer, "bias", None)
        self.register_buffer("bias", None if bias is None else bias.detach().clone())
        self.register_buffer("static", None if static is None else torch.tensor(float(static)))

    def forward(self, x: Float[Tensor, "*rows I"]) -> Float[Tensor, "*rows O"]:
        """Return the layer's output; x: any shape that ends in I."""
        rows = x.reshape(-1, self.in_features)
        y = self.multiply(rows.float())
        if self.bias is not None:
            y += self.bias
        return y.to(x.dtype).reshape(*x.shape[:-1], self.out_features)

    def multiply(self, x: Float[Tensor, "B I"]) -> Float[Tensor, "B O"]:
        """Return `x W^T` for rows `B I`, float32."""
        if self.static is not None:
            scale = self.static / LARGEST
            codes = (x / scale).round_().clamp_(-LARGEST, LARGEST).to(torch.int8)
        else:
            scale = self._scale_of(x)
            codes = (x / scale).round_().to(torch.int8)
        return int8_matmul(codes, self.codes).mul(scale * self.scales)

    def _scale_of(self, x: Tensor) -> Tensor:
        if self.rows == "token" and len(x) > 1:
            return x.abs().amax(1, keepdim=True).clamp_(min=1e-8).div_(LARGEST)
        low, high = x.aminmax()  # a single row is a tensor of its own, and this is quicker
        return torch.maximum(high, -low).clamp_(min=1e-8).div_(LARGEST)


class LLMInt8Linear(Int8Linear):
    """Int8 for most columns of the input, float for those with outliers.

    Columns of a batch in which some magnitude reaches `threshold` are multiplied in floating point
    with the weights that the codes stand for, as bitsandbytes does; the rest in int8.
    """

    def __init__(self, layer: nn.Module, threshold: float = THRESHOLD) -> None:
        super().__init__(layer, "token")
        if threshold <= 0:
            raise ValueError(f"the threshold of an outlier is above 0, not {threshold}.")
        self.threshold = threshold
        self.outlier_columns = 0  # of the last batch

    def multiply(self, x: Float[Tensor, "B I"]) -> Float[Tensor, "B O"]:
        """Return `x W^T` for rows `B I`, float32."""
        columns = (x.abs().amax(0) >= self.threshold).nonzero()[:, 0]
        self.outlier_columns = len(columns)
        if not len(columns):
            return super().multiply(x)
        outliers = x[:, columns]
        weight = self.codes[:, columns].float() * self.scales[:, None]
        return super().multiply(x.index_fill(1, columns, 0.0)) + outliers @ weight.T


def quantize_static(
    model: nn.Module, batches: Sequence[Int[Tensor, "_B _T"]], targets: str | Iterable[str] = ALL
) -> None:
    """Put W8A8 layers with activation scales from calibration into a model, in place.

    batches: token ids `B T`; what is larger than anything seen there will be clipped.
    """
    names = linear_names(model, targets)
    for name, seen in gather_inputs(model, names, batches).items():
        layer = Int8Linear(model.get_submodule(name), "token", seen.largest.max().item())
        replace(model, name, layer)
