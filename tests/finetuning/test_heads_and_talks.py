"""A head on a frozen model, and chats of the learner's own talks."""

import pytest
import torch
from tiny_tuning import tiny_model, tokenizer, weights

from workbook.finetuning import heads, own_talks
from workbook.finetuning.tuning import tune
from workbook.inference import chat_ids


def test_features_do_not_depend_on_the_padding():
    model = tiny_model()
    prompts = ["A goose.", "Is this review positive, negative or mixed?\nIt is very good."]
    found = heads.features(model, tokenizer(), prompts)
    for prompt, row in zip(prompts, found, strict=True):
        ids = torch.tensor([chat_ids(tokenizer(), prompt)])
        with torch.no_grad():
            alone = model.base_model(input_ids=ids).last_hidden_state[0, -1]
        assert torch.allclose(row, alone, atol=1e-4)
    assert not found.requires_grad


def test_a_head_learns_what_can_be_separated_and_leaves_the_model():
    source = torch.Generator().manual_seed(0)
    labels = ["a", "b", "c"] * 20
    found = torch.randn(60, 6, generator=source) * 0.3 + 50
    found[:, 0] += torch.tensor([0.0, 2.0, 4.0] * 20)
    found[:, 1] *= 1000  # a channel of another size
    head, names = heads.train_head(found, labels)
    assert names == ["a", "b", "c"]
    said = heads.classify(head, names, found)
    assert sum(one == right for one, right in zip(said, labels, strict=True)) > 55


def test_a_head_refuses_what_it_cannot_learn():
    for labels in (["a", "a"], ["a", "b", "c"]):
        with pytest.raises(ValueError, match="one label for each text"):
            heads.train_head(torch.zeros(2, 3), labels)


def test_own_talks_become_chats_that_can_be_tuned_on():
    found = own_talks.as_chats(own_talks.EXAMPLES)
    assert len(found) == len(own_talks.EXAMPLES) >= 8
    for chat, talk in zip(found, own_talks.EXAMPLES, strict=True):
        assert talk.dialogue in chat[0]["content"] and chat[1]["content"] == talk.summary
        assert chat[0]["content"] == own_talks.asked(talk.dialogue)
    model = tiny_model()
    tuned = tune(model, tokenizer(), found, steps=2, progress=False)
    assert not torch.equal(weights(tuned.model), weights(model))
    with pytest.raises(ValueError, match="no talk"):
        own_talks.as_chats([])
