"""Remedies: how far the weights move, which chats are read, and what is given back."""

import pytest
import torch
from tiny_tuning import FAST, tiny_model, tokenizer, weights
from torch import nn

from workbook.finetuning import data, mixing, penalties, remedies
from workbook.finetuning.families import FAMILIES_ASKED
from workbook.finetuning.mixing import NewChats
from workbook.finetuning.remedies import remedy_run
from workbook.finetuning.tuning import TuneConfig
from workbook.training.packing import Rows


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


# Old chats.


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

    def fisher(model, batches, seed):
        measured.extend(batches)
        return {"w": torch.ones(1)}

    monkeypatch.setattr(penalties, "fisher", fisher)
    penalties.old_fisher(tiny_model(), tokenizer())
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


def test_unknown_remedies_and_strengths_are_one_sentence(new):
    with pytest.raises(ValueError, match="no remedy is called 'prayer'; there are none, gentle"):
        remedy_run("prayer", tiny_model(), tokenizer())
    with pytest.raises(ValueError, match="weight of a penalty is at least 0"):
        remedy_run("l2", tiny_model(), tokenizer(), -1.0, 1, 0, FAST, new=new, progress=False)
