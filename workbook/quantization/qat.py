"""Quantization-aware training: round in the forward pass, and pretend in the backward pass.

Rounding has gradient zero almost everywhere. The straight-through estimator (Bengio et al. 2013)
passes the gradient on as if nothing had been rounded, so that the float weights behind the codes
move until their rounded copies do well. The scales are learned too (LSQ, Esser et al. 2020). Left
out: activations in few bits. Lesson 05 builds the straight-through step with you.

Shapes: I inputs, O outputs of a layer; N groups that share a scale, G weights in each.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.quantization.layers import KEPT, QuantizedLinear, quantize_model, weight_of
from workbook.quantization.quantizers import TINY, Quantized, Scheme, choose_scales
from workbook.training import FitConfig, Run, causal_loss, fit
from workbook.training.modules import replace

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from workbook.training.packing import Rows


def straight_through(
    rounded: Float[Tensor, "*shape"], x: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Return the values of `rounded` with the gradient of `x`; both of one shape."""
    return x + (rounded - x).detach()


def fake_quantize(
    blocks: Float[Tensor, "N G"], scales: Float[Tensor, "N 1"], bits: int
) -> Float[Tensor, "N G"]:
    """Return blocks `N G` rounded to symmetric codes, with gradients for blocks and scales.

    scales: `N 1`. Inside the range a weight gets the gradient whole, outside none; the scale gets
    the rounding error of what is inside and +-q of what is clipped (Esser et al., equation 3).
    """
    top = 2 ** (bits - 1) - 1
    units = (blocks / scales).clamp(-top, top)
    return straight_through(units.round(), units) * scales


class QATLinear(nn.Module):
    """A linear layer that trains float weights through their rounded copies."""

    def __init__(self, layer: nn.Module, scheme: Scheme) -> None:
        """scheme: per "channel" or group; its method chooses the first scales."""
        super().__init__()
        if scheme.per == "tensor" or scheme.method == "zero_point" or scheme.full_range:
            raise ValueError("training wants symmetric codes and scales per channel or group.")
        weight = weight_of(layer).float().contiguous()
        self.out_features, self.in_features = weight.shape
        self.scheme = scheme
        self.group = weight.shape[1] if scheme.per == "channel" else int(scheme.per)
        self.weight = nn.Parameter(weight.clone())
        scales, _ = choose_scales(weight.reshape(-1, self.group), scheme)
        self.scales = nn.Parameter(scales.clone())
        self.bias = getattr(layer, "bias", None)

    def rounded(self) -> Float[Tensor, "O I"]:
        """Return the weight `O I` that the layer computes with."""
        scales = self.scales.abs().clamp(min=TINY)
        kept = straight_through(scales.to(KEPT).float(), scales)  # as they will be stored
        blocks = self.weight.reshape(-1, self.group)
        return fake_quantize(blocks, kept, self.scheme.bits).reshape(self.weight.shape)

    def forward(self, x: Float[Tensor, "*rows I"]) -> Float[Tensor, "*rows O"]:
        """Return the layer's output; x: any shape that ends in I."""
        return nn.functional.linear(x, self.rounded().to(x.dtype), self.bias)

    @torch.no_grad()
    def convert(self) -> QuantizedLinear:
        """Return the packed layer that computes the same."""
        scheme = Scheme(self.scheme.bits, self.scheme.per, scale_dtype=KEPT)
        scales = self.scales.abs().clamp(min=TINY).to(KEPT).float()
        top = scheme.middle - 1
        codes = (self.weight.reshape(-1, self.group) / scales).clamp(-top, top).round()
        zeros = torch.full_like(scales, scheme.middle)
        stored = Quantized(
            (codes + scheme.middle).to(torch.uint8), scales, zeros, self.weight.shape, scheme
        )
        return QuantizedLinear(stored, self.bias)


def prepare(model: PreTrainedModel, scheme: Scheme) -> PreTrainedModel:
    """Return a copy of a model whose linear layers are `QATLinear`, in float32."""
    learner = copy.deepcopy(model).float()
    quantize_model(learner, lambda layer: QATLinear(layer, scheme))
    return learner


def convert(model: nn.Module) -> nn.Module:
    """Swap a model's `QATLinear` layers for packed ones, in place; returns the model."""
    layers = {n: module for n, module in model.named_modules() if isinstance(module, QATLinear)}
    for name, layer in layers.items():
        replace(model, name, layer.convert())
    return model


def train_quantized(
    model: PreTrainedModel,
    batches: Rows | Sequence,
    scheme: Scheme,
    steps: int,
    seed: int = 0,
    learning_rate: float = 5e-4,
    progress: bool = True,
) -> tuple[PreTrainedModel, Run]:
    """Return (a packed copy of the model, its run), trained to live with few bits.

    batches: as for `fit`. AdamW, a linear fall over the second half, no weight decay: scales must
    not shrink.
    """
    learner = prepare(model, scheme)
    config = FitConfig(
        steps=steps, learning_rate=learning_rate, warmup=5, decay_fraction=0.5, weight_decay=0.0,
        seed=seed,
    )  # fmt: skip
    run = fit(learner, batches, causal_loss, config, progress=progress)
    convert(learner)
    return learner.eval(), run
