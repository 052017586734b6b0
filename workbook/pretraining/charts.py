"""The figures and tables of lesson 02, from runs as they were recorded or have just been made.

Each function returns a figure or a table without showing it, so that a test can read its numbers.
The tasks' figures are `task_charts.py`. Left out: what is measured (`compare.py`, `tasks.py`,
`floor.py`, `transfer.py`) and the theme (`workbook.core.notebook.figures`).
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.attention.charts import SHADES
from workbook.core.notebook import figures
from workbook.core.runs.intervals import Interval, over_seeds
from workbook.pretraining.models import has_end

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

    from workbook.pretraining.evidence import Looks
    from workbook.pretraining.models import Trained

Runs = Sequence[Mapping[str, Any]]


def interval(values: Sequence[float]) -> Interval:
    """The mean over the seeds with its interval; one run alone has none, so its ends are itself."""
    return over_seeds(values) if len(values) > 1 else Interval(*[float(values[0])] * 3)


def by_task(trained: Mapping[str, Trained]) -> dict[str, dict[int, float]]:
    """Name -> {step: loss}, from step 1; spans make two curves, for gaps and for ends."""
    found: dict[str, dict[int, float]] = {}
    for name, run in trained.items():
        losses = dict(enumerate(run.losses, 1))
        if run.objective != "spans":
            found[name] = losses
            continue
        for task, is_end in (("gaps", False), ("ends", True)):
            found[f"{name}, {task}"] = {s: x for s, x in losses.items() if has_end(s - 1) is is_end}
    return found


def smoothed(losses: Mapping[int, float], smooth: int = 15) -> dict[int, float]:
    """The running mean over `smooth` steps, at every tenth of them and at the last."""
    steps, values = list(losses), list(losses.values())
    places = sorted({*range(0, len(steps), 10), len(steps) - 1})
    parts = {place: values[max(0, place - smooth + 1) : place + 1] for place in places}
    return {steps[place]: sum(part) / len(part) for place, part in parts.items()}


def learning_chart(curves: Mapping[str, Mapping[int, float]]) -> go.Figure:
    """Training losses against steps, a line each."""
    import plotly.graph_objects as go

    figure = go.Figure()
    styles = zip(figures.PALETTE, figures.DASHES, strict=True)
    for (name, curve), (colour, dash) in zip(curves.items(), styles, strict=False):
        line = {"color": colour, "dash": dash}
        figure.add_scatter(name=name, x=list(curve), y=list(curve.values()), line=line)
    figure.update_traces(mode="lines")
    axes = {"xaxis": {"title": {"text": "step"}}, "yaxis": {"title": {"text": "nats a token"}}}
    return figure.update_layout(**axes).update_yaxes(rangemode="tozero")


def curves_by_step(runs: Runs, what: str = "held_out") -> dict[int, list[float]]:
    """Step -> held-out losses (or another curve of the runs), one per run."""
    found: dict[int, list[float]] = {}
    for run in runs:
        for step, value in zip(run["marks"], run[what], strict=True):
            found.setdefault(step, []).append(value)
    return {step: values for step, values in found.items() if len(values) == len(runs)}


def evidence_chart(curves: Mapping[str, Mapping[int, Sequence[float]]]) -> go.Figure:
    """What evidence saves, against steps: a line for each kind of run, its ends where seeds are
    several the 95 % interval of the mean."""
    import plotly.graph_objects as go

    figure = go.Figure()
    styles = zip(figures.PALETTE, figures.DASHES, strict=True)
    for (name, curve), (colour, dash) in zip(curves.items(), styles, strict=False):
        means = [interval(values) for values in curve.values()]
        figure.add_scatter(
            name=name,
            x=list(curve),
            y=[mean.mean for mean in means],
            error_y={"array": [mean.high - mean.mean for mean in means]},
            line={"color": colour, "dash": dash},
            mode="lines+markers",
        )
    title = {"text": "nats a token saved by the evidence"}
    return figure.update_layout(xaxis={"title": {"text": "step"}}, yaxis={"title": title})


def looks_chart(looks: Looks, head: int) -> go.Figure:
    """One head's weights: a row for each token to be written, a column for each that was read."""
    import plotly.graph_objects as go

    weights = looks.weights[head].round(decimals=2)  # S T
    figure = go.Figure(
        go.Heatmap(z=weights.tolist(), colorscale=SHADES, zmin=0, zmax=1, xgap=1, ygap=1)
    )
    for axis, words in (("x", looks.read), ("y", looks.said)):
        names = [html.escape(word.strip()) for word in words]
        ticks = {"tickvals": list(range(len(words))), "ticktext": names}
        figure.update_layout({f"{axis}axis": ticks | {"showgrid": False, "zeroline": False}})
    return figure.update_layout(
        xaxis={"title": {"text": "what the encoder read"}, "tickangle": -90},
        yaxis={"title": {"text": "what is to be written"}, "autorange": "reversed"},
    )


def adaptation_chart(curves: Mapping[str, Mapping[str, Sequence[float]]], text: str) -> go.Figure:
    """Loss on one domain ("harbour" or "town") against steps, a line for each training."""
    import plotly.graph_objects as go

    figure = go.Figure()
    styles = zip(figures.PALETTE, figures.DASHES, strict=True)
    for (name, curve), (colour, dash) in zip(curves.items(), styles, strict=False):
        line = {"color": colour, "dash": dash}
        figure.add_scatter(
            name=name, x=list(curve["steps"]), y=list(curve[text]), line=line, mode="lines+markers"
        )
    title = {"text": f"loss on {text} text, nats a token"}
    return figure.update_layout(
        xaxis={"title": {"text": "step"}}, yaxis={"title": title, "rangemode": "tozero"}
    )


def mix_chart(runs: Runs, before: float) -> go.Figure:
    """Loss on both domains after the same steps, against the harbour's share of what was read.

    before: loss on the town before, drawn across.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    shares = sorted({run["share"] for run in runs})
    for text, colour, dash in zip(
        ("harbour", "town"), figures.PALETTE, figures.DASHES, strict=False
    ):
        means = [interval([r[text][-1] for r in runs if r["share"] == share]) for share in shares]
        figure.add_scatter(
            name=f"loss on {text}",
            x=shares,
            y=[mean.mean for mean in means],
            error_y={"array": [mean.high - mean.mean for mean in means]},
            line={"color": colour, "dash": dash},
            mode="lines+markers",
        )
    figure.add_hline(
        before,
        line={"dash": "dot", "color": figures.QUIET},
        annotation={"text": f"town, before: {before:.2f}", "font": {"color": figures.TEXT}},
    )
    return figure.update_layout(
        xaxis={"title": {"text": "harbour's share of the rows"}, "tickformat": ".0%"},
        yaxis={"title": {"text": "nats a token"}, "rangemode": "tozero"},
    )


def diet_table(runs: Runs, floor: float) -> pandas.DataFrame:
    """Loss on clean text after equal steps, by what was read; the floor in the last row."""
    import pandas as pd

    names: Iterable[str] = dict.fromkeys(run["diet"] for run in runs)
    rows = {}
    for name in names:
        group = [run for run in runs if run["diet"] == name]
        mean = sum(run["rows"] for run in group) / len(group)
        loss = str(interval([run["loss"] for run in group]))
        rows[name] = {"different rows": f"{mean:.0f}", "loss on clean text": loss}
    rows["the floor"] = {"different rows": "", "loss on clean text": f"{floor:.3g}"}
    return pd.DataFrame(rows).T


def mix_table(runs: Runs) -> pandas.DataFrame:
    """Loss on both domains after the same steps, for each start and share of harbour log."""
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    for start, share in sorted({(run["start"], run["share"]) for run in runs}, reverse=True):
        group = [run for run in runs if (run["start"], run["share"]) == (start, share)]
        name = "a town decoder" if start == "town" else start
        rows[f"from {name}, {share:.0%} harbour"] = {
            f"loss on {text}": str(interval([run[text][-1] for run in group]))
            for text in ("harbour", "town")
        }
    return pd.DataFrame(rows).T
