"""The bundled models: they measure as their card says, are small, and answer a chat."""

import json

import pytest

from workbook.core.hub import assets
from workbook.town_lm import card

# Goals that the bundled models, which were trained before these texts were written, do not reach
# yet. The next models must make this list shorter; it may never grow.
OPEN = {
    "refuses, nobody",
    "refuses, known people",
    "open-book, 1 passage",
    "open-book, 4 passages",
    "open-book, 6 passages",
    "cited right, 4 passages",
    "does not say, right",
    "entailment",
    "in context, marks, 8 examples",
    "look-up, 8 pairs",
    "sentiment, new words, 8 examples",
    "sentiment, swapped, 8 examples",
    "rude, T = 1",
    "rude, T = 1, polite requests",
    "multi-hop, proof given",
    "traces, held-out town",
}
SAMPLE = 40  # cases of each score that are measured again


@pytest.fixture(scope="module")
def measured_again():
    """A sample of the cases of the card, measured on the bundled models: minutes."""
    return card.measure(assets.path("models"), SAMPLE)


@pytest.mark.slow
def test_the_bundled_models_measure_as_the_card_says(measured_again):
    """Guards the card: figures come from these weights, not from others or by hand."""
    written = card.load()
    assert measured_again["models"] == written["models"]
    again = [
        *measured_again["scores"],
        *(s for rung in measured_again["ladder"].values() for s in rung["scores"]),
    ]
    before = [
        *written["scores"],
        *(s for rung in written["ladder"].values() for s in rung["scores"]),
    ]
    for new, old in zip(again, before, strict=True):
        assert new["name"] == old["name"] and old["cases"] >= 300 > new["cases"]
        assert new["low"] <= old["high"] and old["low"] <= new["high"], (new, old)
    for name, loss in measured_again["loss"].items():
        assert loss["loss"] == pytest.approx(written["loss"][name]["loss"], abs=0.2)
        assert loss["loss"] > loss["entropy_bound"]  # these models are far from perfect


def test_the_goals_that_are_not_reached_are_those_known_to_be_open():
    scores = {score["name"]: score for score in card.load()["scores"]}
    assert set(card.GOALS) <= set(scores)
    assert {name for name in card.GOALS if not card.reached(scores[name])} == OPEN


def test_the_bundled_models_are_small_and_plain():
    """At most 14 MB each in bf16, 3 to 6 million parameters, in the layout anyone can load."""
    for name in card.MODELS:
        folder = assets.path(f"models/{name}")
        assert (folder / "model.safetensors").stat().st_size <= 14_000_000
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        assert config["model_type"] == "llama" and config["dtype"] == "bfloat16"
        assert 1024 <= config["vocab_size"] <= 2048
        assert 3_000_000 <= card._describe(folder)["parameters"] <= 6_000_000


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
