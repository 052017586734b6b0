"""Notes of what was fetched: only what is whole counts, a branch keeps its first commit."""

from __future__ import annotations

import os
import time

import pytest

from workbook.core.hub import verified

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A Hub cache with one model of two files, not noted yet."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    folder = verified.snapshot("some/model", COMMIT, "model")
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    blob = tmp_path / "hub/models--some--model/blobs/abc"
    blob.parent.mkdir()
    blob.write_bytes(b"weights")
    (folder / "model.safetensors").symlink_to(blob)
    return folder


def test_a_folder_counts_only_with_a_note_and_all_its_files(cache):
    assert verified.whole("some/model", COMMIT) is None
    verified.note("some/model", COMMIT, "model", {"config.json": 2, "model.safetensors": 7})
    assert verified.whole("some/model", COMMIT) == cache
    assert verified.whole("some/model", COMMIT, "dataset") is None
    (cache / "model.safetensors").resolve().write_bytes(b"weight")
    assert verified.whole("some/model", COMMIT) is None
    (cache / "model.safetensors").unlink()
    assert verified.whole("some/model", COMMIT) is None


def test_a_damaged_note_is_no_note(cache):
    verified.note("some/model", COMMIT, "model", {"config.json": 2})
    (note,) = verified.home().glob("*.json")
    for text in ("{", "[]", "3"):
        note.write_text(text, encoding="utf-8")
        assert verified.whole("some/model", COMMIT) is None


def test_files_are_compared_by_both_kinds_of_hash(cache):
    sha256 = "9e8a2bc5a5f2ca1a41c47a3e1d9c4ba8e1bf8b9d9d5e3f5ce9d4be0b2ad7d5a0"
    git = "9e26dfeeb6e641a33dae4961196235bdb965b21b"  # git hash-object of a file that holds {}
    assert verified.damaged_files(cache, {"config.json": git}) == []
    assert verified.damaged_files(cache, {"config.json": git[:-1] + "c"}) == ["config.json"]
    assert verified.damaged_files(cache, {"model.safetensors": sha256}) == ["model.safetensors"]
    right = verified.assets.sha256(cache / "model.safetensors")
    assert verified.damaged_files(cache, {"model.safetensors": right}) == []
    assert verified.damaged_files(cache, {"none.json": ""}) == ["none.json"]


def test_a_removed_file_is_gone_with_what_it_points_to(cache):
    blob = (cache / "model.safetensors").resolve()
    verified.remove(cache, ["model.safetensors"])
    assert not blob.exists() and not (cache / "model.safetensors").is_symlink()


def test_a_branch_keeps_its_commit_and_others_theirs(cache):
    assert verified.pins() == {}
    verified.pin("a/b@main", COMMIT)
    verified.pin("c/d@v1", COMMIT[::-1])
    assert verified.pins() == {"a/b@main": COMMIT, "c/d@v1": COMMIT[::-1]}
    (verified.home() / "pins.json").write_text("torn", encoding="utf-8")
    assert verified.pins() == {}


def test_only_old_torn_files_are_swept(cache):
    """Guards: what a killed download leaves is never resumed and fills the disk."""
    blobs = cache.parents[1] / "blobs"
    old, new = blobs / "x.1.incomplete", blobs / "y.2.incomplete"
    for file in (old, new):
        file.write_bytes(b"torn")
    os.utime(old, (0, time.time() - verified.STALE - 1))
    verified.sweep(blobs)
    assert not old.exists() and new.exists() and (blobs / "abc").exists()
