"""Atomic checkpoints: a killed run finds the new one or the old one, never half of one.

A checkpoint is a folder: weights in safetensors, everything else in `state.pt`, and a list of both
with their SHA-256. It is written beside its place, flushed to the disk and renamed; one that lies
there already steps aside until then. Reading checks the list and uses `weights_only`, so neither a
torn nor a foreign file can do harm. The last few stay. What goes in is gathered by `state.py`, and
`folder_lock.py` sees that only one run writes in a folder. Lesson 08 kills a run and resumes it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from workbook.core.runs.files import DRAFT, LEAVING, replacing

FORMAT = 1
WEIGHTS, BEST = "model.safetensors", "best.safetensors"
STATE, LIST = "state.pt", "checkpoint.json"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # no room, or no more allowed
FULL_WORDS = ("No space left", "File too large", "quota")


@dataclass(frozen=True)
class Saved:
    """A checkpoint read back."""

    folder: Path
    step: int
    weights: dict[str, Tensor]
    state: dict[str, Any]
    best_weights: dict[str, Tensor] | None  # of the best evaluation so far


class Checkpoints:
    """The checkpoints of one run, in one folder; `keep` whole ones stay."""

    def __init__(self, folder: Path, keep: int = 2) -> None:
        self.folder, self.keep = Path(folder), keep
        self.broken: set[Path] = set()  # what `newest` had to pass over

    def place(self, step: int) -> Path:
        """The folder of the checkpoint of a step, whether it is there or not."""
        return self.folder / f"step-{step:08d}"

    def save(
        self,
        step: int,
        weights: Mapping[str, Tensor],
        state: Mapping[str, Any],
        best_weights: Mapping[str, Tensor] | None = None,
    ) -> None:
        """Write one, then drop those that are older than the last `keep` whole ones.

        Raises ValueError when it cannot be written; what was saved before stays as it was.
        """
        place = self.place(step)
        with atomic_folder(place) as draft:
            save_tensors(draft / WEIGHTS, weights)
            if best_weights is not None:
                save_tensors(draft / BEST, best_weights)
            with open(draft / STATE, "wb") as file:
                torch.save(dict(state), file)
            listed = {"format": FORMAT, "step": step, "files": _fingerprints(draft)}
            (draft / LIST).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
        self.broken.discard(place)
        stay = [folder for folder in self.usable() if folder <= place][-self.keep :]
        for folder in self.all():
            if folder < place and folder not in stay:
                _remove(folder)

    def all(self) -> list[Path]:
        """The folders of all checkpoints, oldest first, whole or not."""
        return sorted(self.folder.glob("step-????????"))

    def usable(self) -> list[Path]:
        """The folders of all checkpoints but those that `newest` found broken, oldest first."""
        return [folder for folder in self.all() if folder not in self.broken]

    def newest(self) -> Path | None:
        """The newest whole checkpoint; None before the first. A warning names each broken one.

        Raises ValueError when there are some and none is whole.
        """
        self._tidy()
        self.broken = set()
        for folder in reversed(self.all()):
            problem = problem_of(folder)
            if problem is None:
                return folder
            self.broken.add(folder)
            warnings.warn(f"{folder} is passed over: {problem}.", stacklevel=2)
        if self.all():
            raise ValueError(
                f"no checkpoint in {self.folder} is whole; delete that folder to start afresh."
            )
        return None

    def _tidy(self) -> None:
        """Clear away what a killed run left; what had stepped aside gets its place back."""
        for left in self.folder.glob(f"*{LEAVING}"):
            place = left.with_name(left.name.removesuffix(LEAVING))
            if not place.exists():
                os.replace(left, place)
        for left in [*self.folder.glob(f"*{DRAFT}"), *self.folder.glob(f"*{LEAVING}")]:
            shutil.rmtree(left, ignore_errors=True)


def load(folder: Path) -> Saved:
    """Read a checkpoint. Raises ValueError when it is torn or no checkpoint of ours."""
    from safetensors.torch import load_file

    problem = problem_of(folder)
    if problem is not None:
        raise ValueError(f"{folder} cannot be used: {problem}.")
    listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
    try:
        state = torch.load(folder / STATE, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever torch says of a file that somebody else made
        raise ValueError(f"{folder} cannot be used: {STATE} is not one of this course.") from error
    best = load_file(folder / BEST) if BEST in listed["files"] else None
    return Saved(folder, listed["step"], load_file(folder / WEIGHTS), state, best)


def problem_of(folder: Path) -> str | None:
    """Why a folder is not a whole checkpoint, as a clause; None when it is."""
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        files, made = dict(listed["files"]), listed["format"]
    except (OSError, ValueError, KeyError, TypeError):
        return f"it has no readable {LIST}, so it is torn or not a checkpoint of this course"
    if made != FORMAT:
        return f"it has format {made}, and this version of the course reads {FORMAT}"
    for name in {WEIGHTS, STATE, *files}:
        file = folder / name
        if name not in files or not file.is_file():
            return f"{name} is missing"
        if _fingerprint(file) != files[name]:
            return f"{name} is torn or was changed ({file.stat().st_size:,} bytes)"
    return None


@contextmanager
def atomic_folder(place: Path) -> Iterator[Path]:
    """Yield a folder that gets its name when the block ends well, and otherwise never exists.

    with atomic_folder(place) as draft: write into draft. Raises ValueError when that fails.
    """
    with disk_errors(place), replacing(place) as draft:
        draft.mkdir()
        yield draft


def save_tensors(file: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors."""
    from safetensors.torch import save_file

    save_file(_apart(tensors), file, {"format": "pt"})


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors, a copy of each that shares memory with an earlier one.

    safetensors refuses shared memory; what is loaded again is copied into the model's own anyway.
    """
    seen: set[int] = set()
    apart = {}
    for name, tensor in tensors.items():
        memory = tensor.untyped_storage().data_ptr()
        apart[name] = tensor.clone() if memory in seen else tensor
        seen.add(memory)
    return apart


def save_model(model: nn.Module, weights: Mapping[str, Tensor], folder: Path) -> None:
    """Write a model for others to load: as transformers lays it out if it can, else its weights."""
    with atomic_folder(folder) as draft:
        if hasattr(model, "save_pretrained"):
            cast(Any, model).save_pretrained(draft, state_dict=_apart(weights))
        else:  # a tied tensor under each of its names, so that load_state_dict finds them all
            first: dict[int, str] = {}
            kept = model.state_dict().keys()
            parameters = model.named_parameters(remove_duplicate=False)
            named = chain(parameters, model.named_buffers(remove_duplicate=False))
            ties = {name: first.setdefault(id(t), name) for name, t in named if name in kept}
            tied = {name: weights[one] for name, one in ties.items()}
            save_tensors(draft / WEIGHTS, {**weights, **tied})


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """What the system refuses while a file or folder is written, as one sentence (ValueError)."""
    try:
        yield
    except Exception as error:
        explain_full_disk(error, place)
        if isinstance(error, OSError):
            raise ValueError(
                f"{place} cannot be written ({error.strerror or error}): choose another place."
            ) from error
        raise


def explain_full_disk(error: BaseException | None, place: Path) -> None:
    """A full disk as a sentence; torch and safetensors report it each in their own way."""
    link = error
    while link is not None:
        if getattr(link, "errno", None) in FULL or any(word in str(link) for word in FULL_WORDS):
            there = next(folder for folder in place.absolute().parents if folder.exists())
            raise ValueError(
                f"the disk is full ({shutil.disk_usage(there).free / 1e6:,.0f} MB free): {place} "
                "was not written, and what was saved before is whole; make room and start the "
                "same run again."
            ) from error
        link = link.__cause__ or link.__context__


def _fingerprints(folder: Path) -> dict[str, str]:
    return {file.name: _fingerprint(file) for file in sorted(folder.iterdir())}


def _fingerprint(file: Path) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove(folder: Path) -> None:
    """Take a folder away under another name first, so that none is ever seen half empty."""
    if folder.exists():
        doomed = folder.with_name(folder.name + LEAVING)
        shutil.rmtree(doomed, ignore_errors=True)
        os.replace(folder, doomed)
        shutil.rmtree(doomed, ignore_errors=True)
