"""Remedies against closed forms: Fisher information, penalties, shares of old chats, adapters."""

import math
from collections import Counter
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_tuning import tiny_model, tokenizer, weights
from torch import nn

from workbook.finetuning import anchor, data, mixing, remedies
from workbook.finetuning.anchor import Anchor, fisher
from workbook.finetuning.families import FAMILIES_ASKED
from workbook.finetuning.mixing import NewChats, mixed, old_count
from workbook.finetuning.remedies import remedy_run
from workbook.finetuning.tuning import TuneConfig, tune
from workbook.training.packing import IGNORE, Example, Rows, collate

FAST = TuneConfig(learning_rate=1e-2, batch_size=2, seq_len=200)


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


@pytest.fixture(scope="module")
def new():
    return data.chats("polite", 12)


def test_a_strong_pull_leaves_the_weights_and_none_is_no_remedy(new):
    """The loop's steps have a least size, so a strong pull leaves them near, not on the spot."""
    model = tiny_model()
    old = weights(model)

    def moved(name, strength):
        tuned, _ = remedy_run(
            name, model, tokenizer(), strength, 6, 0, FAST, new=new, progress=False
        )
        return (weights(tuned.model) - old).norm().item()

    free = moved("none", FAST.learning_rate)
    assert moved("l2", 0.0) == pytest.approx(free, rel=1e-4)
    assert moved("l2", 1e6) < 0.3 * free
    assert moved("l2", 1e6) < moved("l2", 1.0) < free


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
    found = anchor.old_fisher(tiny_model(), tokenizer(), count=4)
    total = sum(f.sum().item() for f in found.values())
    assert total / sum(f.numel() for f in found.values()) == pytest.approx(1, rel=1e-4)
    assert all((f >= 0).all() for f in found.values())


# Old chats.


@given(st.integers(1, 80), st.integers(1, 30), st.floats(0, 0.9))
def test_old_chats_are_the_share_asked_for_and_come_equally_often(many, kept, share):
    new = [[{"content": f"new {i}"}] for i in range(many)]
    old = [[{"content": f"old {i}"}] for i in range(kept)]
    mix = [chat[0]["content"] for chat in mixed(new, old, share)]
    counts = Counter(mix)
    assert all(counts[chat[0]["content"]] == 1 for chat in new)
    again = [counts[chat[0]["content"]] for chat in old]
    assert sum(again) == len(mix) - many == old_count(many, share)
    assert max(again) - min(again) <= 1
    assert abs(sum(again) - share * len(mix)) <= 0.5 + 1e-6  # the nearest whole number


def test_half_a_mix_is_as_many_old_as_new():
    assert old_count(40, 0.5) == 40 and old_count(90, 0.1) == 10 and old_count(7, 0.0) == 0
    for share in (1.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="at least 0 and below 1"):
            old_count(5, share)
    with pytest.raises(ValueError, match="no old chat"):
        mixed([[{}]], [], 0.5)


def read_in(mix, new, steps, settings, seed):
    """New chats in the first steps, read off the tensors: a chat begins where positions do."""
    rows = Rows(data.examples(tokenizer(), mix), settings.batch_size, settings.seq_len, 0, seed)
    begins = {tuple(each.ids) for each in data.examples(tokenizer(), new)}
    found = 0
    for step in range(steps):
        batch = rows.batch(step)
        for ids, positions in zip(batch["ids"].tolist(), batch["positions"].tolist(), strict=True):
            starts = [i for i, place in enumerate(positions) if place == 0 and ids[i]]
            ends = [*starts[1:], len(ids)]
            chats = (tuple(ids[a:b]) for a, b in zip(starts, ends, strict=True))
            found += sum(any(chat[: len(own)] == own for own in begins) for chat in chats)
    return found


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("name", "share"), [("multitask", 0.5), ("replay", 0.7)])
def test_a_mix_reads_as_many_new_chats_as_none(name, share, seed):
    """Steps in proportion to the share once read half as many again: old chats are shorter."""
    new, settings = data.chats(data.NEW, 60), TuneConfig()
    given = (tokenizer(), settings, seed)
    _, steps, alone = remedies._mix("none", new, 1e-3, 12, *given)
    assert (steps, alone) == (12, read_in(new, new, 12, settings, seed))
    mix, steps, read = remedies._mix(name, new, share, 12, *given)
    assert read == read_in(mix, new, steps, settings, seed)
    assert alone <= read <= alone + 2
    assert read_in(mix, new, steps - 1, settings, seed) < alone
    assert steps < round(12 / (1 - share)), "what the share alone would give is too many"


def test_the_cost_says_how_many_new_chats_were_read(new):
    for name, strength in (("none", 1e-3), ("multitask", 0.5), ("lora", 1e-3)):
        tuned, cost = remedy_run(
            name, tiny_model(), tokenizer(), strength, 2, 0, FAST, new=new, progress=False
        )
        counted = NewChats(tokenizer(), new, new, FAST, 0)
        assert counted.read(2) <= cost.new_chats <= counted.read(2) + 4
        assert cost.steps == len(tuned.losses)


def test_replay_and_elastic_weights_know_the_same_few_chats(monkeypatch):
    """Replay once had fewer, in other proportions: one seed's memory held no polite chat."""
    kept = mixing.memory(0)
    assert len(kept) == mixing.MEMORY
    assert kept[: len(FAMILIES_ASKED)] == data.chats(FAMILIES_ASKED, len(FAMILIES_ASKED))
    assert mixing.MEMORY % len(FAMILIES_ASKED) == 0, "families take turns: equally many of each"
    new = data.chats("polite", 100, seed=9)
    mix, _, _ = remedies._mix("replay", new, 0.7, 1, tokenizer(), FAST, 0)
    old = [chat for chat in mix if chat not in new]
    assert len(old) == 233 and all(chat in kept for chat in old)
    assert all(chat in old for chat in kept)
    measured = []
    monkeypatch.setattr(anchor, "fisher", lambda model, batches, seed: measured.extend(batches) or
                        {"w": torch.ones(1)})  # fmt: skip
    anchor.old_fisher(tiny_model(), tokenizer())
    read = [batch["ids"][0].tolist() for batch in measured]
    assert read == [each.ids for each in data.examples(tokenizer(), kept)]
    fresh, _, _ = remedies._mix("multitask", new, 0.7, 1, tokenizer(), FAST, 0)
    assert len({chat[0]["content"] for chat in fresh}) > 320


# Adapters.


def test_merged_and_not_give_the_same_logits():
    model = tiny_model()
    ids = torch.arange(20).view(2, 10)
    before = model(ids).logits
    adapted = remedies.with_adapter(tiny_model(), rank=4).eval()
    assert torch.equal(adapted(ids).logits, before), "a new adapter changes nothing"
    torch.manual_seed(1)
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter, std=0.2)
    apart = adapted(ids).logits
    merged = adapted.merge_and_unload()
    assert torch.allclose(merged(ids).logits, apart, atol=1e-5)
    assert not torch.allclose(apart, before, atol=1e-2)
    assert type(merged) is type(model)


@pytest.mark.parametrize("name", remedies.REMEDIES)
def test_every_remedy_gives_back_a_plain_model_and_leaves_the_old_one(name, new):
    model = tiny_model()
    old = weights(model)
    tuned, cost = remedy_run(name, model, tokenizer(), None, 2, 0, FAST, new=new, progress=False)
    assert torch.equal(weights(model), old)
    assert type(tuned.model) is type(model) and not tuned.model.training
    assert [n for n, _ in tuned.model.named_parameters()] == [
        n for n, _ in model.named_parameters()
    ]
    assert not torch.equal(weights(tuned.model), old)
    linear = [m for m in model.modules() if isinstance(m, nn.Linear)][:-1]  # all but the output
    few = sum(remedies.RANK * (m.in_features + m.out_features) for m in linear)
    assert cost.trained == (few if name == "lora" else len(old))
    assert cost.extra_bytes == {"l2": 4, "ewc": 8}.get(name, 0) * len(old)
    assert cost.tokens == tuned.tokens > 0


@pytest.mark.parametrize(("name", "strength"), [("ewc", 0.1), ("lora", 1e-2), ("replay", 0.5)])
def test_a_remedy_repeats_itself(name, strength, new):
    """An adapter once began with numbers that depended on what had run before."""
    model, found = tiny_model(), []
    for before in (1, 2):
        torch.manual_seed(before)
        tuned, _ = remedy_run(
            name, model, tokenizer(), strength, 2, 3, FAST, new=new, progress=False
        )
        found.append(weights(tuned.model))
    assert torch.equal(*found)


def test_unknown_remedies_and_strengths_are_one_sentence():
    with pytest.raises(ValueError, match="no remedy is called 'prayer'; there are none, gentle"):
        remedy_run("prayer", tiny_model(), tokenizer())
    with pytest.raises(ValueError, match="weight of a penalty is at least 0"):
        Anchor(tiny_model(), -1.0)
