"""The explorers of lesson 06: a budget turned into a plan, and the loss along one budget.

`budget_explorer` places the best model for a budget among published ones and prints its bill.
`isoflop_explorer` moves along a line of equal compute, with text that may run out. The sums are in
`planner.py` and `limits.py`, the map in `charts.py`. Left out: what the model's use costs, which
`limits.py` adds up, and your own sweep; the lesson shows both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from workbook.core.notebook import charts as common
from workbook.core.notebook import figures
from workbook.core.notebook.explorer import Choice, Explorer, Slider
from workbook.scaling_laws import charts, planner, published
from workbook.scaling_laws.bill import CARDS
from workbook.scaling_laws.limits import DataLimited, muennighoff

if TYPE_CHECKING:
    import plotly.graph_objects as go

LAWS = ("besiroglu", "hoffmann", "hoffmann printed", "muennighoff")
POINTS = 61  # sizes along a budget
WIDE = 30.0  # how far from the optimum they reach, as a factor either way


@dataclass(frozen=True)
class Planned:
    """A plan, where it is drawn."""

    law: str
    plan: planner.Plan
    placed: tuple[planner.Placed, ...]
    cards: int


@dataclass(frozen=True)
class Along:
    """The loss along one budget."""

    flops: float
    sizes: tuple[float, ...]
    fresh: tuple[float, ...]  # loss where all text is new
    limited: tuple[float, ...]  # loss where `unique` tokens are all there is
    best: tuple[float, float]  # (N*, loss) with new text
    best_limited: tuple[float, float]
    epochs: float  # that the best of the second reads its text


@lru_cache(maxsize=len(LAWS))
def _placed(law: str) -> tuple[planner.Placed, ...]:
    return tuple(planner.place(published.law(law)))


def compute_plan(flops: float, law: str, card: str, cards: int, share: float) -> Planned:
    """Return the plan for a budget; see `planner.plan`."""
    made = planner.plan(flops, published.law(law), card, cards, share)
    return Planned(law, made, _placed(law), cards)


def draw_plan(data: Planned) -> go.Figure:
    """Draw the map of models with the plan on it, its bill in the title."""
    figure = charts.model_map(data.placed, published.law(data.law))
    figure.add_scatter(
        name="your plan", mode="markers", x=[data.plan.parameters], y=[data.plan.tokens],
        marker={"symbol": "star", "size": 20, "color": figures.PALETTE[1],
                "line": {"color": figures.TEXT, "width": 1}},
    )  # fmt: skip
    first, second = _sentences(data)
    figure.update_layout(
        title={"text": f"{first}<br>{second}", "font": {"size": 14}, "y": 0.96}, margin={"t": 80}
    )
    return figure


def describe_plan(data: Planned) -> str:
    """Return the plan in words."""
    return "Best plan: " + "; ".join(_sentences(data)) + "."


def budget_explorer() -> Explorer:
    """Return the explorer of budgets; without a kernel, the budget alone moves."""
    grid = tuple(float(f"1e{power}") for power in range(19, 27))  # 10.0**23 is not quite 1e23
    return Explorer(
        title="What a budget buys",
        compute=compute_plan,
        draw=draw_plan,
        controls={
            "flops": Slider("Budget, FLOPs", 1e23, grid, low=1e18, high=1e27, step=0.1, log=True),
            "law": Choice("Law", LAWS[0], options=LAWS),
            "card": Choice("Card", "H100", options=tuple(CARDS)),
            "cards": Slider("Cards", 512, low=1, high=16_384, step=1),
            "share": Slider("Share of the peak", 0.4, low=0.1, high=0.7, step=0.05),
        },
        alt=describe_plan,
    )


def compute_along(flops: float, law: str, unique: float) -> Along:
    """Return the loss of many sizes for one budget, with new text and with `unique` tokens."""
    import numpy as np

    plain, repeated = published.law(law), muennighoff()
    limited = DataLimited(plain, repeated.repetition, math.inf)  # text alone is short
    best, _ = plain.optimum(flops)
    sizes = [float(size) for size in np.geomspace(best / WIDE, best * WIDE, POINTS)]
    fresh = [float(plain.loss(size, flops / 6 / size)) for size in sizes]
    short = [limited.loss(size, flops / 6 / size, unique) for size in sizes]
    least = min(range(POINTS), key=short.__getitem__)
    tokens = flops / 6 / sizes[least]
    return Along(
        flops, tuple(sizes), tuple(fresh), tuple(short), (best, float(plain.least_loss(flops))),
        (sizes[least], short[least]), tokens / min(unique, tokens),
    )  # fmt: skip


def draw_along(data: Along) -> go.Figure:
    """Draw both curves and their lowest points."""
    curves = {
        "all text new": list(zip(data.sizes, data.fresh, strict=True)),
        "text read again": list(zip(data.sizes, data.limited, strict=True)),
    }
    figure = common.lines(curves, "parameters", "loss, nats a token", mode="lines")
    figure.add_scatter(
        name="lowest", mode="markers", x=[data.best[0], data.best_limited[0]],
        y=[data.best[1], data.best_limited[1]],
        marker={"symbol": "cross", "size": 12, "color": figures.TEXT},
    )  # fmt: skip
    figure.update_layout(title={"text": _along(data), "font": {"size": 14}})
    return figure.update_xaxes(**charts.LOG)


def isoflop_explorer() -> Explorer:
    """Return the explorer of one budget; without a kernel, the budget alone moves."""
    grid = tuple(float(f"1e{power}") for power in range(19, 26))
    return Explorer(
        title="Along one budget",
        compute=compute_along,
        draw=draw_along,
        controls={
            "flops": Slider("Budget, FLOPs", 1e22, grid, low=1e18, high=1e27, step=0.1, log=True),
            "law": Choice("Law", LAWS[0], options=LAWS),
            "unique": Slider("Different tokens", 1e10, low=1e9, high=1e15, step=0.1, log=True),
        },
        alt=lambda data: f"Loss against parameters for {data.flops:.1e} FLOPs: {_along(data)}.",
    )


def _sentences(data: Planned) -> tuple[str, str]:
    plan, bill = data.plan, data.plan.bill
    return (
        f"{plan.flops:.1e} FLOPs: {in_words(plan.parameters)} parameters, {in_words(plan.tokens)} "
        f"tokens ({plan.tokens_per_parameter:.0f} a parameter), loss {plan.loss:.2f}",
        f"{data.cards:,} x {bill.card}: {bill.days:,.1f} days, {in_words(bill.dollars)} dollars, "
        f"{bill.megawatt_hours:,.1f} MWh, {bill.tonnes:,.1f} t of CO2",
    )


def _along(data: Along) -> str:
    (size, loss), (short, short_loss) = data.best, data.best_limited
    return (
        f"lowest {loss:.3f} at {in_words(size)} parameters with new text, {short_loss:.3f} at "
        f"{in_words(short)} with text read {data.epochs:.1f} times"
    )


def in_words(number: float) -> str:
    """Return a large number in words: 1.2e9 -> "1.2 billion"."""
    for power, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= power:
            return f"{number / power:,.3g} {word}"
    return f"{number:,.0f}"
