"""Hadamard rotations: spread an outlier over all columns before rounding (QuaRot's idea).

A matrix H of +1 and -1 over sqrt(n) is a rotation: x W^T = (x H) (W H)^T. One huge input becomes n
middling ones, so that a shared scale no longer serves it alone (Ashkboos et al. 2024). Left out:
folding H into the layers around, so that nothing is multiplied at run time. Lesson 05 explains it.

Shapes: I inputs, O outputs of a layer.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.quantization.layers import weight_of

PRIMES = (11, 19, 23, 43, 47, 59)  # each one below a multiple of 4: Paley's orders 12, 20, 24, ...


@lru_cache(maxsize=16)
def hadamard(size: int) -> Float[Tensor, "{size} {size}"]:
    """Return an orthogonal matrix `I I` whose numbers are all +1 or -1 over sqrt(I).

    Sylvester's doubling from order 1, or from one of Paley's (1933): 192 is 16 times 12. Raises
    ValueError where neither gives the size.
    """
    for base, matrix in ((1, torch.ones(1, 1)), *((p + 1, None) for p in PRIMES)):
        times, rest = divmod(size, base)
        if rest == 0 and times > 0 and times & (times - 1) == 0:
            whole = _paley(base - 1) if matrix is None else matrix
            while len(whole) < size:
                whole = torch.cat([torch.cat([whole, whole], 1), torch.cat([whole, -whole], 1)])
            return whole / size**0.5
    orders = ", ".join(str(p + 1) for p in PRIMES)
    raise ValueError(f"no Hadamard matrix of size {size}: take 2^k, or 2^k times {orders}.")


def _paley(prime: int) -> Tensor:
    """A Hadamard matrix of order prime + 1, from the squares modulo the prime."""
    squares = {n * n % prime for n in range(1, prime)}
    character = torch.tensor([0.0] + [1.0 if n in squares else -1.0 for n in range(1, prime)])
    place = torch.arange(prime)
    skew = torch.zeros(prime + 1, prime + 1)
    skew[0, 1:], skew[1:, 0] = 1.0, -1.0
    skew[1:, 1:] = character[(place[:, None] - place) % prime]
    return skew + torch.eye(prime + 1)


class RotatedLinear(nn.Module):
    """A quantized layer in rotated coordinates: inputs are multiplied by H, its weight was."""

    rotation: Tensor

    def __init__(self, layer: nn.Module, make: Callable[[nn.Module], nn.Module]) -> None:
        """make: from a linear layer to its quantized form, such as `Int8Linear`."""
        super().__init__()
        weight = weight_of(layer).float()
        self.register_buffer("rotation", hadamard(weight.shape[1]), persistent=False)
        bias = getattr(layer, "bias", None)
        turned = nn.Linear(weight.shape[1], weight.shape[0], bias is not None)
        turned.weight.data = weight @ self.rotation
        if bias is not None:
            turned.bias.data = bias.detach().clone()
        self.inner = make(turned)

    def forward(self, x: Float[Tensor, "*rows I"]) -> Float[Tensor, "*rows O"]:
        """Return the layer's output; x: any shape that ends in I."""
        return self.inner(x @ self.rotation.to(x.dtype))


def peak_to_rms(x: Float[Tensor, " ..."]) -> float:
    """Return the largest magnitude over the root mean square: how much outliers cost a scale.

    x: any shape.
    """
    return (x.abs().max() / x.square().mean().sqrt()).item()
