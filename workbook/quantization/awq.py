"""AWQ: weights that meet large activations are made larger before they are rounded.

Multiply input column i of the weight by s_i and divide the activations by it: nothing changes, but
the relative rounding error of that column falls (Lin et al. 2024, section 3.2). s is a power of the
mean activation, and the power is searched on calibration data. Left out: folding 1/s into the layer
before, which saves the division, and the search for clipped ranges. Lesson 05 explains it.

Shapes: I inputs, O outputs of a layer.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbook.quantization.calibration import gather_inputs, output_error
from workbook.quantization.layers import QuantizedLinear, weight_of
from workbook.quantization.quantizers import Scheme, quantize
from workbook.training.modules import ALL, linear_names, replace

POWERS = tuple(step / 10 for step in range(11))  # 0 leaves the weights as they are


def input_scales(activations: Float[Tensor, " I"], power: float) -> Float[Tensor, " I"]:
    """Return s = activations^power, `I` like them, with a geometric mean of its ends of 1."""
    scales = activations.clamp(min=1e-6) ** power
    return scales / (scales.max() * scales.min()).sqrt()


def search_scales(
    weight: Float[Tensor, "O I"],
    activations: Float[Tensor, " I"],
    hessian: Float[Tensor, "I I"],
    scheme: Scheme,
) -> tuple[Float[Tensor, " I"], float, float]:
    """Return (s `I`, the power, the output error) with the least error of the layer's output.

    weight: `O I`. activations: `I`, mean magnitudes of the inputs. hessian: `I I`, of the inputs.
    The power 0 leaves the weights as they are, so the error is at most that of rounding alone.
    """
    best = (torch.ones_like(activations), 0.0, float("inf"))
    for power in POWERS:
        scales = input_scales(activations, power)
        kept = quantize(weight * scales, scheme).dequantize() / scales
        error = output_error(weight, kept, hessian)
        if error < best[2]:
            best = (scales, power, error)
    return best


def awq_model(
    model: nn.Module,
    batches: Sequence[Int[Tensor, "_B _T"]],
    scheme: Scheme,
    targets: str | Iterable[str] = ALL,
) -> dict[str, float]:
    """Quantize the linear layers of a model with searched input scales, in place.

    batches: token ids `B T`. Returns each layer's output error.
    """
    errors = {}
    for name, seen in gather_inputs(model, linear_names(model, targets), batches).items():
        layer = model.get_submodule(name)
        weight = weight_of(layer).float()
        scales, _, errors[name] = search_scales(weight, seen.magnitude, seen.hessian, scheme)
        bias = getattr(layer, "bias", None)
        replace(model, name, QuantizedLinear(quantize(weight * scales, scheme), bias, scales))
    return errors
