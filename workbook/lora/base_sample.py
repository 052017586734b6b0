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
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from workbook.lora.layer import LoraLinear
from workbook.lora.weights import is_four_bit, read_weight

SAMPLES = 4  # numbers of each weight
EXACT, FOUR_BITS = 0.005, 0.25  # largest relative difference of one base
NOISE = 1e-6  # differences that are too small to matter, as of numbers near 0 in float16


class Seen(NamedTuple):
    """A few numbers of one weight."""

    values: Tensor
    is_four_bit: bool


def sample_weights(weights: Mapping[str, Tensor]) -> dict[str, Seen]:
    """Return name -> a few numbers of each weight; those with 4 bits or in shards are left out."""
    return {
        name: Seen(_some(weight), False)
        for name, weight in weights.items()
        if not hasattr(weight, "quant_state") and not hasattr(weight, "full_tensor")
    }


def sample_base(model: nn.Module) -> dict[str, Seen]:
    """Return name -> a few numbers of each weight of a model, as it is without its adapters.

    The names are those of the plain model. What is trained beside an adapter is no base, unless
    the model has no adapter at all.
    """
    layers = {name: each for name, each in model.named_modules() if isinstance(each, LoraLinear)}
    wrapped = tuple(f"{name}." for name in layers)
    plain = {
        name: weight for name, weight in model.named_parameters()
        if not name.startswith(wrapped or ("\n",)) and not (layers and weight.requires_grad)
    }  # fmt: skip
    found = sample_weights(plain)
    for name, matrix, four in _matrices(model, layers):
        if not hasattr(matrix, "full_tensor"):
            found[f"{name}.weight"] = Seen(_some(matrix), four)
    return found


def _matrices(
    model: nn.Module, layers: Mapping[str, LoraLinear]
) -> Iterator[tuple[str, Tensor, bool]]:
    """Yield the weight of each linear layer that is wrapped or has 4 bits a weight."""
    for name, each in layers.items():
        four = is_four_bit(each.base)
        kept = each.base.weight if each.is_merged else None
        each.unmerge()
        yield name, read_weight(each.base) if four else each.base.weight, four
        if kept is not None:
            each.remerge(kept)
    inside = {id(each.base) for each in layers.values()}
    for name, module in model.named_modules():
        if hasattr(getattr(module, "weight", None), "quant_state") and id(module) not in inside:
            if not isinstance(module, LoraLinear):
                yield name, read_weight(module), True


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


def unlike(saved: Mapping[str, Seen], here: Mapping[str, Seen]) -> str | None:
    """Return the name of the weight that differs most from the one that was saved, if one does.

    saved: as `read` gives it; here: as `sample_base` does. A weight of only one of the two is no
    difference. Weights in 4 bits are compared all together, the others one by one.
    """
    distances, four = {}, []
    for name, seen in here.items():
        old = saved.get(_short(name))
        if old is None:
            continue
        if old.values.shape != seen.values.shape:
            return name
        if old.is_four_bit or seen.is_four_bit:
            four.append((name, old.values, seen.values))
        elif (distance := _distance(old.values, seen.values)) > EXACT:
            distances[name] = distance
    if four and _distance(*(torch.cat(part) for part in list(zip(*four, strict=True))[1:])) > (
        FOUR_BITS
    ):
        distances |= {name: _distance(old, new) for name, old, new in four}
    return max(distances, key=distances.__getitem__) if distances else None


def _distance(old: Tensor, new: Tensor) -> float:
    """Return the length of the difference over the length of `old`; 0 where it is only noise."""
    gap = float((old - new).norm())
    return 0.0 if gap <= NOISE else gap / max(float(old.norm()), NOISE)
