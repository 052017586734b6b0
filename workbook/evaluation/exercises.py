"""The exercises of lesson 09: a prediction, two metrics of your own, and a test of significance.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: N answers or cases.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, product
from typing import Any

from workbook.core.exercises.exercise import Check, Exercise, compare, like, untouched

# --- reference answers --------------------------------------------------------------------------

REFERENCE = "the goose is on the boat"
CANDIDATES = ("the the the the", "on the boat is the goose", "the goose is not on the boat")


def matches_and_subsequence() -> tuple[tuple[int, int], ...]:
    """For each candidate: clipped shared words, and length of the longest common subsequence."""
    from workbook.evaluation.overlap import clipped_matches, lcs_length, ngrams

    wanted = REFERENCE.split()
    return tuple(
        (clipped_matches(ngrams(said, 1), ngrams(wanted, 1)), lcs_length(said, wanted))
        for said in (candidate.split() for candidate in CANDIDATES)
    )


def rouge_s(prediction: list[str], reference: list[str], gap: int) -> float:
    """F1 of shared skip-bigrams: two tokens in order, at most `gap` others between them.

    Lin (2004), section 5, with beta = 1; clipped. 0 where either text has no such pair.
    """

    def pairs(tokens: list[str]) -> Counter:
        places = combinations(range(len(tokens)), 2)
        return Counter((tokens[i], tokens[j]) for i, j in places if j - i <= gap + 1)

    said, wanted = pairs(prediction), pairs(reference)
    shared = (said & wanted).total()
    return 2 * shared / (said.total() + wanted.total()) if shared else 0.0


def equal_count_error(confidence: list[float], right: list[int], bins: int) -> float:
    """Calibration error with bins that hold equally many answers (Nguyen and O'Connor 2015).

    Answers are sorted by confidence; bin b holds the sorted places from b N // bins to before
    (b + 1) N // bins. An empty bin counts nothing. Each gap is weighed by its bin's answers.
    """
    pairs = sorted(zip(confidence, right, strict=True), key=lambda pair: pair[0])
    count, total = len(pairs), 0.0
    for b in range(bins):
        members = pairs[b * count // bins : (b + 1) * count // bins]
        total += abs(sum(sure - outcome for sure, outcome in members))
    return total / count


def sign_flip_p(first: list[float], second: list[float]) -> float:
    """p-value of the exact paired permutation test, two-sided (Fisher 1935).

    If the systems were equal, each difference could as well have the other sign. The share of all
    2^N sign patterns whose sum is at least as far from 0 as the observed one.
    """
    gains = [b - a for a, b in zip(first, second, strict=True)]
    seen = abs(sum(gains)) - 1e-9
    sums = (sum(s * g for s, g in zip(signs, gains, strict=True)) for signs in _signs(len(gains)))
    return sum(abs(total) >= seen for total in sums) / 2 ** len(gains)


def _signs(count: int) -> product:
    return product((1, -1), repeat=count)


# --- checks -------------------------------------------------------------------------------------


def _predicted(place: int) -> Check:
    """Is one candidate's pair of numbers right?"""

    def test(answer: Any, _seed: int) -> str | None:
        whole = isinstance(answer, (tuple, list)) and len(answer) == len(CANDIDATES)
        if not whole or not all(isinstance(p, (tuple, list)) and len(p) == 2 for p in answer):
            return "the answer has another form than ((shared, lcs), (shared, lcs), (shared, lcs))."
        shared, longest = matches_and_subsequence()[place]
        return compare("the number of shared words", answer[place][0], shared) or compare(
            "the length of the subsequence", answer[place][1], longest
        )

    return Check(f"“{CANDIDATES[place]}”", test)


def _words(source: random.Random, count: int) -> list[str]:
    return source.choices(("the", "goose", "boat", "is", "on", "old"), k=count)


def _texts(seed: int, gap: int = 2) -> tuple:
    source = random.Random(seed)
    return _words(source, 9), _words(source, 12), gap


def _one_word(seed: int) -> tuple:
    source = random.Random(seed)
    return _words(source, 1), _words(source, 5), 3


def _too_far(seed: int) -> tuple:
    pair = random.Random(seed).sample(("the", "goose", "boat"), 2)
    return [pair[0], "and", "so", "on", pair[1]], pair, 2


def _turned_round(seed: int) -> tuple:
    pair = random.Random(seed).sample(("the", "goose", "boat"), 2)
    return pair, pair[::-1], 1


def _repeated(seed: int) -> tuple:
    word = random.Random(seed).choice(("goose", "boat"))
    return [word] * 6, [word] * 3, 4


def _answers(seed: int, count: int = 57, bins: int = 5) -> tuple:
    source = random.Random(seed)
    sure = [source.random() ** 0.4 for _ in range(count)]
    return sure, [int(source.random() < 0.7 * one) for one in sure], bins


def _lopsided(seed: int) -> tuple:
    source = random.Random(seed)
    sure = [0.99 - 0.001 * source.random() for _ in range(30)] + [source.random() for _ in range(7)]
    return sure, [int(source.random() < 0.5) for _ in sure], 4


def _uneven(seed: int) -> tuple:
    """Five answers in three bins: 1, 2 and 2; any other cut sums up other gaps."""
    source = random.Random(seed)
    sure = [middle + source.uniform(-0.02, 0.02) for middle in (0.9, 0.7, 0.5, 0.3, 0.1)]
    return sure, [0, 1, 0, 1, 0], 3


def _conceited(seed: int) -> tuple:
    """The surest answers come first and are wrong, so that sorting must take outcomes along."""
    source = random.Random(seed)
    high = [0.85 + 0.1 * source.random() for _ in range(12)]
    low = [0.05 + 0.1 * source.random() for _ in range(9)]
    return high + low, [0] * 12 + [1] * 9, 4


def _scores(seed: int, shift: float = 0.15, count: int = 9) -> tuple:
    source = random.Random(seed)
    first = [source.random() for _ in range(count)]
    return first, [one + source.gauss(shift, 0.3) for one in first]


def _worse(seed: int) -> tuple:
    """A loss in eight cases of nine, so that the sum is a loss whatever is drawn."""
    source = random.Random(seed)
    first = [source.random() for _ in range(9)]
    return first, [first[0] + 0.02, *(one - 0.1 - 0.2 * source.random() for one in first[1:])]


def _equal(seed: int) -> tuple:
    first, _ = _scores(seed)
    return first, list(first)


# --- the exercises ------------------------------------------------------------------------------

_ALL = (
    Exercise(
        id="evaluation.predict_overlap",
        title="Shared words, and words in order",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_predicted(place) for place in range(len(CANDIDATES))),
        hints=(
            "Shared words forget the order; the subsequence is nothing but order.",
            "A word counts at most as often as in the reference, which has “the” twice.",
            "For the subsequence, strike out words of either text until both read the same.",
        ),
        reference=matches_and_subsequence,
        wants="value",
    ),
    Exercise(
        id="evaluation.rouge_s",
        title="Pairs with a gap",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            like("any two texts", "the F1", rouge_s, _texts),
            like("a gap of 0 is ROUGE-2", "the F1", rouge_s, lambda seed: _texts(seed, 0)),
            like("repeated pairs are clipped", "the F1", rouge_s, _repeated),
            like("a single word has no pair", "the F1", rouge_s, _one_word),
            like("one place too far apart", "the F1", rouge_s, _too_far),
            like("a pair turned round is another pair", "the F1", rouge_s, _turned_round),
            untouched(_texts),
        ),
        hints=(
            "List all pairs of places i < j with at most `gap` places between them.",
            "Count the pairs of words in a Counter for each text; `&` of two Counters clips.",
            "j - i <= gap + 1; F1 is 2 x shared / (pairs of one + pairs of the other), or 0.",
        ),
        reference=rouge_s,
    ),
    Exercise(
        id="evaluation.equal_count_error",
        title="Bins that are never empty",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("any answers", "the error", equal_count_error, _answers),
            like("one bin: confidence less share right", "the error", equal_count_error,
                  lambda seed: _answers(seed, 20, 1)),
            like("more bins than answers", "the error", equal_count_error,
                  lambda seed: _answers(seed, 4, 6)),
            like("bins that cannot be equal", "the error", equal_count_error, _uneven),
            like("most answers nearly certain", "the error", equal_count_error, _lopsided),
            like("sure where it is wrong", "the error", equal_count_error, _conceited),
            untouched(_answers),
        ),
        hints=(
            "Sort the answers by confidence first, each with its own outcome.",
            "Bin b holds the sorted answers from b * N // bins up to (b + 1) * N // bins.",
            "Weighed by its answers, a bin's gap is |sum of confidences - number right|; add them "
            "up and divide by N.",
        ),
        reference=equal_count_error,
    ),
    Exercise(
        id="evaluation.sign_flip",
        title="What if it had been the other way round?",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            like("a small gain", "the p-value", sign_flip_p, _scores),
            like("a loss counts like a gain", "the p-value", sign_flip_p, _worse),
            like("no difference at all", "the p-value", sign_flip_p, _equal),
            like("one case alone proves nothing", "the p-value", sign_flip_p,
                  lambda seed: _scores(seed, count=1)),
            untouched(_scores),
        ),
        hints=(
            "Take the differences case by case; under the null each could have the other sign.",
            "itertools.product((1, -1), repeat=N) lists the sign patterns; sum each.",
            "Count patterns with |sum| at least |observed sum| (less 1e-9 for rounding), over 2^N.",
        ),
        reference=sign_flip_p,
    ),
)  # fmt: skip

EXERCISES = {each.id: each for each in _ALL}
