"""Filling in a missing word: where its clue is, what each model reads, and what counts as right."""

import re

import pytest
import torch

from workbook.pretraining import data, probing
from workbook.pretraining.models import ARCHITECTURES, ObjectiveBatches
from workbook.pretraining.objectives import pad_rows
from workbook.town import Document
from workbook.training.packing import IGNORE


@pytest.mark.parametrize("half", probing.HALVES)
def test_a_blank_has_its_clue_on_one_side(half, tokenizer):
    asked = probing.blanks(40, half)
    for blank in asked:
        whole = f"{blank.before} {blank.word}{blank.after}"
        assert len(data.document_ids(whole, tokenizer)) <= data.LENGTH
        sides = [re.findall("[A-Za-z]+", side).count(blank.word) for side in
                 (blank.before, blank.after)]  # fmt: skip
        assert sides == ([0, 1] if half == "early" else [1, 0])
    assert asked == probing.blanks(40, half) and asked != probing.blanks(40, half, data.UNSEEN)
    with pytest.raises(ValueError, match="there are early, late"):
        probing.blanks(1, "middle")


def test_early_and_late_blanks_ask_for_the_same_words_of_the_same_texts():
    """So that the place of the clue is all that differs."""
    early, late = (probing.blanks(40, half) for half in probing.HALVES)
    for one, other in zip(early, late, strict=True):
        assert one.word == other.word and len(one.before) < len(other.before)
        assert f"{one.before} {one.word}{one.after}" == f"{other.before} {other.word}{other.after}"


class Oracle(torch.nn.Module):
    """Says what it is told to say at each place; wrong in every second row, in the last token."""

    def __init__(self, labels, vocabulary):
        super().__init__()
        self.labels, self.vocabulary = labels.clamp(min=0), vocabulary

    def forward(self, ids, decoder_ids=None, keep_mask=None):
        said = self.labels.clone()
        for row in range(1, len(said), 2):
            last = (self.labels[row] > 0).nonzero()[-1]
            said[row, last] += 1
        return torch.nn.functional.one_hot(said, self.vocabulary + 1).float()


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_a_word_counts_only_if_all_its_tokens_are_right(objective, tokenizer):
    asked = probing.blanks(6, "late")
    tools = ObjectiveBatches(objective, torch.zeros(1, 1), tokenizer)
    labels = [row.labels for blank in asked for row in probing._questions(tools, tokenizer, blank)]
    oracle = Oracle(pad_rows(labels, IGNORE), len(tokenizer))
    right = [True, False] * 3
    if objective == "masked":  # every second question fails, one for each token of a word
        sizes, rows = probing.word_sizes(tokenizer, asked), 0
        right = []
        for size in sizes:
            right.append(size == 1 and rows % 2 == 0)
            rows += size
    assert probing.fill_in(objective, oracle, tokenizer, asked) == right


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_a_blank_never_shows_its_word(objective, tokenizer):
    """What a model reads is the text without the word; a decoder reads the left side alone."""
    blank = probing.Blank("The old", "soggabout", " sat down.")
    tools = ObjectiveBatches(objective, torch.zeros(1, 1), tokenizer)
    asked = probing._questions(tools, tokenizer, blank)[0]
    word = tokenizer.encode(" soggabout", add_special_tokens=False)
    labels = asked.labels[asked.labels != IGNORE].tolist()
    assert labels == (word[:1] if objective == "masked" else word)
    first = (asked.labels != IGNORE).nonzero()[0].item()
    if objective == "causal":
        assert tokenizer.decode(asked.inputs[1 : first + 1]) == "The old"
    else:
        said = tokenizer.decode(asked.inputs)
        assert "soggabout" not in said and "The old" in said and " sat down." in said


def test_the_encoder_fills_from_left_to_right(tokenizer):
    """Fault B1: it filled all tokens at once, the decoder one by one. Each question has the tokens
    before it filled in, those from it on masked, and asks for one."""
    blank = probing.Blank("The old", "soggabout", " sat down.")
    tools = ObjectiveBatches("masked", torch.zeros(1, 1), tokenizer)
    word = tokenizer.encode(" soggabout", add_special_tokens=False)
    rows = probing._questions(tools, tokenizer, blank)
    assert len(rows) == len(word) > 1
    for place, row in enumerate(rows):
        masks = (row.inputs == tools.mask_id).nonzero()[:, 0].tolist()
        assert len(masks) == len(word) - place
        assert row.labels[masks[0]] == word[place] and (row.labels != IGNORE).sum() == 1
        assert row.inputs[masks[0] - place : masks[0]].tolist() == word[:place]


def test_filling_is_counted_by_the_tokens_of_the_word(tokenizer, monkeypatch):
    """Right where the word has two tokens, and nowhere else."""

    def two(_objective, _model, tokenizer, asked):
        return [size == 2 for size in probing.word_sizes(tokenizer, asked)]

    monkeypatch.setattr(probing, "fill_in", two)
    found = probing.filled_by_size("causal", None, tokenizer, 60)
    assert found["early"] == {"1 token": 0, "2 tokens": 1, "3 tokens or more": 0} == found["late"]


def test_the_commonest_word_is_that_of_the_towns_text_and_not_of_what_is_asked(monkeypatch):
    """Short words and a word that begins its text do not count: no blank has one."""
    texts = ("Their boat and a boat in rain", "Their snow and the and the", "Their rain, boat")
    documents = [Document(text, "note", 0.0, (), "train", {}) for text in texts]
    monkeypatch.setattr(probing, "town_documents", lambda seed: documents)
    asked = [probing.Blank("a", word, "b") for word in ("boat", "rain", "Their", "boat", "rain")]
    assert probing.commonest_word(asked) == 2 / 5
    assert probing.commonest_word(asked[1:3]) == 0
