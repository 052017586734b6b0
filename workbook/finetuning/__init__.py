"""Fine-tuning: one task, many tasks, and what is forgotten on the way (lesson 08).

The names below are this part's contract; importing them loads torch, but not transformers.
"""

from workbook.finetuning.data import chats, examples, statistics
from workbook.finetuning.families import cases, measure, rouge, score
from workbook.finetuning.penalties import Anchor, fisher
from workbook.finetuning.remedies import REMEDIES, remedy_run
from workbook.finetuning.tuning import TuneConfig, tune

__all__ = [
    "REMEDIES",
    "Anchor",
    "TuneConfig",
    "cases",
    "chats",
    "examples",
    "fisher",
    "measure",
    "remedy_run",
    "rouge",
    "score",
    "statistics",
    "tune",
]
