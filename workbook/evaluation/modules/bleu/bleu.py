"""Our BLEU as a metric of the `evaluate` library: load it with `workbook.evaluation.module_path`.

The shell only; the score is in `workbook.evaluation.bleu_metric`. It runs from 0 to 100, as
sacrebleu's does; the library's own metric of this name runs from 0 to 1 and cuts words otherwise.
Lesson 09 loads it in its section "In the library".
"""

import evaluate

from workbook.evaluation.bleu_metric import bleu
from workbook.evaluation.modules.text_pairs import info


class Bleu(evaluate.Metric):
    """compute(predictions, references, tokenizer="13a", smoothing="exp"): {"bleu": 0 to 100}."""

    def _info(self):
        return info(
            "Corpus BLEU, 0 to 100, equal to sacrebleu's default.",
            "Papineni et al. (2002), BLEU: a Method for Automatic Evaluation of MT.",
        )

    def _compute(self, predictions, references, tokenizer="13a", smoothing="exp"):
        return {"bleu": bleu(predictions, references, tokenizer, smoothing)}
