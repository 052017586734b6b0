"""The manifest of bundled files: made, checked, and never wrong about what the course ships."""

from __future__ import annotations

import hashlib
import subprocess

import pytest

from workbook.core.hub import assets


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A small data folder of its own, with a manifest."""
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    for name, text in {
        "models/one/model.safetensors": "weights" * 100,
        "models/one/config.json": "{}",
        "models/one-more/config.json": "{ }",
        "town/town.sqlite": "facts",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assets.write_manifest()
    return tmp_path


def test_the_manifest_holds_every_bundled_file_and_nothing_else(data):
    for name in ("runs/run.jsonl", "town/town.sqlite-wal", "models/one/.cache/x", "town/a.tmp"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text("not bundled", encoding="utf-8")
    listed = assets.write_manifest()
    assert [asset.path for asset in listed] == [
        "models/one-more/config.json",
        "models/one/config.json",
        "models/one/model.safetensors",
        "town/town.sqlite",
    ]
    assert list(assets.manifest().values()) == listed
    facts = listed[-1]
    assert (facts.bytes, facts.licence) == (5, "MIT")
    assert facts.sha256 == hashlib.sha256(b"facts").hexdigest()


def test_whole_files_are_no_problem(data):
    assert assets.verify() == []
    assert assets.path("models/one/config.json") == data / "models/one/config.json"


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-1]), "is cut off (699 of 700 bytes)"),
        (lambda file: file.write_bytes(b"W" + file.read_bytes()[1:]), "differs from the one"),
        (lambda file: file.write_bytes(file.read_bytes() + b"!"), "differs from the one"),
        (lambda file: file.unlink(), "is missing"),
    ],
)
def test_a_harmed_file_is_named_with_its_remedy(data, harm, words):
    harm(data / "models/one/model.safetensors")
    (problem,) = assets.verify()
    assert problem.startswith("data/models/one/model.safetensors ")
    assert words in problem
    assert "git checkout -- data/models/one/model.safetensors" in problem


def test_verify_looks_only_below_the_name_it_is_given(data):
    (data / "models/one/config.json").unlink()
    assert assets.verify("town") == []
    assert assets.verify("models/one-more") == []  # guards against a plain prefix comparison
    assert len(assets.verify("models/one")) == 1
    assert len(assets.verify("models/one/")) == 1
    assert len(assets.verify("models/one/config.json")) == 1


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "models/../../secret", "", "."])
def test_a_name_cannot_lead_out_of_the_data(data, name):
    with pytest.raises(ValueError, match="named from data/ downward"):
        assets.path(name)


def test_a_missing_file_is_one_sentence(data):
    with pytest.raises(ValueError, match="none is missing: restore it with `git checkout"):
        assets.path("models/none")


@pytest.mark.parametrize("text", ["[{", '[{"path": "a"}]', '{"a": 1}'])
def test_a_damaged_manifest_is_one_sentence(data, text):
    (data / "assets.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="assets.json is damaged: restore it"):
        assets.manifest()


def test_no_manifest_lists_nothing(data):
    (data / "assets.json").unlink()
    assert assets.manifest() == {}


def test_the_course_ships_what_its_manifest_says():
    assert "models/town-lm/model.safetensors" in assets.manifest()
    assert assets.verify() == []
    assert all(asset.licence and asset.bytes for asset in assets.manifest().values())
    assert list(assets.manifest().values()) == assets.build_manifest()


def test_every_committed_data_file_is_listed(root):
    """Guards against a new bundled folder that nobody gave a licence."""
    git = subprocess.run(
        ["git", "ls-files", "data"], cwd=root, capture_output=True, text=True, check=True
    )
    committed = {name.removeprefix("data/") for name in git.stdout.split()}
    unlisted = committed - set(assets.manifest()) - {"assets.json"}
    assert {name for name in unlisted if not name.startswith("runs/")} == set()
