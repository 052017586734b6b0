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


def test_a_pin_waits_for_another_process_and_keeps_its_pins(cache, monkeypatch):
    """Fault D: `pin` without its lock, or reading before it, loses what another process pinned."""
    import portalocker

    class TheirTurnFirst:
        def __init__(self, file, *_, **__):
            assert file == verified.home() / "pins.lock"

        def __enter__(self):
            verified._write(verified.home() / "pins.json", {"c/d@v1": COMMIT[::-1]})

        def __exit__(self, *_):
            assert "a/b@main" in verified.pins(), "written before the lock is given back"

    monkeypatch.setattr(portalocker, "Lock", TheirTurnFirst)
    verified.pin("a/b@main", COMMIT)
    assert verified.pins() == {"a/b@main": COMMIT, "c/d@v1": COMMIT[::-1]}


@pytest.mark.parametrize("write", ["note", "pin"])
def test_what_is_noted_is_written_whole_or_not_at_all(cache, monkeypatch, write):
    """Fault D: a plain write, killed half way, leaves a torn file in place of the old one."""
    verified.note("some/model", COMMIT, "model", {"config.json": 2})
    verified.pin("a/b@main", COMMIT)
    before = {file: file.read_bytes() for file in verified.home().glob("*.json")}

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        if write == "note":
            verified.note("some/model", COMMIT, "model", {"config.json": 3})
        else:
            verified.pin("a/b@main", COMMIT[::-1])
    assert {file: file.read_bytes() for file in before} == before


@pytest.mark.parametrize(
    ("names", "kind", "expected"),
    [
        ("config.json tokenizer.json model.safetensors", "model", True),
        ("config.json spiece.model model.safetensors", "model", True),
        ("config.json vocab.json merges.txt model.safetensors", "model", True),
        ("config.json tokenizer.json", "model", False),
        ("config.json model.safetensors tokenizer_config.json", "model", False),
        ("tokenizer.json model.safetensors", "model", False),
        ("config.json tokenizer.json model.safetensors.index.json", "model", False),
        ("config.json tokenizer.json a-00001-of-00002.safetensors", "model", False),
        (
            "config.json vocab.txt model.safetensors.index.json "
            "a-00001-of-00002.safetensors a-00002-of-00002.safetensors",
            "model",
            True,
        ),
        ("README.md", "dataset", False),
        ("README.md train.csv", "dataset", True),
        ("data/train-00000-of-00002.parquet", "dataset", False),
        ("data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet", "dataset", True),
    ],
)
def test_what_looks_complete_has_config_tokenizer_and_every_piece(names, kind, expected):
    """Fault A2: of a cache without the Hub's list, half a model passed for a whole one."""
    assert verified.lacks_nothing(names.split(), kind) is expected
