"""What has been fetched from the Hub: which commit a branch stood for, which folders are whole.

Notes lie beside the Hub's cache, in HF_HOME/workbook, one JSON file for each commit that arrived
and was compared with the Hub's hashes, and `pins.json` for branches. A folder without a note is
never trusted. Left out: the fetching itself, which is `workbook.core.hub.download`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workbook.core.hub import assets
from workbook.core.runs.files import write_atomically

HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")  # Git's sha1, or sha256
PIECE = re.compile(r"(?P<stem>.+)-(?P<number>\d+)-of-(?P<count>\d+)(?P<end>\.\w+)")
TOKENIZER = re.compile(r"^(tokenizer\.|vocab\.)|\.model$")  # one file of any kind of tokenizer
STALE = 3600  # seconds without a byte, after which a torn file belongs to nobody


def whole(repo: str, commit: str, kind: str = "model") -> Path | None:
    """The folder of what was fetched and checked before and is still there, else None."""
    try:
        sizes = json.loads(_note_path(repo, commit, kind).read_text(encoding="utf-8"))
        folder = snapshot(repo, commit, kind)
        is_here = all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return None
    return folder if is_here else None


def note(repo: str, commit: str, kind: str, sizes: Mapping[str, int]) -> None:
    """Write down that a commit is here, whole and checked: {file: bytes}."""
    _write(_note_path(repo, commit, kind), dict(sizes))


def damaged_files(folder: Path, hashes: Mapping[str, str]) -> list[str]:
    """The files of a folder that are missing or whose content is not what the Hub says."""
    return [name for name, expected in hashes.items() if not _matches(folder / name, expected)]


def listed_hashes(folder: Path) -> dict[str, str] | None:
    """Return {file: hash} of a snapshot from the Hub's list that the client keeps in its cache.

    None where the cache has no such list: older clients keep none, nor do single downloads.
    """
    listing = folder.parents[1] / "trees" / f"{folder.name}.json"
    try:
        files = json.loads(listing.read_text(encoding="utf-8"))["files"]
        return {name: file.get("lfs_sha256") or file["blob_id"] for name, file in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def linked_hashes(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return {file: hash} of the files of a snapshot that are links; a link names the hash."""
    links = {name: folder / name for name in names if (folder / name).is_symlink()}
    hashes = {name: Path(os.readlink(link)).name for name, link in links.items()}
    return {name: found for name, found in hashes.items() if HASH.fullmatch(found)}


def lacks_nothing(names: Iterable[str], kind: str) -> bool:
    """Return whether the files look complete: config, tokenizer and weights, or some data.

    Of what is cut into numbered pieces, such as model-00001-of-00002.safetensors, each must be
    there.
    """
    names = set(names)
    pieces = [match for name in names if (match := PIECE.fullmatch(name))]
    wanted = {
        f"{piece['stem']}-{number:0{len(piece['count'])}}-of-{piece['count']}{piece['end']}"
        for piece in pieces
        for first in [0 if any(int(p["number"]) == 0 for p in pieces) else 1]
        for number in range(first, int(piece["count"]) + first)
    }
    if not wanted <= names:
        return False
    if kind == "dataset":
        return any(name.endswith((".jsonl", ".csv", ".parquet", ".json")) for name in names)
    has_weights = any(name.endswith(".safetensors") for name in names)
    has_index = any(name.endswith(".safetensors.index.json") for name in names)
    is_whole = bool(pieces) if has_index else has_weights
    return "config.json" in names and is_whole and any(map(TOKENIZER.search, names))


def pins() -> dict[str, str]:
    """The commit that each branch or tag stood for when it was first fetched, by "repo@branch"."""
    try:
        return dict(json.loads((home() / "pins.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def pin(name: str, commit: str) -> None:
    """Keep the commit of "repo@branch"; delete `pins.json` to follow the branch anew."""
    import portalocker

    home().mkdir(parents=True, exist_ok=True)
    with portalocker.Lock(home() / "pins.lock", "a", flags=portalocker.LOCK_EX):
        _write(home() / "pins.json", pins() | {name: commit})


def home() -> Path:
    """Where the course notes what it has fetched: beside the Hub's cache, in HF_HOME/workbook."""
    from huggingface_hub import constants

    return Path(constants.HF_HOME) / "workbook"


def snapshot(repo: str, commit: str, kind: str) -> Path:
    """Where huggingface_hub keeps the files of a commit."""
    from huggingface_hub import constants

    name = f"{kind}s--{repo.replace('/', '--')}"
    return Path(constants.HF_HUB_CACHE) / name / "snapshots" / commit


def _matches(file: Path, expected: str) -> bool:
    """True when a file's content has the hash: sha256 (64 digits) or Git's sha1 (40 digits)."""
    if not file.is_file():
        return False
    if len(expected) == 64:
        return assets.sha256(file) == expected
    if len(expected) == 40:
        content = file.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == expected
    return True


def remove(folder: Path, names: list[str]) -> None:
    """Take damaged files out of the cache: the link in the snapshot and what it points to."""
    for name in names:
        (folder / name).resolve().unlink(missing_ok=True)
        (folder / name).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove torn files that a killed download left; nobody resumes them, and they fill disks."""
    for torn in folder.glob("*.incomplete"):
        if time.time() - torn.stat().st_mtime > STALE:
            torn.unlink(missing_ok=True)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """A JSON file, all of it or none."""
    write_atomically(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


def _note_path(repo: str, commit: str, kind: str) -> Path:
    return home() / f"{kind}s--{repo.replace('/', '--')}--{commit}.json"
