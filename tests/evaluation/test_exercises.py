"""The exercises of lesson 09: references right for every seed, typical wrong answers found out."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from exercise_rules import SEEDS, rules
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


def ngrams_as_sets(prediction, reference, n):
    said, wanted = (
        {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}
        for words in (prediction, reference)
    )
    return 2 * len(said & wanted) / (len(said) + len(wanted)) if said & wanted else 0.0


def ngrams_without_the_2(prediction, reference, n):
    return exercises.ngram_f1(prediction, reference, n) / 2


def ngrams_unclipped(prediction, reference, n):
    said, wanted = (
        Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
        for words in (prediction, reference)
    )
    shared = sum(count for run, count in said.items() if run in wanted)
    return 2 * shared / (said.total() + wanted.total()) if shared else 0.0


def always_pairs(prediction, reference, n):
    return exercises.ngram_f1(prediction, reference, 2)


def longest_substring(first, second):
    best = 0
    for i in range(len(first)):
        for j in range(len(second)):
            n = 0
            while i + n < len(first) and j + n < len(second) and first[i + n] == second[j + n]:
                n += 1
            best = max(best, n)
    return best


def shared_words(first, second):
    return (Counter(first) & Counter(second)).total()


def greedy_from_the_left(first, second):
    found, start = 0, 0
    for word in first:
        if word in second[start:]:
            start += second[start:].index(word) + 1
            found += 1
    return found


def never_fewer_than_one(first, second):
    return max(1, exercises.subsequence_length(first, second))


def interval_of_the_values(values, rows):
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def interval_of_90(values, rows):
    means = [np.mean([values[i] for i in row]) for row in rows]
    return tuple(np.quantile(means, [0.05, 0.95]))


def lowest_and_highest(values, rows):
    means = [np.mean([values[i] for i in row]) for row in rows]
    return min(means), max(means)


def elo_wrong_way(winner, loser, k):
    expected = 1 / (1 + 10 ** ((winner - loser) / 400))
    return winner + k * (1 - expected), loser - k * (1 - expected)


def elo_base_e(winner, loser, k):
    expected = 1 / (1 + np.exp((loser - winner) / 400))
    return winner + k * (1 - expected), loser - k * (1 - expected)


def elo_only_the_winner(winner, loser, k):
    return exercises.elo_update(winner, loser, k)[0], loser


def elo_a_fixed_gain(winner, loser, k):
    return winner + k, loser - k


def with_replacement(n, c, k):
    return 1 - (1 - c / n) ** k


def expected_number_right(n, c, k):
    return k * c / n


def all_of_k(n, c, k):
    from math import comb

    return comb(c, k) / comb(n, k)


WRONG = {
    "evaluation.ngram_f1": [
        ngrams_as_sets,
        ngrams_without_the_2,
        ngrams_unclipped,
        always_pairs,
    ],
    "evaluation.subsequence": [
        longest_substring,
        shared_words,
        greedy_from_the_left,
        never_fewer_than_one,
    ],
    "evaluation.bootstrap_interval": [interval_of_the_values, interval_of_90, lowest_and_highest],
    "evaluation.elo_update": [elo_wrong_way, elo_base_e, elo_only_the_winner, elo_a_fixed_gain],
    "evaluation.pass_at_k": [with_replacement, expected_number_right, all_of_k],
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


globals().update(rules(EXERCISES, WRONG))


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


@settings(max_examples=20)
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


@given(
    st.lists(st.sampled_from("abc"), max_size=8),
    st.lists(st.sampled_from("abc"), max_size=8),
    st.integers(1, 3),
)
def test_ngram_f1_and_subsequence_are_the_courses_own_rouge(first, second, n):
    from workbook.evaluation.overlap import lcs_length

    assert exercises.ngram_f1(first, second, n) == pytest.approx(rouge_n(first, second, n).f1)
    assert exercises.subsequence_length(first, second) == lcs_length(first, second)


def test_bootstrap_interval_is_the_courses_own():
    from workbook.core.runs.intervals import Interval, resamples

    values = [0.0, 1.0, 1.0, 0.5, 0.25, 1.0, 0.0]
    rows = [row.tolist() for row in resamples(len(values), None, 500, 3)]
    whole = Interval.of_cases(values, draws=500, seed=3)
    assert exercises.bootstrap_interval(values, rows) == pytest.approx((whole.low, whole.high))


def test_elo_update_by_hand():
    """Equals: half of k. 400 points below: the win was expected with 1/11, so 10/11 of k."""
    assert exercises.elo_update(1000, 1000, 20) == pytest.approx((1010, 990))
    assert exercises.elo_update(1000, 1400, 22) == pytest.approx((1020, 1380))


def test_pass_at_k_is_what_a_long_draw_finds():
    source = np.random.default_rng(0)
    right = np.array([1] * 3 + [0] * 9)
    found = np.mean([source.permutation(right)[:4].any() for _ in range(20_000)])
    assert exercises.pass_at_k(12, 3, 4) == pytest.approx(found, abs=0.015)
