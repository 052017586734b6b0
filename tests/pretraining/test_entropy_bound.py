"""What a loss is compared with: whole documents, what they cost, and marks on the way there."""

import math
from collections import Counter

import pytest
import torch

from workbook.pretraining import data, entropy_bound
from workbook.pretraining.objectives import causal_targets
from workbook.town_lm.quality import measure_loss


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


def test_labels_of_held_out_texts_end_with_the_end_token(texts, tokenizer):
    labels = causal_targets(texts.ids, texts.keep_mask).labels
    last = [row[row >= 0][-1].item() for row in labels]
    assert set(last) == {tokenizer.eos_token_id}
    assert Counter((labels >= 0).sum(1).tolist()) == Counter((texts.keep_mask.sum(1) - 1).tolist())


def test_surprises_are_the_losses_of_single_texts(tiny, tokenizer):
    texts = entropy_bound.held_out(data.town_documents(4), tokenizer, 5)
    each = torch.tensor(entropy_bound.mean_nll(tiny["causal"], texts.texts, tokenizer, rows=2))
    lengths = texts.keep_mask.sum(1) - 1
    mean = float((each * lengths).sum() / lengths.sum())
    assert mean == pytest.approx(entropy_bound.causal_loss_on(tiny["causal"], texts), rel=1e-5)
    alone = entropy_bound.mean_nll(tiny["causal"], texts.texts[3:4], tokenizer)
    assert alone == pytest.approx([each[3].item()], rel=1e-5)


def test_a_model_of_the_library_is_called_as_ours_is_and_ours_stays_itself(tiny, tiny_llama):
    """Padded on the right, the real tokens get the logits that they get alone."""
    assert entropy_bound.as_logits_fn(tiny["causal"]) is tiny["causal"]
    ids = torch.tensor([[3, 4, 5, 0, 0]])
    with torch.no_grad():
        logits = entropy_bound.as_logits_fn(tiny_llama)(ids, keep_mask=ids > 0)
        alone = tiny_llama(input_ids=ids[:, :3]).logits
    torch.testing.assert_close(logits[:, :3], alone)


def test_as_many_milestones_as_asked_for_from_the_first_step_on():
    assert entropy_bound.milestones(100, count=4) == [6, 25, 56, 100]
    assert entropy_bound.milestones(3) == [1, 2, 3], "no step twice and none at 0"
    with pytest.raises(ValueError, match="one mark, not 5, 0"):
        entropy_bound.milestones(5, count=0)
