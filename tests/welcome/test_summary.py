"""The last table of lesson 00: each figure beside its baseline and the best possible."""

import pandas as pd

from workbook.core.runs import intervals
from workbook.town_lm.quality import share
from workbook.welcome import knowledge, perplexity
from workbook.welcome.answers import WHO
from workbook.welcome.summary import what_you_measured


def test_the_last_table_puts_baseline_and_ceiling_beside_each_figure():
    names = [knowledge.BASELINE, *WHO, knowledge.CEILING]
    rights = [[True, False], [False] * 2, [False] * 2, [True] * 2, [True] * 2]
    scores = [share("x", right) for right in rights]
    known = pd.DataFrame({"before": scores}, index=names)
    numbers = {**{f"Markov chain, n = {n}": 9.0 - n for n in (1, 2)}, perplexity.MODEL: 3.0}
    numbers[perplexity.ENTROPY_BOUND] = 2.0
    surprise = pd.DataFrame({name: 3 * [value] for name, value in numbers.items()}).T
    surprise.columns = ["perplexity", "low", "high"]
    shares = {"right here": intervals.Interval(0.9, 0.8, 1.0)}
    table = what_you_measured(known, surprise, shares)
    row = table.loc[f"{WHO[2]}: right, facts before"]
    assert [cell[:4] for cell in row] == ["1.00", "0.50", "1.00"]
    assert table.loc["Markov chain, n = 2: perplexity", "measured"] == "7 [7, 7]"
    assert table.loc[f"{perplexity.MODEL}: perplexity", "best possible"] == "2 [2, 2]"
    assert list(table.loc["right here"]) == ["0.9 [0.8, 1]", "0.5", "1"]


def test_of_the_chains_the_best_one_is_told_whatever_its_place():
    names = [knowledge.BASELINE, *WHO, knowledge.CEILING]
    known = pd.DataFrame(
        {when: [share("x", [True, False])] * 5 for when in ("before", "after")}, index=names
    )
    numbers = {perplexity.chain_name(n): each for n, each in ((1, 9.0), (2, 4.0), (3, 6.0))}
    numbers |= {perplexity.MODEL: 3.0, perplexity.ENTROPY_BOUND: 2.0}
    surprise = pd.DataFrame({name: [n, n - 1, n + 1] for name, n in numbers.items()}).T
    surprise.columns = ["perplexity", "low", "high"]
    shares = {"never seen": intervals.Interval(0.25, 0.2, 0.3)}
    table = what_you_measured(known, surprise, shares)
    assert list(table.index) == [
        *(f"{who}: right, facts {when}" for when in ("before", "after") for who in WHO),
        "Markov chain, n = 2: perplexity", f"{perplexity.MODEL}: perplexity", "never seen",
    ]  # fmt: skip
    chain = table.loc["Markov chain, n = 2: perplexity"]
    assert list(chain) == ["4 [3, 5]", "", "2 [1, 3]"]
    assert list(table.loc["never seen"]) == ["0.25 [0.2, 0.3]", "", ""]
