"""The tagging head: its labels are the names in the text, its score counts whole entities."""

from itertools import islice

import pytest
import torch

from workbook.pretraining import data, models, tagging
from workbook.pretraining.models import Size
from workbook.town import stream
from workbook.training.packing import IGNORE

TINY = Size(hidden_size=24, blocks=2, heads=2, ffn_dim=32)


def test_every_name_of_a_review_is_an_entity():
    """The subject and the author stand in every title; no entity lies in another."""
    kinds = set()
    for review in islice(stream("review", "train", 1), 60):
        found = tagging.entities(review)
        names = {review.text[start:stop]: tag for start, stop, tag in found}
        assert names[review.fields["author"]] == "person"
        assert names[review.fields["subject"]] == review.fields["about"]
        for (_, stop, _), (start, _, _) in zip(found, found[1:], strict=False):
            assert stop < start
        kinds |= set(names.values())
    assert kinds == set(tagging.TAGS[1:])


def test_the_tokens_of_a_name_have_its_tag_and_no_others(tokenizer):
    reviews = stream("review", data.SEEN, tagging.SEED)
    for review, row in zip(reviews, tagging.tagged(8, tokenizer), strict=False):
        assert row.inputs[0] == tokenizer.bos_token_id and row.labels[0] == IGNORE
        spans = sorted(tagging.spans_of(row.labels.tolist()))
        said = [tokenizer.decode(row.inputs[start:stop]).strip() for start, stop, _ in spans]
        assert said == [review.text[start:stop] for start, stop, _ in tagging.entities(review)]


def test_spans_and_f1_by_hand():
    truth = [IGNORE, 1, 1, 0, 2, 2, 0]
    assert tagging.spans_of(truth) == {(1, 3, 1), (4, 6, 2)}
    assert tagging.entity_f1([truth], [truth]) == 1
    one_short = [0, 1, 1, 0, 2, 0, 0]  # one entity right of two said and two there
    assert tagging.entity_f1([one_short], [truth]) == 0.5
    wrong_tag = [0, 3, 3, 0, 2, 2, 0]
    assert tagging.entity_f1([wrong_tag], [truth]) == 0.5
    assert tagging.entity_f1([[0] * 7], [truth]) == 0


@pytest.mark.parametrize("objective", ["masked", "causal", "spans"])
def test_a_tagger_reads_what_its_stack_may_see(objective, tokenizer):
    """A change on the right moves an encoder's tag on the left, and never a decoder's."""
    tagger = tagging.Tagger(objective, models.build(objective, tokenizer, 0, TINY)).eval()
    one = torch.tensor([[5, 6, 7, 8]])
    other = torch.tensor([[5, 6, 7, 9]])
    same = torch.equal(tagger(one)[0, 0], tagger(other)[0, 0])
    assert same is (objective == "causal")
    assert tagger(one).shape == (1, 4, len(tagging.TAGS))


def test_predictions_do_not_depend_on_padding(tokenizer):
    tagger = tagging.Tagger("masked", models.build("masked", tokenizer, 0, TINY)).eval()
    rows = tagging.tagged(3, tokenizer)
    together = tagging.predicted_tags(tagger, rows, tokenizer.pad_token_id)
    assert [len(tags) for tags in together] == [len(row.inputs) for row in rows]
    assert together[1] == tagging.predicted_tags(tagger, rows[1:2], tokenizer.pad_token_id)[0]


def test_a_tuned_tagger_is_a_copy_that_has_learned(tokenizer, monkeypatch):
    monkeypatch.setattr(tagging, "STEPS", 30)
    monkeypatch.setattr(tagging, "NEW", 10)
    model = models.build("masked", tokenizer, 0, TINY)
    before = model.embedding.weight.clone()
    rows = tagging.tagged(8, tokenizer)
    truth = [row.labels.tolist() for row in rows]
    tuned = tagging.tuned_tagger("masked", model, tokenizer, examples=8)
    assert torch.equal(model.embedding.weight, before)
    untuned = tagging.Tagger("masked", model)

    def right(tagger):
        said = tagging.predicted_tags(tagger, rows, tokenizer.pad_token_id)
        return sum(
            a == b
            for p, t in zip(said, truth, strict=True)
            for a, b in zip(p[1:], t[1:], strict=True)
        )

    assert right(tuned) > right(untuned)
    assert 0 <= tagging.tagging_f1(tuned, tokenizer) <= 1


def test_the_baseline_knows_tokens_and_nothing_else(tokenizer):
    assert 0.05 < tagging.dictionary_f1(tokenizer) < 0.4
