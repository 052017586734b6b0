"""The explorer of lesson 05: what it computes and says."""

from workbook.quantization import explorers


def test_powers_moves_the_shares_and_says_so():
    explorer = explorers.powers()
    assert explorer.compute(power=0.0) == [1 / 3] * 3
    figure = explorer.static_figure()
    assert figure.layout.meta["alt"] == "The largest share is 0.62."
