"""Fine-tuning: one task, many tasks, and what is forgotten on the way (lesson 08).

The names below are this part's contract, loaded when they are first used. They need torch, but not
transformers.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
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

load_when_used(__name__)
