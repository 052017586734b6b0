"""The generative AI workbook: the code behind the numbered notebooks.

`from workbook import setup` and one call start every lesson. Nothing heavy is imported here and
nothing runs at import: each topic lives in its own sub-package (`workbook.sampling`, ...).
Lesson 00 explains how the course works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.core.system.profile import Profile

__version__ = "0.1.0"
__all__ = ["__version__", "setup"]


def setup(seed: int = 0) -> Profile:
    """Seed Python, NumPy and torch, set torch's threads, say in one line what runs where.

    Returns the `Profile` in force. Raises ValueError when the seed or a WORKBOOK_... variable is
    not one the course knows.
    """
    import torch

    from workbook.core.runs import seeding
    from workbook.core.system import profile

    chosen = profile.current()
    seeding.seed_everything(seed)
    torch.set_num_threads(chosen.threads)
    print(f"profile {chosen.name} | device {chosen.device}, {chosen.dtype} | seed {seed}")
    return chosen
