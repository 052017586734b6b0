"""Many submissions: kills at random moments, resource attacks side by side, a cluster."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hostile import KILLING
from marked import grade
from released import RIGHT, hand_in, handed_in, lesson, places, tiny

from workbook.grading import batch, manifest, release, warm, worker, workplace
from workbook.grading import key as key_module
from workbook.grading.grade import Settings
from workbook.grading.gradebook import Gradebook
from workbook.sandbox import process

ID = "sampling.epsilon_filter"
NAME = "03_sampling.ipynb"
STUDENTS = 480  # so many that twenty runs of a moment each do not come to the end
SANDBOX = pytest.mark.skipif(
    bool(process.problem()), reason=f"this machine has no sandbox: {process.problem()}"
)


@pytest.fixture(scope="module")
def key(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("course") / "out"
    release.write([root / "notebooks" / NAME], out)
    return out / "key"


def grades(book):
    return [final.grade.model_dump_json() for final in book.finals()]


@pytest.fixture
def light(key_folder, tmp_path, monkeypatch):
    """Run the submissions of a folder with workers that only look at the student's name."""
    monkeypatch.setattr(workplace.edition, "write", lambda *a, **k: None)
    worked = []

    class Pool:
        def submit(self, work, submission):
            worked.append(submission.student)
            future = Future()
            if submission.student == "killer":
                future.set_exception(BrokenProcessPool())
            else:
                found = grade(submission.student, digest=manifest.digest(submission.content()))
                basis = key_module.read(key_folder).lessons["03_sampling"].basis
                future.set_result((found.model_copy(update={"basis": basis}), 0.1))
            return future

    @contextmanager
    def pool(settings, jobs):
        yield Pool()

    monkeypatch.setattr(batch, "_pool", pool)

    def run(book, seed=7, on_grade=lambda *known: None, forget=()):
        settings = Settings(key_folder, tmp_path, seed, "none")
        outcome = batch.run(tmp_path / "in", settings, book, 2, on_grade, forget=forget)
        students = sorted(worked)
        worked.clear()
        return outcome, students

    return run


def test_only_what_is_new_is_graded_and_each_grade_is_told(light, tmp_path):
    told = []
    for name in ("ada", "bo", "cy"):
        hand_in(tmp_path / "in", name, tiny("x = 1"))
    book = Gradebook(tmp_path / "book.sqlite")
    outcome, worked = light(book, on_grade=lambda grade, *known: told.append(known))
    assert (outcome.submissions, outcome.graded, worked) == (3, 3, ["ada", "bo", "cy"])
    assert outcome.isolation.startswith("none") and told == [(1, 3), (2, 3), (3, 3)]
    hand_in(tmp_path / "in", "bo", tiny("x = 2"))
    outcome, worked = light(book)
    assert (outcome.submissions, outcome.graded, worked) == (3, 1, ["bo"])
    assert book.times_graded() == {
        ("ada", "03_sampling"): 1, ("bo", "03_sampling"): 2, ("cy", "03_sampling"): 1,
    }  # fmt: skip


def test_a_student_who_withdrew_is_forgotten_and_not_graded_again(light, tmp_path):
    for name in ("ada", "bo"):
        hand_in(tmp_path / "in", name, tiny("x = 1"))
    book = Gradebook(tmp_path / "book.sqlite")
    light(book)
    with pytest.raises(ValueError, match="there is no student 'adda' to forget"):
        light(book, forget=("bo", "adda"))
    assert book.students() == {"ada", "bo"}, "all are forgotten, or none"
    for _ in range(2):  # as long as the notebook lies there
        outcome, worked = light(book, forget=("ada",))
        assert (outcome.submissions, worked, book.students()) == (1, [], {"bo"})
        assert outcome.left == (tmp_path / "in" / "ada" / NAME,)
    shutil.rmtree(tmp_path / "in" / "ada")
    with pytest.raises(ValueError, match="no student 'ada'"):
        light(book, forget=("ada",))


def test_a_notebook_whose_name_says_no_lesson_is_graded_once(light, tmp_path):
    """It used to be graded in every run, and to replace the newer copy of its student."""
    hand_in(tmp_path / "in", "ada", tiny("x = 1"))
    (tmp_path / "in" / "ada" / NAME).rename(tmp_path / "in" / "ada" / "homework.ipynb")
    book = Gradebook(tmp_path / "book.sqlite")
    assert light(book)[1] == ["ada"] and light(book)[1] == []
    assert book.times_graded() == {("ada", "03_sampling"): 1}


def test_a_submission_that_ends_its_worker_is_tried_alone_and_costs_no_other(light, tmp_path):
    for name in ("ada", "bo", "killer", "mo", "zoe"):
        hand_in(tmp_path / "in", name, tiny("x = 1"))
    book = Gradebook(tmp_path / "book.sqlite")
    outcome, worked = light(book)
    assert outcome.graded == 5 and worked.count("killer") == 2
    verdicts = {final.grade.student: final.grade.verdict for final in book.finals()}
    words = "grader error: grading it ended the grader's own process."
    assert verdicts.pop("killer") == words
    assert set(verdicts.values()) == {"graded: 1 of 2 right"} and len(verdicts) == 4
    assert light(book)[1] == ["killer", "killer"], "the next run tries it again, and it alone"


def test_a_run_without_a_seed_draws_one_and_notes_it(light, tmp_path, monkeypatch):
    hand_in(tmp_path / "in", "ada", tiny("x = 1"))
    begun = []
    monkeypatch.setattr(batch.secrets, "randbelow", lambda limit: begun.append(limit) or 40)
    with sqlite3.connect(tmp_path / "book.sqlite") as connection:
        book = Gradebook(tmp_path / "book.sqlite")
        for seed in (0, 9):
            light(book, seed)
        assert connection.execute("select seed from runs order by id").fetchall() == [(41,), (9,)]
    assert begun == [2**31 - 1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="this machine has no sandbox: no Linux")
def test_twenty_kills_at_random_moments_lose_nothing_and_grade_nothing_twice(
    root, key, tmp_path, monkeypatch
):  # fmt: skip
    """The grader is forked ready to go, as its imports would take most of the time."""
    stubs = [cell.source for cell in lesson(root).cells if "NotImplementedError" in cell.source]
    notebooks = [tiny(*stubs), tiny(stubs[0]), tiny("x = 1")]
    for number in range(STUDENTS):
        hand_in(tmp_path / "in", f"student {number:03}", notebooks[number % 3])
        if number % 4 == 3:
            path = tmp_path / "in" / f"student {number:03}" / NAME
            path.write_bytes(path.read_bytes()[: 100 + number])
    fork = multiprocessing.get_context("fork")
    monkeypatch.setattr(batch.multiprocessing, "get_context", lambda kind: fork)
    monkeypatch.setattr(workplace.edition, "write", lambda *a, **k: None)  # nothing is executed
    settings = Settings(key, tmp_path, seed=7, isolation="none")

    def run(name):
        book = Gradebook(tmp_path / name)
        outcome = batch.run(tmp_path / "in", settings, book)
        book.close()
        return outcome

    source, counts = random.Random(20), []
    for _ in range(20):
        child = fork.Process(target=run, args=("killed.sqlite",))
        child.start()
        before = count(tmp_path / "killed.sqlite")
        deadline = time.monotonic() + 60
        moment = source.randint(0, 4)  # grades later, and then some milliseconds
        while count(tmp_path / "killed.sqlite") < before + moment and child.is_alive():
            assert time.monotonic() < deadline
        time.sleep(source.random() / 50)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        counts.append(count(tmp_path / "killed.sqlite"))
    assert counts == sorted(counts) and counts[0] < counts[-1] < STUDENTS
    assert run("killed.sqlite").submissions == run("whole.sqlite").graded == STUDENTS
    killed, whole = Gradebook(tmp_path / "killed.sqlite"), Gradebook(tmp_path / "whole.sqlite")
    assert grades(killed) == grades(whole) and len(grades(killed)) == STUDENTS
    assert set(killed.times_graded().values()) == {1}
    assert len({final.grade.verdict for final in whole.finals()}) > 3
    assert run("killed.sqlite").graded == 0


def count(path):
    if not path.exists():
        return 0
    try:
        with sqlite3.connect(path, timeout=30) as connection:
            return connection.execute("select count(*) from grades").fetchone()[0]
    except sqlite3.OperationalError:  # its tables are not made yet
        return 0


RESOURCES = {
    "endless loop", "swallows interrupts", "sleeps in C", "memory", "8 GB tensor", "fork bomb",
    "thread bomb", "prints a gigabyte", "floods the messages", "writes to the pipe",
}  # fmt: skip


@SANDBOX
@pytest.mark.slow
def test_a_batch_with_every_resource_attack_ends_and_costs_the_others_nothing(
    root, key, tmp_path, own_temporary_folder
):
    attacks = [attack for attack in KILLING if attack.name in RESOURCES]
    assert {attack.name for attack in attacks} == RESOURCES
    for number, attack in enumerate(attacks):
        hand_in(tmp_path / "in", attack.name, handed_in(root, RIGHT | {"s029": attack.source}))
        if number % 3 == 0:
            hand_in(tmp_path / "in", f"honest {number}", handed_in(root))
    book, limit = Gradebook(tmp_path / "book.sqlite"), 30
    settings = Settings(key, tmp_path, seed=7, cell_seconds=5, seconds=limit)
    start = time.monotonic()
    batch.run(tmp_path / "in", settings, book, jobs=2)
    took = time.monotonic() - start
    finals = {final.grade.student: final for final in book.finals()}
    assert len(finals) == len(attacks) + 4
    for name, final in finals.items():
        points = {each.id: each.points for each in final.grade.exercises}
        expected = (20, 2) if name.startswith("honest") else (18, 0)
        assert (final.points, points[ID]) == expected, final.grade.verdict
        assert final.seconds < limit + 10, name
    assert took < len(finals) * (limit + 10)
    assert not places()


class TestCluster:
    """Two workers of a Dask cluster on this machine."""

    @SANDBOX
    @pytest.mark.slow
    def test_a_worker_dies_and_the_grades_are_those_of_one_machine(self, root, key, tmp_path):
        distributed = pytest.importorskip("distributed", reason="Dask is not installed")
        answers = {"right": RIGHT, "half": {"s023": RIGHT["s023"], "s082": RIGHT["s082"]}}
        for name, given in answers.items():
            hand_in(tmp_path / "in", name, handed_in(root, given))
        for number in range(6):
            hand_in(tmp_path / "in", f"student {number}", tiny(f"x = {number}"))
        hand_in(tmp_path / "in", "broken", tiny())
        (tmp_path / "in" / "broken" / NAME).write_text("{", encoding="utf-8")
        settings = Settings(key, tmp_path, seed=7)
        book = Gradebook(tmp_path / "cluster.sqlite")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster:
            first = next(iter(cluster.workers.values()))
            killed = []

            def kill(grade, done, total):
                if done == 2:
                    killed.append(first.pid)
                    os.kill(first.pid, signal.SIGKILL)

            address = cluster.scheduler_address
            outcome = batch.run(tmp_path / "in", settings, book, 1, kill, address)
        assert killed and outcome.graded == 9
        assert set(book.times_graded().values()) == {1}
        with workplace.workplace() as place:
            worker.open_key(replace(settings, edition=place))
            found = batch.find(tmp_path / "in", ["03_sampling"])
            alone = [worker.work(each)[0].model_dump_json() for each in found]
            warm.end()
        assert grades(book) == alone
        assert sorted(final.points for final in book.finals())[-2:] == [4, 20]
