"""Kaplan's laws with their published constants, and a later law seen as Kaplan counted."""

import pytest

from workbook.scaling_laws import kaplan, published


def test_kaplans_laws_agree_with_themselves_nearly():
    laws = kaplan.laws()
    assert laws.of_compute(2.0) / laws.of_compute(1.0) == pytest.approx(2**-0.05)
    assert laws.of_both(1e9, 1e30) == pytest.approx(laws.of_parameters(1e9), rel=1e-6)
    assert laws.of_both(1e30, 1e9) == pytest.approx(laws.of_tokens(1e9), rel=1e-3)
    assert kaplan.predicted_exponent() == pytest.approx(0.684, abs=5e-4)


def test_chinchilla_seen_as_kaplan_looked_has_kaplans_exponent():
    """Without embeddings and at Kaplan's sizes the optimum grows as C^.73 to C^.79, not C^.5."""
    for name in ("hoffmann", "besiroglu"):
        law = published.law(name)
        seen = kaplan.as_kaplan_counts(law)
        assert 0.73 < seen.exponent < 0.79
        large = kaplan.as_kaplan_counts(law, sizes=(1e12, 1e14))
        assert large.exponent == pytest.approx(law.exponents[0], abs=0.01)


def test_kaplans_view_is_the_lowest_point_of_its_own_budget():
    law = published.law("besiroglu")
    line = kaplan.as_kaplan_counts(law, sizes=(1e6, 1.001e6), points=3)
    flops = (1e6 / line.factor) ** (1 / line.exponent)

    def loss(bare):
        return law.loss(kaplan.with_embeddings(bare), flops / 6 / bare)

    assert loss(1e6) < min(loss(0.9e6), loss(1.1e6))


def test_each_law_is_one_where_its_variable_is_its_constant():
    """Equations 1.1 to 1.3, with N_c 8.8e13, D_c 5.4e13 and C_c 3.1e8 of the paper's table."""
    laws = kaplan.laws()
    assert (laws.N_c, laws.D_c, laws.C_c) == (8.8e13, 5.4e13, 3.1e8)
    assert laws.of_parameters(8.8e13) == laws.of_tokens(5.4e13) == laws.of_compute(3.1e8) == 1
    assert laws.of_parameters(8.8e13 / 1000) == pytest.approx(1000**0.076)
    assert laws.of_tokens(5.4e13 / 1000) == pytest.approx(1000**0.095)


def test_embeddings_grow_with_the_cube_root_of_the_rest():
    assert kaplan.with_embeddings(1e6) == pytest.approx(1e6 + 47_491 * 100)
    assert kaplan.with_embeddings(8e6, omega=3.0) == pytest.approx(8e6 + 3 * 200)


def test_without_embeddings_to_leave_out_kaplan_sees_the_law_itself():
    law = published.law("besiroglu")
    seen = kaplan.as_kaplan_counts(law, omega=0.0)
    assert seen.exponent == pytest.approx(law.exponents[0])
    assert seen(1e20) == pytest.approx(law.optimum(1e20)[0])


def test_straight_lines_through_the_best_runs_have_the_exponents_they_were_drawn_from():
    """A grid of N and D: at the largest D the loss follows N alone, and the other way round."""
    laws = kaplan.laws()
    runs = [
        {"parameters": n, "tokens": d, "flops": 6 * n * d, "loss": laws.of_both(n, d)}
        for n in (1e6, 1e7, 1e8, 1e22)
        for d in (1e7, 1e8, 1e9, 1e22)
    ]
    few = [run for run in runs if run["parameters"] < 1e9]
    assert kaplan.fit(few)["parameters"].exponent == pytest.approx(-laws.alpha_N, abs=1e-3)
    short = [run for run in runs if run["tokens"] < 1e10]
    assert kaplan.fit(short)["tokens"].exponent == pytest.approx(-laws.alpha_D, abs=1e-3)


def test_the_law_of_compute_goes_through_the_lowest_loss_of_each_budget():
    runs = [
        {"parameters": size, "tokens": c / 6 / size, "flops": c, "loss": 9 * c**-0.05 * worse}
        for c in (1e10, 1e12, 1e14)
        for size, worse in ((1e3, 1.3), (1e4, 1.0))
    ]
    laws = kaplan.fit(runs)
    assert (laws["flops"].exponent, laws["flops"].factor) == pytest.approx((-0.05, 9))
    assert "parameters" not in laws  # two sizes are no line


def test_a_law_without_a_constant_passes_below_it():
    law = published.law("besiroglu")
    budgets = [1e18, 1e19, 1e20, 1e21]
    runs = [
        dict(zip(("parameters", "tokens"), law.optimum(c), strict=True))
        | {"flops": c, "loss": law.least_loss(c)}
        for c in budgets
    ]
    line = kaplan.fit(runs)["flops"]
    assert all(line(c) == pytest.approx(law.least_loss(c), rel=0.02) for c in budgets)
    assert line(1e27) < law.E
