"""The same grading on a Dask cluster: submissions go to its workers, and grades come back.

No file system need be shared: the key travels once to each worker, also to one that joins later, a
submission as its bytes, a grade as JSON. A worker needs this package, with the extra `cluster`, and
the sandbox; it grades one submission at a time, so give each machine one worker a core, with one
thread. Where a worker dies, its submission goes to another one. Left out: starting a cluster.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbook import __version__
from workbook.grading import key, warm, worker
from workbook.grading.grade import Settings
from workbook.grading.isolation import refuse_without_sandbox
from workbook.grading.marks import Grade
from workbook.grading.submissions import Submission
from workbook.grading.workplace import workplace

NEEDED = (
    "grading on a cluster needs Dask: install the package with its extra, `workbook[cluster]`, "
    "here and on the workers."
)
NAME = "workbook-grading"
AT_ONCE = 4  # submissions that a worker is sent ahead
SECONDS = 30.0  # to reach the scheduler


@dataclass(frozen=True)
class Parcel:
    """All that a worker needs: the files of the key, the hidden checks, the settings."""

    version: str
    files: dict[str, bytes]
    hidden: bytes | None
    settings: Settings

    @staticmethod
    def of(settings: Settings) -> Parcel:
        """Read the key's files."""
        paths = sorted(path for path in settings.key.rglob("*") if path.is_file())
        files = {path.relative_to(settings.key).as_posix(): path.read_bytes() for path in paths}
        hidden = settings.hidden.read_bytes() if settings.hidden else None
        return Parcel(__version__, files, hidden, settings)

    def unpack(self, folder: Path, edition: Path) -> Settings:
        """Write the files into a folder; returns the settings that name them."""
        if self.version != __version__:
            raise ValueError(f"a worker has workbook {__version__}, the grader {self.version}.")
        for name, content in self.files.items():
            path = folder / "key" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        checks = folder / "hidden.py" if self.hidden is not None else None
        if checks is not None:
            checks.write_bytes(self.hidden or b"")
        return replace(self.settings, key=folder / "key", hidden=checks, edition=edition)


@dataclass(frozen=True)
class Carried(Submission):
    """A submission that brings its bytes along."""

    data: bytes = b""

    @staticmethod
    def of(submission: Submission) -> Carried:
        """Read a submission; what cannot be read carries the problem."""
        parts = {name: getattr(submission, name) for name in submission.__dataclass_fields__}
        try:
            return Carried(**parts, data=submission.content())
        except ValueError as error:
            return Carried(**{**parts, "problem": str(error)})

    def content(self) -> bytes:
        """Return the bytes. Raises ValueError where they could not be read."""
        if self.problem:
            raise ValueError(self.problem)
        return self.data


class _Desk:
    """A worker's side: unpacks at the first submission, cleans up when the grading is over."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel, self.lock, self.stack = parcel, threading.Lock(), ExitStack()
        self.ready = False

    def grade(self, submission: Carried) -> tuple[str, float]:
        with self.lock:
            if not self.ready:
                refuse_without_sandbox(self.parcel.settings.isolation)
                edition = self.stack.enter_context(workplace())
                worker.open_key(self.parcel.unpack(edition.parent, edition))
                self.ready = True
            grade, seconds = worker.work(submission)
        return grade.model_dump_json(), seconds

    def close(self) -> None:
        with self.lock:
            warm.end()
            self.stack.close()


_desks: dict[str, _Desk] = {}


def _plugin(parcel: Parcel) -> Any:
    """What Dask calls in each worker at the start and at the end."""
    from distributed import WorkerPlugin

    class Grading(WorkerPlugin):
        def setup(self, worker: Any) -> None:
            open_desk(parcel)

        def teardown(self, worker: Any) -> None:
            close_desk()

    return Grading()


def open_desk(parcel: Parcel) -> None:
    """Make this worker ready to be sent submissions."""
    _desks[NAME] = _Desk(parcel)


def close_desk() -> None:
    """End what this worker has started, and remove its files."""
    _desks.pop(NAME).close()


def _grade(submission: Carried) -> tuple[str, float]:
    """The task of a worker."""
    return _desks[NAME].grade(submission)


def graded(
    todo: Sequence[Submission], opened: key.Key, settings: Settings, address: str
) -> Iterator[tuple[Grade, float]]:
    """Yield (grade, seconds) as the workers of the scheduler at an address send them.

    Raises ValueError, in one sentence, where Dask or the scheduler is not there, or a worker has
    another version of the package or no sandbox.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError:
        raise ValueError(NEEDED) from None
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {address} ({error}).") from None
    with client:
        client.register_plugin(_plugin(Parcel.of(settings)), name=NAME)
        try:
            waiting = list(todo)
            sent: dict[Any, Any] = {}
            queue = as_completed(loop=client.loop)
            while waiting or sent:
                workers = max(1, len(client.nthreads()))
                while waiting and len(sent) < AT_ONCE * workers:
                    submission = waiting.pop(0)
                    future = client.submit(_grade, Carried.of(submission), pure=False)
                    sent[future] = submission
                    queue.add(future)
                future = next(queue)
                submission = sent.pop(future)
                try:
                    words, seconds = future.result()
                    yield Grade.model_validate_json(words), seconds
                except KilledWorker:
                    said = "grading it ended several workers."
                    yield worker.failed(submission, opened, settings, said), 0.0
        finally:
            client.unregister_worker_plugin(NAME)
