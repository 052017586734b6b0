"""The explorers of lesson 05: what they compute and say, against closed forms."""

import math

import pytest
import torch

from workbook.core.runs.seeding import generator
from workbook.quantization import explorers
from workbook.quantization.planner import MODELS, plan_serving


def test_a_flipped_bit_of_pi():
    plain = explorers.compute_bits("3.14159265", "bf16", 0)
    assert plain.value == 3.140625 and plain.kept["fp16"] == 3.140625
    assert explorers.compute_bits("3.14159265", "bf16", 1).value == -3.140625  # the sign
    assert explorers.compute_bits("3.14159265", "bf16", 16).value == 3.140625 - 2**-6
    smaller = explorers.compute_bits("3.14159265", "bf16", 3).value  # the exponent, 128 less 64
    assert smaller == 3.140625 * 2.0**64
    assert explorers.compute_bits("1", "fp16", 2).value == math.inf  # exponent all ones


def test_every_bit_of_every_format_can_be_flipped_and_flips_back():
    for name in explorers.NAMES:
        width = explorers.FORMATS[name].bits
        base = explorers.compute_bits("0.75", name, 0)
        for bit in range(1, width + 1):
            data = explorers.compute_bits("0.75", name, bit)
            assert data.bits ^ base.bits == 1 << (width - bit)
            figure = explorers.draw_bits(data)
            assert explorers.describe_bits(data).startswith("0.75 in")
            assert len(figure.data[0].text[0]) == width


def test_infinity_and_nan_are_told_not_drawn():
    data = explorers.compute_bits("1e9", "fp16", 0)
    assert data.value == math.inf and "stands for inf" in explorers.describe_bits(data)
    assert marks(data, "this pattern").x == (None,)


def marks(data, name):
    """A trace of the figure by its name."""
    return next(trace for trace in explorers.draw_bits(data).data if trace.name == name)


def test_each_format_shows_its_numbers_around_the_one_typed():
    """Guards: a format showed its nearest value alone, so its gaps could not be seen."""
    data = explorers.compute_bits("3.14159265", "bf16", 0)
    ticks = marks(data, "its other numbers")
    pairs = list(zip(ticks.y, ticks.x, strict=True))
    by_format = {name: [x for each, x in pairs if each == name] for name in explorers.NAMES}
    assert [x for x in by_format["fp8_e4m3"] if 2.5 <= x <= 4] == [
        2.5, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0]  # fmt: skip
    assert [x for x in by_format["fp8_e5m2"] if 2 <= x <= 5] == [2.0, 2.5, 3.0, 3.5, 4.0, 5.0]
    assert by_format["int8"] == by_format["int4"] == [2.0, 3.0, 4.0, 5.0]
    assert not by_format["nf4"] and not by_format["fp32"]
    solid = marks(data, "numbers too close to tell apart")
    assert set(solid.y) == {"fp32", "tf32", "fp16", "bf16"}


def test_what_lies_beyond_the_line_is_an_arrow_with_its_number():
    """Guards: a flipped bit of the exponent squeezed all formats onto one point."""
    data = explorers.compute_bits("3.14159265", "bf16", 3)
    low, high = data.ends
    assert low < 3.14 < high < 6
    far = marks(data, "this pattern")
    assert far.x == (high,) and far.text == ("5.793e+19",)
    assert far.marker.symbol == ("triangle-right",)
    kept = marks(data, "nearest value")
    places = dict(zip(kept.y, zip(kept.x, kept.text, kept.marker.symbol, strict=True), strict=True))
    assert places["nf4"] == (low, "1", "triangle-left")
    assert places["bf16"] == (3.140625, "", "circle")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"number": "pi", "format": "bf16", "flip": 0}, "'pi' is not a number"),
        ({"number": "nan", "format": "bf16", "flip": 0}, "NaN has no place"),
        ({"number": "1", "format": "int4", "flip": 5}, "int4 has 4 bits; bit 5 is not there"),
    ],
)
def test_bad_settings_get_one_sentence(settings, words):
    with pytest.raises(ValueError, match=words):
        explorers.compute_bits(**settings)


def weight():
    return torch.randn(24, 64, generator=generator(0)) * 0.05


def test_the_quantizer_tells_the_error_and_the_cost():
    rounder = explorers.Rounder(weight())
    errors = [rounder(bits, "channel", "absmax", 1.0).error for bits in (2, 3, 4, 8)]
    assert errors == sorted(errors, reverse=True) and errors[-1] < 0.01
    assert rounder(4, "group of 16", "absmax", 1.0).bits == 5.0
    ruined, spared = (rounder(4, per, "absmax", 40.0).error for per in ("tensor", "group of 16"))
    assert spared < ruined / 2
    assert torch.equal(rounder.weight, weight())


def test_the_figure_shows_both_histograms_and_the_error():
    data = explorers.Rounder(weight())(3, "tensor", "mse", 10.0)
    figure = explorers.draw_rounded(data)
    assert len(figure.data) == 3 and max(map(max, figure.data[2].z)) == pytest.approx(1.0)
    gap = (data.after - data.before).abs().max().item()
    assert f"darkest: {gap:.2g}" in figure.layout.xaxis2.title.text
    assert "different values are left" in explorers.describe_rounded(data)


def test_memory_is_the_planners():
    plan = explorers.compute_plan("falcon-7b", "serve, nf4", 2, 512)
    assert plan == plan_serving(MODELS["falcon-7b"], "nf4", 2, 512)
    figure = explorers.draw_plan(explorers.compute_plan("1b", "full, fp32", 1, 1024))
    assert list(figure.data[0].y)[-1] == "total"
    assert figure.data[0].x[-1] == pytest.approx(sum(figure.data[0].x[:-1]))


@pytest.mark.parametrize("make", [
    explorers.bits_explorer, explorers.memory_explorer,
    lambda: explorers.quantizer_explorer(weight()),
])  # fmt: skip
def test_each_has_a_static_form_with_a_table(make):
    explorer = make()
    figure = explorer.static_figure()
    assert len(figure.frames) >= 5 and figure.layout.meta["alt"]
    assert len(explorer.static_table()) >= 5
