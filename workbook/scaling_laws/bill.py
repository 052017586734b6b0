"""What FLOPs cost: petaflop/s-days, GPU hours, days, money, energy and carbon.

A card's peak and watts are its maker's; the share of the peak that is used (MFU), the price of an
hour, the overhead of the building (PUE) and the grams of CO2 a kWh are assumptions, so they are
arguments. Left out: making the hardware, which adds to the carbon, and failed runs. Lesson 06.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook.core.system.ranges import at_least

PF_DAY = 1e15 * 86_400  # FLOPs of a petaflop/s-day
HOUR, DAY = 3600.0, 86_400.0  # seconds


@dataclass(frozen=True)
class Card:
    """A GPU: dense 16-bit peak in FLOP/s and watts by its data sheet, and a price to change."""

    name: str
    peak: float
    watts: float
    price: float  # dollars an hour, assumed


CARDS = {
    card.name: card
    for card in (
        Card("V100", 125e12, 300, 1.0),
        Card("T4", 65e12, 70, 0.35),
        Card("L4", 121e12, 72, 0.8),
        Card("A100", 312e12, 400, 2.0),
        Card("H100", 989e12, 700, 4.0),
    )
}


@dataclass(frozen=True)
class Bill:
    """What a run takes."""

    flops: float
    card: str
    pf_days: float
    gpu_hours: float
    days: float  # with all cards at once
    dollars: float
    megawatt_hours: float
    tonnes: float  # of CO2 equivalent


def pf_days(flops: float) -> float:
    """Return FLOPs in petaflop/s-days."""
    return flops / PF_DAY


def energy(gpu_hours: float, watts: float, pue: float = 1.1) -> float:
    """Return MWh; pue: power of the building for each watt of the cards."""
    return gpu_hours * watts * pue / 1e6


def carbon(megawatt_hours: float, kg_per_kwh: float = 0.385) -> float:
    """Return tonnes of CO2 equivalent (0.385 kg a kWh: mean of the US, Touvron et al. 2023)."""
    return megawatt_hours * kg_per_kwh


def mfu(flops: float, seconds: float, cards: int, peak: float) -> float:
    """Return the share of the peak that useful FLOPs took (Chowdhery et al. 2022, appendix B).

    cards: how many, each with `peak` FLOP/s.
    """
    return flops / (seconds * cards * peak)


def bill(
    flops: float,
    card: Card | str = "H100",
    cards: int = 1,
    share: float = 0.4,
    pue: float = 1.1,
    kg_per_kwh: float = 0.385,
) -> Bill:
    """Return what a run of `flops` takes on `cards` cards.

    Args:
        card: a `Card`, or the name of one of CARDS.
        share: MFU, of the card's peak; 0.3 to 0.5 in published runs.
        pue, kg_per_kwh: as for `energy` and `carbon`.

    Raises ValueError, in one sentence, for a card that is not known and numbers out of range.
    """
    if isinstance(card, str):
        if card not in CARDS:
            raise ValueError(f"no card is called {card!r}; there are {', '.join(CARDS)}.")
        card = CARDS[card]
    at_least("flops", flops, 0.0)
    at_least("cards", cards, 1)
    if not 0 < share <= 1:
        raise ValueError(f"share is a part of the peak, above 0 and at most 1, not {share!r}.")
    gpu_hours = flops / (card.peak * share) / HOUR
    spent = energy(gpu_hours, card.watts, pue)
    return Bill(
        flops=flops,
        card=card.name,
        pf_days=pf_days(flops),
        gpu_hours=gpu_hours,
        days=gpu_hours / cards / 24,
        dollars=gpu_hours * card.price,
        megawatt_hours=spent,
        tonnes=carbon(spent, kg_per_kwh),
    )
