"""From a budget to a plan: N*, D*, loss, days, money and carbon; and published models beside it.

A budget is FLOPs, or money or days on given cards, turned into FLOPs. `place` says of each
published model how far it is from the optimum of its own compute. Left out: whether the cards can
hold the model (lessons 05 and 07), and whether there is so much text, which `Plan.text_share`
only shows. Lesson 06.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.scaling_laws import published
from workbook.scaling_laws.bill import CARDS, DAY, HOUR, Bill, bill
from workbook.scaling_laws.chinchilla import Law
from workbook.scaling_laws.counting import six_nd


@dataclass(frozen=True)
class Plan:
    """The best use of a budget by a law."""

    flops: float
    parameters: float
    tokens: float
    loss: float
    bill: Bill

    @property
    def tokens_per_parameter(self) -> float:
        return self.tokens / self.parameters

    @property
    def text_share(self) -> float:
        """Tokens of the plan over the estimated stock of public text (Villalobos et al. 2024)."""
        return self.tokens / published.values("data_stock")["stock of public text"]


@dataclass(frozen=True)
class Placed:
    """A published model, and the optimum for its compute."""

    name: str
    family: str
    kind: str
    year: int
    parameters: float
    tokens: float
    flops: float  # 6 N D
    best_parameters: float
    best_tokens: float
    loss: float  # by the law, for its own N and D
    best_loss: float

    @property
    def over(self) -> float:
        """Tokens a parameter over those at the optimum: above 1 it is over-trained."""
        return (self.tokens / self.parameters) / (self.best_tokens / self.best_parameters)


def flops_of(
    card: str, cards: int = 1, *, days: float = 0.0, dollars: float = 0.0, share: float = 0.4
) -> float:
    """Return the FLOPs that days on so many cards, or dollars, buy; give one of the two.

    share: MFU. Raises ValueError for both or neither, and for a card that is not known.
    """
    if (days > 0) == (dollars > 0):
        raise ValueError("a budget is days or dollars, above 0: give one of the two.")
    if card not in CARDS:
        raise ValueError(f"no card is called {card!r}; there are {', '.join(CARDS)}.")
    seconds = days * DAY * cards if days > 0 else dollars / CARDS[card].price * HOUR
    return seconds * CARDS[card].peak * share


def plan(
    flops: float, law: Law, card: str = "H100", cards: int = 8, share: float = 0.4, **bills: Any
) -> Plan:
    """Return the plan for a budget. bills: further arguments of `bill.bill`.

    Raises ValueError for a budget that is not above 0.
    """
    if not flops > 0:
        raise ValueError(f"a budget is above 0 FLOPs, not {flops!r}.")
    parameters, tokens = law.optimum(flops)
    loss = law.loss(parameters, tokens)
    return Plan(flops, parameters, tokens, loss, bill(flops, card, cards, share, **bills))


def place(law: Law, models: Iterable[Mapping[str, Any]] | None = None) -> list[Placed]:
    """Return published models beside the optimum of their compute, in the table's order.

    models: rows as of `data/published/models.csv`, which is the default. An encoder's loss is
    about masked tokens, so its place on the map counts and its loss by the law does not.
    """
    placed = []
    for row in published.rows("models") if models is None else models:
        flops = six_nd(row["parameters"], row["tokens"])
        parameters, tokens = law.optimum(flops)
        placed.append(
            Placed(
                row["model"], row["family"], row["kind"], int(row["year"]), row["parameters"],
                row["tokens"], flops, parameters, tokens,
                law.loss(row["parameters"], row["tokens"]), law.loss(parameters, tokens),
            )
        )  # fmt: skip
    return placed
