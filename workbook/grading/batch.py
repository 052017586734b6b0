"""All submissions of a class, several at once, safe against a kill at any moment.

Each worker is a process that opens the key once. Grades are written by this process alone, one
transaction each; a run that was cut off goes on where it was, with the same fresh inputs. A worker
that dies costs the submission it had nothing but a second try. Left out: the workers' side
(`worker.py`), other machines (`cluster.py`), what the grades are for (`exports.py`, `reports.py`).
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from workbook.grading import key, manifest, notebook_input, worker
from workbook.grading.grade import Settings, days_late
from workbook.grading.gradebook import Gradebook
from workbook.grading.isolation import refuse_without_sandbox
from workbook.grading.marks import Grade
from workbook.grading.submissions import Submission, find
from workbook.grading.workplace import workplace


@dataclass(frozen=True)
class Outcome:
    """What a run did: how many submissions there are, and how many were graded now.

    left: files of students who were forgotten, which are still among the submissions.
    """

    submissions: int
    graded: int
    run: int
    isolation: str
    left: tuple[Path, ...] = ()


def run(
    folder: Path,
    settings: Settings,
    book: Gradebook,
    jobs: int = 1,
    on_grade: Callable[[Grade, int, int], None] = lambda grade, done, total: None,
    cluster: str | None = None,
    forget: Collection[str] = (),
) -> Outcome:
    """Grade what has not been graded yet. `settings.edition` is made here; seed 0 draws a new one.

    on_grade: called after each with the grade, how many are done, and how many there are to do.
    cluster: address of a Dask scheduler whose workers grade, in place of `jobs` processes here.
    forget: students who withdrew: they leave the gradebook, and nothing of theirs is graded.
    Raises ValueError, in one sentence, for a key or a folder that cannot be used, where there
    is no sandbox and none was not asked for, and for a student to forget whom nobody knows.
    """
    if cluster is None:
        refuse_without_sandbox(settings.isolation)
    opened = key.read(settings.key, settings.hidden)
    found = find(
        folder, opened.lessons, opened.listed.due, settings.attempts,
        lambda raw: notebook_input.lesson_in(notebook_input.parse(raw), opened.topics),
    )  # fmt: skip
    left = tuple(sorted({each.place for each in found if each.student in forget}))
    _forget(forget, book, {each.student for each in found})
    found = [each for each in found if each.student not in forget]
    todo = [each for each in found if not _is_current(each, opened, book)]
    with workplace() as place:
        settings = replace(settings, edition=place)
        words = settings.kept_apart().in_words()
        seed = settings.seed or secrets.randbelow(2**31 - 1) + 1
        number, seed = book.begin_run(seed, words, opened.listed.package)
        settings = replace(settings, seed=seed)
        done = 0
        for result, seconds in _graded(todo, opened, settings, jobs, cluster):
            book.add(result, number, seconds)
            done += 1
            on_grade(result, done, len(todo))
        book.keep({(each.student, each.lesson): each.attempt for each in found})
        book.end_run(number)
    return Outcome(len(found), done, number, words, left)


def _forget(students: Collection[str], book: Gradebook, handed_in: set[str]) -> None:
    """Delete students from the gradebook; ValueError, before any is, for a name nobody has."""
    known = book.students() | handed_in
    for student in students:
        if student not in known:
            raise ValueError(
                f"there is no student {student!r} to forget; see grades.csv for names."
            )
    for student in students:
        book.forget(student)


def _is_current(submission: Submission, opened: key.Key, book: Gradebook) -> bool:
    lesson = opened.lessons.get(submission.lesson)
    if lesson is None:
        return False
    try:
        digest = manifest.digest(submission.content())
    except ValueError as error:
        digest = manifest.digest(str(error).encode("utf-8"))
    names = (submission.student, submission.lesson)
    if not book.is_current(*names, digest, lesson.basis, submission.attempt):
        return False
    late = days_late(submission, opened.listed.due)
    book.note_time(*names, submission.attempt, submission.when(), late)
    return True


def _graded(
    todo: Sequence[Submission], opened: key.Key, settings: Settings, jobs: int, cluster: str | None
) -> Iterator[tuple[Grade, float]]:
    """Yield (grade, seconds) as they come."""
    if cluster is not None:
        from workbook.grading import cluster as dask

        yield from dask.graded(todo, opened, settings, cluster)
        return
    waiting: list[Submission] = list(todo)
    suspects: list[Submission] = []
    while waiting:
        yield from _through(waiting, settings, jobs, suspects)
    for suspect in suspects:  # one at a time, so that the one that kills costs no other
        lost: list[Submission] = []
        yield from _through([suspect], settings, 1, lost)
        if lost:
            words = "grading it ended the grader's own process."
            yield worker.failed(suspect, opened, settings, words), 0.0


def _through(
    waiting: list[Submission], settings: Settings, jobs: int, lost: list[Submission]
) -> Iterator[tuple[Grade, float]]:
    """Yield grades until all are done or a worker dies; what was under way then is `lost`."""
    with _pool(settings, jobs) as pool:
        running: dict[Future, Submission] = {}
        while waiting or running:
            while waiting and len(running) < 2 * jobs:
                submission = waiting.pop(0)
                running[_submit(pool, submission)] = submission
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                try:
                    result = future.result()
                except BrokenProcessPool:
                    lost += running.values()
                    return
                del running[future]
                yield result


def _submit(pool: ProcessPoolExecutor, submission: Submission) -> Future:
    try:
        return pool.submit(worker.work, submission)
    except BrokenProcessPool as error:
        failed: Future = Future()
        failed.set_exception(error)
        return failed


@contextmanager
def _pool(settings: Settings, jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that open the key once and end with this one."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        jobs, mp_context=context, initializer=worker.begin, initargs=(settings, os.getpid())
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
