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
