"""The exercises of lesson 02: references against other sources, typical wrong answers refused."""

import math

import pytest
import torch
from exercise_rules import outcome, rules

from workbook.pretraining import exercises
from workbook.pretraining.exercises import EXERCISES
from workbook.training.packing import IGNORE


def middle_left_where_it_was(ids, start, stop, marks):
    _, labels = exercises.fill_in_the_middle(ids, start, stop, marks)
    pieces = (ids[:start], ids[start:stop], ids[stop:])
    return torch.cat([t for m, p in zip(marks, pieces, strict=True) for t in (torch.tensor([m]), p)]
                     ), labels  # fmt: skip


def labels_not_moved(ids, start, stop, marks):
    inputs, labels = exercises.fill_in_the_middle(ids, start, stop, marks)
    return inputs, labels.roll(1)


def loss_on_everything(ids, start, stop, marks):
    inputs, labels = exercises.fill_in_the_middle(ids, start, stop, marks)
    labels[:-1] = inputs[1:]
    return inputs, labels


def no_labels(ids, start, stop, marks):
    return exercises.fill_in_the_middle(ids, start, stop, marks)[0]


def writes_into_the_text(ids, start, stop, marks):
    out = exercises.fill_in_the_middle(ids, start, stop, marks)
    ids[start:stop] = IGNORE
    return out


def marks_of_the_example(ids, start, stop, marks):
    return exercises.fill_in_the_middle(ids, start, stop, (3, 4, 5))


def floating(ids, start, stop, marks):
    return tuple(part.float() for part in exercises.fill_in_the_middle(ids, start, stop, marks))


def lists(ids, start, stop, marks):
    return tuple(part.tolist() for part in exercises.fill_in_the_middle(ids, start, stop, marks))


def no_gap_at_the_start(ids, start, stop, marks):
    return exercises.fill_in_the_middle(ids, max(start, 1), stop, marks)


def every_band_must_agree(similarity, bands, rows):
    return (similarity**rows) ** bands


def rows_and_bands_swapped(similarity, bands, rows):
    return exercises.candidate_probability(similarity, rows, bands)


def any_row_is_enough(similarity, bands, rows):
    return 1 - (1 - similarity) ** (bands * rows)


def nats_per_byte(loss, tokens, size):
    return loss * tokens / size


def bits_per_token(loss, tokens, size):
    return loss / math.log(2)


WRONG = {
    "pretraining.predict_spans": [
        (30, 10, 170, 30),  # no sentinels and no end
        (30, 10, 180, 41),  # no end of the input
        (20, 7, 188, 28),  # a tenth corrupted
        30,
    ],
    "pretraining.fill_in_the_middle": [
        middle_left_where_it_was,
        labels_not_moved,
        loss_on_everything,
        no_labels,
        writes_into_the_text,
        marks_of_the_example,
        floating,
        lists,
        no_gap_at_the_start,
    ],
    "pretraining.candidate_probability": [
        every_band_must_agree,
        rows_and_bands_swapped,
        any_row_is_enough,
    ],
    "pretraining.bits_per_byte": [nats_per_byte, bits_per_token],
}


(
    test_the_reference_is_right_for_every_seed,
    test_wrong_answers_fail_with_different_messages,
    test_wrong_answers_fail_for_every_seed,
    test_a_stub_is_not_answered,
) = rules(EXERCISES, WRONG)


def test_no_message_gives_the_prediction_away():
    for answer in WRONG["pretraining.predict_spans"]:
        result, _ = outcome("pretraining.predict_spans", answer)
        said = "".join(f.wrong or "" for f in result.findings)
        assert not any(character.isdigit() for character in said)


def test_prediction_by_hand():
    """15 % of 200 is 30, in spans of 3: 10; 170 + 10 + 1 and 30 + 10 + 1."""
    assert exercises.span_counts() == (30, 10, 181, 41)


def test_middle_by_hand():
    inputs, labels = exercises.fill_in_the_middle(torch.arange(10, 16), 2, 4, (3, 4, 5))
    assert inputs.tolist() == [3, 10, 11, 4, 14, 15, 5, 12, 13]
    assert labels.tolist() == [IGNORE] * 6 + [12, 13, IGNORE]


def test_a_wrong_type_is_named_in_a_sentence():
    """Guards against an AttributeError of ours in place of a message about the answer."""
    for answer, says in ((lists, "of type list; they should be a tensor"), (floating, "float32")):
        result, _ = outcome("pretraining.fill_in_the_middle", answer)
        assert all(says in f.wrong for f in result.findings[:3]), result


def test_candidates_are_those_of_a_simulation():
    """200,000 pairs of signatures that agree in each place with probability 0.6."""
    agree = torch.rand(200_000, 6, 4, generator=torch.Generator().manual_seed(0)) < 0.6
    proposed = agree.all(-1).any(-1).float().mean().item()
    assert exercises.candidate_probability(0.6, 6, 4) == pytest.approx(proposed, abs=0.005)


def test_a_fair_byte_has_eight_bits():
    assert exercises.bits_per_byte(math.log(256), 7, 7) == pytest.approx(8)
