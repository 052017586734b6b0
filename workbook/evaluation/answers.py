"""Short answers: is it the same, and if not, how much of it is there?

Exact match (`workbook.tasks.short_answers`) and token F1 as in SQuAD (Rajpurkar et al. 2016): both
sides are first made alike, so that case, punctuation and articles do not count. Left out: numbers
written as words, other languages' articles. Lesson 09 uses it, and every lesson with questions may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from workbook.evaluation.overlap import score
from workbook.tasks.short_answers import exact_match, normalise, some_texts, without_punctuation

__all__ = ["exact_match", "normalise", "token_f1"]


def token_f1(prediction: str, references: str | Sequence[str]) -> float:
    """Return F1 of the shared words, clipped, for the reference that fits best.

    Two empty answers agree (1.0); an empty one and any other do not (0.0).
    """
    return max(_f1(prediction, reference) for reference in some_texts(references))


def _f1(prediction: str, reference: str) -> float:
    said, wanted = normalise(prediction).split(), normalise(reference).split()
    if said and wanted:
        return score((Counter(said) & Counter(wanted)).total(), len(said), len(wanted)).f1
    both = (without_punctuation(prediction), without_punctuation(reference))
    return float(said == wanted and bool(both[0]) == bool(both[1]))
