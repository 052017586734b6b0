"""Our ROUGE as a metric of the `evaluate` library: load it with `workbook.evaluation.module_path`.

The shell only; the scores are in `workbook.evaluation.rouge_metric`. Left out: the library's own
aggregator, which resamples and so gives another number every time.
Lesson 09 loads it in its section "In the library".
"""

import evaluate

from workbook.evaluation.modules.text_pairs import info
from workbook.evaluation.rouge_metric import rouge


class Rouge(evaluate.Metric):
    """compute(predictions, references, use_stemmer=False): mean F1 of four types."""

    def _info(self):
        return info(
            "ROUGE-1, -2, -L and -Lsum, mean F1 over the predictions.",
            "Lin (2004), ROUGE: A Package for Automatic Evaluation of Summaries.",
        )

    def _compute(self, predictions, references, use_stemmer=False):
        return rouge(predictions, references, use_stemmer)
