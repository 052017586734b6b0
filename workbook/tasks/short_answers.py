"""Short answers: are two the same, case, punctuation and articles aside?

Exact match as in SQuAD (Rajpurkar et al. 2016), with one difference: saying nothing is not the
answer "A", though nothing is left of either. Left out: numbers written as words, other languages'
articles. Lesson 09 explains it.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence

_PUNCTUATION = str.maketrans("", "", string.punctuation)  # ASCII only, as in SQuAD
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalise(answer: str) -> str:
    """Return the answer in lower case, without punctuation, articles and double spaces.

    They are taken away in that order. Raises ValueError for what is not text.
    """
    return " ".join(_ARTICLES.sub(" ", without_punctuation(answer)).split())


def without_punctuation(answer: str) -> str:
    """Return the answer in lower case, without punctuation and double spaces."""
    return " ".join(check_text(answer).lower().translate(_PUNCTUATION).split())


def exact_match(prediction: str, references: str | Sequence[str]) -> float:
    """Return 1.0 if the prediction is one of the references once both are normalised, else 0.0.

    Where normalising leaves nothing, articles count.
    """
    ours, *others = (
        normalise(text) or without_punctuation(text)
        for text in (prediction, *some_texts(references))
    )
    return float(ours in others)


def final_answer(text: str) -> str:
    """Return what stands after the last "Answer:" of a text, or all of it; without a full stop."""
    return text.rpartition("Answer:")[2].strip().removesuffix(".")


def commonest(votes: Sequence[str]) -> str:
    """Return the answer given most often, the earliest of equals; texts without one do not vote."""
    counts = Counter(vote for vote in votes if vote)
    return counts.most_common(1)[0][0] if counts else ""


def some_texts(references: str | Sequence[str]) -> list[str]:
    """Return the references of one prediction as a list. Raises ValueError where there is none."""
    texts = several_texts(references)
    if not texts:
        raise ValueError("There is no reference to compare with; give at least one.")
    return texts


def several_texts(references: str | Sequence[str]) -> list[str]:
    """Return the references of one prediction as a list. Raises ValueError where one is no text."""
    if isinstance(references, str) or not isinstance(references, Iterable):
        return [check_text(references)]
    return [check_text(one) for one in references]


def check_text(text: str) -> str:
    """Return the text. Raises ValueError for None, a number (as an empty cell is), and so on."""
    if not isinstance(text, str):
        raise ValueError(f"A text is a string, not {type(text).__name__}; turn it into one.")
    return text
