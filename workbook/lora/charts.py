"""The figures and tables of lesson 10: each function takes plain data and gives a figure or table.

Intervals are Student's over the seeds where something was trained several times, and bootstrapped
over the cases of a single run. Left out: the explorer's data,
in `explorers.py`; the sentence for a screen reader, which is written where a figure is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts, figures
from workbook.core.runs import SHARE, Interval
from workbook.core.system.memory import Shape, adapter_weights, in_words
from workbook.lora.experiment import BASELINE, BEFORE, FULL, old_skills
from workbook.lora.memory import BaseType, estimate

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

Runs = Sequence[Mapping[str, Any]]
SCORES = {
    "new task": lambda run: fmean(run["new"]),
    "new task, new phrasings": lambda run: fmean(run["other_phrasings"]),
    "seven old tasks": old_skills,
}


def interval(runs: Runs, score: Any) -> Interval:
    """Return a score over the seeds of some runs; one run alone has no interval."""
    return Interval.of_runs([score(run) for run in runs], SHARE)


def cases_of(run: Mapping[str, Any], which: str) -> list[float]:
    """Return a run's score of each case; of the old tasks, which are as many, all of them."""
    if which == "seven old tasks":
        return [score for scores in run["old"].values() for score in scores]
    return run["new" if which == "new task" else "other_phrasings"]


def quality(runs: Runs, which: str) -> Interval:
    """Return a score of SCORES with its interval: over seeds, or over the cases of one run.

    Where all cases of a run are equal, no draw differs: then it is Wilson's, as of a share.
    """
    if len(runs) > 1:
        return interval(runs, SCORES[which])
    cases = cases_of(runs[0], which)
    if set(cases) <= {0.0} or set(cases) <= {1.0}:
        return Interval.of_share([case == 1 for case in cases])
    found = Interval.of_cases(cases).within(SHARE)
    return Interval(SCORES[which](runs[0]), found.low, found.high)


def differences(runs: Runs, one: Any, other: Any, key: str = "rank") -> dict[str, Interval]:
    """Return score -> one setting minus another with its interval, paired: by seed and by case.

    Both have the same seeds and cases; what is drawn anew is the cases, the seeds averaged.
    """
    groups = by_setting(runs, key)
    pairs = list(zip(groups[one], groups[other], strict=True))
    found = {}
    for which in SCORES:
        gaps = [
            [a - b for a, b in zip(cases_of(x, which), cases_of(y, which), strict=True)]
            for x, y in pairs
        ]
        found[which] = Interval.of_cases([fmean(column) for column in zip(*gaps, strict=True)])
    return found


def by_setting(runs: Runs, key: str) -> dict[Any, list[Mapping[str, Any]]]:
    """Return setting -> its runs, in the order in which they were recorded."""
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for run in runs:
        groups.setdefault(run[key], []).append(run)
    return groups


def rank_chart(runs: Runs) -> go.Figure:
    """Return quality against rank: the new task and the old ones, full tuning drawn across."""
    groups = by_setting(runs, "rank")
    ranks = [rank for rank in groups if isinstance(rank, int)]
    curves = {
        name: {rank: interval(groups[rank], score) for rank in sorted(ranks)}
        for name, score in SCORES.items()
    }
    across = {
        f"{name}, all weights": interval(groups[FULL], SCORES[name]).mean
        for name in ("new task", "seven old tasks")
        if FULL in groups
    }
    figure = charts.lines(curves, "rank", "score", across)
    axis = {"type": "log", "tickvals": sorted(ranks)}
    return figure.update_layout(xaxis=axis, yaxis={"range": [-0.03, 1.03]}, height=460)


def quality_table(runs: Runs, key: str = "rank") -> pandas.DataFrame:
    """Return one row a setting: weights trained, and the three scores with their intervals."""
    import pandas as pd

    rows = {}
    for setting, group in by_setting(runs, key).items():
        several = len(group) > 1
        tuned = "trained" in group[0]
        rows[_label(setting, key)] = {
            "weights trained": f"{group[0]['trained']:,}" if tuned else "",
            **{
                name: f"{quality(group, name):.2f}"
                if several or tuned
                else f"{score(group[0]):.2f}"
                for name, score in SCORES.items()
            },
        }
    return pd.DataFrame(rows).T


def _label(setting: Any, key: str) -> str:
    words = {FULL: "all weights", BEFORE: "before tuning", BASELINE: "baseline, no thought"}
    return words.get(setting, f"{key} {setting}" if key == "rank" else str(setting))


def rates_chart(runs: Runs) -> go.Figure:
    """Return the score on the validation split against the learning rate, full and LoRA."""
    names = {"full": "all weights", "lora": "LoRA, rank 8"}
    curves = {
        names[way]: {run["rate"]: fmean(run["new"]) for run in group}
        for way, group in by_setting(runs, "way").items()
    }
    figure = charts.lines(curves, "learning rate of AdamW", "new task, validation")
    return figure.update_layout(xaxis={"type": "log"}, yaxis={"range": [-0.03, 1.03]})


def kept_curves(runs: Runs) -> dict[str, dict[int, Interval]]:
    """Return what each rank keeps of the full updates' squared length, over the seeds."""
    full = [run["kept"] for run in by_setting(runs, "rank")[FULL]]
    return {
        "all layers": {
            int(rank): Interval.of_runs([kept[rank] for kept in full], SHARE) for rank in full[0]
        }
    }


def spectrum_chart(runs: Runs) -> go.Figure:
    """Return how much of the full updates' squared length each rank keeps, with its interval."""
    figure = charts.lines(kept_curves(runs), "rank", "part of the update kept", {"90 %": 0.9})
    return figure.update_layout(xaxis={"type": "log"}, yaxis={"range": [0, 1.03]})


def memory_table(
    plans: Mapping[str, tuple[Shape, int, BaseType, int, int, bool]], device: str = "cuda"
) -> pandas.DataFrame:
    """Return what each plan takes. plans: name -> shape, rank, base, B, T, recomputed."""
    import pandas as pd

    rows = {}
    for name, (shape, rank, base, batch_size, seq_len, recomputed) in plans.items():
        found = estimate(
            shape, rank, batch_size=batch_size, seq_len=seq_len, base=base, device=device,
            recompute=recomputed,
        )  # fmt: skip
        rows[name] = {
            "adapter": f"{adapter_weights(shape, rank):,}",
            "weights": in_words(found.weights),
            "gradients, moments": in_words(found.gradients + found.optimiser),
            "activations": in_words(found.activations),
            "in all": in_words(found.total),
        }
    return pd.DataFrame(rows).T


def update_chart(
    update: Sequence[Sequence[float]],
    picture: Sequence[Sequence[float]],
    kept: Sequence[float],
    rank: int,
    title: str,
) -> go.Figure:
    """Return the update, its picture of this rank, and what each rank keeps, side by side."""
    from plotly.subplots import make_subplots

    names = ("the update", f"its rank-{rank} picture", "part kept by each rank")
    figure = make_subplots(1, 3, subplot_titles=names, horizontal_spacing=0.07)
    largest = max(abs(value) for row in update for value in row) or 1.0
    for column, matrix in enumerate((update, picture), start=1):
        figure.add_heatmap(
            z=[[round(value / largest, 2) for value in row] for row in matrix],
            zmin=-1, zmax=1, colorscale="RdBu", showscale=False, row=1, col=column,
        )  # fmt: skip
        figure.update_yaxes(autorange="reversed", showticklabels=False, row=1, col=column)
        figure.update_xaxes(showticklabels=False, row=1, col=column)
    curve = {"all ranks": {number: round(part, 4) for number, part in enumerate(kept, start=1)}}
    charts.add_lines(figure, curve, mode="lines", row=1, col=3, showlegend=False)
    figure.add_scatter(
        x=[rank], y=[kept[min(rank, len(kept)) - 1]], mode="markers", showlegend=False,
        marker={"size": 13, "color": figures.PALETTE[1]}, name="this rank", row=1, col=3,
    )  # fmt: skip
    ticks = [rank for rank in (1, 4, 16, 64, 256) if rank <= len(kept)]
    figure.update_xaxes(title="rank", type="log", tickvals=ticks, row=1, col=3)
    figure.update_yaxes(range=[0, 1.03], row=1, col=3)
    above = {"text": title, "y": 0.92}
    return figure.update_layout(title=above, height=450)


def layer_diagram(outputs: int, inputs: int, rank: int) -> go.Figure:
    """Return a drawing of the layer: the frozen matrix, and the two small ones beside it."""
    import plotly.graph_objects as go

    grey, blue, orange = "rgba(128,128,128,0.35)", figures.PALETTE[0], figures.PALETTE[1]
    boxes = {  # text -> left, right, bottom, top, colour
        f"W<br>{outputs} x {inputs}<br>frozen": (0.5, 3.5, 1.2, 4.2, grey),
        f"A: {rank} x {inputs}": (5.0, 7.6, 1.2, 2.0, blue),
        f"B<br>{outputs} x {rank}": (5.9, 6.7, 2.7, 4.2, orange),
    }
    figure = go.Figure()
    for text, (left, right, bottom, top, colour) in boxes.items():
        figure.add_shape(type="rect", x0=left, x1=right, y0=bottom, y1=top, fillcolor=colour,
                         opacity=0.6, line={"color": figures.TEXT})  # fmt: skip
        middle = ((left + right) / 2, (bottom + top) / 2)
        figure.add_annotation(x=middle[0], y=middle[1], text=text, showarrow=False)
    arrows = [  # from, to
        ((4.1, 0.2), (2.0, 1.1)), ((4.1, 0.2), (6.3, 1.1)), ((6.3, 2.05), (6.3, 2.65)),
        ((2.0, 4.25), (4.0, 5.1)), ((6.3, 4.25), (4.2, 5.1)),
    ]  # fmt: skip
    for (x, y), (to_x, to_y) in arrows:
        figure.add_annotation(x=to_x, y=to_y, ax=x, ay=y, xref="x", yref="y", axref="x", ayref="y",
                              showarrow=True, arrowhead=2, text="")  # fmt: skip
    for x, y, text in ((4.1, 0.0, "x"), (4.1, 5.4, "y = W x + (alpha / R) B A x"),
                       (6.9, 2.35, f"{rank} numbers"), (6.4, 4.9, "times alpha / R")):  # fmt: skip
        figure.add_annotation(x=x, y=y, text=text, showarrow=False)
    hidden = {"visible": False}
    return figure.update_layout(
        xaxis={**hidden, "range": [0, 8.2]}, yaxis={**hidden, "range": [-0.3, 5.8]}, height=380
    )
