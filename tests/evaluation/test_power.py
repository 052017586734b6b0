"""How many cases a comparison needs: the formula against simulated comparisons."""

import numpy as np
import pytest
from scipy import stats

from workbook.evaluation import explorers, power


@pytest.mark.parametrize(("better", "differ", "cases"), [(0.1, 0.3, 200), (0.05, 0.2, 400)])
def test_power_is_what_simulated_tests_find(better, differ, cases):
    source = np.random.default_rng(0)
    shares = [(differ + better) / 2, (differ - better) / 2, 1 - differ]
    drawn = source.multinomial(cases, shares, size=4000)
    ahead, behind = drawn[:, 0], drawn[:, 1]
    z = (ahead - behind) / np.sqrt(np.maximum(ahead + behind, 1))
    found = (np.abs(z) > stats.norm.ppf(0.975)).mean()
    assert power.power(better, differ, cases) == pytest.approx(found, abs=0.03)


def test_needed_cases_are_the_fewest():
    needed = power.cases_needed(0.05, 0.2)
    assert power.power(0.05, 0.2, needed) >= power.WANTED > power.power(0.05, 0.2, needed - 1)
    assert power.cases_needed(0.0, 0.2) == power.MOST


def test_no_difference_is_found_as_often_as_the_level_says():
    """One side of the two-sided test."""
    assert power.power(0.0, 0.3, 100) == pytest.approx(power.LEVEL / 2)


@pytest.mark.parametrize("wrong", [(0.3, 0.2, 10), (0.1, 1.2, 10), (0.1, 0.2, 0), (-0.1, 0.2, 9)])
def test_mistakes_are_one_sentence(wrong):
    with pytest.raises(ValueError, match="Systems differ|at least one case"):
        power.power(*wrong)


def test_the_explorer_draws_its_plan():
    explorer = explorers.power_explorer()
    found = power.plan(200.4, 5, 20)
    assert found.cases == 200 and found.better == 0.05 and found.differ == 0.2
    assert power.plan(200, 20, 2).differ == 0.2, "two systems differ at least by the difference"
    assert dict(found.curve)[200] == found.power
    figure = explorer.draw(found)
    assert figure.data[1].x == (200,) and figure.data[1].y == (found.power,)
    assert f"{found.needed:,} cases are needed" in explorer.alt(found)
