"""The last table of lesson 00: all that was measured, its baseline, and the best possible.

It only arranges what the other modules measured. Left out: the measuring, in `knowledge.py`,
`perplexity.py` and `classifier_vs_density.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.core.runs import Interval
from workbook.welcome import knowledge, perplexity
from workbook.welcome.answers import WHO

if TYPE_CHECKING:
    import pandas


def what_you_measured(
    known: pandas.DataFrame, surprise: pandas.DataFrame, shares: Mapping[str, Interval]
) -> pandas.DataFrame:
    """Return a row for each figure: measured, baseline and best possible, as text.

    known: as from `knowledge.who_knows`. surprise: as from `perplexity.compare`; the best
    possible is the entropy bound. shares: as from `classifier_vs_density.compare`; of those that
    are about single points no side is the good one, so they have no baseline.
    """
    import pandas as pd

    rows = {}
    for when in known:
        baseline, ceiling = (
            knowledge.in_words(known.loc[end, when])
            for end in (knowledge.BASELINE, knowledge.CEILING)
        )
        for who in WHO:
            score = knowledge.in_words(known.loc[who, when])
            rows[f"{who}: right, facts {when}"] = (score, baseline, ceiling)
    chains = [name for name in surprise.index if name.startswith("Markov")]
    best = _interval(surprise.loc[perplexity.ENTROPY_BOUND])
    for name in (surprise.perplexity[chains].idxmin(), perplexity.MODEL):
        rows[f"{name}: perplexity"] = (_interval(surprise.loc[name]), "", best)
    for name, share in shares.items():
        rows[name] = (str(share), *(("0.5", "1") if "right" in name else ("", "")))
    return pd.DataFrame(rows, index=["measured", "baseline", "best possible"]).T


def _interval(row: pandas.Series) -> str:
    return str(Interval(*row[["perplexity", "low", "high"]]))
