"""What two texts share: their tokens, their n-grams, their longest common subsequence.

The parts from which ROUGE and BLEU are made, each a few lines long. Tokens are those of the
original ROUGE script: lower case, everything but a-z and 0-9 is a gap. Left out: tokens of other
scripts, which that rule throws away. Lesson 09 grows the scores out of these parts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from workbook.tasks.short_answers import check_text, several_texts

Tokens = Sequence[Hashable]
References = Sequence[str] | Sequence[Sequence[str]]  # one text for each prediction, or several


class Score(NamedTuple):
    """Precision, recall and their harmonic mean, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


def score(hits: float, predicted: int, wanted: int) -> Score:
    """Of `predicted` things said and `wanted` things to say, `hits` are in both.

    F1 is 2PR / (P + R): without the 2, a perfect text would score one half.
    """
    precision = hits / predicted if predicted else 0.0
    recall = hits / wanted if wanted else 0.0
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0)


def rouge_tokens(text: str, use_stemmer: bool = False) -> list[str]:
    """The tokens that ROUGE compares; the stemmer (Porter 1980) touches words of four letters on.

    A text in a script without a-z and 0-9 has no tokens at all.
    """
    words = re.findall(r"[a-z0-9]+", text.lower())
    if not use_stemmer:
        return words
    stem = _stemmer()
    return [stem(word) if len(word) > 3 else word for word in words]


@cache
def _stemmer() -> Callable[[str], str]:
    """nltk's Porter stemmer, made once; it is the one that rouge-score uses."""
    from nltk.stem.porter import PorterStemmer

    return cache(PorterStemmer().stem)


def ngrams(tokens: Tokens, n: int) -> Counter[tuple]:
    """How often each run of n tokens occurs. Raises ValueError when n is below 1."""
    if n < 1:
        raise ValueError(f"An n-gram has at least one token, not {n}.")
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def clipped_matches(predicted: Counter, wanted: Counter) -> int:
    """How many n-grams of the prediction the reference has too, none counted more often than there.

    Clipping is what keeps "the the the" from scoring (Papineni et al. 2002, section 2.1).
    """
    return (predicted & wanted).total()


def lcs_table(first: Tokens, second: Tokens) -> list[list[int]]:
    """table[i][j]: length of the longest common subsequence of first[:i] and second[:j]."""
    table = [[0] * (len(second) + 1)]
    for one in first:
        above, row = table[-1], [0]
        for j, other in enumerate(second):
            row.append(above[j] + 1 if one == other else max(above[j + 1], row[j]))
        table.append(row)
    return table


def lcs_length(first: Tokens, second: Tokens) -> int:
    """Length of the longest common subsequence: in order, but gaps are allowed.

    "It is cold outside" and "It is very cold outside" have one of length 4, though their longest
    common *substring*, which allows no gap, has length 2.
    """
    return lcs_table(first, second)[-1][-1]


def lcs_pairs(first: Tokens, second: Tokens) -> list[tuple[int, int]]:
    """One longest common subsequence as pairs of places (in first, in second), in order.

    Where several are equally long, the walk back from the end skips a token of `first`, as
    rouge-score does; ROUGE-Lsum depends on that choice.
    """
    table, pairs = lcs_table(first, second), []
    i, j = len(first), len(second)
    while i and j:
        if first[i - 1] == second[j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif table[i][j - 1] > table[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return pairs[::-1]


def paired_texts(
    predictions: Sequence[str], references: References
) -> tuple[list[str], list[list[str]]]:
    """(predictions, references) with a list of references for each prediction.

    Raises ValueError, in one sentence, when there is nothing, when the lengths differ, when a
    prediction has no reference, or when something is not text.
    """
    for name, given in (("predictions", predictions), ("references", references)):
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise ValueError(
                f"The {name} are a list of texts, not a single {type(given).__name__}."
            )
    predictions, wanted = list(predictions), [several_texts(each) for each in references]
    if not predictions:
        raise ValueError("There is no prediction to score; give at least one.")
    if len(predictions) != len(wanted):
        raise ValueError(
            f"{len(predictions)} predictions and {len(wanted)} references do not pair up; give "
            "one entry of references for each prediction."
        )
    if not all(wanted):
        raise ValueError(
            f"Prediction {wanted.index([])} has no reference; give it at least one text."
        )
    for text in predictions:
        check_text(text)
    return predictions, wanted
