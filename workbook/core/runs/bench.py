"""Ours against the peer's, fairly: the two take turns in one process, and a ratio is printed.

Turns alternate in order (ours-peer, peer-ours, ...) so that a machine that warms up or slows down
touches both alike. A `Row` holds both medians, their ratio, and the quartiles of the ratio over the
turns. Each lesson with a speed claim has a `workbook.<topic>.bench` with `run(quick) -> list[Row]`;
`workbook bench <topic>` prints it. Memory and quality are measured elsewhere.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One comparison. Rates are work per second; a ratio above 1 means that ours is faster."""

    name: str
    ours: float  # median rate
    peer: float  # median rate
    ratio: float  # of the medians
    low: float  # first quartile of the turns' ratios
    high: float  # third quartile
    unit: str = "runs/s"
    rounds: int = 0


def compare(
    name: str,
    ours: Callable[[], object],
    peer: Callable[[], object],
    *,
    rounds: int = 7,
    work: float = 1.0,
    unit: str = "runs/s",
) -> Row:
    """Time two functions in alternating turns, after one turn each that does not count.

    work: what one call achieves, in the unit's numerator (tokens for "tokens/s").
    Raises ValueError for fewer than two rounds, which would have no spread to show.
    """
    if rounds < 2:
        raise ValueError(f"a comparison needs at least 2 rounds, not {rounds}.")
    seconds(ours), seconds(peer)
    pairs = []
    for turn in range(rounds):
        if turn % 2 == 0:
            mine, theirs = seconds(ours), seconds(peer)
        else:
            theirs, mine = seconds(peer), seconds(ours)
        pairs.append((mine, theirs))
    return summarise(name, pairs, work=work, unit=unit)


def summarise(
    name: str, pairs: list[tuple[float, float]], *, work: float = 1.0, unit: str = "runs/s"
) -> Row:
    """A row from the seconds of each turn, as (ours, peer) pairs."""
    mine = statistics.median(ours for ours, _ in pairs)
    theirs = statistics.median(peer for _, peer in pairs)
    ratios = [peer / ours for ours, peer in pairs]
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Row(name, work / mine, work / theirs, theirs / mine, low, high, unit, len(pairs))


def seconds(function: Callable[[], object]) -> float:
    """How long one call takes, with the garbage collector waiting and a GPU's queue drained."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        _drain()
        start = time.perf_counter()
        function()
        _drain()
        return time.perf_counter() - start
    finally:
        if was_on:
            gc.enable()


def table(rows: list[Row], title: str) -> Table:
    """The rows as a Rich table."""
    from rich.table import Table

    drawn = Table(title=title, title_justify="left")
    for heading in ("", "ours", "peer", "unit", "ratio", "middle half", "rounds"):
        drawn.add_column(heading, justify="left" if heading in ("", "unit") else "right")
    for row in rows:
        drawn.add_row(
            row.name,
            f"{row.ours:,.1f}",
            f"{row.peer:,.1f}",
            row.unit,
            f"{row.ratio:.2f}x",
            f"{row.low:.2f} to {row.high:.2f}",
            str(row.rounds),
        )
    return drawn


def _drain() -> None:
    """Wait until a GPU has done all it was given; nothing to do without one."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()
