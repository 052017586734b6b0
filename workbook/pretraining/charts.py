"""The figures and tables of lesson 02, from runs as they were recorded or have just been made.

Each function returns a figure or a table without showing it, so that a test can read its numbers.
The tasks' figures are `task_charts.py`. Left out: what is measured (`probing.py`, `tasks.py`,
`entropy_bound.py`, `transfer.py`) and the theme (`workbook.core.notebook.figures`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts, figures
from workbook.core.runs import SHARE, Interval
from workbook.pretraining.models import ARCHITECTURES, has_end

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

    from workbook.pretraining.copying_probe import Looks
    from workbook.pretraining.models import Trained

Runs = Sequence[Mapping[str, Any]]
CLUE = {"early": "clue behind the gap", "late": "clue before the gap"}


PANELS = {  # objective -> what is read, what is said, which inputs the marked answer may use
    "masked": (["The", "MASK", "is", "ready"], ["", "kettle", "", ""], (0, 1, 2, 3), 1),
    "causal": (["The", "kettle", "is", "ready"], ["kettle", "is", "ready", "."], (0, 1, 2), 2),
    "spans": (["The", "X0", "ready", "|", "START", "X0"], ["", "", "", "", "X0", "kettle is"],
              (0, 1, 2, 4, 5), 5),
}  # fmt: skip


def objectives_diagram() -> go.Figure:
    """Return a drawing of the three objectives: read below, say above, and who may look where."""
    from plotly.subplots import make_subplots

    titles = [f"{name}: {ARCHITECTURES[name]}" for name in PANELS]
    figure = make_subplots(3, 1, subplot_titles=titles, vertical_spacing=0.09)
    for row, (reads, says, seen, answer) in enumerate(PANELS.values(), 1):
        for place in seen:
            figure.add_scatter(
                x=[place, answer], y=[0.25, 0.75], mode="lines", showlegend=False,
                line={"color": figures.PALETTE[0], "width": 2}, row=row, col=1,
            )  # fmt: skip
        for words, height, colour in ((reads, 0, figures.TEXT), (says, 1, figures.PALETTE[1])):
            figure.add_scatter(
                x=list(range(len(words))), y=[height] * len(words), mode="text", text=words,
                textfont={"size": 15, "color": colour}, showlegend=False, row=row, col=1,
            )  # fmt: skip
    ticks = {"tickvals": [0, 1], "ticktext": ["reads", "says"], "showgrid": False}
    figure.update_yaxes(range=[-0.4, 1.4], zeroline=False, **ticks)
    figure.update_xaxes(visible=False, range=[-0.6, 5.6])
    return figure.update_layout(height=460)


def filling_chart(runs: Runs) -> go.Figure:
    """Return the accuracy of filling in a missing word, by its tokens; a panel for each place of
    the clue, a line for each objective, with intervals where there are several seeds."""
    from plotly.subplots import make_subplots

    figure = make_subplots(1, 2, shared_yaxes=True, subplot_titles=list(CLUE.values()))
    for column, half in enumerate(CLUE, 1):
        groups = {
            ARCHITECTURES[name]: [run["filled"][half] for run in runs if run["objective"] == name]
            for name in dict.fromkeys(run["objective"] for run in runs)
        }
        curves = {
            name: {size: _of_seeds([each[size] for each in group]) for size in group[0]}
            for name, group in groups.items()
        }
        charts.add_lines(figure, curves, row=1, col=column, showlegend=column == 1)
    figure.update_xaxes(title="the missing word has")
    figure.update_yaxes(title="accuracy", range=[0, 1], col=1)
    return figure.update_layout(height=420, margin={"t": 130}, legend={"y": 1.25})


def _of_seeds(shares: Sequence[float]) -> float | Interval:
    """The interval of a share over its seeds; one seed has none, so its number stays a number."""
    return Interval.of_seeds(shares, bounds=SHARE) if len(shares) > 1 else shares[0]


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
    figure = charts.lines(curves, "step", "nats a token", mode="lines")
    return figure.update_yaxes(rangemode="tozero")


def curves_by_step(runs: Runs, what: str = "held_out") -> dict[int, list[float]]:
    """Step -> held-out losses (or another curve of the runs), one per run."""
    found: dict[int, list[float]] = {}
    for run in runs:
        for step, value in zip(run["marks"], run[what], strict=True):
            found.setdefault(step, []).append(value)
    return {step: values for step, values in found.items() if len(values) == len(runs)}


def looks_chart(looks: Looks, head: int) -> go.Figure:
    """One head's weights: a row for each token to be written, a column for each that was read."""
    weights = looks.weights[head].round(decimals=2)  # S T
    figure = charts.heat(weights.tolist(), hover="%{z:.2f}<extra></extra>")
    for axis, words in (("x", looks.read), ("y", looks.said)):
        names = [charts.readable(word.strip(" ")) for word in words]
        ticks = {"tickvals": list(range(len(words))), "ticktext": names}
        figure.update_layout({f"{axis}axis": ticks})
    return figure.update_layout(
        xaxis={"title": {"text": "what the encoder read"}, "tickangle": -90},
        yaxis={"title": {"text": "what is to be written"}},
    )


def adaptation_chart(curves: Mapping[str, Mapping[str, Sequence[float]]], text: str) -> go.Figure:
    """Loss on one domain ("harbour" or "town") against steps, a line for each training."""
    losses = {
        name: list(zip(curve["steps"], curve[text], strict=True)) for name, curve in curves.items()
    }
    figure = charts.lines(losses, "step", f"loss on {text} text, nats a token")
    return figure.update_yaxes(rangemode="tozero")


def mix_chart(runs: Runs, before: float) -> go.Figure:
    """Loss on both domains after the same steps, against the harbour's share of what was read.

    before: loss on the town before, drawn across.
    """
    shares = sorted({run["share"] for run in runs})
    curves = {
        f"loss on {text}": {
            share: Interval.of_runs([run[text][-1] for run in runs if run["share"] == share])
            for share in shares
        }
        for text in ("harbour", "town")
    }
    reference = {"town, before": before}
    figure = charts.lines(curves, "harbour's share of the rows", "nats a token", reference)
    return figure.update_layout(xaxis={"tickformat": ".0%"}, yaxis={"rangemode": "tozero"})


def diet_table(runs: Runs, entropy_bound: float) -> pandas.DataFrame:
    """Loss on clean text after equal steps, by what was read; the entropy bound in the last row."""
    import pandas as pd

    names: Iterable[str] = dict.fromkeys(run["diet"] for run in runs)
    rows = {}
    for name in names:
        group = [run for run in runs if run["diet"] == name]
        mean = sum(run["rows"] for run in group) / len(group)
        loss = str(Interval.of_runs([run["loss"] for run in group]))
        rows[name] = {"different rows": f"{mean:.0f}", "loss on clean text": loss}
    rows["the entropy bound"] = {"different rows": "", "loss on clean text": f"{entropy_bound:.3g}"}
    return pd.DataFrame(rows).T


def mix_table(runs: Runs) -> pandas.DataFrame:
    """Loss on both domains after the same steps, for each start and share of harbour log."""
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    for start, share in sorted({(run["start"], run["share"]) for run in runs}, reverse=True):
        group = [run for run in runs if (run["start"], run["share"]) == (start, share)]
        name = "a town decoder" if start == "town" else start
        rows[f"from {name}, {share:.0%} harbour"] = {
            f"loss on {text}": str(Interval.of_runs([run[text][-1] for run in group]))
            for text in ("harbour", "town")
        }
    return pd.DataFrame(rows).T
