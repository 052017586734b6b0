"""The last table of lesson 00: all that was measured, each with its floor and its ceiling.

It only arranges what the other modules measured. Left out: the measuring, in `knowledge.py`,
`perplexity.py` and `sure.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.core.runs.intervals import Interval
from workbook.welcome import knowledge, perplexity
from workbook.welcome.answers import WHO

if TYPE_CHECKING:
    import pandas


def what_you_measured(
    known: pandas.DataFrame, surprise: pandas.DataFrame, shares: Mapping[str, Interval]
) -> pandas.DataFrame:
    """A row for each figure: measured, floor, ceiling, as text.

    known: as from `knowledge.who_knows`. surprise: as from `perplexity.compare`; there the floor is
    the best possible. shares: as from `sure.compare`.
    """
    import pandas as pd

    rows = {}
    for when in known:
        floor, ceiling = (
            knowledge.in_words(known.loc[end, when]) for end in (knowledge.FLOOR, knowledge.CEILING)
        )
        for who in WHO:
            score = knowledge.in_words(known.loc[who, when])
            rows[f"{who}: right, facts {when}"] = (score, floor, ceiling)
    chains = [name for name in surprise.index if name.startswith("Markov")]
    best = _interval(surprise.loc[perplexity.FLOOR])
    for name in (surprise.perplexity[chains].idxmin(), perplexity.MODEL):
        rows[f"{name}: perplexity"] = (_interval(surprise.loc[name]), best, "")
    for name, share in shares.items():
        rows[name] = (str(share), "0.5" if "right" in name else "0", "1")
    return pd.DataFrame(rows, index=["measured", "floor", "ceiling"]).T


def _interval(row: pandas.Series) -> str:
    return str(Interval(*row[["perplexity", "low", "high"]]))
