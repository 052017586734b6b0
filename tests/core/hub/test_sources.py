"""Where what fills a role comes from: the course, a path, the Hub, and whether it was asked for."""

from __future__ import annotations

import pytest

from workbook.core.hub import assets, sources
from workbook.core.hub.sources import ModelSource
from workbook.core.system import profile

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """A laptop whose data folder has one model."""
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WORKBOOK_PROFILE", "laptop")
    (tmp_path / "data" / "models" / "town-lm").mkdir(parents=True)
    assets.write_manifest()
    return tmp_path / "data"


def test_hub_ids_are_read_with_their_revision(monkeypatch):
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", f"some-one/a.model@{COMMIT}")
    source = sources.resolve("base")
    assert (source.kind, source.location, source.revision) == ("hub", "some-one/a.model", COMMIT)
    assert str(source) == f"some-one/a.model@{COMMIT}"


@pytest.mark.parametrize(
    ("role", "asked", "words"),
    [
        (
            "judge",
            "",
            "no role 'judge'; use one of base, instruct, seq2seq, reward, .*dialogues",
        ),
        ("reward", "", "nothing fills the role 'reward' on the laptop.*WORKBOOK_REWARD_MODEL"),
        ("base", "some/model", "some/model is no file here.*some/model@COMMIT"),
        ("base", "./none", "./none does not exist: WORKBOOK_BASE_MODEL takes a path or Hub id"),
        ("base", "https://x.y/z/w", "does not exist"),
        ("base", "bundled:none", "models/none is missing: restore"),
        ("dialogues", "bundled:../x", "named from data/ downward"),
    ],
)
def test_what_cannot_be_resolved_is_one_sentence(data, monkeypatch, role, asked, words):
    if asked:
        monkeypatch.setenv(profile.variable(role), asked)
    with pytest.raises(ValueError, match=words) as caught:
        sources.resolve(role)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "is_offline"), [("1", True), ("yes", True), ("0", False), ("", False)]
)
def test_offline_switch(monkeypatch, value, is_offline):
    monkeypatch.setenv("WORKBOOK_OFFLINE", value)
    assert sources.offline() is is_offline


def test_the_profile_fills_a_role_unless_a_variable_does(data, monkeypatch):
    bundled = ModelSource("base", "bundled", str(data / "models" / "town-lm"))
    assert sources.resolve("base") == bundled
    (data / "mine").mkdir()
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(data / "mine"))
    assert sources.resolve("base") == ModelSource("base", "local", str(data / "mine"))
    assert sources.resolve("bundled:town-lm") == bundled, "what is named by argument comes first"


def test_a_path_that_is_there_is_no_hub_id(data, monkeypatch):
    (data / "owner" / "name").mkdir(parents=True)
    monkeypatch.chdir(data)
    assert sources.parse("base", "owner/name").kind == "local"
    assert sources.parse("base", f"owner/other@{COMMIT}").kind == "hub"
    monkeypatch.setenv("HOME", str(data))
    monkeypatch.setenv("USERPROFILE", str(data))
    assert sources.parse("base", "~/owner").location == str(data / "owner")


def test_a_source_is_written_as_it_is_asked_for():
    for asked in (f"owner/name@{COMMIT}", "owner/name@refs/pr/3", "o/n.a-b_c@main"):
        assert str(sources.parse("base", asked)) == asked
    assert str(ModelSource("base", "local", "/here")) == "/here"
    assert sources.parse("seq2seq", "o/n@v1") == ModelSource("seq2seq", "hub", "o/n", "v1")


def test_data_is_named_from_the_data_folder_and_a_model_from_its_models(data):
    (data / "town").mkdir()
    assert sources.parse("dialogues", "bundled:town").location == str(data / "town")
    with pytest.raises(ValueError, match="models/town is missing"):
        sources.parse("base", "bundled:town")


def test_only_what_the_learner_named_is_by_hand(monkeypatch):
    """What the profile chose may be replaced by a smaller model; what you named may not."""
    monkeypatch.setenv("WORKBOOK_PROFILE", "gpu")
    chosen = sources.resolve("base")
    assert chosen.kind == "hub" and not chosen.by_hand
    assert sources.resolve(f"owner/name@{COMMIT}").by_hand
    monkeypatch.setenv("WORKBOOK_BASE_MODEL", str(chosen))
    assert sources.resolve("base").by_hand, "the same model, but asked for"
