"""How fast a class is graded, and that nothing grows or is left over while it is.

`workbook bench grading` grades a made-up class of lesson 03 (right, wrong, open, broken and hostile
notebooks) with two jobs, then a part of it with one job against two, with warm kernels against cold
ones, and, where WORKBOOK_NBGRADER names the program `nbgrader` of its own environment, the same
notebooks with `nbgrader autograde`. What it finds goes to `data/runs/grading/`. The marks
themselves are tested elsewhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbook.core.runs import records
from workbook.core.runs.bench import Row
from workbook.core.runs.experiment import record_path
from workbook.core.runs.files import data_folder
from workbook.core.system.peak_memory import family_memory
from workbook.grading import batch, manifest, practice, release, warm, workplace
from workbook.grading.grade import Settings
from workbook.grading.gradebook import Gradebook

LESSON = "03_sampling"
TWO_JOBS, PEER = "two jobs against one", "nbgrader autograde"
SUBMISSIONS, QUICK = 300, 20
PART = 12  # submissions of the comparisons of jobs and of kernels
PEERS = 3  # that nbgrader grades: it runs the whole lesson for each
SEED = 7
GOALS = {TWO_JOBS: 1.6, PEER: 5.0}  # least ratios
GROWTH = 1.2  # of the peak memory, from the first half of a class to the second
NBGRADER = "WORKBOOK_NBGRADER"
HOSTILE = (  # bodies of a function; every tenth student is one of them
    "while True: pass",
    "import os; os._exit(0)",
    "x = [bytearray(2**28) for _ in range(64)]",
    "import ctypes; ctypes.string_at(0)",
    "for _ in range(1000): print('x' * 100_000)",
)


def run(quick: bool = False, submissions: int | None = None) -> list[Row]:
    """Grade the class, compare, and record both; returns the comparisons.

    submissions: how many; by default 300, or 20 where `quick`.
    Raises ValueError where there is no sandbox.
    """
    from workbook.grading.isolation import refuse_without_sandbox

    refuse_without_sandbox("sandbox")
    count = submissions or (QUICK if quick else SUBMISSIONS)
    with tempfile.TemporaryDirectory(prefix="wbb-") as scratch:
        folder = Path(scratch)
        lesson = [data_folder().parent / "notebooks" / f"{LESSON}.ipynb"]
        release.write(lesson, folder / "course")
        key = folder / "course" / "key"
        make_class(key, folder / "all", count)
        make_class(key, folder / "some", min(PART, count), hostile=False)
        found = soak(folder / "all", Settings(key, folder, SEED), folder)
        rows = [two_jobs(folder, key), warm_kernels(folder, key)]
        if os.environ.get(NBGRADER):
            rows.append(nbgrader(folder, key, lesson, Path(os.environ[NBGRADER])))
    row = {"run": f"soak/{count}", "seed": SEED, **found, "rows": [asdict(each) for each in rows]}
    records.append(record_path("grading", "soak"), {**row, "stamp": records.stamp(SEED)})
    print(json.dumps(found))
    if missed := [] if quick else missed_goals(found, rows):
        raise ValueError(f"a goal of grading was missed: {'; '.join(missed)}.")
    return rows


def missed_goals(found: dict[str, Any], rows: list[Row]) -> list[str]:
    """Return what a class graded on a quiet machine with two cores or more falls short of."""
    ratios = {row.name: row.ratio for row in rows}
    peak = found["peak_bytes"]
    limits = {
        "something is left over": bool(found["left_over"]),
        "memory grows": peak["second_half"] > GROWTH * peak["first_half"],
        **{
            f"{name}: {ratios[name]:.1f} times, not {least:g}": ratios[name] < least
            for name, least in GOALS.items()
            if name in ratios
        },
    }
    return [what for what, missed in limits.items() if missed]


def make_class(key: Path, out: Path, students: int, hostile: bool = True) -> None:
    """Write a made-up class; with `hostile`, the answers of every tenth student mean harm."""
    import nbformat

    paths = practice.write(key, out, students, SEED)
    (lesson,) = manifest.read(key).lessons
    target = next(entry for entry in lesson.exercises if entry.wants == "function")
    for number, path in enumerate(paths[5::10] if hostile else []):
        notebook = nbformat.read(path, as_version=4)
        cell = next(cell for cell in notebook.cells if cell.id == target.cell)
        body = HOSTILE[number % len(HOSTILE)]
        cell.source = f'@exercise("{target.id}")\ndef {target.function}(*given):\n    {body}'
        nbformat.write(notebook, path)


def soak(submissions: Path, settings: Settings, folder: Path) -> dict[str, Any]:
    """Grade a class with two jobs; throughput, memory over time, and what is left over."""
    before = _left_over()
    with _memory() as samples:
        seconds, book = graded(submissions, settings, folder / "soak.sqlite", jobs=2)
    finals = list(book.finals())
    book.close()
    half = len(samples) // 2
    return {
        "submissions": len(finals),
        "jobs": 2,
        "seconds": round(seconds, 1),
        "per_minute": round(60 * len(finals) / seconds, 1),
        "peak_bytes": {
            "first_half": max(samples[:half], default=0),
            "second_half": max(samples[half:], default=0),
        },
        "left_over": sorted(_left_over() - before),
        "longest_seconds": max(final.seconds for final in finals),
        "verdicts": Counter(mark.verdict for f in finals for mark in f.grade.exercises),
        "not_graded": sum(not final.grade.verdict.startswith("graded") for final in finals),
    }


def two_jobs(folder: Path, key: Path) -> Row:
    """Two jobs against one; ValueError where the grades differ."""
    settings = Settings(key, folder, SEED)
    two, book_two = graded(folder / "some", settings, folder / "two.sqlite", jobs=2)
    one, book_one = graded(folder / "some", settings, folder / "one.sqlite", jobs=1)
    return _compared(TWO_JOBS, two, one, book_two, book_one)


def warm_kernels(folder: Path, key: Path) -> Row:
    """Forked kernels against kernels that import for themselves; ValueError as for two jobs."""
    settings = Settings(key, folder, SEED)
    fast, book_fast = graded(folder / "some", settings, folder / "warm.sqlite", jobs=1)
    os.environ[warm.COLD] = "1"
    try:
        slow, book_slow = graded(folder / "some", settings, folder / "cold.sqlite", jobs=1)
    finally:
        del os.environ[warm.COLD]
    return _compared("warm kernels against cold", fast, slow, book_fast, book_slow)


def nbgrader(folder: Path, key: Path, lesson: list[Path], program: Path) -> Row:
    """Ours against `nbgrader autograde` on the answers of the same students, one job each."""
    from workbook.grading import nbgrader as form

    form.write(lesson, folder / "peer")
    for path in sorted((folder / "some").glob("*/*.ipynb"))[PEERS:]:
        shutil.rmtree(path.parent)
    ours, book = graded(folder / "some", Settings(key, folder, SEED), folder / "peer.sqlite", 1)
    book.close()
    theirs = _autograde(folder, lesson[0].stem, key, program)
    return _row(PEER, ours, theirs, PEERS)


def graded(submissions: Path, settings: Settings, path: Path, jobs: int) -> tuple[float, Gradebook]:
    """Grade a class into a new gradebook; returns the seconds that it took, and the gradebook.

    Raises ValueError where the grader itself failed on one of them.
    """
    book, start = Gradebook(path), time.monotonic()
    batch.run(submissions, settings, book, jobs)
    took = time.monotonic() - start
    failed = [f.grade.verdict for f in book.finals() if f.grade.verdict.startswith("grader error")]
    if failed:
        raise ValueError(f"{len(failed)} submissions were not graded; {failed[0]}")
    return took, book


def _autograde(folder: Path, lesson: str, key: Path, program: Path) -> float:
    """Seconds of nbgrader for the students of the folder `some`."""
    import nbformat

    course, home = folder / "peer", folder / "home"
    kernel = home / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    words = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(words), encoding="utf-8")
    environment = {
        **os.environ, "JUPYTER_PATH": str(home / "jupyter"), "HOME": str(home),
        "WORKBOOK_HOME": str(home), "WORKBOOK_OFFLINE": "1", "OMP_NUM_THREADS": "1",
    }  # fmt: skip

    def call(*words: str) -> None:
        done = subprocess.run(
            [program, *words], cwd=course, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise ValueError(f"nbgrader {words[0]} failed: {(done.stdout + done.stderr)[-500:]}")

    call("generate_assignment", lesson)
    (entries,) = manifest.read(key).lessons
    for path in sorted((folder / "some").glob("*/*.ipynb")):
        given = nbformat.read(course / "release" / lesson / path.name, as_version=4)
        answered = {c.id: c.source for c in nbformat.read(path, as_version=4).cells}
        for cell in given.cells:
            if cell.id in {entry.cell for entry in entries.exercises}:
                cell.source = answered[cell.id]
        target = course / "submitted" / path.parent.name.replace(" ", "_") / lesson
        target.mkdir(parents=True)
        nbformat.write(given, target / path.name)
    start = time.monotonic()
    call("autograde", lesson)
    return time.monotonic() - start


def _compared(name: str, ours: float, peer: float, one: Gradebook, other: Gradebook) -> Row:
    grades = [[f.grade.model_dump_json() for f in book.finals()] for book in (one, other)]
    one.close()
    other.close()
    if grades[0] != grades[1]:
        raise ValueError(f"{name}: the grades differ.")
    return _row(name, ours, peer, len(grades[0]))


def _row(name: str, ours: float, peer: float, count: int) -> Row:
    """One turn of each, as submissions per minute."""
    ratio = peer / ours
    return Row(
        name, 60 * count / ours, 60 * count / peer, ratio, ratio, ratio, "submissions/min", 1
    )


@contextmanager
def _memory() -> Iterator[list[int]]:
    """Resident bytes of this process and all that descend from it, once a second."""
    samples: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(1.0):
            samples.append(family_memory(os.getpid()))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


def _left_over() -> set[str]:
    """Child processes of this one, and temporary folders of grading runs."""
    import psutil

    processes = {
        f"process {each.pid} {each.name()}"
        for each in psutil.Process().children(recursive=True)
        if each.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in str(each.cmdline())
    }
    folders = Path(tempfile.gettempdir()).glob(workplace.PREFIX + "*")
    return processes | {str(path) for path in folders}
