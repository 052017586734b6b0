"""Rows of text, their entropy bound, the harbour's log: what is counted is what was written."""

import math
from collections import Counter
from itertools import islice

import pytest
import torch

from workbook.pretraining import data, entropy_bound, harbour, transfer
from workbook.pretraining.objectives import causal_targets
from workbook.town_lm.quality import measure_loss


@pytest.fixture(scope="module")
def tokenizer():
    return data.tokenizer()


@pytest.fixture(scope="module")
def texts(tokenizer):
    return entropy_bound.held_out(data.town_documents(4), tokenizer, 12)


class Uniform(torch.nn.Module):
    """Gives every token the same logit, so its loss is ln V; as a model of ours is called."""

    def __init__(self, vocabulary):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(vocabulary))

    def forward(self, ids, decoder_ids=None, keep_mask=None):
        return self.weight.expand(*ids.shape, -1)


def test_rows_are_the_ribbon_of_documents_cut(tokenizer):
    documents = [document.text for document in islice(data.town_documents(0), 30)]
    ribbon = [token for text in documents for token in data.document_ids(text, tokenizer)]
    rows = data.text_rows(documents, tokenizer, 5, length=40)
    assert rows.flatten().tolist() == ribbon[:200]
    said = tokenizer.decode(rows.flatten(), skip_special_tokens=False)
    assert said.startswith("<|bos|>" + documents[0] + "<|end|><|bos|>")


def test_too_little_text_is_one_sentence(tokenizer):
    with pytest.raises(ValueError, match="give more text") as error:
        data.text_rows(["One."], tokenizer, 3)
    assert "\n" not in str(error.value)


def test_only_whole_documents_are_compared_with_the_entropy_bound(texts, tokenizer):
    pairs = data.whole_documents(data.town_documents(4), tokenizer, 12)
    assert all(len(ids) <= data.LENGTH for ids, _ in pairs)
    assert texts.nats == pytest.approx(sum(document.nats for _, document in pairs))
    assert texts.tokens == sum(len(ids) - 1 for ids, _ in pairs)
    assert texts.entropy_bound == texts.nats / texts.tokens
    assert texts.bytes == sum(len(document.text.encode()) + 1 for _, document in pairs)


def test_loss_of_a_model_that_knows_nothing_is_that_of_a_fair_die(texts, tokenizer):
    model = Uniform(len(tokenizer))
    assert entropy_bound.causal_loss_on(model, texts) == pytest.approx(
        math.log(len(tokenizer)), rel=1e-5
    )
    assert entropy_bound.causal_loss_on(model, texts, rows=5) == pytest.approx(
        entropy_bound.causal_loss_on(model, texts), rel=1e-5
    )


@pytest.mark.slow
def test_loss_is_that_of_the_model_card(tokenizer):
    """The same documents through `town_quality`, one by one, without padding."""
    from workbook.core.hub import load_model

    model = load_model("bundled:town-lm")
    theirs = measure_loss(model, tokenizer, 8, kind="politeness")
    from workbook.town import stream

    texts = entropy_bound.held_out(stream("politeness", "validation", 777), tokenizer, 8)
    assert entropy_bound.causal_loss_on(model, texts, rows=3) == pytest.approx(
        theirs["loss"], rel=2e-3
    )
    assert texts.entropy_bound == pytest.approx(theirs["entropy_bound"])


def test_loss_by_frequency_by_hand(tokenizer):
    """Two texts of two tokens; tokens 5 and 6 are read 3 times and once, V is 10."""
    ids = torch.tensor([[1, 5], [1, 6]])
    texts = entropy_bound.HeldOut(ids, torch.ones(2, 2).bool(), 0.0, ("a", "b"))
    rows = torch.tensor([[5, 5, 5, 6]])
    want = -(math.log(4 / 14) + math.log(2 / 14)) / 2
    assert entropy_bound.unigram_loss(rows, texts, 10) == pytest.approx(want)


def test_marks_go_down_to_the_entropy_bound(texts, tokenizer):
    rows = data.text_rows((d.text for d in data.town_documents(1)), tokenizer, 60)
    high, middle, low = entropy_bound.marks(rows, texts, len(tokenizer)).values()
    assert high == math.log(len(tokenizer)) and high > middle > low > 0


def test_milestones_come_ever_further_apart():
    assert entropy_bound.milestones(1000) == [10, 40, 90, 160, 250, 360, 490, 640, 810, 1000]
    assert entropy_bound.milestones(7)[-1] == 7
    with pytest.raises(ValueError, match="at least one step"):
        entropy_bound.milestones(0)


def test_nats_of_the_log_are_those_of_its_choices():
    """Entries put together from the same parts with the same chances: by counting the slots."""
    for index in range(40):
        entry = harbour.harbour_document("train", 3, index)
        nats = math.log(8) + math.log(10) + math.log(6) * 2 + math.log(12)  # ship, port, berth
        nats += math.log(3) + math.log(4)  # arrival and its tide
        nats += math.log(3) + math.log(39 * 4 * 6) + math.log(2)  # cargo; with a condition or not
        text = entry.text
        if any(state in text for state in harbour.STATES):
            nats += math.log(2) + math.log(4) + math.log(4)
        nats += math.log(3) + math.log(19)
        nats += 0 if "She owes" in text else math.log(4)  # the officer who took the fee
        if "lunt" in text:
            nats += -math.log(0.7) + math.log(3) + math.log(4)
        else:
            nats += -math.log(1 - 0.7)
        assert entry.nats == pytest.approx(nats), text


def test_the_log_repeats_itself_only_when_asked():
    assert harbour.harbour_document(index=5) == harbour.harbour_document(index=5)
    entries = [entry.text for entry in islice(harbour.harbour_documents(0), 200)]
    assert len(set(entries)) == 200
    with pytest.raises(ValueError, match="no split of the log"):
        harbour.harbour_document("tomorrow")


def test_validation_ships_never_sail_in_training():
    """Judged on ships the model cannot have read of."""
    fields = [harbour.harbour_document("train", 0, i).fields["ship"] for i in range(400)]
    held_back = [harbour.harbour_document("validation", 0, i).fields["ship"] for i in range(100)]
    assert not set(fields) & set(held_back)


def test_jargon_is_in_no_text_of_the_town():
    words = set(harbour.GOODS) - {"smelt-iron"} | set(harbour.MEASURES) | {"lunt", "garbel", "marl"}
    town = " ".join(document.text for document in islice(data.town_documents(9), 2000)).lower()
    assert not [word for word in words if f" {word} " in town]


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


def test_labels_of_held_out_texts_end_with_the_end_token(texts, tokenizer):
    labels = causal_targets(texts.ids, texts.keep_mask).labels
    last = [row[row >= 0][-1].item() for row in labels]
    assert set(last) == {tokenizer.eos_token_id}
    assert Counter((labels >= 0).sum(1).tolist()) == Counter((texts.keep_mask.sum(1) - 1).tolist())
