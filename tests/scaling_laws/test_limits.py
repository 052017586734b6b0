"""Repeated text and models in use: limits of the laws, and the published figures."""

import math

import pytest

from workbook.scaling_laws import limits, published
from workbook.scaling_laws.limits import DataLimited

LAW = published.law("hoffmann")


def test_fresh_text_counts_in_full_and_repeated_text_less_each_time():
    law = limits.muennighoff()
    assert law.effective_tokens(1e9, 1e9) == 1e9
    assert law.effective_tokens(5e9, 1e9) == 1e9  # text that is not read does not help
    worth = [law.effective_tokens(1e9, epochs * 1e9) for epochs in range(1, 60)]
    gains = [after - before for before, after in zip(worth, worth[1:], strict=False)]
    assert all(later < earlier < 1e9 for earlier, later in zip(gains, gains[1:], strict=False))
    assert worth[-1] < 1e9 * (1 + law.repetition)
    assert 0.9 < worth[3] / 4e9 < 1  # up to four epochs are almost as good as fresh text
    assert worth[39] / 40e9 < 0.45


def test_the_published_allocation_comes_out():
    """Appendix A: U_N = 0.051 U_D, and constants that print as 521, 1488 and 1.87."""
    law = limits.muennighoff()
    assert law.enough(1e9) == pytest.approx(0.051e9, rel=2e-3)
    assert law.enough(7e11) / 7e11 == pytest.approx(0.051, rel=2e-3)  # alpha = beta: one ratio
    assert [round(law.law.A), round(law.law.B), round(law.law.E, 2)] == [521, 1488, 1.87]


def test_enough_parameters_are_the_optimum_of_their_text():
    law = DataLimited(LAW, 15.0, 5.0)
    parameters = law.enough(1e11)
    best, tokens = LAW.optimum(6 * parameters * 1e11)
    assert (best, tokens) == pytest.approx((parameters, 1e11))


def test_without_repetition_and_excess_it_is_the_plain_law():
    law = DataLimited(LAW, 15.0, 5.0)
    assert law.loss(1e8, 1e11, unique=1e11) == pytest.approx(LAW.loss(1e8, 1e11))
    assert law.loss(1e8, 4e11, unique=1e11) > LAW.loss(1e8, 4e11)
    assert law.loss(1e12, 1e10, unique=1e10) > LAW.loss(1e12, 1e10)


def test_the_worth_of_repetition_is_fitted_back():
    truth = DataLimited(LAW, 7.0, 1.0)
    runs = [
        {"parameters": n, "tokens": k * 1e9, "unique": 1e9,
         "loss": LAW.loss(n, truth.effective_tokens(1e9, k * 1e9))}
        for n in (1e7, 1e8) for k in (1, 2, 4, 8, 16)
    ]  # fmt: skip
    assert limits.fit_repetition(LAW, runs) == pytest.approx(7.0, rel=1e-3)
    with pytest.raises(ValueError, match="none of the runs reads its text more than once"):
        limits.fit_repetition(LAW, [run for run in runs if run["tokens"] == run["unique"]])


def test_without_use_the_optimum_is_chinchillas():
    flops = 1e22
    found = limits.inference_optimum(LAW, LAW.least_loss(flops), 0.0)
    assert found.parameters == pytest.approx(LAW.optimum(flops)[0], rel=1e-3)
    assert found.flops == pytest.approx(flops, rel=1e-6) and found.inference == 0


def test_the_more_a_model_is_used_the_smaller_it_should_be():
    loss = LAW.least_loss(1e23)
    found = [limits.inference_optimum(LAW, loss, demand) for demand in (0.0, 1e11, 1e12, 1e13)]
    sizes = [one.parameters for one in found]
    assert sizes == sorted(sizes, reverse=True)
    for one in found:
        assert LAW.loss(one.parameters, one.tokens) == pytest.approx(loss)
        for factor in (0.9, 1.1):
            demand = one.inference / 2 / one.parameters
            other = limits.lifetime(LAW, loss, one.parameters * factor, demand)
            assert other.flops >= one.flops


def test_sardanas_example_comes_out():
    """13B quality, two trillion tokens of use: 7B saves 1.7e22 FLOPs, 17 %; here 1.63e22, 16 %."""
    said = published.values("inference")
    flops = 6 * (said["quality of"] / LAW.optimum(6.0)[0]) ** (1 / LAW.exponents[0])
    assert LAW.optimum(flops)[0] == pytest.approx(13e9)
    loss = LAW.least_loss(flops)
    large, small = (
        limits.lifetime(LAW, loss, said[name], said["demand"]) for name in ("quality of", "better")
    )
    assert large.flops - small.flops == pytest.approx(said["saved"], rel=0.05)
    assert 1 - small.flops / large.flops == pytest.approx(0.17, abs=0.01)
    best = limits.inference_optimum(LAW, loss, said["demand"])
    assert best.parameters == pytest.approx(said["better"], rel=0.05)


def test_what_no_model_reaches_is_one_sentence():
    with pytest.raises(ValueError, match="no model reaches 1: the irreducible loss is 1.69"):
        limits.inference_optimum(LAW, 1.0, 1e12)
    with pytest.raises(ValueError, match="there must be text to read"):
        limits.muennighoff().effective_tokens(0.0, 1e9)
    assert math.isfinite(limits.muennighoff().loss(1e9, 1e12, 1e10))
