"""Welcome: three generations of text generators, and how the course works (lesson 00).

The names below are this part's contract; importing them loads neither torch nor transformers.
"""

from workbook.welcome.eliza import Eliza, mirror
from workbook.welcome.markov import Chain, words

__all__ = ["Chain", "Eliza", "mirror", "words"]
