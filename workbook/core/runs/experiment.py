"""A lesson's long runs: which there are, where they are kept, and how the missing ones are made.

An `Experiment` has parts; a part is a function from seeds to jobs. Each job that is done is one
line of `data/runs/<lesson>/<part>.jsonl`: its name ("run"), its seed, what it found, and a "stamp"
that says where the numbers come from. A job with a line is not run again, so a killed run goes on
where it was. `workbook record LESSON [PART]` runs what is missing. Left out: two machines that
record the same part at once, and the drawing of the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from workbook.core.runs import records
from workbook.core.runs.files import data_folder

SEEDS = (0, 1, 2)


class Job(NamedTuple):
    """One run: its name in the record, what makes its row, and its seed (None: it has none)."""

    name: str
    make: Callable[[], Mapping[str, Any]]
    seed: int | None


Jobs = Callable[[Sequence[int]], Iterable[Job]]


def job(
    function: Callable[..., Mapping[str, Any]], *settings: Any, seed: int, kind: str = ""
) -> Job:
    """Return the job `function(*settings, seed)`, named by its settings: "ewc/0.05/test/0".

    kind: first part of the name, where runs of several kinds share a file.
    """
    name = "/".join(map(str, ([kind] if kind else []) + [*settings, seed]))
    return Job(name, partial(function, *settings, seed), seed)


def record_path(lesson: str, part: str) -> Path:
    """Return where the runs of a part are kept, whether the file is there or not."""
    return data_folder() / "runs" / lesson / f"{part}.jsonl"


class Experiment:
    """The recorded runs of one lesson. parts: name -> function from seeds to jobs, in order."""

    def __init__(self, lesson: str, parts: Mapping[str, Jobs]) -> None:
        self.lesson, self.parts = lesson, dict(parts)

    def path(self, part: str) -> Path:
        """Return the file of a part. Raises ValueError for a part that the lesson has not got."""
        self._jobs(part)
        return record_path(self.lesson, part)

    def read(self, part: str) -> list[dict[str, Any]]:
        """Return the recorded runs of a part, in order; of a run that stands twice, the last.

        Raises ValueError when there are none.
        """
        return list({row["run"]: row for row in records.read(self.path(part))}.values())

    def run_missing(self, part: str, seeds: Sequence[int] = SEEDS) -> None:
        """Run the jobs that have no line yet, and add one for each as soon as it is done.

        A job is asked for only when those before it are recorded, so it may depend on them.
        """
        path, made = self.path(part), 0
        for name, make, seed in self._jobs(part)(seeds):
            done = {row["run"] for row in records.read(path)} if path.exists() else set()
            if name not in done:
                print(f"{part}: {name}", flush=True)
                row = {"run": name, "seed": seed, **make(), "stamp": records.stamp(seed)}
                records.append(path, row)
                made += 1
        if not made:
            print(f"{part}: nothing is missing", flush=True)

    def _jobs(self, part: str) -> Jobs:
        if part not in self.parts:
            raise ValueError(f"no part is called {part!r}; there are {', '.join(self.parts)}.")
        return self.parts[part]


def record(lesson: str, part: str | None = None, seeds: Sequence[int] = SEEDS) -> None:
    """Run and record what a lesson lacks, in one part or in all of them.

    lesson: the name of its folder, such as "pretraining". Raises ValueError for a lesson without
    recorded runs and for a part that it has not got.
    """
    experiment = _experiment(lesson)
    for each in experiment.parts if part is None else [part]:
        experiment.run_missing(each, seeds)


def _experiment(lesson: str) -> Experiment:
    """Return `EXPERIMENT` of the lesson's `experiment.py`."""
    package = Path(__file__).resolve().parents[2]
    known = sorted(
        file.parent.name
        for file in package.glob("*/experiment.py")
        if "\nEXPERIMENT = " in file.read_text(encoding="utf-8")
    )
    if lesson not in known:
        raise ValueError(
            f"no lesson with recorded runs is called {lesson!r}; there are {', '.join(known)}."
        )
    return import_module(f"{package.name}.{lesson}.experiment").EXPERIMENT
