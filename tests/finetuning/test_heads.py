"""A classification head on a frozen model: its features, its training, its answers."""

import pytest
import torch
from tiny_tuning import tiny_model, tokenizer

from workbook.finetuning import heads
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


def test_the_likeliest_class_is_named_for_each_text():
    head = torch.nn.Linear(2, 2)
    with torch.no_grad():
        head.weight.copy_(torch.eye(2))
        head.bias.copy_(torch.tensor([0.0, 1.0]))
    found = torch.tensor([[3.0, 1.0], [1.0, 3.0], [1.0, 0.5]])
    assert heads.classify(head, ["no", "yes"], found) == ["no", "yes", "yes"]


def test_texts_are_read_in_batches_and_stay_in_order(monkeypatch):
    model, prompts = tiny_model(), ["A goose.", "Two geese are here.", "Three."]
    whole = heads.features(model, tokenizer(), prompts)
    assert whole.shape == (3, model.config.hidden_size)
    monkeypatch.setattr(heads, "BATCH", 2)
    assert torch.allclose(heads.features(model, tokenizer(), prompts), whole, atol=1e-4)


def test_labels_may_come_in_any_order():
    found = torch.tensor([[-1.0], [1.0], [-1.2], [1.2]])
    head, names = heads.train_head(found, ["z", "b", "z", "b"])
    assert names == ["b", "z"]
    assert heads.classify(head, names, torch.tensor([[-5.0], [5.0]])) == ["z", "b"]
