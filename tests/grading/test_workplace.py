"""The temporary folder of a grading run: made for one run, locked, and gone whatever happens."""

from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import portalocker
import pytest
from released import places

from workbook.grading import workplace


@pytest.fixture(autouse=True)
def own(monkeypatch, tmp_path):
    """No other run's folders, and an edition without a file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(workplace.edition, "write", lambda *a, **k: None)


def test_an_error_leaves_no_folder_behind():
    with pytest.raises(ZeroDivisionError), workplace.workplace() as place:
        assert place.is_dir() and places() == {place.parent}
        raise ZeroDivisionError
    assert not places()


@pytest.mark.skipif(sys.platform == "win32", reason="this machine has no sandbox: no Linux")
def test_the_folder_is_locked_and_the_sandboxs_user_may_enter_it():
    with workplace.workplace() as place, (place.parent / workplace.LOCK).open("rb+") as lock:
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o755
        with pytest.raises(portalocker.LockException):
            portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)


def test_only_folders_with_a_lock_that_none_holds_are_removed(tmp_path):
    for name in ("wbg-left", "wbg-gone", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / workplace.LOCK).touch()
    (tmp_path / "wbg-of someone else").mkdir()
    assert workplace.remove_abandoned() == 2
    assert {path.name for path in tmp_path.iterdir()} == {"other", "wbg-of someone else"}


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
