"""The chain against counting by hand, sums to one, limits, and what it writes."""

import math
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.town import mixture
from workbook.welcome.markov import END, START, Chain, joined, words

SENTENCE = words("the cat saw the dog and the cat ran")
TEXTS = st.lists(st.lists(st.sampled_from("abc"), max_size=8), min_size=1, max_size=5)


def test_next_by_hand():
    chain = Chain([SENTENCE], n=3)
    assert chain.next(["the"]) == {"cat": 2 / 3, "dog": 1 / 3}
    assert chain.next(["the", "cat"]) == {"saw": 0.5, "ran": 0.5}
    assert chain.next(["ran"]) == {END: 1.0}
    assert chain.next([START]) == {"the": 1.0}


def test_a_history_never_seen_is_cut_from_its_far_end():
    chain = Chain([SENTENCE], n=3)
    assert chain.next(["dog", "the"]) == chain.next(["the"])
    assert chain.next(["moon"]) == chain.next([])
    assert chain.next([])["the"] == 3 / 10  # nine words and one end


def test_probability_by_hand():
    """Witten and Bell: p_1(cat) = (2 + 7 p_0) / (10 + 7), p_2 = (2 + 2 p_1) / (3 + 2)."""
    chain = Chain([SENTENCE], n=2)
    kinds = len({*SENTENCE, END})
    assert kinds == chain.vocabulary == 7
    p_1 = (2 + kinds / 7) / (10 + kinds)
    assert chain.probability("cat", ["the"]) == pytest.approx((2 + 2 * p_1) / (3 + 2))


@settings(deadline=None)
@given(TEXTS, st.integers(1, 4), st.lists(st.sampled_from("abcd"), max_size=4))
def test_probabilities_add_up_to_one(texts, n, history):
    """`d` is in no text, so the vocabulary of five has room for it: a, b, c, d and the end."""
    chain = Chain(texts, n, vocabulary=5)
    total = math.fsum(chain.probability(symbol, history) for symbol in [*"abcd", END])
    assert total == pytest.approx(1)
    assert min(chain.probability(symbol, history) for symbol in [*"abcd", END]) > 0


@settings(deadline=None)
@given(TEXTS, st.integers(1, 4))
def test_nats_are_the_product_of_probabilities(texts, n):
    chain = Chain(texts, 4, vocabulary=5)
    text = (START, *texts[0], END)
    p = 1.0
    for place in range(1, len(text)):
        p *= chain.probability(text[place], text[max(0, place - n + 1) : place])
    assert chain.nats(texts[0], n) == pytest.approx(-math.log(p))
    assert chain.nats(texts[0], n) == pytest.approx(Chain(texts, n, vocabulary=5).nats(texts[0]))


def test_it_writes_only_runs_that_it_has_read():
    texts = [words(one.text) for one in islice(mixture(seed=3), 30)]
    chain = Chain(texts, n=3)
    read = [[START, *text, END] for text in texts]
    seen = {run for text in read for run in zip(text, text[1:], text[2:], strict=False)}
    for seed in range(20):
        written = [START, *chain.write(longest=50, seed=seed)]
        assert all(run in seen for run in zip(written, written[1:], written[2:], strict=False))


def test_it_draws_as_often_as_it_has_counted():
    """Guards against always taking the likeliest: 600 draws of 2/3 lie within 4 deviations."""
    chain = Chain([SENTENCE], n=2)
    drawn = Counter(chain.write(["the"], longest=1, seed=seed)[0] for seed in range(600))
    assert set(drawn) == {"cat", "dog"}
    assert abs(drawn["cat"] - 400) < 4 * math.sqrt(600 * 2 / 9)


def test_same_seed_same_text_and_an_end():
    chain = Chain([SENTENCE] * 3, n=2)
    assert chain.write(seed=4) == chain.write(seed=4)
    assert len({tuple(chain.write(seed=seed)) for seed in range(20)}) > 5
    assert Chain([["a", "b"]], n=2).write() == ["a", "b"]
    assert len(chain.write(["the"], longest=3)) <= 3


def test_what_lies_beyond_the_history_does_not_matter():
    chain = Chain([SENTENCE], n=2)
    for seed in range(5):
        assert chain.write(["moon", "the"], seed=seed) == chain.write(["dog", "the"], seed=seed)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Chain([["a"]], n=0), "at least 1"),
        (lambda: Chain([]), "at least one text"),
        (lambda: Chain([["a"]], n=2).nats(["a"], n=3), "up to n = 2"),
        (lambda: Chain([["a"]], n=2).nats(["a"], n=-1), "up to n = 2"),
    ],
)
def test_bad_input_is_one_sentence(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_words_and_back():
    text = "Who has Ada's boat?\nBo, at 9:30 (it costs 1.20 crowns)."
    assert words(text)[:6] == ["Who", "has", "Ada's", "boat", "?", "\n"]
    assert joined(words(text)) == text
