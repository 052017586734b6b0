"""ROUGE, Recall-Oriented Understudy for Gisting Evaluation (Lin 2004), from scratch.

ROUGE-n counts shared n-grams, ROUGE-L the longest common subsequence of the whole texts, ROUGE-Lsum
the union of such subsequences line by line. `rouge` is the mean F1 over a test set,
`rouge_bootstrap` the median over resampled test sets that other tools print. Equal to rouge-score
0.1.2, including its choices between ties. Left out: ROUGE-W and ROUGE-SU (an exercise of lesson 09
asks for skip-bigrams).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from workbook.core.runs.intervals import Interval
from workbook.evaluation.overlap import (
    References,
    Score,
    Tokens,
    clipped_matches,
    lcs_length,
    lcs_pairs,
    ngrams,
    paired_texts,
    rouge_tokens,
    score,
)
from workbook.tasks.scores import warn_of_other_scripts

TYPES = ("rouge1", "rouge2", "rougeL", "rougeLsum")


def rouge(
    predictions: Sequence[str], references: References, use_stemmer: bool = False
) -> dict[str, float]:
    """Mean F1 over all predictions, of "rouge1", "rouge2", "rougeL" and "rougeLsum".

    references: one text for each prediction, or several, of which the best F1 counts, chosen for
    each type by itself (`score_multi` of rouge-score). The `evaluate` library by default prints the
    median of 1,000 resampled means instead, which differs from the mean by chance.
    Raises ValueError for lists that are empty or do not pair up.
    """
    scores = rouge_scores(predictions, references, use_stemmer)
    return {kind: sum(one[kind].f1 for one in scores) / len(scores) for kind in TYPES}


def rouge_bootstrap(
    predictions: Sequence[str],
    references: References,
    use_stemmer: bool = False,
    draws: int = 1000,
    seed: int = 0,
) -> dict[str, Interval]:
    """What `evaluate` and rouge-score print: the median of resampled mean F1s, and its 95 % limits.

    The median depends on the seed: on a test set of 1,500 in the fourth decimal. The draws are
    those of rouge-score's BootstrapAggregator after `numpy.random.seed(seed)`.
    """
    import numpy as np

    scores = rouge_scores(predictions, references, use_stemmer)
    values = {kind: np.array([one[kind].f1 for one in scores]) for kind in TYPES}
    found = {}
    source = np.random.RandomState(seed)
    for kind in TYPES:
        rows = (source.choice(len(scores), size=len(scores)) for _ in range(draws))
        means = [values[kind][places].mean() for places in rows]
        low, middle, high = np.percentile(means, [2.5, 50, 97.5])
        found[kind] = Interval(float(middle), float(low), float(high))
    return found


def rouge_scores(
    predictions: Sequence[str], references: References, use_stemmer: bool = False
) -> list[dict[str, Score]]:
    """Precision, recall and F1 of every type, one dictionary for each prediction."""
    found = []
    predictions, references = paired_texts(predictions, references)
    warn_of_other_scripts([*predictions, *chain.from_iterable(references)])
    for prediction, wanted in zip(predictions, references, strict=True):
        each = [rouge_pair(prediction, one, use_stemmer) for one in wanted]
        found.append({kind: max((s[kind] for s in each), key=lambda s: s.f1) for kind in TYPES})
    return found


def rouge_pair(prediction: str, reference: str, use_stemmer: bool = False) -> dict[str, Score]:
    """Every type for one prediction and one reference."""
    said, wanted = (rouge_tokens(text, use_stemmer) for text in (prediction, reference))
    lines = [
        [rouge_tokens(line, use_stemmer) for line in text.split("\n") if line]
        for text in (prediction, reference)
    ]
    return {
        "rouge1": rouge_n(said, wanted, 1),
        "rouge2": rouge_n(said, wanted, 2),
        "rougeL": rouge_l(said, wanted),
        "rougeLsum": rouge_lsum(*lines),
    }


def rouge_n(prediction: Tokens, reference: Tokens, n: int) -> Score:
    """Shared n-grams of two lists of tokens, clipped (Lin 2004, section 2)."""
    said, wanted = ngrams(prediction, n), ngrams(reference, n)
    return score(clipped_matches(said, wanted), said.total(), wanted.total())


def rouge_l(prediction: Tokens, reference: Tokens) -> Score:
    """The longest common subsequence of two lists of tokens (Lin 2004, section 3.1)."""
    return score(lcs_length(prediction, reference), len(prediction), len(reference))


def rouge_lsum(prediction: Sequence[Tokens], reference: Sequence[Tokens]) -> Score:
    """The union of subsequences, for texts of several lines (Lin 2004, section 3.2).

    prediction, reference: the tokens of each line. Each line of the reference is matched with every
    line of the prediction; a token counts if any of them has it, but none more often than either
    text does (as in the script ROUGE-1.5.5, where the paper would count it twice).
    """
    said, wanted = (Counter(t for line in lines for t in line) for lines in (prediction, reference))
    hits: Counter = Counter()
    for line in reference:
        found = {place for other in prediction for place, _ in lcs_pairs(line, other)}
        hits.update(line[place] for place in found)
    return score((hits & said & wanted).total(), said.total(), wanted.total())
