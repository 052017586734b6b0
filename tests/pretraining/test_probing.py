"""Linear probes of frozen states and of counted tokens: what is asked, read, and told apart."""

import torch

from workbook.pretraining import probing, tagging
from workbook.pretraining.models import ARCHITECTURES
from workbook.pretraining.objectives import collate
from workbook.town.texts.politeness.politeness import politeness


def test_states_do_not_depend_on_padding(tiny, tokenizer):
    """A text alone and beside a longer one."""
    short, long = "The boat is late.", "The boat is late, and so is the old captain of the ferry."
    for name in ARCHITECTURES:
        alone = probing.sentence_states(name, tiny[name], tokenizer, [short])
        beside = probing.sentence_states(name, tiny[name], tokenizer, [short, long])
        assert torch.allclose(alone[0], beside[0], atol=1e-5), name


def test_probe_finds_a_direction_and_is_blind_without_one():
    source = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 2, (400,), generator=source) * 2.0 - 1
    states = torch.randn(400, 20, generator=source)
    blind = (probing.probe(states[:300], labels[:300], states[300:]) == labels[300:]).float().mean()
    states[:, 3] += 3 * labels
    found = (probing.probe(states[:300], labels[:300], states[300:]) == labels[300:]).float().mean()
    assert found > 0.97 and 0.3 < blind < 0.7


def test_reviews_do_not_show_their_stars():
    texts, labels = probing.reviews(30)
    assert not any("Stars" in text for text in texts)
    assert set(labels.tolist()) == {1.0, -1.0}


def test_reviews_are_told_apart_by_what_is_asked():
    """Rude words stand in rude reviews alone; a mixed review is neither good nor bad."""
    texts, labels = probing.reviews(60)
    rude = torch.tensor([politeness(text) < 0.5 for text in texts])
    assert rude.any() and (labels[rude] == 1).all()
    about = probing.reviews(60, about="sentiment")
    assert about[0] != texts and len(about[0]) == 60


def test_no_count_of_words_tells_the_order(tokenizer):
    """Both orders hold the same tokens equally often, so counting is right half the time."""
    texts, labels = probing.orders(40)
    counts = probing.token_counts(texts, tokenizer)
    assert torch.equal(counts[::2], counts[1::2]) and counts.sum() > 1000
    assert labels[::2].eq(1).all() and labels[1::2].eq(-1).all()
    for text, label in zip(texts, labels, strict=True):
        rude, polite = text.split("\n")
        assert rude.startswith("Rude: ") and polite.startswith("Polite: ")
        assert (politeness(rude[6:]) < politeness(polite[8:])) is bool(label > 0)
    assert probing.counted_shares(tokenizer, "order")["many"] == 0.5


def test_counting_words_needs_no_model(tokenizer):
    """The lesson's baseline: it tells rude from polite better than chance by far."""
    shares = probing.counted_shares(tokenizer)
    assert 0.7 < shares["few"] < shares["many"] < 1
    ids = tokenizer.encode("It is not. It is.", add_special_tokens=False)
    counts = probing.token_counts(["It is not. It is."], tokenizer)
    place = tokenizer.encode(" is", add_special_tokens=False)
    assert counts.sum() == len(ids) and counts[0, place].tolist() == [2.0]


def test_the_probe_beats_chance_with_many_labels_and_with_few(tiny, tokenizer, monkeypatch):
    """States that hold the answer are read; few labels read them less well."""

    def states(objective, model, tokenizer, texts):
        noise = torch.randn(len(texts), 30, generator=torch.Generator().manual_seed(len(texts[0])))
        noise[:, 0] += torch.tensor([2.0 if politeness(text) < 0.5 else -2.0 for text in texts])
        return noise

    monkeypatch.setattr(probing, "sentence_states", states)
    shares = probing.probe_shares("masked", tiny["masked"], tokenizer)
    assert 0.6 < shares["few"] < shares["many"]


def test_hidden_states_are_what_the_head_reads(tiny, tokenizer):
    """With the output layer of the model on top they give the model's own logits."""
    for objective in ("masked", "causal"):
        model = tiny[objective]
        batch = collate(tagging.tagged(2, tokenizer), tokenizer.pad_token_id)
        states = probing.hidden_states(objective, model, batch.inputs, batch.keep_mask)
        logits = model(batch.inputs, keep_mask=batch.keep_mask)
        assert torch.allclose(model.to_logits(states), logits, atol=1e-5)


def test_hidden_states_leave_no_hook_behind(tiny):
    probing.hidden_states("causal", tiny["causal"], torch.tensor([[5, 6]]))
    assert not tiny["causal"].decoder._forward_hooks


def test_a_probe_means_the_same_at_every_scale():
    """Vectors are standardised, so factors and shifts of a channel change no verdict."""
    states, labels = torch.randn(60, 5), torch.tensor([1.0, -1.0]).repeat(30)
    states[:, 2] += labels
    factors, shifts = torch.tensor([1e-3, 10.0, 100.0, 1.0, 5.0]), torch.arange(5.0)
    plain = probing.probe(states[:40], labels[:40], states[40:])
    other = states * factors + shifts
    assert torch.equal(probing.probe(other[:40], labels[:40], other[40:]), plain)
    assert set(plain.tolist()) == {1.0, -1.0}
    one_sided = probing.probe(states[:40], torch.ones(40), states[40:])
    assert (one_sided == 1).all()
