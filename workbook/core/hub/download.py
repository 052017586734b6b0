"""Fetching from the Hub, so that what is half there is never used.

`fetch` gives the folder of a model or data set: 1 find the commit, 2 use what was fetched and
checked before, 3 ask the Hub what there is, 4 let the caller refuse it, 5 look for room on the
disk, 6 download, 7 compare every file with the Hub's hashes, 8 note that it is whole. A branch
("main") is followed once: its commit is kept in `pins.json`, so that a later run gets the same
files. huggingface_hub does the transport; it resumes a torn connection and never keeps a torn
file, but it checks sizes only. Every failure is an `Unavailable` with one clause.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from workbook.core.hub import verified
from workbook.core.hub.hub_errors import Unavailable, explain, status_of
from workbook.core.system.memory import in_words

if TYPE_CHECKING:
    from huggingface_hub import DatasetInfo, ModelInfo

COMMIT = re.compile(r"[0-9a-f]{40}")
WANTED = {  # kind of repository -> files to fetch: no pickles, no code
    "model": ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"],
    "dataset": ["*.json", "*.jsonl", "*.csv", "*.parquet", "README.md"],
}
UNWANTED = ["*/*.safetensors", "onnx/*", "openvino/*"]  # other forms of the same weights
SPARE_DISK = 200 * 2**20  # bytes left free for everything else
WAITS = (1, 2, 4)  # seconds before another try, when the Hub stumbles and names no time
LONGEST_WAIT = 60  # seconds; a Hub that asks for more is told about, not waited for
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Listing:
    """What the Hub says of a repository at one commit, before anything is fetched."""

    repo: str
    kind: str  # "model" or "dataset"
    commit: str
    sizes: Mapping[str, int]  # wanted file -> bytes
    hashes: Mapping[str, str]  # wanted file -> sha256 of a large file, Git's sha1 of a small one
    everything: tuple[str, ...]  # all files, the unwanted too
    parameters: int | None  # None: the Hub has not counted them

    @property
    def bytes(self) -> int:
        """What a fetch would bring."""
        return sum(self.sizes.values())


def fetch(
    repo: str,
    revision: str,
    kind: str = "model",
    cached_only: bool = False,
    accept: Callable[[Listing], None] | None = None,
) -> Path:
    """The folder of a repository at a revision, whole and checked.

    cached_only: touch no network. accept: called with the listing before the download; it may
    raise Unavailable. Raises Unavailable.
    """
    pinned = verified.pins().get(f"{repo}@{revision}")
    commit = revision if COMMIT.fullmatch(revision) else pinned  # 1
    if commit and (folder := verified.whole(repo, commit, kind)):  # 2
        return folder
    if cached_only:
        return _fetched_by_others(repo, commit or revision, kind, explain(None, cached_only=True))
    try:
        listing = survey(repo, commit or revision, kind)  # 3
    except Exception as error:  # the Hub's client and its transport each have their own
        return _fetched_by_others(repo, commit or revision, kind, explain(error))
    if accept is not None:
        accept(listing)  # 4
    _check_disk(listing)  # 5
    folder = bring(listing, list(listing.sizes))  # 6, 7
    try:
        verified.note(repo, listing.commit, kind, listing.sizes)  # 8
        if commit is None:
            verified.pin(f"{repo}@{revision}", listing.commit)
    except OSError as error:
        raise Unavailable(explain(error)) from error
    return folder


def bring(listing: Listing, names: list[str]) -> Path:
    """Steps 6 and 7 for some files: fetch them, compare them, and fetch damaged ones once more.

    Raises Unavailable; what was damaged is not left in the cache.
    """
    damaged: list[str] = []
    for _ in range(2):
        try:
            folder = _download(listing, names)
            damaged = verified.damaged_files(folder, _chosen(listing.hashes, names))
        except Exception as error:
            raise Unavailable(explain(error)) from error
        if not damaged:
            return folder
        verified.remove(folder, damaged)
    raise Unavailable(
        f"{damaged[0]} arrived damaged twice (its hash is not the Hub's) and was removed; try "
        "again later, or from another network"
    )


def survey(repo: str, revision: str, kind: str = "model") -> Listing:
    """Ask the Hub what a repository holds; nothing is fetched. Raises the client's own errors."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils import filter_repo_objects

    info = patiently(
        lambda: cast(
            "ModelInfo | DatasetInfo",
            HfApi().repo_info(
                repo, repo_type=kind, revision=revision, files_metadata=True, timeout=20
            ),
        )
    )
    files = {file.rfilename: file for file in info.siblings or []}
    names = list(filter_repo_objects(files, allow_patterns=WANTED[kind], ignore_patterns=UNWANTED))
    counted = getattr(info, "safetensors", None)
    return Listing(
        repo=repo,
        kind=kind,
        commit=info.sha or "",
        sizes={name: files[name].size or 0 for name in names},
        hashes={name: _hash_of(files[name]) for name in names},
        everything=tuple(files),
        parameters=counted.total if counted else None,
    )


def patiently(ask: Callable[[], Answer], waits: tuple[int, ...] = WAITS) -> Answer:
    """What `ask` returns, tried again while the Hub stumbles (429, 5xx) or the line breaks.

    waits: seconds before each further try.
    """
    for wait in waits:
        try:
            return ask()
        except Exception as error:
            wait = asked_to_wait(error) or wait
            if not is_passing(error) or wait > LONGEST_WAIT:
                raise
            print(f"{explain(error)[0].upper()}{explain(error)[1:]}.", file=sys.stderr)
            print(f"Trying again in {wait} s.", file=sys.stderr)
            time.sleep(wait)
    return ask()


def _download(listing: Listing, names: list[str]) -> Path:
    """Fetch files with the client, its progress bar and its own patience. Checks no hash."""
    from huggingface_hub import snapshot_download

    verified.sweep(
        verified.snapshot(listing.repo, listing.commit, listing.kind).parents[1] / "blobs"
    )
    with progress_bar(is_shown=len(names) == len(listing.sizes)):  # not for the config alone
        folder = patiently(
            lambda: snapshot_download(
                listing.repo,
                repo_type=listing.kind,
                revision=listing.commit,
                allow_patterns=names,
            ),
            waits=WAITS[:1],
        )
    return Path(folder)


@contextmanager
def progress_bar(is_shown: bool = True) -> Iterator[None]:
    """The client's progress bar on or off for a while; transformers turns it off with its own."""
    from huggingface_hub import constants, utils

    was_off = utils.are_progress_bars_disabled()
    may_show = not constants.HF_HUB_DISABLE_PROGRESS_BARS
    if may_show:
        (utils.enable_progress_bars if is_shown else utils.disable_progress_bars)()
    try:
        yield
    finally:
        if may_show:
            (utils.disable_progress_bars if was_off else utils.enable_progress_bars)()


def _fetched_by_others(repo: str, revision: str, kind: str, problem: str) -> Path:
    """Return a snapshot that another program left complete in the Hub's cache.

    Where the cache keeps the Hub's list of files, every wanted file is compared with it and the
    snapshot is noted as whole. Without the list it is used, but never noted: each file's hash is
    the name of what its link points to, and a file without a link cannot be checked. Raises
    Unavailable(problem) for what is not there, not complete or not checkable.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import filter_repo_objects

    wanted = partial(filter_repo_objects, allow_patterns=WANTED[kind], ignore_patterns=UNWANTED)
    try:
        folder = Path(
            snapshot_download(
                repo,
                repo_type=kind,
                revision=revision,
                allow_patterns=WANTED[kind],
                ignore_patterns=UNWANTED,
                local_files_only=True,
            )
        )
    except (OSError, ValueError) as error:
        raise Unavailable(problem) from error
    here = [f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()]
    listed = verified.listed_hashes(folder)
    names = list(wanted(here if listed is None else list(listed)))
    hashes = verified.linked_hashes(folder, names) if listed is None else listed
    unchecked = [name for name in names if not hashes.get(name)]
    is_complete = verified.lacks_nothing(names, kind)
    if unchecked or not is_complete or verified.damaged_files(folder, _chosen(hashes, names)):
        raise Unavailable(problem)
    if listed is not None:
        verified.note(repo, folder.name, kind, {n: (folder / n).stat().st_size for n in names})
    return folder


def _chosen(hashes: Mapping[str, str], names: list[str]) -> dict[str, str]:
    return {name: hashes[name] for name in names}


def _check_disk(listing: Listing) -> None:
    """Step 5: room for what is still to come, on the disk of the Hub's cache."""
    from huggingface_hub import constants

    folder = verified.snapshot(listing.repo, listing.commit, listing.kind)
    missing = sum(size for name, size in listing.sizes.items() if not (folder / name).exists())
    place = Path(constants.HF_HUB_CACHE)
    while not place.exists():
        place = place.parent
    room = shutil.disk_usage(place).free
    if missing and missing + SPARE_DISK > room:
        raise Unavailable(
            f"it is {in_words(missing)} to fetch and the disk has {in_words(room)} left; make "
            "room, or set HF_HOME to a folder on a larger disk"
        )


def is_passing(error: BaseException) -> bool:
    """True for a failure that may be gone in a moment."""
    status = status_of(error)
    if status is not None:
        return status == 429 or status >= 500
    return type(error).__name__ in ("RemoteProtocolError", "ReadError", "ReadTimeout")


def asked_to_wait(error: BaseException) -> int | None:
    """The seconds of the Hub's Retry-After, where it gave them."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    asked = headers.get("Retry-After", "")
    return int(asked) if asked.isdigit() else None


def _hash_of(file: Any) -> str:
    """The hash that the Hub gives for a file, "" where it gives none."""
    return (file.lfs.sha256 if file.lfs else file.blob_id) or ""
