"""One run in a folder at a time: the second is refused, and the first gives the folder up."""

import pytest
import torch
from tiny_runs import child, run

from workbook.training.devices import Dist
from workbook.training.folder_lock import folder_lock

ALONE = Dist(torch.device("cpu"))


def test_two_processes_cannot_train_in_one_folder_but_a_killed_one_blocks_nobody(tmp_path, root):
    """Guards against two runs that delete each other's drafts."""
    first = child("hold", tmp_path, root)
    try:
        assert first.stdout.readline() == "training\n"
        with pytest.raises(ValueError, match=f"another process is training in {tmp_path}: wait"):
            run(out=tmp_path)
        assert first.poll() is None
    finally:
        first.kill()
        first.communicate()
    assert run(out=tmp_path).step == 6
    assert run(out=tmp_path).step == 6  # and it gave the folder up at its end


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, place):
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    with pytest.raises(ValueError, match=r"cannot be written \((File exists|Not a directory)"):
        run(out=tmp_path / place)


def test_a_folder_is_had_until_the_end_of_the_block_also_of_one_that_fails(tmp_path):
    folder = tmp_path / "made" / "here"
    with pytest.raises(KeyError), folder_lock(folder, ALONE):
        assert (folder / ".lock").exists()
        with pytest.raises(ValueError, match="another process is training in .*here: wait for"):
            with folder_lock(str(folder), ALONE):
                pytest.fail("two have the folder")
        with folder_lock(tmp_path, ALONE):
            pass  # another folder is free
        raise KeyError
    with folder_lock(folder, ALONE):
        pass


def test_without_a_folder_nothing_is_done(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with folder_lock(None, ALONE), folder_lock("", ALONE):
        assert list(tmp_path.iterdir()) == []


def test_the_first_process_locks_and_all_others_are_told(tmp_path):
    """Each process of a run must not lock out the rest of it."""

    class Second(Dist):
        told = None

        def all_gather(self, mine):
            return [self.told, mine]

    second = Second(torch.device("cpu"), rank=1, world=2)
    with folder_lock(tmp_path, ALONE), folder_lock(tmp_path, second):
        pass
    Second.told = ValueError("another process is training in it")
    with pytest.raises(ValueError, match="another process is training"):
        with folder_lock(tmp_path, second):
            pytest.fail("the first process was refused")


def test_a_file_system_without_locks_is_trusted(tmp_path, monkeypatch):
    import portalocker

    def refuse(file, flags):
        raise portalocker.LockException("no locks here")

    monkeypatch.setattr(portalocker, "lock", refuse)
    with folder_lock(tmp_path, ALONE), folder_lock(tmp_path, ALONE):
        assert (tmp_path / ".lock").exists()
