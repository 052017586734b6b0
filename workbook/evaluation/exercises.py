"""The exercises of lesson 09: its metrics, intervals, ratings and tests, written by the learner.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: N answers or cases, D draws.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, product
from math import comb
from typing import Any

from workbook.core.exercises.exercise import Check, Exercise, compare, exercise_set, like, untouched

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


def ngram_f1(prediction: list[str], reference: list[str], n: int) -> float:
    """F1 of shared runs of n words, clipped: ROUGE-n. 0 where nothing is shared."""

    def runs(words: list[str]) -> Counter:
        return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))

    said, wanted = runs(prediction), runs(reference)
    shared = (said & wanted).total()
    return 2 * shared / (said.total() + wanted.total()) if shared else 0.0


def subsequence_length(first: list[str], second: list[str]) -> int:
    """Length of the longest common subsequence, row by row of the table."""
    above = [0] * (len(second) + 1)
    for word in first:
        row = [0]
        for j, other in enumerate(second):
            row.append(above[j] + 1 if word == other else max(above[j + 1], row[j]))
        above = row
    return above[-1]


def bootstrap_interval(values: list[float], rows: list[list[int]]) -> tuple[float, float]:
    """The 2.5 % and 97.5 % quantiles of the D means; rows[d]: the N places that draw d took."""
    import numpy as np

    means = np.asarray(values, dtype=float)[np.asarray(rows)].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def elo_update(winner: float, loser: float, k: float) -> tuple[float, float]:
    """Both ratings after one game; what the winner gains the loser loses."""
    expected = 1 / (1 + 10 ** ((loser - winner) / 400))
    return winner + k * (1 - expected), loser - k * (1 - expected)


def pass_at_k(n: int, c: int, k: int) -> float:
    """p(at least one of k answers, drawn without replacement from n, is among the c right ones)."""
    return 1 - comb(n - c, k) / comb(n, k)


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


def _run_length(seed: int, n: int = 2) -> tuple:
    source = random.Random(seed)
    return _words(source, 9), _words(source, 12), n


def _at_most_one(answer: Any, seed: int) -> str | None:
    """Does a text of one word said seven times stay within the range of an F1?"""
    out = answer(*_again_and_again(seed))
    return "a score above 1 came out: a run counts once too often." if out > 1 else None


def _short_run(seed: int) -> tuple:
    source = random.Random(seed)
    return _words(source, 2), _words(source, 6), 3


def _again_and_again(seed: int) -> tuple:
    word = random.Random(seed).choice(("goose", "boat"))
    return [word] * 7, [word, "is", word], 1


def _two_texts(seed: int) -> tuple:
    source = random.Random(seed)
    return _words(source, 8), _words(source, 11)


def _gaps(seed: int) -> tuple:
    words = random.Random(seed).sample(("the", "goose", "boat", "old", "is", "on"), 5)
    return words, [part for word in words for part in (word, "very")]


def _reversed(seed: int) -> tuple:
    words = random.Random(seed).sample(("the", "goose", "boat", "old", "is"), 5)
    return words, words[::-1]


def _misleading(seed: int) -> tuple:
    """The first word stands last in the other text: who takes it first gets nothing else."""
    last, *rest = random.Random(seed).sample(("the", "goose", "boat", "old", "is"), 5)
    return [last, *rest], [*rest, last]


def _empty(seed: int) -> tuple:
    return [], _words(random.Random(seed), 4)


def _draws(seed: int, count: int = 25, draws: int = 200) -> tuple:
    source = random.Random(seed)
    values = [source.random() ** 2 for _ in range(count)]
    return values, [[source.randrange(count) for _ in range(count)] for _ in range(draws)]


def _mostly_right(seed: int) -> tuple:
    source = random.Random(seed)
    values = [1.0] * 18 + [0.0] * 2
    return values, [[source.randrange(20) for _ in range(20)] for _ in range(200)]


def _game(seed: int) -> tuple:
    source = random.Random(seed)
    return source.uniform(900, 1100), source.uniform(1150, 1300), 32.0


def _favourite(seed: int) -> tuple:
    source = random.Random(seed)
    return source.uniform(1300, 1500), source.uniform(900, 1100), source.choice((16.0, 24.0))


def _equals(seed: int) -> tuple:
    rating = random.Random(seed).uniform(900, 1100)
    return rating, rating, 20.0


def _nothing_is_won(answer: Any, seed: int) -> str | None:
    """Is what one gains what the other loses?"""
    winner, loser, _ = given = _game(seed)
    return compare("the sum of both ratings", sum(answer(*given)), winner + loser)


def _upset(answer: Any, seed: int) -> str | None:
    """Does a win against a stronger one move the rating by more than one against an equal?"""
    winner, loser, k = given = _game(seed)
    few = answer(*given)[0] - winner < k / 2
    return "the gain is below k / 2: who was expected to win?" if few else None


def _more_tries(answer: Any, seed: int) -> str | None:
    """Does one more try never lower the chance?"""
    n, c, k = random.Random(seed).randint(8, 12), 6, 2
    lower = answer(n, c, k + 1) < answer(n, c, k) - 1e-9
    return "with one more try the chance is lower." if lower else None


def _samples(seed: int) -> tuple:
    source = random.Random(seed)
    n = source.randint(12, 20)
    return n, source.randint(2, 5), source.randint(3, 6)


def _few_wrong(seed: int) -> tuple:
    n = random.Random(seed).randint(6, 10)
    return n, n - 2, 4


def _never_right(seed: int) -> tuple:
    return random.Random(seed).randint(5, 9), 0, 3


def _one_try(seed: int) -> tuple:
    n = random.Random(seed).randint(10, 16)
    return n, 3, 1


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

EXERCISES = exercise_set(
    "evaluation",
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
        id="evaluation.ngram_f1",
        title="ROUGE-n",
        points=3,
        difficulty=2,
        minutes=15,
        checks=(
            like("pairs of words", "the F1", ngram_f1, _run_length),
            like("single words", "the F1", ngram_f1, lambda seed: _run_length(seed, 1)),
            like("a word said again and again is clipped", "the F1", ngram_f1, _again_and_again),
            Check("an F1 is at most 1", _at_most_one),
            like("a text shorter than a run", "the F1", ngram_f1, _short_run),
            untouched(_run_length),
        ),
        hints=(
            "Count the runs of n words of each text in a `Counter`; a run is a tuple.",
            "`said & wanted` of two Counters keeps the smaller count of each run: that clips.",
            "from collections import Counter\n"
            "def runs(words):\n"
            "    return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))\n"
            "said, wanted = runs(prediction), runs(reference)\n"
            "shared = (said & wanted).total()\n"
            "return 2 * shared / (said.total() + wanted.total()) if shared else 0.0",
        ),
        reference=ngram_f1,
    ),
    Exercise(
        id="evaluation.subsequence",
        title="The longest common subsequence",
        points=3,
        difficulty=3,
        minutes=20,
        checks=(
            like("any two texts", "the length", subsequence_length, _two_texts),
            like("gaps are allowed", "the length", subsequence_length, _gaps),
            like("the same words backwards", "the length", subsequence_length, _reversed),
            like("the first word stands last in the other", "the length", subsequence_length,
                 _misleading),
            like("an empty text", "the length", subsequence_length, _empty),
            untouched(_two_texts),
        ),
        hints=(
            "Fill a table row by row: one row more than `first` has words, one column more than "
            "`second`, zeros at the top and on the left.",
            "Where the words agree the field is the one up and left plus 1; else it is the larger "
            "of the one above and the one on the left.",
            "table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]\n"
            "for i, word in enumerate(first):\n"
            "    for j, other in enumerate(second):\n"
            "        longer = max(table[i][j + 1], table[i + 1][j])\n"
            "        table[i + 1][j + 1] = table[i][j] + 1 if word == other else longer\n"
            "return table[-1][-1]",
        ),
        reference=subsequence_length,
        forbids=("workbook.evaluation.overlap.lcs_length",),
    ),
    Exercise(
        id="evaluation.bootstrap_interval",
        title="A bootstrap interval",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("the middle 95 % of the draws' means", "the interval", bootstrap_interval, _draws),
            like("right or wrong, mostly right", "the interval", bootstrap_interval, _mostly_right),
            like("three draws of four cases", "the interval", bootstrap_interval,
                 lambda seed: _draws(seed, 4, 3)),
            untouched(_draws),
        ),
        hints=(
            "Each entry of `rows` is one test set: the numbers of the cases that were drawn.",
            "Take the mean score of each draw; the interval holds the middle 95 % of these means.",
            "import numpy as np\n"
            "means = [sum(values[i] for i in row) / len(row) for row in rows]\n"
            "low, high = np.quantile(means, [0.025, 0.975])\n"
            "return low, high",
        ),
        reference=bootstrap_interval,
    ),
    Exercise(
        id="evaluation.elo_update",
        title="One game of Elo",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("the weaker one wins", "the pair of ratings", elo_update, _game),
            like("the favourite wins", "the pair of ratings", elo_update, _favourite),
            like("equals", "the pair of ratings", elo_update, _equals),
            Check("what one gains the other loses", _nothing_is_won),
            Check("an upset gains more than half of k", _upset),
        ),
        hints=(
            "First the probability that the winner would win, by the formula above.",
            "A win that was expected with .9 moves both ratings by a tenth of k.",
            "expected = 1 / (1 + 10 ** ((loser - winner) / 400))\n"
            "return winner + k * (1 - expected), loser - k * (1 - expected)",
        ),
        reference=elo_update,
    ),
    Exercise(
        id="evaluation.pass_at_k",
        title="At least one of k",
        points=3,
        difficulty=4,
        minutes=15,
        checks=(
            like("a few are right, none is drawn twice", "the chance", pass_at_k, _samples),
            like("fewer wrong ones than are drawn", "the chance", pass_at_k, _few_wrong),
            like("none is right", "the chance", pass_at_k, _never_right),
            like("one try is the share right", "the chance", pass_at_k, _one_try),
            Check("more tries never hurt", _more_tries),
        ),
        hints=(
            "It is easier to count how likely it is that all k are wrong.",
            "There are C(n, k) ways to draw k of n, and C(n - c, k) that take wrong ones only.",
            "import math\n"
            "return 1 - math.comb(n - c, k) / math.comb(n, k)  # comb is 0 where k is too large",
        ),
        reference=pass_at_k,
        forbids=("workbook.evaluation.pass_at_k.pass_at_k",),
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
            "List all pairs of places i < j with at most `gap` words between them.",
            "Count the pairs of words in a Counter for each text; `&` of two Counters clips.",
            "from collections import Counter\n"
            "from itertools import combinations\n"
            "def pairs(tokens):\n"
            "    places = combinations(range(len(tokens)), 2)\n"
            "    return Counter((tokens[i], tokens[j]) for i, j in places if j - i <= gap + 1)\n"
            "said, wanted = pairs(prediction), pairs(reference)\n"
            "shared = (said & wanted).total()\n"
            "return 2 * shared / (said.total() + wanted.total()) if shared else 0.0",
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
            like("bins that cannot be equal, weighted", "the error", equal_count_error, _uneven),
            like("most answers nearly certain", "the error", equal_count_error, _lopsided),
            like("sorting takes each outcome along", "the error", equal_count_error, _conceited),
            untouched(_answers),
        ),
        hints=(
            "Sort the answers by confidence first, each with its own outcome.",
            "Bin b holds the sorted answers from b * N // bins up to (b + 1) * N // bins.",
            "pairs = sorted(zip(confidence, right), key=lambda pair: pair[0])\n"
            "count, total = len(pairs), 0.0\n"
            "for b in range(bins):\n"
            "    inside = pairs[b * count // bins:(b + 1) * count // bins]\n"
            "    total += abs(sum(sure - hit for sure, hit in inside))\n"
            "return total / count",
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
            "Take the differences case by case; of equal systems, each could have either sign.",
            "itertools.product((1, -1), repeat=N) lists the sign patterns; sum each.",
            "from itertools import product\n"
            "gains = [b - a for a, b in zip(first, second)]\n"
            "seen = abs(sum(gains)) - 1e-9  # rounding\n"
            "patterns = list(product((1, -1), repeat=len(gains)))\n"
            "sums = [sum(s * g for s, g in zip(signs, gains)) for signs in patterns]\n"
            "return sum(abs(total) >= seen for total in sums) / len(patterns)",
        ),
        reference=sign_flip_p,
    ),
)  # fmt: skip
