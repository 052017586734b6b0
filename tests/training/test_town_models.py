"""Making the town's models: the loss masks, and a killed run that goes on to the same weights."""

import json
from dataclasses import replace

import pytest
import torch

from workbook.town import document
from workbook.training import town_models
from workbook.training.examples import mask_prompt
from workbook.training.packing import IGNORE
from workbook.training.town_models import Recipe


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(town_models, "TOKENIZER_DOCUMENTS", 300)
        return folder, town_models._tokenizer(folder / ".build")


TINY = Recipe(name="tiny", tokens=12 * 4 * 200, rows=4, length=200, hidden=32, heads=2, layers=1,
              inner=48, warmup=2)  # fmt: skip


def test_only_the_assistant_is_learned_from(built):
    _, tokenizer = built
    for index in range(40):
        text = document("instruction", index=index).text
        ids, labels = mask_prompt(tokenizer, text)
        learned = tokenizer.decode([t for t in labels if t != IGNORE])
        said = [part.split("<|end|>")[0] for part in text.split("<|assistant|>\n")[1:]]
        assert learned == "".join(f"{words}<|end|>" for words in said)
        assert all(y in (IGNORE, t) for t, y in zip(ids, labels, strict=True))


def test_a_killed_run_goes_on_to_the_same_weights(built, tmp_path, monkeypatch):
    """Guards resuming: optimiser state, data position and schedule all have to come back."""
    _, tokenizer = built
    monkeypatch.setattr(town_models, "SAVE_EVERY", 5)
    town_models.train(TINY, tokenizer, tmp_path / "whole")
    steps = iter(range(100))
    real = town_models._loss

    def killed(*args):
        if next(steps) == 7:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(town_models, "_loss", killed)
    with pytest.raises(KeyboardInterrupt):
        town_models.train(TINY, tokenizer, tmp_path / "killed")
    assert not (tmp_path / "killed" / "tiny").exists()
    monkeypatch.setattr(town_models, "_loss", real)
    town_models.train(TINY, tokenizer, tmp_path / "killed")
    for name in ("model.safetensors", "recipe.json"):
        one, two = ((tmp_path / run / "tiny" / name).read_bytes() for run in ("whole", "killed"))
        assert one == two


def test_a_run_that_had_ended_is_left_alone(built, tmp_path):
    """Guards recipe.json: a second call reads no document and so would count none as too long."""
    _, tokenizer = built
    note = tmp_path / "tiny" / "recipe.json"
    short = replace(TINY, tokens=2 * 4 * 200)
    town_models.train(short, tokenizer, tmp_path)
    before = note.read_text(encoding="utf-8")
    assert json.loads(before)["documents_too_long"] > 0
    town_models.train(short, tokenizer, tmp_path)
    assert note.read_text(encoding="utf-8") == before
    note.unlink()  # as if killed before it was written
    town_models.train(short, tokenizer, tmp_path)
    assert note.read_text(encoding="utf-8") == before


def test_a_checkpoint_of_other_settings_is_refused(built, tmp_path):
    """Guards a card that says seed 1 over weights of seed 0."""
    _, tokenizer = built
    short = replace(TINY, tokens=2 * 4 * 200)
    town_models.train(short, tokenizer, tmp_path)
    with pytest.raises(ValueError, match="made with another seed: give the old.*--no-resume"):
        town_models.train(replace(short, seed=1), tokenizer, tmp_path)
    town_models.train(replace(short, tokens=3 * 4 * 200), tokenizer, tmp_path)  # longer is fine


def test_a_tuned_copy_starts_afresh_when_its_base_was_trained_on(built, tmp_path):
    _, tokenizer = built
    short = replace(TINY, tokens=2 * 4 * 200)
    tuned = replace(short, name="tuned")
    weights = tmp_path / "tuned" / "model.safetensors"
    made = []
    for tokens in (short.tokens, 2 * short.tokens):
        town_models.train(replace(short, tokens=tokens), tokenizer, tmp_path)
        for _ in range(2):  # the second time the base is the same: nothing to do
            town_models.train(tuned, tokenizer, tmp_path, start_from=tmp_path / "tiny")
            made.append(weights.read_bytes())
    assert made[0] == made[1] != made[2] == made[3]


def test_the_loss_falls_and_the_model_loads_plainly(built, tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from workbook.core import records

    _, tokenizer = built
    recipe = replace(TINY, tokens=100 * 4 * 200)
    town_models.train(recipe, tokenizer, tmp_path)
    log = records.read(tmp_path / ".build" / "tiny" / "log.jsonl")
    assert log[-1]["step"] == 100 and log[-1]["loss"] < 5.0
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "tiny")
    assert model.dtype == torch.bfloat16
    assert len(AutoTokenizer.from_pretrained(tmp_path / "tiny")) == model.config.vocab_size


def test_the_same_seed_starts_the_same_model(built):
    _, tokenizer = built
    one, two, other = (
        town_models.new_model(replace(TINY, seed=s), tokenizer).lm_head.weight for s in (1, 1, 2)
    )
    assert torch.equal(one, two) and not torch.equal(one, other)
