"""Short answers: is it the same, and if not, how much of it is there?

Exact match and token F1 as in SQuAD (Rajpurkar et al. 2016): both sides are first made alike, so
that case, punctuation and articles do not count. Left out: numbers written as words, other
languages' articles. Lesson 09 uses it, and every lesson with questions may.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

from workbook.evaluation.overlap import check_text, score, several_texts

_PUNCTUATION = str.maketrans("", "", string.punctuation)  # ASCII only, as in SQuAD
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalise(answer: str) -> str:
    """Lower case, without punctuation, articles and double spaces, in that order.

    ValueError for what is not text.
    """
    bare = check_text(answer).lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(prediction: str, references: str | Sequence[str]) -> float:
    """1.0 if the prediction is one of the references once both are normalised, else 0.0."""
    return float(normalise(prediction) in [normalise(one) for one in _several(references)])


def token_f1(prediction: str, references: str | Sequence[str]) -> float:
    """F1 of the shared words, clipped, for the reference that fits best.

    Two empty answers agree (1.0); an empty one and any other do not (0.0).
    """
    said = normalise(prediction).split()
    return max(_f1(said, normalise(one).split()) for one in _several(references))


def _f1(said: list[str], wanted: list[str]) -> float:
    if not said or not wanted:
        return float(said == wanted)
    return score((Counter(said) & Counter(wanted)).total(), len(said), len(wanted)).f1


def _several(references: str | Sequence[str]) -> list[str]:
    found = several_texts(references)
    if not found:
        raise ValueError("There is no reference to compare with; give at least one.")
    return found
