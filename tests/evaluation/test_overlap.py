"""What two texts share, by hand and by trying: tokens, n-grams, the longest common subsequence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.evaluation.overlap import (
    clipped_matches,
    lcs_length,
    lcs_pairs,
    lcs_table,
    ngrams,
    paired_texts,
    rouge_tokens,
    score,
)

WORDS = st.lists(st.sampled_from("abcd"), max_size=9)


def best_by_trying(first, second):
    """Length of the longest common subsequence by trying every subset; independent and slow."""
    found = 0
    for bits in range(2 ** len(first)):
        chosen = [word for i, word in enumerate(first) if bits >> i & 1]
        rest = iter(second)
        if all(word in rest for word in chosen):
            found = max(found, len(chosen))
    return found


@given(WORDS, WORDS)
def test_the_subsequence_is_the_longest_and_its_pairs_are_one(first, second):
    pairs = lcs_pairs(first, second)
    assert len(pairs) == lcs_length(first, second) == best_by_trying(first, second)
    assert all(first[i] == second[j] for i, j in pairs)
    for axis in (0, 1):
        places = [pair[axis] for pair in pairs]
        assert places == sorted(set(places))


def test_clipping_by_hand():
    """ "the the the" against one "the": one match, not three."""
    said, wanted = ngrams("the the the".split(), 1), ngrams("the cat".split(), 1)
    assert clipped_matches(said, wanted) == 1 == clipped_matches(wanted, said)


def test_f1_has_its_factor_of_two():
    """Guards against PR / (P + R), which gives .444 for the course's example instead of .889."""
    assert score(4, 5, 4).f1 == pytest.approx(0.888889, abs=1e-6)
    assert score(3, 3, 3).f1 == 1.0 and score(0, 3, 3).f1 == 0.0


def test_the_stemmer_leaves_short_words_alone():
    assert rouge_tokens("The runs were running 1,000 times", True) == [
        "the", "run", "were", "run", "1", "000", "time",
    ]  # fmt: skip
    assert rouge_tokens("gas was his", True) == ["gas", "was", "his"]


def test_an_n_gram_has_a_token():
    with pytest.raises(ValueError, match="at least one token"):
        ngrams(["a"], 0)


def test_of_two_equally_long_subsequences_the_walk_back_skips_a_word_of_the_first():
    """ROUGE-Lsum depends on this choice: "b" at (1, 0) would be as long."""
    assert lcs_pairs("ab", "ba") == [(0, 1)]
    assert lcs_pairs("", "ba") == [] == lcs_pairs("ab", "cd")


def test_the_table_holds_the_length_of_every_two_beginnings():
    first, second = "a x b c".split(), "a b y c".split()
    assert lcs_table(first, second) == [
        [0, 0, 0, 0, 0], [0, 1, 1, 1, 1], [0, 1, 1, 1, 1], [0, 1, 2, 2, 2], [0, 1, 2, 2, 3],
    ]  # fmt: skip


def test_n_grams_are_counted_and_a_short_text_has_none():
    assert ngrams("a b a b".split(), 2) == {("a", "b"): 2, ("b", "a"): 1}
    assert ngrams("a b".split(), 2) == {("a", "b"): 1} and ngrams(["a"], 2) == {}


def test_precision_is_of_what_was_said_and_recall_of_what_was_to_be_said():
    assert score(2, 4, 8) == pytest.approx((0.5, 0.25, 1 / 3))
    assert score(0, 0, 5) == score(0, 5, 0) == (0.0, 0.0, 0.0), "nothing divides by nothing"


def test_tokens_are_lower_case_runs_of_letters_and_digits():
    assert rouge_tokens("Don't PAY 3.50, naïve!") == ["don", "t", "pay", "3", "50", "na", "ve"]
    assert rouge_tokens("東京") == []


def test_every_prediction_gets_a_list_of_references():
    assert paired_texts(("a", "b"), ["x", ("y", "z")]) == (["a", "b"], [["x"], ["y", "z"]])
    with pytest.raises(ValueError, match="Prediction 1 has no reference"):
        paired_texts(["a", "b"], ["x", []])
