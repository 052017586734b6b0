"""The exercises of lesson 00: references by hand and by torch, typical wrong answers refused."""

import math
from collections import Counter

import pytest
import torch
from exercise_rules import SEEDS, rules
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.core.exercises import exercise as ex
from workbook.welcome import exercises
from workbook.welcome.eliza import SWAPS, mirror
from workbook.welcome.exercises import EXERCISES, TO_ME
from workbook.welcome.markov import END, Chain


def mirror_one_after_the_other(text):
    for word, other in (("i", "you"), ("my", "your"), ("mine", "yours"), ("you", "I")):
        text = " ".join(other if each == word else each for each in text.split())
    return text.replace("your", "my")


def mirror_pieces_of_words(text):
    for word in ("mine", "me", "my", "i"):
        text = text.replace(word, SWAPS[word])
    return text


def mirror_old(text):
    return mirror(text)


def mirror_never_i(text):
    said = exercises.better_mirror(text).split()
    return " ".join("me" if word == "I" else word for word in said)


def mirror_forgets_return(text):
    exercises.better_mirror(text)


def mirror_are_everywhere(text):
    said = exercises.better_mirror(text).split()
    return " ".join("am" if word == "are" else word for word in said)


def judge_without_prior(log_density, prior, limit):
    return exercises.class_or_none(log_density, torch.ones_like(prior), limit)


def judge_leaves_the_logarithms(log_density, prior, limit):
    joint = log_density.exp() * prior
    posterior = joint / joint.sum(-1, keepdim=True)
    return posterior.argmax(-1).masked_fill(joint.sum(-1).log() < limit, -1)


def judge_never_refuses(log_density, prior, limit):
    return (log_density + prior.log()).argmax(-1)


def judge_by_the_best_class_alone(log_density, prior, limit):
    joint = log_density + prior.log()
    return joint.argmax(-1).masked_fill(joint.max(-1).values < limit, -1)


def judge_refuses_the_known(log_density, prior, limit):
    joint = log_density + prior.log()
    return joint.argmax(-1).masked_fill(joint.logsumexp(-1) > limit, -1)


def ngrams_forget_the_last_word(words, n):
    return exercises.count_ngrams(words[:-1], n)


def ngrams_of_one_word(words, n):
    counts = {}
    for before, after in zip(words, words[1:], strict=False):
        counts.setdefault((before,), Counter())[after] += 1
    return counts


def ngrams_with_a_text_as_key(words, n):
    counts = exercises.count_ngrams(words, n)
    return {" ".join(history): found for history, found in counts.items()}


def ngrams_seen_or_not(words, n):
    counts = exercises.count_ngrams(words, n)
    return {history: dict.fromkeys(found, 1) for history, found in counts.items()}


def perplexity_of_the_mean(probabilities):
    return len(probabilities) / sum(probabilities)


def perplexity_by_a_product(probabilities):
    return math.prod(probabilities) ** (-1 / len(probabilities))


def perplexity_left_in_nats(probabilities):
    return -sum(map(math.log, probabilities)) / len(probabilities)


def mix_of_the_longest_history_alone(word, history, counts, vocabulary):
    while history not in counts:
        history = history[1:]
    return counts[history].get(word, 0) / sum(counts[history].values())


def mix_without_the_uniform_floor(word, history, counts, vocabulary):
    return exercises.interpolated(word, history, counts, math.inf)


def mix_in_equal_parts(word, history, counts, vocabulary):
    p = 1 / vocabulary
    for length in range(len(history) + 1):
        followed = counts.get(history[len(history) - length :])
        if followed is None:
            break
        p = (followed.get(word, 0) / sum(followed.values()) + p) / 2
    return p


def mix_of_the_histories_beginnings(word, history, counts, vocabulary):
    return exercises.interpolated(word, history[::-1], _reversed(counts), vocabulary)


def _reversed(counts):
    return {history[::-1]: counts[history] for history in counts}


def mix_that_knows_every_history(word, history, counts, vocabulary):
    p = 1 / vocabulary
    for length in range(len(history) + 1):
        followed = counts[history[len(history) - length :]]
        p = (followed.get(word, 0) + len(followed) * p) / (sum(followed.values()) + len(followed))
    return p


def mix_that_adds_without_dividing(word, history, counts, vocabulary):
    p = 1 / vocabulary
    for length in range(len(history) + 1):
        followed = counts.get(history[len(history) - length :], {})
        p += followed.get(word, 0) / max(1, sum(followed.values()))
    return p


WRONG = {
    "welcome.interpolated": [
        mix_of_the_longest_history_alone,
        mix_without_the_uniform_floor,
        mix_in_equal_parts,
        mix_of_the_histories_beginnings,
        mix_that_knows_every_history,
        mix_that_adds_without_dividing,
    ],
    "welcome.count_ngrams": [
        ngrams_forget_the_last_word,
        ngrams_of_one_word,
        ngrams_with_a_text_as_key,
        ngrams_seen_or_not,
    ],
    "welcome.perplexity": [
        perplexity_of_the_mean,
        perplexity_by_a_product,
        perplexity_left_in_nats,
    ],
    "welcome.route": [(1, 3, 3, 3), (1, 2, 1, 4), (3, 2, 3, 4), "1243"],
    "welcome.count_words": [(2 / 9, 0.5, 0), (1, 1, 1), (2 / 3, 1 / 3, 0), 0.5, (0.5, 0.5, 1)],
    "welcome.better_mirror": [
        mirror_one_after_the_other,
        mirror_pieces_of_words,
        mirror_old,
        mirror_never_i,
        mirror_forgets_return,
        mirror_are_everywhere,
    ],
    "welcome.class_or_none": [
        judge_without_prior,
        judge_leaves_the_logarithms,
        judge_never_refuses,
        judge_by_the_best_class_alone,
        judge_refuses_the_known,
    ],
}


globals().update(rules(EXERCISES, WRONG, SWAPS=SWAPS, TO_ME=TO_ME))


def test_probabilities_by_hand():
    """the cat | the dog | the cat: 2 of 3; the cat saw | the cat ran: 1 of 2; saw the dog: 1."""
    assert exercises.probabilities() == (2 / 3, 1 / 2, 1)
    for written in ((0.67, 0.5, 1), (0.667, 0.5, 1.0)):
        assert ex.check("welcome.count_words", written).status == "right"


@pytest.mark.parametrize(
    ("said", "mirrored"),
    [
        ("you are kind and I dance with you", "I am kind and you dance with me"),
        ("nobody believes you", "nobody believes me"),
        ("you know that we are late", "I know that we are late"),
        ("You are You", "I am me"),
        ("look at you are you", "look at me are me"),
        ("", ""),
    ],
)
def test_better_mirror_by_hand(said, mirrored):
    assert exercises.better_mirror(said) == mirrored


@given(st.lists(st.sampled_from([*SWAPS, *TO_ME, "boat", "are"]), max_size=8))
def test_better_mirror_differs_from_the_old_one_only_in_you_and_are(given_words):
    text = " ".join(given_words)
    pairs = zip(given_words, mirror(text).split(), exercises.better_mirror(text).split(),
                strict=True)  # fmt: skip
    for word, old, new in pairs:
        assert old == new or word in ("you", "are")


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(2, 5))
def test_class_or_none_is_bayes_rule(seed, classes):
    """Near points, in double precision, without logarithms."""
    source = torch.Generator().manual_seed(seed)
    density = torch.rand(20, classes, generator=source, dtype=torch.double) + 0.01
    prior = torch.rand(classes, generator=source, dtype=torch.double).softmax(0)
    p = (density * prior).sum(1)
    limit = p.log().median().item() + 1e-9
    expected = torch.where(p.log() < limit, -1, (density * prior / p[:, None]).argmax(1))
    assert torch.equal(exercises.class_or_none(density.log(), prior, limit), expected)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.integers(1, 4))
def test_ngrams_are_those_that_the_chain_counts(given_words, n):
    chain = Chain([given_words], n)
    for history, found in exercises.count_ngrams(given_words, n).items():
        for word, count in found.items():
            assert chain.after[history][word] >= count
            inner = sum(
                tuple(given_words[i : i + n]) == (*history, word)
                for i in range(len(given_words) - n + 1)
            )
            assert count == inner


def test_interpolation_by_hand():
    """In a b a c: p_0(b) = (1 + 3/4) / (4 + 3); after a: (1 + 2 p_0) / (2 + 2)."""
    counts = {(): {"a": 2, "b": 1, "c": 1}, ("a",): {"b": 1, "c": 1}, ("b",): {"a": 1}}
    p_0 = (1 + 3 / 4) / 7
    assert exercises.interpolated("b", (), counts, 4) == pytest.approx(p_0)
    assert exercises.interpolated("b", ("a",), counts, 4) == pytest.approx((1 + 2 * p_0) / 4)
    assert exercises.interpolated("b", ("a", "c"), counts, 4) == pytest.approx(p_0)
    assert exercises.interpolated("d", (), counts, 4) == pytest.approx(3 / 4 / 7)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.integers(1, 4))
def test_interpolation_is_what_the_chain_does_and_adds_up_to_one(given_words, n):
    chain = Chain([given_words], n, vocabulary=5)
    for place in range(len(given_words)):
        history = tuple(given_words[max(0, place - n + 1) : place])
        p = [exercises.interpolated(w, history, chain.after, 5) for w in [*"abcd", END]]
        assert p == pytest.approx([chain.probability(w, history) for w in [*"abcd", END]])
        assert math.fsum(p) == pytest.approx(1) and min(p) > 0
    assert chain.nats(given_words, mix=exercises.interpolated) == pytest.approx(
        chain.nats(given_words)
    )


def test_perplexity_is_e_to_the_cross_entropy():
    logits = torch.randn(9, 5)
    ids = torch.randint(0, 5, (9,))
    given_p = logits.softmax(-1)[torch.arange(9), ids].tolist()
    loss = torch.nn.functional.cross_entropy(logits, ids)
    assert exercises.perplexity(given_p) == pytest.approx(float(loss.exp()), rel=1e-5)


def test_routes_by_hand():
    """Four examples: a prompt. New facts: documents. 800 examples: tune. Rankings: align."""
    assert exercises.routes() == (1, 2, 3, 4)
