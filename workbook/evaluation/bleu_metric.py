"""BLEU, the Bilingual Evaluation Understudy (Papineni et al. 2002), from scratch.

It multiplies: the geometric mean of the clipped precisions of 1- to 4-grams, times a penalty for
being short, computed once for the whole test set and not sentence by sentence. Smoothing and
effective order are for single sentences. Equal to sacrebleu 2.6; the tokenizers are sacrebleu's,
because scores are comparable only if everybody cuts words in the same way. Lesson 09 explains it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from workbook.evaluation.overlap import References, ngrams, paired_texts

ORDER = 4  # n-grams from 1 to 4
SMOOTHING = {"none": None, "exp": None, "floor": 0.1, "add-k": 1.0}  # method -> default value
TOKENIZERS = {  # name -> (module of sacrebleu.tokenizers, class)
    "13a": ("tokenizer_13a", "Tokenizer13a"),
    "intl": ("tokenizer_intl", "TokenizerV14International"),
    "char": ("tokenizer_char", "TokenizerChar"),
    "none": ("tokenizer_none", "NoneTokenizer"),
}


@dataclass(frozen=True)
class Counts:
    """All that BLEU needs to know of a test set; counts of several test sets add up."""

    matches: tuple[int, ...]  # clipped, of 1-grams, 2-grams, ...
    totals: tuple[int, ...]  # of the predictions
    predicted: int  # tokens
    wanted: int  # tokens, of the reference whose length is nearest

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            tuple(a + b for a, b in zip(self.matches, other.matches, strict=True)),
            tuple(a + b for a, b in zip(self.totals, other.totals, strict=True)),
            self.predicted + other.predicted,
            self.wanted + other.wanted,
        )


def bleu(
    predictions: Sequence[str],
    references: References,
    tokenizer: str = "13a",
    smoothing: str = "exp",
) -> float:
    """BLEU of the whole test set, 0 to 100; by default what sacrebleu prints.

    references: one text for each prediction, or several. An n-gram may then match any of them, as
    often as the one that has it most often, and the length is compared with the nearest.
    Raises ValueError for lists that are empty or do not pair up.
    """
    pairs = zip(*paired_texts(predictions, references), strict=True)
    counts = [count(prediction, wanted, tokenizer) for prediction, wanted in pairs]
    return bleu_from_counts(sum(counts[1:], counts[0]), smoothing)


def sentence_bleu(
    prediction: str,
    references: str | Sequence[str],
    tokenizer: str = "13a",
    smoothing: str = "exp",
    smooth_value: float | None = None,
    effective_order: bool = True,
) -> float:
    """BLEU of one sentence, 0 to 100, smoothed, since most sentences share no 4-gram."""
    (prediction,), (wanted,) = paired_texts([prediction], [references])
    return bleu_from_counts(
        count(prediction, wanted, tokenizer), smoothing, smooth_value, effective_order
    )


def count(prediction: str, references: Sequence[str], tokenizer: str = "13a") -> Counts:
    """The counts of one prediction against its references."""
    cut = _tokenizer(tokenizer)
    said, *wanted = (cut(text.rstrip()).split() for text in (prediction, *references))
    matches, totals = [], []
    for n in range(1, ORDER + 1):
        mine, theirs = ngrams(said, n), ngrams(wanted[0], n)
        for other in wanted[1:]:
            theirs |= ngrams(other, n)  # the larger count of each n-gram
        matches.append((mine & theirs).total())
        totals.append(mine.total())
    nearest = min((len(one) for one in wanted), key=lambda n: (abs(n - len(said)), n))
    return Counts(tuple(matches), tuple(totals), len(said), nearest)


def brevity_penalty(predicted: int, wanted: int) -> float:
    """1 for a text that is long enough, e^(1 - wanted / predicted) for a shorter one."""
    if predicted >= wanted:
        return 1.0
    return math.exp(1 - wanted / predicted) if predicted else 0.0


def bleu_from_counts(
    counts: Counts,
    smoothing: str = "none",
    smooth_value: float | None = None,
    effective_order: bool = False,
) -> float:
    """BLEU, 0 to 100: the penalty times the geometric mean of the precisions.

    smoothing: "none", or one of three repairs for a precision of zero (Chen and Cherry 2014):
        "floor" puts `smooth_value` in the place of zero matches, "add-k" adds it to the counts from
        2-grams on, "exp" takes 1/2, 1/4, ... of a match for the first, second, ... zero.
    effective_order: leave out n-grams longer than the prediction.
    """
    if smoothing not in SMOOTHING:
        raise ValueError(
            f"No smoothing is called {smoothing!r}; use one of {', '.join(SMOOTHING)}."
        )
    value = SMOOTHING[smoothing] if smooth_value is None else smooth_value
    if not any(counts.matches):
        return 0.0
    precisions, zeros = [], 0
    for n, (matches, total) in enumerate(zip(counts.matches, counts.totals, strict=True), 1):
        if smoothing == "add-k" and n > 1:
            matches, total = matches + value, total + value
        if total == 0:
            break
        if matches == 0 and smoothing == "exp":
            zeros += 1
            matches = 0.5**zeros
        elif matches == 0 and smoothing == "floor":
            matches = value
        precisions.append(matches / total)
    if not effective_order and len(precisions) < len(counts.totals):
        return 0.0
    if min(precisions) == 0:
        return 0.0
    mean = math.exp(sum(map(math.log, precisions)) / len(precisions))
    return 100 * brevity_penalty(counts.predicted, counts.wanted) * mean


@cache
def _tokenizer(name: str) -> Callable[[str], str]:
    """One of sacrebleu's tokenizers: text in, the same text with spaces between tokens out."""
    from importlib import import_module

    if name not in TOKENIZERS:
        raise ValueError(f"No tokenizer is called {name!r}; use one of {', '.join(TOKENIZERS)}.")
    module, kind = TOKENIZERS[name]
    return getattr(import_module(f"sacrebleu.tokenizers.{module}"), kind)()
