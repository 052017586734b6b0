"""What is written is whole or not there, whatever happens on the way."""

import os
import subprocess
import sys

import pytest

from workbook.core.runs import files

KILLED = """
import os, sys
from workbook.core.runs.files import replacing
with replacing(sys.argv[1]) as draft:
    draft.mkdir()
    (draft / "half").write_text("x")
    os._exit(9)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_text_is_written_with_the_folders_above_it(tmp_path):
    file = tmp_path / "deep" / "note.json"
    for text in ("1\n", "é\n"):
        files.write_atomically(file, text)
        assert file.read_bytes() == text.encode("utf-8")
    assert names(file.parent) == ["note.json"]


@pytest.mark.parametrize("refused", ["fsync", "replace"])
def test_what_cannot_be_written_leaves_the_old_file(tmp_path, monkeypatch, refused):
    def full(*_):
        raise OSError(28, "No space left on device")

    file = tmp_path / "note.json"
    files.write_atomically(file, "old")
    monkeypatch.setattr(files.os, refused, full)
    with pytest.raises(OSError, match="No space left"):
        files.write_atomically(file, "new")
    assert names(tmp_path) == ["note.json"] and file.read_text(encoding="utf-8") == "old"


def test_no_name_is_given_before_the_disk_has_all(tmp_path, monkeypatch):
    """Guards against a file that a power cut leaves empty: first flushed, then renamed."""
    done = []
    real = {name: getattr(os, name) for name in ("fsync", "replace")}
    for name, function in real.items():
        monkeypatch.setattr(
            files.os, name, lambda *a, name=name, f=function: (done.append(name), f(*a))[1]
        )
    files.write_atomically(tmp_path / "note.json", "new")
    assert done[:2] == ["fsync", "replace"]


def test_a_folder_takes_the_place_of_the_old_one_at_once(tmp_path):
    folder = tmp_path / "site"
    for name in ("old", "new"):
        with files.replacing(folder) as draft:
            draft.mkdir()
            (draft / name).write_text(name, encoding="utf-8")
            assert folder.exists() == (name == "new"), "the old one stays until the end"
    assert names(folder) == ["new"] and names(tmp_path) == ["site"]


def test_an_error_in_the_block_leaves_the_old_folder(tmp_path):
    folder = tmp_path / "site"
    with files.replacing(folder) as draft:
        draft.mkdir()
    with pytest.raises(ZeroDivisionError), files.replacing(folder) as draft:
        draft.mkdir()
        1 / 0  # noqa: B018
    assert names(tmp_path) == ["site"]


def test_a_folder_that_cannot_be_renamed_has_its_place_back(tmp_path, monkeypatch):
    folder, real = tmp_path / "site", os.replace
    with files.replacing(folder) as draft:
        draft.mkdir()
        (draft / "old").touch()

    def refusing(source, target):
        if str(source).endswith(files.DRAFT):
            raise OSError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr(files.os, "replace", refusing)
    with pytest.raises(OSError, match="denied"), files.replacing(folder) as draft:
        draft.mkdir()
    assert names(tmp_path) == ["site"] and names(folder) == ["old"]


def test_what_a_killed_program_left_is_cleared_away(tmp_path):
    folder = tmp_path / "rows"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert killed.returncode == 9 and names(tmp_path) == [f"rows{files.DRAFT}"]
    with files.replacing(folder) as draft:
        draft.mkdir()
    assert names(tmp_path) == ["rows"] and names(folder) == []


def test_the_data_folder_is_the_one_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    assert files.data_folder() == tmp_path
    monkeypatch.delenv("WORKBOOK_DATA")
    assert (files.data_folder() / "assets.json").is_file()
