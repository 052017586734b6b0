"""Training: the one loop, `fit`, and its parts; and how the town's models are made.

The names below are this part's contract; importing them loads torch, but not transformers. Lesson
02 explains pretraining, lesson 07 many devices, lesson 08 the loop and fine-tuning.
"""

from workbook.training.batches import Batches
from workbook.training.config import FitConfig
from workbook.training.fit import Run, fit
from workbook.training.losses import Loss, causal_loss, mean_loss

__all__ = ["Batches", "FitConfig", "Loss", "Run", "causal_loss", "fit", "mean_loss"]
