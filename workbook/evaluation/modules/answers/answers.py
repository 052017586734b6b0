"""Exact match and token F1 for the `evaluate` library: see `workbook.evaluation.module_path`.

The shell only; the scores are in `workbook.evaluation.answers`, normalised as SQuAD does.
Left out: the library's own squad metric, which wants dictionaries with ids.
Lesson 09 loads it in its section "In the library".
"""

import evaluate

from workbook.evaluation.answers import exact_match, token_f1
from workbook.evaluation.modules.text_pairs import info


class Answers(evaluate.Metric):
    """compute(predictions, references): {"exact_match": ..., "f1": ...}, means from 0 to 1."""

    def _info(self):
        return info(
            "Exact match and token F1 of short answers.",
            "Rajpurkar et al. (2016), SQuAD: 100,000+ Questions.",
        )

    def _compute(self, predictions, references):
        pairs = list(zip(predictions, references, strict=True))
        return {
            "exact_match": sum(exact_match(one, wanted) for one, wanted in pairs) / len(pairs),
            "f1": sum(token_f1(one, wanted) for one, wanted in pairs) / len(pairs),
        }
