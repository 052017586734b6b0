"""A few numbers of every frozen weight, by which an adapter's file knows its base again.

Numbers of another model would load without a word and answer nonsense. Four numbers of each weight
are kept in the header of the file; a base in 16 bits differs from itself in float32 by 0.2 %, one
in 4 bits by about 10 %. Left out: weights that are sharded over devices, which are not looked at.
Used by lessons 10 and 11.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from workbook.lora.layer import LoraLinear
from workbook.lora.weights import read_weight

SAMPLES = 4  # numbers of each weight
EXACT, FOUR_BITS = 0.005, 0.25  # largest relative difference of one base
NOISE = 1e-6  # differences that are too small to matter, as of numbers near 0 in float16


class Seen(NamedTuple):
    """A few numbers of one weight."""

    values: Tensor
    is_four_bit: bool


def sample_weights(weights: Mapping[str, Tensor]) -> dict[str, Seen]:
    """Return name -> a few numbers of each weight; those in shards are left out."""
    found = {}
    for name, weight in weights.items():
        four = hasattr(weight, "quant_state")
        if not hasattr(weight, "full_tensor"):
            full = read_weight(SimpleNamespace(weight=weight)) if four else weight
            found[name] = Seen(_some(full), four)
    return found


def sample_base(model: nn.Module) -> dict[str, Seen]:
    """Return name -> a few numbers of each weight of a model, as it is without its adapters.

    The names are those of the plain model. What is trained beside an adapter is no base.
    """
    layers = {name: each for name, each in model.named_modules() if isinstance(each, LoraLinear)}
    wrapped = tuple(f"{name}." for name in layers) or ("\n",)
    base: dict[str, Tensor] = {
        name: weight
        for name, weight in model.named_parameters()
        if not name.startswith(wrapped) and not (layers and weight.requires_grad)
    }
    for name, each in layers.items():
        base[f"{name}.weight"] = each.weight if each.kept is None else each.kept
        if each.bias is not None:
            base[f"{name}.bias"] = each.bias
    return sample_weights(base)


def _some(weight: Tensor) -> Tensor:
    flat = weight.detach().flatten()
    places = torch.linspace(0, len(flat) - 1, min(SAMPLES, len(flat))).long()
    return flat[places.to(flat.device)].float().cpu()


def write(seen: Mapping[str, Seen]) -> str:
    """Return samples as one line of JSON; a name is kept as its checksum, to stay small."""
    return json.dumps(
        {
            _short(name): f"{'4' if each.is_four_bit else ''}:"
            + base64.b64encode(each.values.numpy().tobytes()).decode()
            for name, each in seen.items()
        },
        separators=(",", ":"),
    )


def read(line: str) -> dict[str, Seen]:
    """Return samples by the checksums of their names. Raises ValueError for a torn line."""
    found = {}
    for short, text in json.loads(line).items():
        kind, _, values = text.partition(":")
        numbers = bytearray(base64.b64decode(values, validate=True))
        found[short] = Seen(torch.frombuffer(numbers, dtype=torch.float32), kind == "4")
    return found


def _short(name: str) -> str:
    return f"{zlib.crc32(name.encode()):08x}"


def unlike(saved: Mapping[str, Seen], here: Mapping[str, Seen], strict: bool = False) -> str | None:
    """Return the name of the weight that differs most from the one that was saved, if one does.

    saved: as `read` gives it; here: as `sample_base` does. strict: a weight of only one of the two
    is a difference. Weights in 4 bits are compared all together, the others one by one.
    """
    pairs = {name: (saved.get(_short(name)), seen) for name, seen in here.items()}
    both = {name: (old, seen) for name, (old, seen) in pairs.items() if old is not None}
    if strict and len(both) < max(len(saved), len(here)):
        return next((name for name in here if name not in both), "a weight that it lacks")
    distances = {}
    for name, (old, seen) in both.items():
        if old.values.shape != seen.values.shape:
            return name
        distances[name] = _distance(old.values, seen.values)
    four = [name for name, (old, seen) in both.items() if old.is_four_bit or seen.is_four_bit]
    alike = {name for name, gap in distances.items() if gap <= EXACT}
    if four and _distance(*(_joined(both, four, side) for side in (0, 1))) <= FOUR_BITS:
        alike |= set(four)
    others = distances.keys() - alike
    return max(sorted(others), key=distances.__getitem__) if others else None


def _joined(both: Mapping[str, tuple[Seen, Seen]], names: list[str], side: int) -> Tensor:
    return torch.cat([both[name][side].values for name in names])


def _distance(old: Tensor, new: Tensor) -> float:
    """Return the length of the difference over the length of `old`; 0 where it is only noise."""
    gap = float((old - new).norm())
    return 0.0 if gap <= NOISE else gap / max(float(old.norm()), NOISE)
