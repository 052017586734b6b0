"""`workbook models`: what is built, measured and printed, and when the manifest is renewed."""

from __future__ import annotations

import pytest

from workbook.core.hub import assets
from workbook.town_lm import card, models


def test_manifest_lists_what_lies_there(tmp_path, monkeypatch, call):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "town.sqlite").write_text("facts", encoding="utf-8")
    code, printed = call("models", "manifest")
    assert code == 0 and printed.startswith("1 files, 5 bytes -> ")
    assert list(assets.manifest()) == ["town/town.sqlite"]


@pytest.mark.slow
def test_build_makes_both_models_from_nothing_and_goes_on_after_a_kill(tmp_path, monkeypatch, call):
    """The whole way at toy length: tokenizer, two models, manifest, and once more."""
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    monkeypatch.setenv("WORKBOOK_PROFILE", "laptop")
    monkeypatch.setattr(models, "TOKENIZER_DOCUMENTS", 200)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "card.json").write_text("{}", encoding="utf-8")
    asked = ("models", "build", "town-lm", "town-instruct", "examples=40", "validation=4",
             "steps=2", "batch_size=2", "grad_accumulation=1", "warmup=1",
             "seq_len=128")  # fmt: skip
    code, printed = call(*asked)
    assert code == 0, printed
    listed = assets.manifest()
    assert {"models/town-lm/model.safetensors", "models/card.json"} <= set(listed)
    assert not any(".build" in name for name in listed)
    weights = tmp_path / "models" / "town-instruct" / "model.safetensors"
    before = weights.read_bytes()
    assert call(*asked)[0] == 0  # both runs are at their end already: nothing is trained again
    assert weights.read_bytes() == before
    with pytest.raises(ValueError, match="no model is called 'town'"):
        call("models", "build", "town", "steps=2")


@pytest.fixture
def renewed(monkeypatch, tmp_path):
    """How often the manifest was written; the course's data is in a folder of the test."""
    times = []
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    monkeypatch.setattr(assets, "write_manifest", lambda: times.append(1))
    return times


def test_words_with_an_equals_sign_are_settings_and_the_others_are_models(
    renewed, monkeypatch, tmp_path, call
):
    built = []
    monkeypatch.setattr(models, "build", lambda *given: built.append(given))
    assert call("models", "build", "steps=2", "town-lm", "seed=1", "town-instruct")[0] == 0
    assert built == [(tmp_path / "models", ["town-lm", "town-instruct"], ["steps=2", "seed=1"])]
    assert renewed == [1]
    assert call("models", "build", "--output", str(tmp_path / "mine"))[0] == 0
    assert built[1:] == [(tmp_path / "mine", [], [])]
    assert renewed == [1], "the manifest is of the bundled files only"


def test_without_resume_the_unfinished_work_goes_and_the_models_stay(
    renewed, monkeypatch, tmp_path, call
):
    monkeypatch.setattr(models, "build", lambda *given: None)
    kept, work = tmp_path / "town-lm" / "model", tmp_path / models.WORK / "town-lm" / "step"
    for file in (kept, work):
        file.parent.mkdir(parents=True)
        file.touch()
    call("models", "build", "--output", str(tmp_path))
    assert kept.exists() and work.exists()
    call("models", "build", "--output", str(tmp_path), "--no-resume")
    assert kept.exists() and not (tmp_path / models.WORK).exists()


def test_a_measured_card_is_kept_beside_its_models_and_printed(
    renewed, monkeypatch, tmp_path, call
):
    done = []
    monkeypatch.setattr(card, "measure", lambda *given: done.append(given) or {"made": "now"})
    monkeypatch.setattr(card, "save", lambda *given: done.append(given))
    monkeypatch.setattr(card, "text", lambda measured: f"a card made {measured['made']}")
    words = ("models", "measure", "--cases", "5", "--output", str(tmp_path / "mine"))
    assert call(*words) == (0, "a card made now\n")
    assert done == [(tmp_path / "mine", 5), ({"made": "now"}, tmp_path / "mine")]
    assert renewed == []
    call("models", "measure")
    assert done[2] == (tmp_path / "models", None) and renewed == [1]


def test_the_card_of_the_course_is_printed(call):
    code, printed = call("models", "card")
    assert code == 0 and printed == card.text(card.load()) + "\n"
    assert "town-lm" in printed and " goals reached" in printed
