"""The explorer of lesson 11: turn a setting and watch the figure.

The sums are in `idea.py`, the figure in `charts.py`. How an explorer works is explained in
`workbook.core.notebook.explorer`.
"""

from __future__ import annotations

import torch

from workbook.core.notebook.explorer import Explorer, Slider
from workbook.peft_family import charts
from workbook.peft_family.idea import shares

WEIGHTS = (1.0, 2.0, 5.0)


def powers() -> Explorer:
    """Return an explorer of one setting, the power."""
    return Explorer(
        title="Powers of weights",
        compute=lambda power: shares(torch.tensor(WEIGHTS), power).tolist(),
        draw=charts.bars,
        controls={"power": Slider("Power", 1.0, (0.0, 1.0, 2.0), low=0.0, high=4.0, step=0.1)},
        alt=lambda values: f"The largest share is {max(values):.2f}.",
    )
