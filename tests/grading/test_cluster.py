"""What travels to the workers of a cluster and back: the key, submissions and grades."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace

import pytest
from marked import grade
from released import hand_in, lesson

from workbook.grading import batch, cluster, manifest, warm, worker, workplace
from workbook.grading.grade import Settings
from workbook.grading.gradebook import Gradebook
from workbook.grading.submissions import Submission


def test_no_scheduler_is_one_sentence(root, key_folder, tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed")
    monkeypatch.setattr(workplace.edition, "write", lambda *a, **k: None)  # nothing is executed
    monkeypatch.setattr(cluster, "SECONDS", 0.5)
    hand_in(tmp_path / "in", "ada", lesson(root))
    book = Gradebook(tmp_path / "book.sqlite")
    settings = Settings(key_folder, tmp_path, seed=7)
    with pytest.raises(ValueError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        batch.run(tmp_path / "in", settings, book, cluster="tcp://127.0.0.1:9")


def test_without_dask_a_sentence_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"needs Dask: .*`workbook\[cluster\]`"):
        next(cluster.graded([], None, Settings(tmp_path, tmp_path, 1), "tcp://127.0.0.1:9"))


def test_a_parcel_is_the_key_again(key_folder, tmp_path):
    hidden = tmp_path / "hidden.py"
    hidden.write_text("CHECKS = {}\n", encoding="utf-8")
    parcel = cluster.Parcel.of(Settings(key_folder, tmp_path, seed=7, hidden=hidden))
    unpacked = parcel.unpack(tmp_path / "there", tmp_path / "edition")
    assert manifest.read(unpacked.key) == manifest.read(key_folder)
    assert unpacked.hidden.read_text(encoding="utf-8") == "CHECKS = {}\n" and unpacked.seed == 7
    worker.open_key(replace(unpacked, isolation="none"))
    with pytest.raises(ValueError, match="a worker has workbook"):
        replace(parcel, version="0.0.0").unpack(tmp_path / "other", tmp_path)


def test_a_parcel_without_hidden_checks_has_none_and_names_the_workers_folders(
    key_folder, tmp_path
):  # fmt: skip
    parcel = cluster.Parcel.of(Settings(key_folder, tmp_path, seed=7))
    unpacked = parcel.unpack(tmp_path / "there", tmp_path / "edition")
    assert unpacked.hidden is None
    assert (unpacked.key, unpacked.edition) == (tmp_path / "there" / "key", tmp_path / "edition")
    assert sorted(parcel.files) == ["manifest.json", "notebooks/03_sampling.ipynb"]


def test_a_submission_brings_its_bytes_or_its_problem(tmp_path):
    file = tmp_path / "03_sampling.ipynb"
    file.write_bytes(b"{}")
    given = Submission("ada", "03_sampling", file, late=True, attempt=2)
    carried = cluster.Carried.of(given)
    file.unlink()
    assert carried.content() == b"{}"
    assert (carried.student, carried.late, carried.attempt) == ("ada", True, 2)
    lost = cluster.Carried.of(given)
    assert lost.problem.startswith("the file cannot be read") and lost.data == b""
    with pytest.raises(ValueError, match="the file cannot be read"):
        lost.content()


def test_a_worker_unpacks_at_its_first_submission_and_leaves_nothing(
    key_folder, tmp_path, monkeypatch
):  # fmt: skip
    opened, ended = [], []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(workplace.edition, "write", lambda *a, **k: None)
    monkeypatch.setattr(worker, "open_key", opened.append)
    monkeypatch.setattr(worker, "work", lambda submission: (grade(submission.student), 1.5))
    monkeypatch.setattr(warm, "end", lambda: ended.append(True))
    cluster.open_desk(cluster.Parcel.of(Settings(key_folder, tmp_path, 7, "none")))
    assert opened == []
    for student in ("ada", "bo"):
        words, seconds = cluster._grade(cluster.Carried(student, "03_sampling", tmp_path))
        assert (words, seconds) == (grade(student).model_dump_json(), 1.5)
    (settings,) = opened
    assert settings.edition.is_dir() and manifest.read(settings.key).lessons
    cluster.close_desk()
    assert ended and list(tmp_path.glob(workplace.PREFIX + "*")) == []
