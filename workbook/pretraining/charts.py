"""The figures and tables of lesson 02, from runs as they were recorded or have just been made.

Each function returns a figure or a table without showing it, so that a test can read its numbers.
Left out: what is measured (`compare.py`, `tasks.py`, `floor.py`, `transfer.py`) and the theme
(`workbook.core.figures`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.core import figures
from workbook.core.intervals import Interval, over_seeds

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

    from workbook.pretraining.evidence import Looks

Runs = Sequence[Mapping[str, Any]]
TASKS = {  # of a record -> heading
    "filled": "words filled in",
    "probe": "rude from polite, 300 labels",
    "probe_few": "the same, 64 labels",
    "probe_sentiment": "good from bad, 300 labels",
    "surprise": "surprise of its text",
    "rewriting": "loss on the polite version",
    "rewriting_blind": "the same, another's rude one read",
}


def interval(values: Sequence[float]) -> Interval:
    """The mean over the seeds with its interval; one run alone has none, so its ends are itself."""
    return over_seeds(values) if len(values) > 1 else Interval(*[float(values[0])] * 3)


def learning_chart(trained: Mapping[str, Sequence[float]], smooth: int = 15) -> go.Figure:
    """The training losses of several objectives, each a running mean over `smooth` steps."""
    import plotly.graph_objects as go

    figure = go.Figure()
    styles = zip(figures.PALETTE, figures.DASHES, strict=True)
    for (name, losses), (colour, dash) in zip(trained.items(), styles, strict=False):
        means = [
            sum(losses[max(0, i - smooth + 1) : i + 1]) / min(i + 1, smooth)
            for i in range(0, len(losses), 10)
        ]
        steps = list(range(1, len(losses) + 1, 10))
        line = {"color": colour, "dash": dash}
        figure.add_scatter(name=name, x=steps, y=means, line=line, mode="lines")
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
    shades = [[0, "rgba(0,114,178,0.03)"], [1, figures.PALETTE[0]]]
    figure = go.Figure(
        go.Heatmap(z=weights.tolist(), colorscale=shades, zmin=0, zmax=1, xgap=1, ygap=1)
    )
    for axis, words in (("x", looks.read), ("y", looks.said)):
        ticks = {"tickvals": list(range(len(words))), "ticktext": [word.strip() for word in words]}
        figure.update_layout({f"{axis}axis": ticks})
    return (
        figure.update_layout(
            xaxis={"title": {"text": "what the encoder read"}, "tickangle": -90},
            yaxis={"title": {"text": "what is to be written"}, "autorange": "reversed"},
        )
        .update_xaxes(showgrid=False)
        .update_yaxes(showgrid=False)
    )


def task_table(
    runs: Runs, live: Mapping[str, Mapping[str, Any]], marks: Mapping[str, Mapping[str, float]]
) -> pandas.DataFrame:
    """One row an objective and length of run, each task's mean over the seeds with its interval;
    then what was made live, then the marks to hold it against."""
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    groups: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for run in runs:
        groups.setdefault((run["steps"], run["objective"]), []).append(run)
    for (steps, objective), group in sorted(groups.items(), key=lambda item: item[0][0]):
        name = f"{objective}, {steps:,} steps, {len(group)} seeds"
        rows[name] = {task: _over(group, task) for task in TASKS}
    for name, measured in (*live.items(), *marks.items()):
        rows[name] = {task: _plain(measured.get(task)) for task in TASKS}
    return pd.DataFrame(rows).T.rename(columns=TASKS)


def _over(group: Runs, task: str) -> str:
    values = [run[task] for run in group]
    if any(value is None for value in values):
        return "cannot"
    return str(over_seeds(values)) if len(values) > 1 else _plain(values[0])


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


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


def mix_chart(runs: Runs, before: Mapping[str, float]) -> go.Figure:
    """Loss on both domains after the same steps, against the harbour's share of what was read.

    before: loss on the town before, drawn across.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    shares = sorted({run["share"] for run in runs})
    styles = zip(("harbour", "town"), figures.PALETTE, figures.DASHES, strict=False)
    for text, colour, dash in styles:
        means = [interval([r[text][-1] for r in runs if r["share"] == share]) for share in shares]
        figure.add_scatter(
            name=f"loss on {text}",
            x=shares,
            y=[mean.mean for mean in means],
            error_y={"array": [mean.high - mean.mean for mean in means]},
            line={"color": colour, "dash": dash},
            mode="lines+markers",
        )
    for name, value in before.items():
        figure.add_hline(
            value,
            line={"dash": "dot", "color": figures.QUIET},
            annotation={"text": f"{name}: {value:.2f}", "font": {"color": figures.TEXT}},
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
        loss = _over(group, "loss")
        rows[name] = {"different rows": f"{mean:.0f}", "loss on clean text": loss}
    rows["the floor"] = {"different rows": "", "loss on clean text": f"{floor:.3g}"}
    return pd.DataFrame(rows).T


def survival_chart(table: pandas.DataFrame) -> go.Figure:
    """Bytes left after each step of cleaning, as lying bars from the crawl downward."""
    import plotly.graph_objects as go

    names, left = list(table.index), table["bytes left"].tolist()
    figure = go.Figure(
        go.Bar(x=left, y=names, orientation="h", text=[f"{share:.0%}" for share in left])
    )
    return figure.update_layout(
        xaxis={"title": {"text": "share of the bytes left"}, "tickformat": ".0%"},
        yaxis={"autorange": "reversed"},
    )
