"""Where the loop gets batch number n: from anything that knows its numbers, or from any iterable.

An object with `batch(number)` can be asked for any batch at once, so a resumed run needs nothing
but the number. A list is gone through again and again. Any other iterable is read from its start,
also after a resume, when what was used already is read and dropped: it must give the same batches
every time. A DataLoader of torch draws its order from random numbers of its own, so that it does.
Lesson 08 trains on the first kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import torch
from torch.utils.data import DataLoader


@runtime_checkable
class Batches(Protocol):
    """Batches by number: the same number always gives the same batch."""

    def batch(self, number: int) -> Any:
        """Batch number 0, 1, ...: a tensor, or a dict, tuple or list of them."""


class Cycle:
    """A sequence of batches, gone through again and again."""

    def __init__(self, rows: Sequence[Any]) -> None:
        if not rows:
            raise ValueError("there is no batch to train on: the sequence of batches is empty.")
        self.rows = rows

    def batch(self, number: int) -> Any:
        return self.rows[number % len(self.rows)]


class Stream:
    """An iterable read in order; one that can be read again starts anew when it ends."""

    def __init__(self, source: Iterable[Any]) -> None:
        self.source = source
        self.reader: Iterator[Any] = iter(source)
        self.number = 0  # of the batch that comes next

    def batch(self, number: int) -> Any:
        if number < self.number:
            raise ValueError(
                f"batch {number} has gone by: an iterable gives each batch once; "
                "make a new one for a new run, or give `fit` an object with batch(number)."
            )
        while True:
            found = self._next()
            self.number += 1
            if self.number > number:
                return found

    def _next(self) -> Any:
        try:
            return next(self.reader)
        except StopIteration:
            self.reader = iter(self.source)  # an iterator is its own: it stays at its end
        for found in self.reader:
            return found
        raise ValueError(
            f"the batches ended after {self.number}: give more of them, or ask for fewer steps."
        )


class Loader(Stream):
    """A DataLoader: it draws from torch's global numbers, so it gets a stream of its own."""

    def __init__(self, source: DataLoader, seed: int) -> None:
        self.random = torch.Generator().manual_seed(seed).get_state()
        with self._own_numbers():
            super().__init__(source)

    def _next(self) -> Any:
        with self._own_numbers():
            return super()._next()

    @contextmanager
    def _own_numbers(self) -> Iterator[None]:
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self.random)
            yield
            self.random = torch.get_rng_state()


def as_batches(source: Batches | Iterable[Any], seed: int = 0) -> Batches:
    """Anything `fit` accepts, as batches by number; `seed` is of a DataLoader that shuffles."""
    if isinstance(source, Batches):
        return source
    if isinstance(source, Sequence):
        return Cycle(source)
    if isinstance(source, DataLoader):
        return Loader(source, seed)
    if isinstance(source, Iterable):
        return Stream(source)
    raise ValueError(
        f"batches are an object with batch(number), or an iterable; not {type(source).__name__}."
    )


def to_device(batch: Any, device: Any) -> Any:
    """A batch with all its tensors on a device; what is no tensor stays as it is."""
    if hasattr(batch, "to"):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        return {name: to_device(part, device) for name, part in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(part, device) for part in batch))
    if isinstance(batch, (tuple, list)):
        return type(batch)(to_device(part, device) for part in batch)
    return batch
