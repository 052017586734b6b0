"""Records survive several writers at once, kills in the middle of a line, and odd values."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import portalocker
import pytest
import torch

from workbook.core.runs import records

WRITER = """
import sys
from workbook.core.runs import records
for number in range(40):
    records.append(sys.argv[1], {"writer": sys.argv[2], "number": number, "text": "x" * 20_000})
"""


def test_what_is_appended_is_read_back_in_order(tmp_path):
    path = tmp_path / "deep" / "run.jsonl"
    written = [{"step": 1, "loss": 2.5}, {"step": 2, "note": "é \n \u2028 end"}]
    for record in written:
        records.append(path, record)
    assert records.read(path) == written
    assert path.read_bytes().count(b"\n") == 2  # one line each, whatever the text holds


def test_writers_at_once_lose_and_mix_nothing(tmp_path):
    """Guards against writing a line in pieces, or reading the file and writing it back."""
    path = tmp_path / "run.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    found = records.read(path)
    for name in "abc":
        mine = [record["number"] for record in found if record["writer"] == name]
        assert mine == list(range(40))


def test_the_file_is_locked_from_the_first_look_to_the_last_byte(tmp_path, monkeypatch):
    """Fault D: without the lock another writer may come between the look and the line."""
    path, locked = tmp_path / "run.jsonl", []

    def is_locked():
        now = portalocker.LOCK_EX | portalocker.LOCK_NB
        try:
            with portalocker.Lock(path, "ab", flags=now, fail_when_locked=True):
                return False
        except portalocker.LockException:
            return True

    def looking(function):
        def first_look(*arguments):
            locked.append(is_locked())
            return function(*arguments)

        return first_look

    monkeypatch.setattr(records, "_ends_cleanly", looking(records._ends_cleanly))
    monkeypatch.setattr(records.os, "fsync", looking(records.os.fsync))
    records.append(path, {"step": 1})
    assert locked == [True, True] and not is_locked()


@pytest.mark.parametrize("torn", [b'{"step": 2, "lo', b'{"word": "\xc3', b'{"step": 12', b"12"])
def test_a_torn_last_line_is_left_out_and_named(tmp_path, torn):
    path = tmp_path / "run.jsonl"
    records.append(path, {"step": 1})
    with path.open("ab") as file:
        file.write(torn)
    with pytest.warns(UserWarning, match="line 2 is cut off"):
        assert records.read(path) == [{"step": 1}]


def test_a_record_after_a_torn_line_is_not_glued_to_it(tmp_path):
    """Guards the restart of a killed run, whose first record would otherwise be lost too."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(b'{"step": 1}\n{"st')
    records.append(path, {"step": 2})
    with pytest.warns(UserWarning, match="line 2 is cut off"):
        assert records.read(path) == [{"step": 1}, {"step": 2}]


def test_numpy_torch_paths_and_sets_become_plain(tmp_path):
    path = tmp_path / "run.jsonl"
    values = {
        "a": np.float32(0.5), "b": torch.tensor([1, 2]), "c": np.arange(2), "d": tmp_path,
        "e": {3, 1}, "f": torch.tensor(4.0), "g": float("nan"),
    }  # fmt: skip
    records.append(path, values)
    found = records.read(path)[0]
    assert math.isnan(found.pop("g"))
    assert found == {
        "a": 0.5, "b": [1, 2], "c": [0, 1], "d": str(tmp_path), "e": [1, 3], "f": 4.0,
    }  # fmt: skip


def test_what_cannot_be_written_leaves_the_file_alone(tmp_path):
    path = tmp_path / "run.jsonl"
    with pytest.raises(ValueError, match="cannot hold a function"):
        records.append(path, {"f": lambda: 0})
    with pytest.raises(ValueError, match="a mapping of names to values, not list"):
        records.append(path, [1])
    assert not path.exists()


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="there is no record at .*none.jsonl"):
        records.read(tmp_path / "none.jsonl")


def test_the_stamp_says_where_a_number_comes_from(tmp_path):
    stamp = records.stamp(seed=3)
    assert stamp["seed"] == 3
    assert stamp["versions"]["torch"] == torch.__version__
    assert stamp["hardware"]["cores"] >= 1
    assert json.loads(json.dumps(stamp)) == stamp


def test_the_commit_is_gits_own(tmp_path, monkeypatch):
    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip

    (tmp_path / "file").write_text("1", encoding="utf-8")
    git("init", "-q"), git("add", "file"), git("commit", "-qm", "first")
    head = (tmp_path / ".git" / "refs" / "heads").rglob("*")
    expected = next(f for f in head if f.is_file()).read_text(encoding="utf-8").strip()
    monkeypatch.setattr(records, "__file__", str(tmp_path / "records.py"))
    assert records.commit() == expected
    (tmp_path / "file").write_text("2", encoding="utf-8")
    assert records.commit() == expected + "+"


def test_no_git_no_commit(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert records.commit() is None
