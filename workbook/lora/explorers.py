"""The explorer of lesson 10: turn the rank and see what an adapter of that rank can and costs.

A real update (all weights tuned with AdamW, recorded) beside its best picture of the rank, what
each rank keeps, the adapter's weights and memory, the recorded quality and an answer of an adapter
of that rank. Left out: training, which takes longer than a slider may; ranks between those recorded
show the quality of the nearest one below, and other layers only what was recorded of them. How an
explorer works is explained in `workbook.core.notebook.explorer`.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch

from workbook.core.notebook.explorer import Choice, Explorer, Slider
from workbook.core.runs import Interval
from workbook.core.system.memory import FLOAT, MOMENTS, Shape, adapter_weights, in_words
from workbook.lora import charts
from workbook.lora.experiment import PLACES
from workbook.lora.spectrum import kept, low_rank

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from torch import Tensor

SHOWN = 40  # rows and columns of the matrix that are drawn
LARGEST = 64  # rank
EVERYWHERE = "all"  # of PLACES: ranks are recorded there
ONE_RANK = 8  # that the other places are recorded at


@dataclass(frozen=True)
class RankView:
    """What an adapter of one rank is like."""

    rank: int
    scale: float  # alpha / rank
    places: str
    weights: int
    share: float  # of the model's weights
    state: int  # bytes: the adapter, its gradient and AdamW's moments
    update: list[list[float]]  # a corner of it
    picture: list[list[float]]
    kept: list[float]  # by ranks 1, 2, ...
    error: float  # relative, of the whole matrix
    recorded: int | None  # the rank whose quality this is
    quality: Interval | None
    answer: str
    alpha: float

    @property
    def told(self) -> str:
        """The recorded quality in words, with what it was recorded of."""
        if self.quality is None:
            near = "" if self.places == EVERYWHERE else f" on {self.places}"
            return f"not recorded{near}" + (f", only at rank {ONE_RANK}" if near else "")
        own = 2 * (self.recorded or 0)
        other = "" if self.alpha == own else f", recorded with alpha {own}"
        return f"{self.quality} at rank {self.recorded} on {self.places}{other}"


class RankViews:
    """Computes a `RankView` from recorded runs and the shape of the model.

    update: the run of the part "update"; ranks, places: the runs of the parts of these names.
    """

    def __init__(
        self,
        update: Mapping[str, Any],
        ranks: Sequence[Mapping[str, Any]],
        shape: Shape,
        places: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        matrix = torch.tensor(update["thousandths"], dtype=torch.float32)
        self.matrix: Tensor = matrix * update["largest"] / 1000
        self.kept = kept(self.matrix).tolist()
        self.layer, self.shape = update["layer"], shape
        self.runs = {
            rank: runs for rank, runs in charts.by_setting(ranks, "rank").items()
            if isinstance(rank, int)
        }  # fmt: skip
        self.places = charts.by_setting(places, "place")
        self.picture = lru_cache(maxsize=128)(lambda rank: low_rank(self.matrix, rank))

    def __call__(self, rank: int, alpha: float = 16.0, places: str = "all") -> RankView:
        """places: a key of PLACES. ValueError for a rank beyond the matrix."""
        if not 1 <= rank <= len(self.kept):
            raise ValueError(f"a rank is 1 to {len(self.kept)} here.")
        weights = adapter_weights(self.shape, rank, PLACES[places])
        nearest, runs = self._recorded(rank, places)
        return RankView(
            rank=rank, scale=alpha / rank, places=places, weights=weights,
            share=weights / self.shape.parameters, state=weights * (2 * FLOAT + MOMENTS),
            update=self.matrix[:SHOWN, :SHOWN].tolist(),
            picture=self.picture(rank)[:SHOWN, :SHOWN].tolist(),
            kept=self.kept, error=max(0.0, 1 - self.kept[rank - 1]) ** 0.5,
            recorded=nearest, quality=charts.quality(runs, "new task") if runs else None,
            answer=runs[0].get("example", "") if runs else "", alpha=alpha,
        )  # fmt: skip

    def _recorded(self, rank: int, places: str) -> tuple[int | None, list[Mapping[str, Any]]]:
        """Return the rank and the runs that tell of this one: only what was recorded there."""
        if places != EVERYWHERE:
            runs = self.places.get(places, []) if rank == ONE_RANK else []
            return (ONE_RANK, runs) if runs else (None, [])
        nearest = max((r for r in self.runs if r <= rank), default=None)
        return nearest, [] if nearest is None else self.runs[nearest]


def draw(view: RankView) -> go.Figure:
    """Return the three panels, with the counts above."""
    answer = html.escape(view.answer.replace("\n", " / "))
    title = (
        f"rank {view.rank}: {view.weights:,} weights ({view.share:.2%}), {in_words(view.state)} to "
        f"train<br>scale {view.scale:.3g}; misses {view.error:.0%} of the update"
        f"<br>quality {view.told}<br><sup>{answer}</sup>"
    )
    figure = charts.update_chart(view.update, view.picture, view.kept, view.rank, title)
    return figure.update_layout(margin={"t": 140})


def describe(view: RankView) -> str:
    """Return one sentence for those who cannot see the figure."""
    return (
        f"An adapter of rank {view.rank} on {view.places} has {view.weights:,} weights, "
        f"{view.share:.2%} of the model's; the best picture of that rank misses {view.error:.0%} "
        f"of the update. Quality: {view.told}."
    )


def table(view: RankView) -> pandas.DataFrame:
    """Return what the figure says in numbers; nobody would read those of its two pictures."""
    import pandas as pd

    row = {
        "weights": f"{view.weights:,}", "part of the model": f"{view.share:.2%}",
        "to train": in_words(view.state), "scale": f"{view.scale:.3g}",
        "of the update missed": f"{view.error:.0%}", "quality": view.told,
        "answer": view.answer.replace("\n", " / "),
    }  # fmt: skip
    return pd.DataFrame([row])


def rank_explorer(
    update: Mapping[str, Any],
    ranks: Sequence[Mapping[str, Any]],
    shape: Shape,
    places: Sequence[Mapping[str, Any]] = (),
) -> Explorer:
    """Turn rank, alpha and the layers that get an adapter; arguments as of `RankViews`."""
    return Explorer(
        "What can an adapter of this rank do?",
        RankViews(update, ranks, shape, places),
        draw,
        {
            "rank": Slider("Rank", 8, (1, 2, 4, 8, 16, 32, 64), low=1, high=LARGEST, step=1),
            "alpha": Slider("Alpha", 16.0, low=1.0, high=64.0, step=1.0),
            "places": Choice("Adapters on", "all", options=tuple(PLACES)),
        },
        describe,
        table,
    )
