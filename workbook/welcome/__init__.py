"""Welcome: three generations of text generators, and how the course works (lesson 00).

The names below are this part's contract, loaded when they are first used. They need neither torch
nor transformers.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.welcome.eliza import Eliza, mirror
    from workbook.welcome.markov import Chain, words

__all__ = ["Chain", "Eliza", "mirror", "words"]

load_when_used(__name__)
