"""Does it fit? What a model takes to fetch and to run, beside what is free, before either.

`check` refuses a model that is too large and names a smaller one that fits; `outlook` says the
same of each role for `workbook doctor`, without a network. The sums are those of `memory.py`;
a lesson that trains asks `memory.training` itself.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.core.hub import sources, verified
from workbook.core.hub.hub_errors import Unavailable
from workbook.core.hub.sources import ModelSource
from workbook.core.system import known_models, memory, profile
from workbook.core.system.memory import Shape, in_words
from workbook.core.system.profile import Profile

PLACE = {"cpu": "memory", "mps": "memory", "cuda": "GPU memory"}


@dataclass(frozen=True)
class Outlook:
    """What one role would cost here. Bytes; None: not known without asking the Hub."""

    source: str
    fetch: int | None  # 0: it is here already
    needs: int | None  # to run it
    free: int
    licence: str = ""

    @property
    def fits(self) -> bool:
        """False only when it is known to be too large."""
        return self.needs is None or self.needs <= self.free

    def __str__(self) -> str:
        if self.needs is None and self.fetch is None:
            return f"{self.source}: size known when it is fetched"
        parts = []
        if self.fetch is not None:
            parts.append(f"{in_words(self.fetch)} to fetch" if self.fetch else "here")
        if self.licence:
            parts.append(self.licence)
        if self.needs is not None:
            word = "fits" if self.fits else f"TOO LARGE for the {in_words(self.free)} free"
            parts.append(f"takes {in_words(self.needs)}, {word}")
        return f"{self.source}: {', '.join(parts)}"


def needed(shape: Shape, current: Profile, dtype: str | None = None) -> int:
    """Bytes to run a model on one batch of the profile."""
    precision = dtype or current.dtype
    batch_size, seq_len = current.batch_size, current.seq_len
    return memory.inference(shape, precision, batch_size, seq_len, current.device).total


def check(source: ModelSource, shape: Shape, dtype: str | None = None) -> None:
    """Raises Unavailable, with a smaller model that fits, when a model is too large to run here.

    On a GPU the weights pass through the machine's own memory, which must hold them too.
    """
    current = profile.current()
    asked = {current.device: needed(shape, current, dtype)}
    asked.setdefault("cpu", shape.parameters * memory.BYTES[dtype or current.dtype])
    for device, needs in asked.items():
        free = memory.free(device)
        if needs > free:
            raise Unavailable(
                f"it needs about {in_words(needs)} of {PLACE[device]} and {in_words(free)} is "
                f"free; {smaller(source, current, free)}"
            )


def smaller(source: ModelSource, current: Profile, free: int) -> str:
    """What to do instead, as the end of a sentence."""
    for other in known_models.SMALLER.get(source.role, ()):
        shape = known_models.ENTRIES[other].shape if other in known_models.ENTRIES else None
        if other != str(source) and (shape is None or needed(shape, current) <= free):
            return f"set {profile.variable(source.role)}={other}, which fits"
    return "close other programs or use a machine with more"


def outlook(role: str, current: Profile, free: int) -> Outlook | None:
    """What a role would cost; None when nothing fills it. Looks at disks, never at a network."""
    asked = getattr(current, profile.ROLES[role])
    if asked is None:
        return None
    source = sources.parse(role, asked)
    if source.kind == "hub":
        known = known_models.ENTRIES.get(asked)
        commit = verified.pins().get(asked, source.revision)
        here = verified.whole(
            source.location, commit, "dataset" if role == "dialogues" else "model"
        )
        size = 0 if here else known.megabytes * 10**6 if known else None
        needs = needed(known.shape, current) if known and known.shape else None
        if here and needs is None and role != "dialogues":
            needs = parameters(here) * memory.BYTES[current.dtype]
        name = f"{source.location}@{source.revision[:7]}"
        return Outlook(name, size, needs, free, known.licence if known else "")
    if role == "dialogues":
        return Outlook(asked, 0, None, free)
    weights = parameters(Path(source.location)) * memory.BYTES[current.dtype]
    return Outlook(asked, 0, weights, free)


def parameters(folder: Path) -> int:
    """The number of weights in a folder's safetensors files, from their headers alone.

    A file with a torn header counts as nothing: loading it will say what is wrong.
    """
    return sum(_in_file(file) for file in folder.glob("*.safetensors"))


def _in_file(file: Path) -> int:
    """Weights in one file: eight bytes give the header's length, the header each tensor's shape."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            header: dict[str, Any] = json.loads(stream.read(min(length, 100 * 2**20)))
        return sum(math.prod(entry["shape"]) for name, entry in header.items() if name[:2] != "__")
    except (OSError, struct.error, ValueError, KeyError, TypeError):
        return 0
