"""Codes of 1 to 8 bits side by side in bytes, so that four bits take four bits.

The first code lies in the highest bits of the first byte, as bitsandbytes stores NF4; codes of 3,
5, 6 and 7 bits cross the borders of bytes. Left out: layouts made for one GPU kernel.

Shapes: N bytes; codes to pack have any shape.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import torch
from jaxtyping import Integer, UInt8
from torch import Tensor


def pack(codes: Integer[Tensor, " ..."], bits: int) -> UInt8[Tensor, " N"]:
    """Return codes as bytes, uint8 of length ceil(codes x bits / 8).

    codes: any shape, whole numbers from 0 to 2^bits - 1. Raises ValueError for others.
    """
    _check(bits)
    flat = codes.reshape(-1).to(torch.uint8)
    if codes.numel() and not 0 <= int(codes.min()) <= int(codes.max()) < 2**bits:
        raise ValueError(f"codes of {bits} bits are 0 to {2**bits - 1}.")
    if bits == 8:
        return flat.clone()
    if bits == 4:
        flat = torch.nn.functional.pad(flat, (0, len(flat) % 2)).reshape(-1, 2)
        return (flat[:, 0] << 4) | flat[:, 1]
    shifts = torch.arange(bits - 1, -1, -1, device=flat.device, dtype=torch.uint8)
    stream = ((flat[:, None] >> shifts) & 1).reshape(-1)  # one byte a bit
    stream = torch.nn.functional.pad(stream, (0, -len(stream) % 8)).reshape(-1, 8)
    places = 2 ** torch.arange(7, -1, -1, device=flat.device, dtype=torch.int32)
    return (stream.int() * places).sum(1).to(torch.uint8)


def unpack(packed: UInt8[Tensor, " N"], bits: int, count: int) -> UInt8[Tensor, " {count}"]:
    """Return the first `count` codes of packed bytes, uint8 of shape `count`.

    Raises ValueError where there are too few bytes.
    """
    _check(bits)
    if packed.numel() * 8 < count * bits:
        raise ValueError(f"{packed.numel()} bytes hold no {count} codes of {bits} bits.")
    if bits == 8:
        return packed[:count]
    if bits == 4:
        return torch.stack([packed >> 4, packed & 15], 1).reshape(-1)[:count]
    places = torch.arange(7, -1, -1, device=packed.device, dtype=torch.uint8)
    stream = ((packed[:, None] >> places) & 1).reshape(-1)[: count * bits].reshape(count, bits)
    shifts = torch.arange(bits - 1, -1, -1, device=packed.device, dtype=torch.uint8)
    return (stream << shifts).sum(1, dtype=torch.uint8)


def _check(bits: int) -> None:
    if bits not in range(1, 9):
        raise ValueError(f"codes have 1 to 8 bits, not {bits}.")
