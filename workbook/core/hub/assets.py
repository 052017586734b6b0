"""Bundled files: where they are, and whether they are whole.

Everything the course ships under `data/` (models, the town, published figures) is listed in
`data/assets.json` with path, bytes, sha256 and licence. `path` finds a file, `verify` compares it
with the list, `write_manifest` makes the list again after a rebuild. Records of runs are not
bundled assets. `workbook doctor` shows the result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from workbook.core.runs.files import DRAFT, data_folder, write_atomically

# Folder of data/ that is bundled -> its licence; published figures are numbers, free to all.
LICENCES = {"models": "MIT", "town": "MIT", "published": "CC0-1.0"}
LEFTOVERS = (".tmp", DRAFT, ".lock", "-journal", "-wal", "-shm")  # of a program still at work


@dataclass(frozen=True)
class Asset:
    """One bundled file, as the manifest lists it."""

    path: str  # below data/, with forward slashes
    bytes: int
    sha256: str
    licence: str


def root() -> Path:
    """The course's `data` folder: WORKBOOK_DATA, or the one beside the package."""
    return data_folder()


def path(name: str) -> Path:
    """Where a bundled file or folder lies: path("models/town-lm").

    Raises ValueError, in one sentence, when it is not there or the name leads out of `data/`.
    """
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or not relative.parts:
        raise ValueError(f"a bundled file is named from data/ downward, unlike {name!r}.")
    found = root() / relative
    if not found.exists():
        raise ValueError(f"{found} is missing: {remedy(name)}.")
    return found


def manifest() -> dict[str, Asset]:
    """The bundled files as `data/assets.json` lists them, by path; empty when there is no list."""
    file = root() / "assets.json"
    if not file.exists():
        return {}
    try:
        listed = [Asset(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    except (ValueError, TypeError) as error:
        raise ValueError(f"{file} is damaged: {remedy('assets.json')}.") from error
    return {asset.path: asset for asset in listed}


def build_manifest() -> list[Asset]:
    """Every bundled file as it is on disk now, sorted by path."""
    return [
        Asset(name, file.stat().st_size, sha256(file), LICENCES[name.split("/")[0]])
        for name, file in sorted(_bundled_files())
    ]


def write_manifest() -> list[Asset]:
    """Make `data/assets.json` again from the files; all of it or, if stopped, none of it."""
    assets = build_manifest()
    file = root() / "assets.json"
    write_atomically(file, json.dumps([asdict(a) for a in assets], indent=1) + "\n")
    return assets


def verify(name: str = "") -> list[str]:
    """What is wrong with the bundled files below a name (default all); an empty list is good.

    Each problem is one sentence: which file, what happened to it, how to get it back.
    """
    prefix = name.rstrip("/") + "/"
    listed = [a for a in manifest().values() if not name or (a.path + "/").startswith(prefix)]
    return [problem for asset in listed if (problem := _problem(asset))]


def sha256(file: Path) -> str:
    """A file's SHA-256, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def remedy(name: str) -> str:
    """How to get a bundled file back, as the end of a sentence."""
    return f"restore it with `git checkout -- data/{name}`, or clone the course again"


def _bundled_files() -> Iterator[tuple[str, Path]]:
    """(name below data/, file) of every bundled file on disk, whatever the manifest says."""
    for folder in LICENCES:
        for file in (root() / folder).rglob("*"):
            name = file.relative_to(root()).as_posix()
            hidden = any(part.startswith(".") for part in name.split("/"))
            if file.is_file() and not hidden and not name.endswith(LEFTOVERS):
                yield name, file


def _problem(asset: Asset) -> str | None:
    """What is wrong with one bundled file, as a sentence, or None."""
    file = root() / asset.path
    if not file.exists():
        state = "is missing"
    elif (size := file.stat().st_size) < asset.bytes:
        state = f"is cut off ({size:,} of {asset.bytes:,} bytes)"
    elif size > asset.bytes or sha256(file) != asset.sha256:
        state = "differs from the one the course ships"
    else:
        return None
    return f"data/{asset.path} {state}: {remedy(asset.path)}."
