"""Brindlemere, the town whose truth is known: facts, texts rendered from them, and their entropy.

`stream(kind, split, seed)` yields documents without end; `build_town()` gives the facts behind;
`data/town/town.sqlite` holds the same facts for plain SQL. The town has its own language model
(`workbook/town_lm/models.py`). Every lesson takes its text from here.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.town.stream import (
        KINDS,
        RAW_MIXTURE,
        dataset,
        document,
        iterable_dataset,
        mixture,
        stream,
    )
    from workbook.town.world import build_both, build_town
    from workbook.town.writer import Document, Fact

__all__ = [
    "KINDS",
    "RAW_MIXTURE",
    "Document",
    "Fact",
    "build_both",
    "build_town",
    "dataset",
    "document",
    "iterable_dataset",
    "mixture",
    "stream",
]

load_when_used(__name__)
