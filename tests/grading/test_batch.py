"""Many submissions: kills at random moments, resource attacks side by side, a cluster."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from hostile import KILLING
from released import RIGHT, handed_in, lesson, tiny

from workbook.grading import batch, release, warm, worker, workplace
from workbook.grading.grade import Settings
from workbook.grading.gradebook import Gradebook
from workbook.sandbox import process

ID = "sampling.epsilon_filter"
NAME = "03_sampling.ipynb"
SANDBOX = pytest.mark.skipif(
    bool(process.problem()), reason=f"this machine has no sandbox: {process.problem()}"
)


@pytest.fixture(scope="module")
def key(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("course") / "out"
    release.write([root / "notebooks" / NAME], out)
    return out / "key"


def hand_in(folder, student, notebook):
    path = folder / student / NAME
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def grades(book):
    return [final.grade.model_dump_json() for final in book.finals()]


def places():
    return set(Path(tempfile.gettempdir()).glob(workplace.PREFIX + "*"))


def test_what_a_killed_run_left_is_removed_and_what_is_in_use_is_not(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    text = f"""
import os, tempfile; tempfile.tempdir = {str(tmp_path)!r}
from workbook.grading import edition, workplace
edition.write = lambda *a, **k: None
with workplace.workplace() as place: print(place, flush=True); os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert Path(done.stdout.strip()).is_dir(), done.stderr
    monkeypatch.setattr(workplace.edition, "write", lambda *a, **k: None)
    with workplace.workplace() as place:
        assert [path.name for path in places()] == [place.parent.name]
        assert workplace.remove_abandoned() == 0 and place.is_dir()
    assert not places()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="this machine has no sandbox: no Linux")
def test_twenty_kills_at_random_moments_lose_nothing_and_grade_nothing_twice(
    root, key, tmp_path, monkeypatch
):  # fmt: skip
    """The grader is forked ready to go, as its imports would take most of the time."""
    stubs = [cell.source for cell in lesson(root).cells if "NotImplementedError" in cell.source]
    notebooks = [tiny(*stubs), tiny(stubs[0]), tiny("x = 1")]
    for number in range(160):
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
    assert counts == sorted(counts) and counts[0] < counts[-1] < 160
    assert run("killed.sqlite").submissions == run("whole.sqlite").graded == 160
    killed, whole = Gradebook(tmp_path / "killed.sqlite"), Gradebook(tmp_path / "whole.sqlite")
    assert grades(killed) == grades(whole) and len(grades(killed)) == 160
    assert set(killed.times_graded().values()) == {1}
    assert len({final.grade.verdict for final in whole.finals()}) > 3
    assert run("killed.sqlite").graded == 0


def count(path):
    if not path.exists():
        return 0
    import sqlite3

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
def test_a_batch_with_every_resource_attack_ends_and_costs_the_others_nothing(root, key, tmp_path):
    attacks = [attack for attack in KILLING if attack.name in RESOURCES]
    assert {attack.name for attack in attacks} == RESOURCES
    for number, attack in enumerate(attacks):
        hand_in(tmp_path / "in", attack.name, handed_in(root, RIGHT | {"s029": attack.source}))
        if number % 3 == 0:
            hand_in(tmp_path / "in", f"honest {number}", handed_in(root))
    book, limit = Gradebook(tmp_path / "book.sqlite"), 30
    settings = Settings(key, tmp_path, seed=7, cell_seconds=5, seconds=limit)
    before, start = places(), time.monotonic()
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
    assert places() == before


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

    def test_no_scheduler_is_one_sentence(self, root, key, tmp_path, monkeypatch):
        pytest.importorskip("distributed", reason="Dask is not installed")
        from workbook.grading import cluster

        monkeypatch.setattr(cluster, "SECONDS", 0.5)
        hand_in(tmp_path / "in", "ada", lesson(root))
        book = Gradebook(tmp_path / "book.sqlite")
        settings = Settings(key, tmp_path, seed=7)
        with pytest.raises(ValueError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
            batch.run(tmp_path / "in", settings, book, cluster="tcp://127.0.0.1:9")

    def test_a_parcel_is_the_key_again(self, key, tmp_path):
        from workbook.grading import cluster, manifest

        hidden = tmp_path / "hidden.py"
        hidden.write_text("CHECKS = {}\n", encoding="utf-8")
        parcel = cluster.Parcel.of(Settings(key, tmp_path, seed=7, hidden=hidden))
        unpacked = parcel.unpack(tmp_path / "there", tmp_path / "edition")
        assert manifest.read(unpacked.key) == manifest.read(key)
        assert unpacked.hidden.read_text(encoding="utf-8") == "CHECKS = {}\n" and unpacked.seed == 7
        worker.open_key(replace(unpacked, isolation="none"))
        with pytest.raises(ValueError, match="a worker has workbook"):
            replace(parcel, version="0.0.0").unpack(tmp_path / "other", tmp_path)
