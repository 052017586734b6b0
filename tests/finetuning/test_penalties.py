"""Old weights held: Fisher information and penalties against closed forms."""

from types import SimpleNamespace

import pytest
import torch
from tiny_tuning import FAST, tiny_model, tokenizer
from torch import nn

from workbook.finetuning import penalties
from workbook.finetuning.penalties import Anchor, fisher
from workbook.finetuning.tuning import tune
from workbook.training.packing import IGNORE, Example, collate


class Bigram(nn.Module):
    """logits of the next token = the row of the last one: a softmax with known derivatives."""

    def __init__(self, size=3):
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Parameter(torch.randn(size, size))

    def forward(self, input_ids, position_ids=None, use_cache=False):
        return SimpleNamespace(logits=self.table[input_ids])


def pairs(*ids):
    """A batch each: the second token is the answer to the first."""
    return [collate([[Example(list(pair), [IGNORE, pair[1]])]], 0) for pair in ids]


def test_true_labels_give_the_empirical_fisher():
    """d ln p(b|a) / d table[a, j] = 1[j = b] - p(j|a)."""
    model, answers = Bigram(), [(0, 1), (0, 2), (1, 1), (0, 1)]
    p = model.table.detach().softmax(-1)
    expected = torch.zeros(3, 3)
    for a, b in answers:
        expected[a] += (nn.functional.one_hot(torch.tensor(b), 3) - p[a]).square() / len(answers)
    assert torch.allclose(fisher(model, pairs(*answers), labels="true")["table"], expected)


def test_drawn_labels_give_the_fisher_information():
    """E over the model's own answers: p (1 - p) in the rows that were read, whatever the labels."""
    model = Bigram()
    p = model.table.detach().softmax(-1)
    expected = torch.stack([2 / 3 * p[0] * (1 - p[0]), 1 / 3 * p[1] * (1 - p[1]), torch.zeros(3)])
    found = fisher(model, pairs((0, 1), (0, 1), (1, 1)) * 700)["table"]
    assert torch.allclose(found, expected, atol=0.02) and (found[2] == 0).all()
    assert torch.equal(found, fisher(model, pairs((0, 1), (0, 1), (1, 1)) * 700)["table"])


def test_an_answer_is_judged_as_a_whole():
    """Two tokens of one answer: the square of the sum of their gradients."""
    model = Bigram()
    whole = collate([[Example([0, 1, 1], [IGNORE, 1, 1])]], 0)
    p = model.table.detach().softmax(-1)
    one = torch.tensor([0.0, 1.0, 0.0])
    expected = torch.stack([(one - p[0]).square(), (one - p[1]).square(), torch.zeros(3)])
    assert torch.allclose(fisher(model, [whole], labels="true")["table"], expected)
    twice = collate([[Example([0, 1, 0, 1], [IGNORE, 1, IGNORE, 1])]], 0)
    found = fisher(model, [twice], labels="true")["table"]
    assert torch.allclose(found[0], (2 * (one - p[0])).square())


def test_measuring_changes_nothing():
    model = Bigram().train()
    model.table.grad = torch.ones(3, 3)
    before = model.table.detach().clone()
    fisher(model, pairs((0, 1)))
    assert torch.equal(model.table, before) and model.training
    with pytest.raises(ValueError, match='"model" or "true"'):
        fisher(model, pairs((0, 1)), labels="guess")


def test_the_penaltys_value_and_gradient_are_the_formulas():
    """strength / 2 F (w - w0)^2, and strength F (w - w0)."""
    model = Bigram()
    old, importance = model.table.detach().clone(), torch.rand(3, 3)
    for weight in (importance, None):
        anchor = Anchor(model, 0.6, None if weight is None else {"table": weight})
        assert anchor(model) == 0
        moved = Bigram()
        with torch.no_grad():
            moved.table += 0.1 * torch.arange(9.0).view(3, 3)
        scale = torch.ones(3, 3) if weight is None else weight
        gap = moved.table.detach() - old
        value = anchor(moved)
        value.backward()
        assert value.item() == pytest.approx((0.3 * scale * gap.square()).sum().item())
        assert torch.allclose(moved.table.grad, 0.6 * scale * gap)
        assert anchor.bytes == 36 * (1 if weight is None else 2)


def test_where_the_penalty_and_a_constant_pull_are_in_balance():
    """Loss g w + penalty is least at w0 - g / (strength F): important weights move less."""
    model = Bigram()
    old, importance = model.table.detach().clone(), 0.1 + torch.rand(3, 3)
    anchor = Anchor(model, 2.0, {"table": importance})
    with torch.no_grad():
        model.table -= 1 / (2.0 * importance)
    (model.table.sum() + anchor(model)).backward()
    assert model.table.grad.abs().max() < 1e-5
    moved = (model.table.detach() - old).abs().flatten()
    assert torch.equal(moved.argsort(), importance.flatten().argsort(descending=True))


def test_an_important_weight_is_held_and_another_is_not(new):
    model = tiny_model()
    held = "model.layers.0.mlp.down_proj.weight"
    importance = {name: torch.zeros_like(p) for name, p in model.named_parameters()}
    importance[held] += 1e6
    runs = {
        penalty: tune(model, tokenizer(), new, 6, settings=FAST, penalty=penalty, progress=False)
        for penalty in (None, Anchor(model, 1.0, importance))
    }
    old = dict(model.named_parameters())
    moved = [
        {n: (p - old[n]).norm().item() for n, p in run.model.named_parameters()}
        for run in runs.values()
    ]
    assert moved[1][held] < 0.4 * moved[0][held]
    other = "model.layers.1.mlp.down_proj.weight"
    assert moved[1][other] > 0.5 * moved[0][other]


def test_old_fisher_has_a_mean_of_one_and_knows_what_was_read():
    found = penalties.old_fisher(tiny_model(), tokenizer(), count=4)
    total = sum(f.sum().item() for f in found.values())
    assert total / sum(f.numel() for f in found.values()) == pytest.approx(1, rel=1e-4)
    assert all((f >= 0).all() for f in found.values())


def test_frozen_weights_are_neither_held_nor_measured():
    model = nn.Sequential(Bigram(), nn.Linear(2, 2)).requires_grad_(False)
    model[1].bias.requires_grad_()
    held = Anchor(model, 2.0)
    assert held.bytes == 4 * 2
    with torch.no_grad():
        model[0].table += 5
        model[1].bias += 3
    assert held(model) == 18  # 2 / 2 x (9 + 9)
    half = Bigram()
    half.unused, half.frozen = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    half.frozen.requires_grad_(False)
    found = fisher(half, pairs((0, 1)))
    assert found.keys() == {"table", "unused"} and not found["unused"].any()


def test_a_pull_is_not_negative_but_may_be_nothing():
    model = Bigram()
    for strength in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="weight of a penalty is at least 0"):
            Anchor(model, strength)
    held = Anchor(model, 0.0)
    with torch.no_grad():
        model.table += 1
    assert held(model) == 0
