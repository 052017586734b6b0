"""What the runs of a sweep say, on runs that follow a known law."""

import numpy as np
import pytest

from workbook.core.runs import Interval
from workbook.scaling_laws import Law, findings

LAW = Law(A=900.0, B=1500.0, E=0.42, alpha=0.6, beta=0.5)


def sweep_of(law, budgets, noise=0.0, sizes=9):
    source = np.random.default_rng(0)
    rows = []
    for budget in budgets:
        for size in law.optimum(budget)[0] * np.geomspace(0.2, 5, sizes):
            tokens = budget / 6 / size
            shares = np.geomspace(0.02, 1, 12)
            rows.append({
                "budget": budget, "parameters": size, "tokens": tokens, "flops": budget,
                "loss": law.loss(size, tokens) * np.exp(source.normal(0, noise)),
                "curve": [[tokens * k, law.loss(size, tokens * k)] for k in shares],
            })  # fmt: skip
    return rows


RUNS = sweep_of(LAW, np.geomspace(1e11, 1e13, 6), noise=0.002)


def test_all_three_approaches_find_the_exponents():
    a, b = LAW.exponents
    laws = findings.power_laws(findings.optima(RUNS), "parameters")
    assert laws["approach 1"].exponent == pytest.approx(a, abs=0.06)
    assert laws["approach 2"].exponent == pytest.approx(a, abs=0.03)
    fitted = findings.law_of(RUNS, bootstrap=30)
    assert fitted.E == pytest.approx(LAW.E, rel=0.03)
    assert fitted.exponents == pytest.approx((a, b), abs=0.02)
    table = findings.exponents_table(RUNS, fitted)
    assert list(table.index) == ["approach 1", "approach 2", "approach 3"]
    assert table.loc["approach 3", "D* ~ C^b"] == f"{fitted.intervals['b']:.2f}"


def test_two_budgets_are_said_to_be_too_few():
    few = sweep_of(LAW, (1e11, 1e12))
    fitted = findings.law_of(few, bootstrap=5)
    assert findings.exponents_table(few, fitted).loc["approach 2"].tolist() == [findings.FEW] * 2


def test_approach_1_leaves_out_what_the_ladders_ends_win():
    sizes = [run["parameters"] for run in RUNS]
    found = findings.optima(RUNS)["approach 1"]
    assert found and all(min(sizes) < one.parameters < max(sizes) for one in found)


def test_an_interval_holds_its_ends():
    interval = Interval(2.0, 1.0, 3.0)
    assert findings.holds(interval, 1.0) and findings.holds(interval, 3.0)
    assert not findings.holds(interval, 3.01)


def one_winner():
    """Three sizes over one stretch of compute, of which the middle one is always lowest."""
    shares = np.geomspace(0.05, 1, 8)
    return [
        {"budget": 6e9, "flops": 6e9, "parameters": size, "tokens": 1e9 / size, "loss": loss,
         "curve": [[1e9 / size * k, loss / k**0.1] for k in shares]}
        for size, loss in ((10.0, 3.0), (20.0, 2.0), (40.0, 3.0))
    ]  # fmt: skip


def test_one_size_throughout_is_said_in_words():
    """A line through one size has no interval, which was once shown as [nan, nan]."""
    runs = one_winner()
    assert {one.parameters for one in findings.optima(runs)["approach 1"]} == {20.0}
    table = findings.exponents_table(runs, findings.law_of(RUNS, bootstrap=5))
    assert table.loc["approach 1"].tolist() == [findings.ONE_SIZE] * 2


def test_an_irreducible_loss_at_zero_is_said_not_to_be_determined():
    fitted = findings.law_of(RUNS, bootstrap=20)
    assert findings.irreducible(RUNS, fitted) == f"{fitted.intervals['E']:.2f}"
    without = sweep_of(Law(A=900.0, B=1500.0, E=1e-9, alpha=0.6, beta=0.5), (1e11, 1e12, 1e13))
    assert findings.irreducible(without, findings.law_of(without, bootstrap=5)) == findings.OPEN


def test_a_longer_run_is_read_where_the_shorter_one_has_ended():
    runs = [
        {"parameters": 5, "tokens": 100, "loss": 3.0, "curve": [[50, 4.0], [100, 3.0]]},
        {"parameters": 5, "tokens": 200, "loss": 2.0, "curve": [[90, 3.9], [110, 3.3], [200, 2.0]]},
        {"parameters": 7, "tokens": 90, "loss": 2.5, "curve": [[90, 2.5]]},
    ]
    table = findings.halfway(runs)
    assert table.to_dict("index") == {5: {"ends there": 3.0, "on its way": 3.3}}
