"""Labels: who was called what, and what accuracy does not say about it.

A confusion table, and precision, recall and F1 of every label with two ways to average them. On
lopsided data a guesser that always says the commonest label has a fine accuracy and an F1 of zero
for the label you care about. Left out: thresholds and ROC curves. Lesson 09 explains it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from workbook.evaluation.overlap import Score, score

Labels = Sequence[Hashable]


@dataclass(frozen=True)
class Report:
    """What a classifier did. Averages: macro weighs labels alike, weighted by how often they occur.
    Support is how often a label is the true one."""

    labels: tuple[Hashable, ...]
    confusion: tuple[tuple[int, ...], ...]  # row: true label, column: predicted label
    by_label: dict[Hashable, Score]
    support: dict[Hashable, int]
    accuracy: float

    @property
    def macro(self) -> Score:
        return self._average(dict.fromkeys(self.labels, 1))

    @property
    def weighted(self) -> Score:
        return self._average(self.support)

    def frame(self):
        """The report as a pandas DataFrame: one row for each label, then the averages."""
        import pandas as pd

        rows = {str(label): self.by_label[label] for label in self.labels}
        rows |= {"macro average": self.macro, "weighted average": self.weighted}
        frame = pd.DataFrame(rows, index=Score._fields).T
        counts = [*self.support.values(), *[sum(self.support.values())] * 2]
        return frame.assign(support=counts)

    def _average(self, weights: dict[Hashable, int]) -> Score:
        total = sum(weights.values())
        means = (
            sum(weights[label] * self.by_label[label][part] for label in self.labels) / total
            for part in range(3)
        )
        return Score(*means)


def report(predicted: Labels, true: Labels) -> Report:
    """Counts and scores of a list of predicted labels against the true ones.

    A label that is never predicted has precision 0, one that never occurs recall 0. Raises
    ValueError for lists that are empty or of different lengths.
    """
    if len(predicted) != len(true) or not len(true):
        raise ValueError(
            f"{len(predicted)} predicted and {len(true)} true labels do not pair up; give two "
            "lists of one length, at least 1."
        )
    labels = tuple(sorted({*predicted, *true}, key=str))
    pairs = Counter(zip(true, predicted, strict=True))
    said, wanted = Counter(predicted), Counter(true)
    return Report(
        labels=labels,
        confusion=tuple(tuple(pairs[t, p] for p in labels) for t in labels),
        by_label={one: score(pairs[one, one], said[one], wanted[one]) for one in labels},
        support={one: wanted[one] for one in labels},
        accuracy=sum(pairs[one, one] for one in labels) / len(true),
    )
