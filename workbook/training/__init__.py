"""Training: the one loop, `fit`, and its parts; and how the town's models are made.

The names below are this part's contract, loaded when they are first used. They need torch, but not
transformers. Lesson 02 writes the loop by hand and pretrains with it; lesson 07 explains many
devices, lesson 08 fine-tuning.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.training.batches import Batches
    from workbook.training.config import FitConfig
    from workbook.training.fit import Run, fit
    from workbook.training.losses import Loss, causal_loss, mean_loss

__all__ = ["Batches", "FitConfig", "Loss", "Run", "causal_loss", "fit", "mean_loss"]

load_when_used(__name__)
