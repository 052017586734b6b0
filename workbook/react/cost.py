"""What a question costs: the loop sends the whole chat again at every step.

`of_trace` adds up what was sent and written, `estimate` says it before a run from a few sizes, and
`Prices` turns tokens into money. Left out: the price lists of providers, which change; give your
own. Lesson 16 estimates before it asks a paid model.
"""

from __future__ import annotations

from typing import NamedTuple

from workbook.react.record import Trace


class Tokens(NamedTuple):
    """Tokens of one question."""

    prompt: int  # read by the model, over all steps
    new: int  # written by it


class Prices(NamedTuple):
    """Money for a million tokens. cached: of a prompt's beginning that was sent before."""

    prompt: float
    new: float
    cached: float | None = None


def estimate(steps: int, opening: int, turn: int, observation: int) -> Tokens:
    """Return the tokens of a trace before it runs.

    steps: replies, the last of which finishes. opening: tokens of system message and question.
    turn: of a reply. observation: of what a tool says. The prompt of step k holds the opening and
    k - 1 pairs of reply and observation, so that the sum grows with the square of the steps.
    """
    pairs = steps * (steps - 1) // 2
    return Tokens(steps * opening + pairs * (turn + observation), steps * turn)


def of_trace(trace: Trace) -> Tokens:
    """Return the tokens that a trace used, as its model counted them."""
    return Tokens(trace.prompt_tokens, trace.new_tokens)


def fresh_tokens(trace: Trace) -> int:
    """Return how many of a trace's prompt tokens were sent for the first time."""
    return max((step.prompt_tokens for step in trace.steps), default=0)


def price(tokens: Tokens, prices: Prices, fresh: int | None = None) -> float:
    """Return the cost. fresh: prompt tokens that no cache holds; all of them by default."""
    fresh = tokens.prompt if fresh is None or prices.cached is None else fresh
    again = tokens.prompt - fresh
    total = fresh * prices.prompt + again * (prices.cached or 0.0) + tokens.new * prices.new
    return total / 1e6
