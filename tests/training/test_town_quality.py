"""Measuring the town's models: the measures themselves, and the bundled models once more."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.core import assets
from workbook.town import build_both
from workbook.training import town_card, town_quality
from workbook.training.town_quality import Score, mean, names_right, share


@given(st.lists(st.booleans(), min_size=1, max_size=400))
@settings(deadline=None)
def test_the_interval_of_a_share_is_wilsons(outcomes):
    from scipy.stats import binomtest

    score = share("x", outcomes)
    low, high = binomtest(sum(outcomes), len(outcomes)).proportion_ci(method="wilson")
    assert score.value == pytest.approx(sum(outcomes) / len(outcomes))
    assert (score.low, score.high) == pytest.approx((low, high), abs=1e-6)


def test_the_interval_of_a_mean_is_the_normal_one():
    score = mean("x", [1.0, 2.0, 3.0, 4.0])
    half = 1.959964 * math.sqrt(5 / 3 / 4)
    assert (score.value, score.low, score.high) == pytest.approx((2.5, 2.5 - half, 2.5 + half))
    with pytest.raises(ValueError, match="at least two"):
        mean("x", [1.0])
    with pytest.raises(ValueError, match="no case"):
        share("x", [])


TALK = {
    "dialogue": "Chuba: Meet me at the Old Oar Inn.\nSwero: With pleasure. Is Plizza there?",
    "summary": "Chuba and Swero meet at the Old Oar Inn with Plizza.",
    "names": ["Chuba", "Swero", "Old Oar Inn", "Plizza"],
}


@pytest.mark.parametrize(
    "summary, right",
    [
        (TALK["summary"], True),
        ("Swero meets Chuba and Plizza at the Old Oar Inn.", True),
        ("Chuba and Swero meet at the Old Oar Inn.", False),  # Plizza is missing
        ("Chuba and Swero meet Plizza at the Red Oar Inn.", False),  # another inn
        ("Chuba, Swero, Plizza and Wilo meet at the Old Oar Inn.", False),  # Wilo is made up
    ],
)
def test_names_right_finds_what_is_missing_and_what_is_made_up(summary, right):
    assert names_right(summary, TALK) is right


def test_later_facts_are_those_that_the_cutoff_did_not_have():
    old, new = build_both(0)
    known = {(f.name, f.trait): f.value for f in _all_facts(old)}
    later = town_quality.later_facts(old, new)
    assert len(later) > 300
    assert all(known.get((f.name, f.trait)) != f.value for f in later)
    changed = [f for f in later if (f.name, f.trait) in known]
    assert 100 < len(changed) < len(later)
    learned = town_quality.learned_facts(old)
    assert all(known[(f.name, f.trait)] == f.value for f in learned)
    assert not {f.name for f in learned} - {
        name
        for table in ("people", "places", "products", "events")
        for row in old.among(table, "train")
        for name in (row.name, f"the {row.name}")
    }


def _all_facts(town):
    from workbook.town.texts.recall import facts_of

    return [
        fact
        for table in ("people", "places", "products", "events")
        for entity in getattr(town, table)
        for fact in facts_of(town, entity)
    ]


def test_the_loss_is_measured_token_by_token_beside_the_floor(tiny_llama, tmp_path, monkeypatch):
    """A model that knows nothing pays ln V a token; the floor does not depend on the model."""
    import torch

    from workbook.training import town_models

    monkeypatch.setattr(town_models, "TOKENIZER_DOCUMENTS", 200)
    tokenizer = town_models._tokenizer(tmp_path)
    tiny_llama.resize_token_embeddings(len(tokenizer))
    with torch.no_grad():
        tiny_llama.get_output_embeddings().weight.zero_()
    found = town_quality.measure_loss(tiny_llama, tokenizer, documents=12)
    assert found["loss"] == pytest.approx(math.log(len(tokenizer)), rel=1e-4)
    assert 0.05 < found["floor"] < 3.0


def test_the_card_prints_every_score_with_its_verdict():
    scores = [Score(name, 0.5, 0.4, 0.6, 300) for name in town_card.GOALS]
    model = {
        "parameters": 3_000_000,
        "bytes": 6_000_000,
        "sha256": "ab" * 32,
        "recipe": {"tokens": 2e7, "steps": 100, "seed": 0},
    }
    card = {
        "models": dict.fromkeys(town_card.MODELS, model),
        "scores": [vars(s) for s in scores],
        "loss": {name: {"loss": 1.0, "floor": 0.9, "tokens": 9} for name in town_card.LOSSES},
    }
    lines = town_card.text(card).splitlines()
    assert sum("not reached" in line for line in lines) == 4
    assert sum(line.endswith("reached") for line in lines) == 5
    assert "3,000,000 parameters, 6.0 MB" in lines[0]


@pytest.fixture(scope="module")
def bundled():
    """The bundled models, measured again: a few minutes."""
    return town_card.measure(assets.path("models"))


@pytest.mark.slow
def test_the_bundled_models_measure_as_the_card_says(bundled):
    """Guards the card: figures come from these weights, not from others or by hand."""
    written = town_card.load()
    assert bundled["models"] == written["models"]
    for again, before in zip(bundled["scores"], written["scores"], strict=True):
        assert again["name"] == before["name"] and again["cases"] == before["cases"] >= 300
        assert before["low"] - 0.01 <= again["value"] <= before["high"] + 0.01
    for name, loss in bundled["loss"].items():
        assert loss["loss"] == pytest.approx(written["loss"][name]["loss"], abs=0.01)
        assert loss["floor"] == pytest.approx(written["loss"][name]["floor"], abs=1e-9)
        assert loss["loss"] > loss["floor"]  # these models are far from perfect


@pytest.mark.slow
@pytest.mark.parametrize("name", town_card.GOALS)
def test_the_bundled_models_reach_their_goals(bundled, name):
    score = next(s for s in bundled["scores"] if s["name"] == name)
    assert town_card.reached(name, score["value"]), score


def test_the_bundled_models_are_small_and_plain():
    """At most 14 MB each in bf16, 3 to 6 million parameters, in the layout anyone can load."""
    for name in town_card.MODELS:
        folder = assets.path(f"models/{name}")
        assert (folder / "model.safetensors").stat().st_size <= 14_000_000
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        assert config["model_type"] == "llama" and config["dtype"] == "bfloat16"
        assert 1024 <= config["vocab_size"] <= 2048
        assert 3_000_000 <= town_card._describe(folder)["parameters"] <= 6_000_000


def test_the_instruct_model_answers_a_chat_and_stops():
    """Loaded plainly, with nothing of ours: template, answer, end token."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = assets.path("models/town-instruct")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    chat = [{"role": "user", "content": "Is this review good or bad?\nThe bread was lovely."}]
    ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt")
    out = model.generate(**ids, max_new_tokens=60, do_sample=False)[0]
    answer = out[ids["input_ids"].shape[1] :]
    assert answer[-1] == tokenizer.eos_token_id
    assert tokenizer.decode(answer, skip_special_tokens=True).strip()
