"""Our BLEU as a metric of the `evaluate` library: load it with `workbook.evaluation.module_path`.

The shell only; the score is in `workbook.evaluation.bleu_metric`. It runs from 0 to 100, as
sacrebleu's does; the library's own metric of this name runs from 0 to 1 and cuts words otherwise.
Lesson 09 loads it in its section "In the library".
"""

import datasets
import evaluate

from workbook.evaluation.bleu_metric import bleu


class Bleu(evaluate.Metric):
    """compute(predictions, references, tokenizer="13a", smoothing="exp"): {"bleu": 0 to 100}."""

    def _info(self):
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description="Corpus BLEU, 0 to 100, equal to sacrebleu's default.",
            citation="Papineni et al. (2002), BLEU: a Method for Automatic Evaluation of MT.",
            features=[
                datasets.Features({"predictions": text, "references": datasets.List(text)}),
                datasets.Features({"predictions": text, "references": text}),
            ],
        )

    def _compute(self, predictions, references, tokenizer="13a", smoothing="exp"):
        return {"bleu": bleu(predictions, references, tokenizer, smoothing)}
