"""Evaluation: is the text any good, and how do you know? (lesson 09)

The names below are this part's contract, loaded when they are first used. `rouge` and `bleu` are
written from scratch and equal rouge-score and sacrebleu; `module_path` gives them to the `evaluate`
library. Importing this loads neither torch nor transformers.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.evaluation.answers import exact_match, token_f1
    from workbook.evaluation.bleu_metric import bleu, sentence_bleu
    from workbook.evaluation.bootstrap import bootstrap, paired_bootstrap
    from workbook.evaluation.calibration import calibration_error
    from workbook.evaluation.likelihood import bits_per_byte, perplexity
    from workbook.evaluation.rouge_metric import rouge, rouge_bootstrap, rouge_scores

__all__ = [
    "bits_per_byte",
    "bleu",
    "bootstrap",
    "calibration_error",
    "exact_match",
    "module_path",
    "paired_bootstrap",
    "perplexity",
    "rouge",
    "rouge_bootstrap",
    "rouge_scores",
    "sentence_bleu",
    "token_f1",
]

load_when_used(__name__)


def module_path(name: str) -> str:
    """Where the metric `name` ("rouge", "bleu" or "answers") lies for `evaluate.load(...)`.

    The library finds it there without a network; it must be installed (`pip install evaluate`).
    """
    folder = Path(__file__).resolve().parent / "modules"
    known = sorted(each.name for each in folder.iterdir() if (each / f"{each.name}.py").exists())
    if name not in known:
        raise ValueError(f"No metric is called {name!r}; there are {', '.join(known)}.")
    return str(folder / name)
