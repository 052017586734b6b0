"""What a question costs: the estimate against a loop that counts, and prices by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.react.cost import Prices, Tokens, estimate, fresh_tokens, of_trace, price
from workbook.react.loop import Budget, run
from workbook.react.models import Playback
from workbook.react.toolbox import Tool, Toolbox


@given(st.integers(1, 7), st.integers(1, 9), st.integers(1, 9))
def test_the_estimate_is_what_the_loop_counts(steps, words, heard):
    """Every reply has the same length and so has every observation; words stand for tokens."""
    tools = Toolbox([Tool("say", "say[x]", "", lambda _: " ".join(["x"] * heard))])
    filler = " ".join(["w"] * words)
    replies = [f"{filler}\nAction: say[{n}]" for n in range(steps - 1)]
    replies.append(f"{filler}\nAction: finish[x]")
    trace = run("a b c", Playback(replies), tools, Budget(repeats=9), system="d e")
    assert of_trace(trace) == estimate(steps, opening=5, turn=words + 2, observation=heard)
    assert fresh_tokens(trace) == 5 + (steps - 1) * (words + 2 + heard)


def test_prices_by_hand():
    tokens = Tokens(prompt=1_000_000, new=100_000)
    assert price(tokens, Prices(2.0, 8.0)) == pytest.approx(2.8)
    assert price(tokens, Prices(2.0, 8.0, cached=0.5), fresh=400_000) == pytest.approx(1.9)
    assert price(tokens, Prices(2.0, 8.0), fresh=400_000) == pytest.approx(2.8)
