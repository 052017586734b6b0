"""A town model goes to the harbour: what it reads, who judges it, and what it leaves alone."""

import dataclasses
from itertools import islice

import pytest
import torch

from workbook.pretraining import data, entropy_bound, models, transfer
from workbook.pretraining.harbour import harbour_documents
from workbook.pretraining.models import Size


def _is_log(row, tokenizer):
    text = tokenizer.decode(row)
    return any(word in text for word in ("berth", " marl", "lunt", "thrill", "Harbour log"))


def test_a_mix_has_the_share_it_is_asked_for(tokenizer):
    rows = transfer.mixed_rows(0.51, tokenizer, 200, seed=0)
    assert rows.shape == (200, data.LENGTH)
    assert 0.41 < sum(_is_log(row, tokenizer) for row in rows) / 200 < 0.61
    assert all(_is_log(row, tokenizer) for row in transfer.mixed_rows(1, tokenizer, 20, 0))
    assert not any(_is_log(row, tokenizer) for row in transfer.mixed_rows(0, tokenizer, 20, 0))
    with pytest.raises(ValueError, match="between 0 and 1"):
        transfer.mixed_rows(51, tokenizer, 20, 0)


def test_adapting_leaves_the_town_model_alone(tiny, tokenizer):
    before = tiny["causal"].embedding.weight.clone()
    texts = {
        name: dataclasses.replace(each, ids=each.ids[:4], keep_mask=each.keep_mask[:4])
        for name, each in transfer.judges(tokenizer, 4).items()
    }
    found = transfer.adapt(tiny["causal"], 1.0, tokenizer, 0, texts, steps=3, progress=False)
    assert torch.equal(tiny["causal"].embedding.weight, before)
    assert found["steps"][0] == 0 and found["steps"][-1] == 3
    assert found["harbour"][0] == pytest.approx(
        entropy_bound.causal_loss_on(tiny["causal"], texts["harbour"])
    )
    assert len(found["harbour"]) == len(found["town"]) == len(found["steps"])


def test_a_mix_comes_again_by_its_seed(tokenizer):
    one, again, other = (transfer.mixed_rows(0.5, tokenizer, 4, seed) for seed in (3, 3, 4))
    assert torch.equal(one, again) and not torch.equal(one, other)


def test_each_domain_has_a_judge_that_no_training_reads(tokenizer):
    judges = transfer.judges(tokenizer, 6)
    assert list(judges) == ["harbour", "town"]
    assert all(len(each.texts) == 6 for each in judges.values())
    ships = islice(harbour_documents(777, "validation"), 6)
    assert list(judges["harbour"].texts) == [entry.text for entry in ships]
    assert not any(text.startswith("Harbour log") for text in judges["town"].texts)


def test_without_a_past_a_new_model_begins_in_ignorance(tokenizer, monkeypatch):
    """It is the model of its seed; with a past, the rates are half of the usual peaks."""
    size, built, seen = Size(hidden_size=24, blocks=2, heads=2, ffn_dim=32), [], []

    def small(objective, tokenizer, seed):
        built.append((objective, seed))
        return models.build(objective, tokenizer, seed, size)

    def watched(*arguments, **settings):
        seen.append(settings)
        return models.train(*arguments, **settings)

    monkeypatch.setattr(transfer, "build", small)
    monkeypatch.setattr(transfer, "train", watched)
    texts = {"town": entropy_bound.held_out(data.town_documents(4), tokenizer, 3)}
    found = transfer.adapt(None, 0.0, tokenizer, 5, texts, steps=1, progress=False)
    assert built == [("causal", 5)] and found["steps"] == [0, 1]
    fresh = models.build("causal", tokenizer, 5, size)
    assert found["town"][0] == pytest.approx(entropy_bound.causal_loss_on(fresh, texts["town"]))
    transfer.adapt(fresh, 0.0, tokenizer, 5, texts, steps=1, progress=False)
    assert "learning_rate" not in seen[0]
    assert seen[1]["learning_rate"] == models.SETTINGS["learning_rate"] / 2
    assert seen[1]["muon_learning_rate"] == models.SETTINGS["muon_learning_rate"] / 2
