"""Approaches 1 and 2 find the exponents of a law from runs made by that law."""

import numpy as np
import pytest

from workbook.scaling_laws import Law
from workbook.scaling_laws.approaches import (
    fit_power_law,
    isoflop_minimum,
    isoflop_optima,
    training_envelope,
)

LAW = Law(A=120.0, B=120.0, E=0.6, alpha=0.4, beta=0.4)  # symmetric: the parabola is exact


def runs(law, budgets=(1e12, 1e13, 1e14, 1e15), spread=0.5):
    found = []
    for flops in budgets:
        for size in law.optimum(flops)[0] * np.exp(np.linspace(-spread, spread, 7)):
            tokens = flops / 6 / size
            found.append(
                {"flops": flops, "parameters": size, "tokens": tokens,
                 "loss": law.loss(size, tokens)}
            )  # fmt: skip
    return found


def test_a_power_law_is_found_again_with_its_interval():
    x = [1.0, 10.0, 100.0, 1000.0]
    exact = fit_power_law(x, [3 * value**0.7 for value in x])
    assert (exact.factor, exact.exponent) == pytest.approx((3, 0.7))
    assert exact(50.0) == pytest.approx(3 * 50**0.7)
    noisy = fit_power_law(x, [3.3, 13.0, 80.0, 350.0])
    assert noisy.interval.low < 0.7 < noisy.interval.high


def test_the_interval_of_an_exponent_has_its_level():
    rng = np.random.default_rng(0)
    x = np.geomspace(1, 1e4, 6)
    hits = 0
    for _ in range(400):
        line = fit_power_law(x.tolist(), (x**0.5 * np.exp(rng.normal(0, 0.2, 6))).tolist())
        hits += line.interval.low < 0.5 < line.interval.high
    assert 0.92 < hits / 400 < 0.98


@pytest.mark.parametrize("values", [([1, 2], [1, 2]), ([1, 2, 3], [1, 2, 0]), ([1, 2, 3], [1, 2])])
def test_too_little_for_a_power_law_is_one_sentence(values):
    with pytest.raises(ValueError, match="a power law needs"):
        fit_power_law(*values)


def test_the_bottom_of_a_parabola():
    sizes = np.exp([1.0, 2.0, 3.0, 5.0])
    best, loss = isoflop_minimum(sizes, 2 + 0.3 * (np.log(sizes) - 2.5) ** 2)
    assert (best, loss) == pytest.approx((np.exp(2.5), 2.0))
    with pytest.raises(ValueError, match="opens downward"):
        isoflop_minimum(sizes, [1, 2, 2, 1])
    with pytest.raises(ValueError, match="at least 3 sizes"):
        isoflop_minimum([1, 1, 2], [1, 2, 3])


def test_approach_2_finds_the_optima_of_a_symmetric_law():
    found = isoflop_optima(runs(LAW))
    assert [one.flops for one in found] == [1e12, 1e13, 1e14, 1e15]
    for one in found:
        best, tokens = LAW.optimum(one.flops)
        assert one.parameters == pytest.approx(best, rel=1e-3)
        assert one.tokens == pytest.approx(tokens, rel=1e-2)
        assert one.loss == pytest.approx(LAW.least_loss(one.flops), rel=1e-3)
    line = fit_power_law([o.flops for o in found], [o.parameters for o in found])
    assert line.exponent == pytest.approx(0.5, abs=1e-3)


def test_a_budget_without_a_bottom_among_its_sizes_is_left_out():
    lowest = max(run["parameters"] for run in runs(LAW) if run["flops"] == 1e12)
    cut = [run for run in runs(LAW) if run["flops"] > 1e12 or run["parameters"] > 0.8 * lowest]
    assert [one.flops for one in isoflop_optima(cut)] == [1e13, 1e14, 1e15]


def test_approach_1_finds_the_exponent_from_training_curves():
    """Each curve is the law along one run: the lowest of them at each compute is the optimum."""
    curves = []
    for size in np.geomspace(1e5, 1e8, 25):
        tokens = np.geomspace(1e4, 1e11, 60)
        curves.append((size, 6 * size * tokens, LAW.loss(size, tokens)))
    found = training_envelope(curves, grid=300)
    inside = [one for one in found if 3e5 < one.parameters < 3e7]
    line = fit_power_law([o.flops for o in inside], [o.parameters for o in inside])
    assert line.exponent == pytest.approx(0.5, abs=0.02)
    assert all(one.tokens == pytest.approx(one.flops / 6 / one.parameters) for one in found)


def test_compute_that_one_run_alone_has_seen_is_left_out():
    curves = [(1.0, [1.0, 10.0], [3.0, 2.0]), (2.0, [4.0, 40.0], [3.5, 1.5])]
    found = training_envelope(curves, grid=50)
    assert min(one.flops for one in found) >= 4 and max(one.flops for one in found) <= 10
