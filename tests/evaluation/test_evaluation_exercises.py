"""The exercises of lesson 09: references right for every seed, typical wrong answers found out."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from exercise_rules import SEEDS, outcome, rules
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workbook.evaluation import exercises
from workbook.evaluation.exercises import EXERCISES, equal_count_error, rouge_s, sign_flip_p
from workbook.evaluation.rouge_metric import rouge_n


def skip_pairs(tokens, gap):
    places = combinations(range(len(tokens)), 2)
    return Counter((tokens[i], tokens[j]) for i, j in places if j - i <= gap + 1)


def rouge_s_any_distance(prediction, reference, gap):
    return rouge_s(prediction, reference, 10**6)


def rouge_s_one_too_far(prediction, reference, gap):
    return rouge_s(prediction, reference, gap + 1)


def rouge_s_unclipped(prediction, reference, gap):
    said, wanted = skip_pairs(prediction, gap), skip_pairs(reference, gap)
    shared = sum(n for pair, n in said.items() if pair in wanted)
    return 2 * shared / (said.total() + wanted.total()) if shared else 0.0


def rouge_s_without_order(prediction, reference, gap):
    def pairs(tokens):
        found = skip_pairs(tokens, gap)
        return Counter(tuple(sorted(pair)) for pair in found.elements())

    said, wanted = pairs(prediction), pairs(reference)
    shared = (said & wanted).total()
    return 2 * shared / (said.total() + wanted.total()) if shared else 0.0


def rouge_s_divides_by_nothing(prediction, reference, gap):
    said, wanted = skip_pairs(prediction, gap), skip_pairs(reference, gap)
    shared = (said & wanted).total()
    precision, recall = shared / said.total(), shared / wanted.total()
    return 2 * precision * recall / (precision + recall) if shared else 0.0


def error_of_equal_width(confidence, right, bins):
    from workbook.evaluation import calibration_error

    return calibration_error(confidence, right, bins)


def error_outcomes_not_sorted_along(confidence, right, bins):
    return equal_count_error(sorted(confidence), right, bins)


def error_bins_weighed_alike(confidence, right, bins):
    pairs = sorted(zip(confidence, right, strict=True))
    parts = [pairs[b * len(pairs) // bins : (b + 1) * len(pairs) // bins] for b in range(bins)]
    gaps = [abs(np.mean([s - r for s, r in part])) for part in parts if part]
    return float(np.mean(gaps))


def error_of_parts(pairs, starts):
    ends = [*starts[1:], len(pairs)]
    parts = [pairs[start:end] for start, end in zip(starts, ends, strict=True)]
    return sum(abs(sum(s - r for s, r in part)) for part in parts) / len(pairs)


def error_bins_of_one_size(confidence, right, bins):
    """N // bins answers in each, so that there are more bins than asked for."""
    pairs = sorted(zip(confidence, right, strict=True))
    return error_of_parts(pairs, list(range(0, len(pairs), max(1, len(pairs) // bins))))


def error_last_bin_takes_the_rest(confidence, right, bins):
    pairs = sorted(zip(confidence, right, strict=True))
    return error_of_parts(pairs, [b * (len(pairs) // bins) for b in range(bins)])


def error_sorts_in_place(confidence, right, bins):
    order = sorted(range(len(right)), key=lambda i: confidence[i])
    right[:] = [right[i] for i in order]
    confidence.sort()
    return equal_count_error(confidence, right, bins)


def error_signed(confidence, right, bins):
    return float(np.mean(confidence) - np.mean(right))


def p_one_sided(first, second):
    gains = [b - a for a, b in zip(first, second, strict=True)]
    sums = [sum(s * g for s, g in zip(p, gains, strict=True)) for p in exercises._signs(len(gains))]
    return sum(total >= sum(gains) - 1e-9 for total in sums) / len(sums)


def p_one_sided_from_the_distance(first, second):
    gains = [b - a for a, b in zip(first, second, strict=True)]
    sums = [sum(s * g for s, g in zip(p, gains, strict=True)) for p in exercises._signs(len(gains))]
    return sum(total >= abs(sum(gains)) - 1e-9 for total in sums) / len(sums)


def p_twice_one_sided(first, second):
    return min(1.0, 2 * p_one_sided(first, second))


def p_strictly_farther(first, second):
    gains = [b - a for a, b in zip(first, second, strict=True)]
    sums = [sum(s * g for s, g in zip(p, gains, strict=True)) for p in exercises._signs(len(gains))]
    return sum(abs(total) > abs(sum(gains)) + 1e-9 for total in sums) / len(sums)


def p_of_the_t_test(first, second):
    return 0.5 if len(first) < 2 else float(np.nan_to_num(stats.ttest_rel(first, second).pvalue))


WRONG = {
    "evaluation.predict_overlap": [
        ((4, 4), (6, 3), (6, 6)),
        ((2, 2), (6, 6), (6, 6)),
        ((2, 2), (6, 3), (7, 5)),
        (2, 6, 6),
    ],
    "evaluation.rouge_s": [
        rouge_s_any_distance,
        rouge_s_one_too_far,
        rouge_s_unclipped,
        rouge_s_without_order,
        rouge_s_divides_by_nothing,
    ],
    "evaluation.equal_count_error": [
        error_of_equal_width,
        error_bins_weighed_alike,
        error_bins_of_one_size,
        error_last_bin_takes_the_rest,
        error_outcomes_not_sorted_along,
        error_sorts_in_place,
        error_signed,
    ],
    "evaluation.sign_flip": [
        p_one_sided,
        p_one_sided_from_the_distance,
        p_twice_one_sided,
        p_strictly_farther,
        p_of_the_t_test,
    ],
}


(
    test_the_reference_is_right_for_every_seed,
    test_wrong_answers_fail_with_different_messages,
    test_wrong_answers_fail_for_every_seed,
    test_a_stub_is_not_answered,
) = rules(EXERCISES, WRONG)


def test_no_message_gives_the_prediction_away():
    for answer in WRONG["evaluation.predict_overlap"]:
        said = [f.wrong or "" for f in outcome("evaluation.predict_overlap", answer)[0].findings]
        assert not any(character.isdigit() for character in "".join(said))


def test_prediction_by_hand():
    """Twice "the"; the same six words, but only "on the boat" (or as long) in order; one "not"."""
    assert exercises.matches_and_subsequence() == ((2, 2), (6, 3), (6, 6))


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_rouge_s_without_a_gap_is_rouge_2(first, second):
    assert rouge_s(first, second, 0) == pytest.approx(rouge_n(first, second, 2).f1)


def test_rouge_s_is_lins_example():
    """Lin (2004), section 5: of "police killed the gunman" and "police kill the gunman" 3 of 6."""
    first, second = "police kill the gunman".split(), "police killed the gunman".split()
    assert rouge_s(first, second, 10) == pytest.approx(0.5)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_sign_flip_is_scipys_permutation_test(seed):
    first, second = exercises._scores(seed)

    def mean_difference(x, y, axis):
        return np.mean(x - y, axis=axis)

    theirs = stats.permutation_test(
        (first, second), mean_difference, permutation_type="samples", n_resamples=np.inf,
    ).pvalue  # fmt: skip
    assert sign_flip_p(first, second) == pytest.approx(theirs, abs=1e-9)


def test_equal_count_error_by_hand():
    """Two bins of two: (.1, .2) with none right, (.8, .9) with one right."""
    assert equal_count_error([0.9, 0.1, 0.8, 0.2], [1, 0, 0, 0], 2) == pytest.approx(
        (0.3 + 0.7) / 4
    )
