"""Atomic checkpoints of a running job: a killed run finds either the old one or the new one.

One file holds the model, the optimisers, the step, the data position and the random state. It is
written beside its target, flushed to disk and renamed. Loading uses `weights_only=True`, so a
foreign file cannot run code.
"""

import os
from pathlib import Path

import torch


def save_checkpoint(path: Path, state: dict[str, object]) -> None:
    """Write `state` (tensors, numbers, lists and dicts of them) to `path`, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".writing")
    with open(draft, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def load_checkpoint(path: Path, device: str = "cpu") -> dict[str, object] | None:
    """The state saved at `path`, or None where there is none.

    Raises ValueError for a file that is torn or is not a checkpoint.
    """
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except Exception as error:
        raise ValueError(
            f"{path} is not a whole checkpoint ({type(error).__name__}); "
            "delete it to start this run again from the beginning"
        ) from error
