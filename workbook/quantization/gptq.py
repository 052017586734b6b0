"""GPTQ: round one input column after the other and let the others make up for it.

Minimises the squared error of a layer's output, not of its weights (Frantar et al. 2023, algorithm
1): with H = X^T X of the layer's inputs, the error of column i is spread over the columns that are
still to come, in the proportions that the inverse of H gives. Left out: the order by activation and
the batching of updates, which change the speed and little else. Lesson 05 explains it.

Shapes: I inputs, O outputs of a layer, n rows of inputs.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbook.quantization.calibration import block_by_block, gather_inputs, output_error
from workbook.quantization.layers import QuantizedLinear, weight_of
from workbook.quantization.quantizers import Quantized, Scheme, choose_scales, encode
from workbook.training.modules import ALL, linear_names, replace

DAMPING = 0.01  # share of the mean diagonal that is added to H, so that it has an inverse


def gptq_quantize(
    weight: Float[Tensor, "O I"],
    hessian: Float[Tensor, "I I"],
    scheme: Scheme,
    damping: float = DAMPING,
) -> Quantized:
    """Return the codes of a weight `O I` that keep the layer's output closest.

    1. Damp H, and take the upper Cholesky factor U of its inverse.
    2. For each column: at a group's first column choose the group's scales from what is there now.
    3. Round the column; divide its error by U[i, i].
    4. Take the error times U[i, i+1:] off the columns to come.

    hessian: `I I`, of the layer's inputs. damping: a share of its mean diagonal.

    Raises ValueError for "tensor" scales, which no order of columns can keep.
    """
    if scheme.per == "tensor":
        raise ValueError('GPTQ chooses scales per "channel" or group, not per "tensor".')
    outputs, inputs = weight.shape
    group = inputs if scheme.per == "channel" else int(scheme.per)
    if inputs % group:
        raise ValueError(f"groups of {group} do not fill a last dimension of {inputs}.")
    left = weight.double().clone()
    upper = _inverse_factor(hessian.double(), damping)  # 1
    codes = torch.empty(outputs, inputs, dtype=torch.uint8, device=weight.device)
    scales, zeros = [], []
    for i in range(inputs):
        if i % group == 0:  # 2
            scale, zero = choose_scales(left[:, i : i + group].float(), scheme)
            scales.append(scale)
            zeros.append(zero)
        column = left[:, i : i + 1]
        codes[:, i : i + 1] = encode(column.float(), scales[-1], zeros[-1], scheme)
        kept = (codes[:, i : i + 1].double() - zeros[-1]) * scales[-1]
        error = (column - kept) / upper[i, i]  # 3
        left[:, i + 1 :] -= error * upper[i, i + 1 :]  # 4
    blocks = codes.reshape(-1, group)
    scale, zero = (torch.cat(parts, 1).reshape(-1, 1).float() for parts in (scales, zeros))
    return Quantized(blocks, scale, zero, weight.shape, scheme)


def gptq_model(
    model: nn.Module,
    batches: Sequence[Int[Tensor, "_B _T"]],
    scheme: Scheme,
    targets: str | Iterable[str] = ALL,
) -> dict[str, float]:
    """Quantize the linear layers of a model one after the other, in place.

    A block is calibrated on what it gets from the blocks before it, which are quantized already.
    batches: token ids `B T`. Returns each layer's `output_error`.
    """
    errors = {}
    for names in block_by_block(linear_names(model, targets)):
        for name, seen in gather_inputs(model, names, batches).items():
            layer = model.get_submodule(name)
            quantized = gptq_quantize(weight_of(layer), seen.hessian, scheme)
            errors[name] = output_error(weight_of(layer), quantized.dequantize(), seen.hessian)
            replace(model, name, QuantizedLinear(quantized, getattr(layer, "bias", None)))
    return errors


def _inverse_factor(hessian: Tensor, damping: float) -> Tensor:
    """The upper Cholesky factor of the inverse of the damped H, `I I`."""
    mean = hessian.diagonal().mean().clamp(min=1e-12)
    damped = hessian + damping * mean * torch.eye(len(hessian), dtype=hessian.dtype)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    return torch.linalg.cholesky(inverse, upper=True)
