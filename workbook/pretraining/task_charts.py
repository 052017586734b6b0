"""The four tasks of lesson 02 as figures and as a table: a dot for each seed's mean, its interval.

Everything is read from records of `experiment.py` and from what was made live; `charts.py` has the
lesson's other figures. Left out: how a task is measured (`probing.py`, `tasks.py`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts, figures
from workbook.core.runs import SHARE, Interval, error_bars
from workbook.pretraining.charts import Runs
from workbook.pretraining.models import ARCHITECTURES

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

PROBES = {  # of a record -> heading
    "probe": "rude from polite, 300 labels",
    "probe_few": "rude from polite, 64 labels",
    "probe_sentiment": "good from bad, 300 labels",
    "probe_order": "one order from the other, 300 labels",
}
WRITING = {
    "surprise": "surprise of its text",
    "rewriting": "loss on the polite version",
    "rewriting_blind": "the same, another's rude one read",
}
Marks = Mapping[str, Mapping[str, float | None]]


def groups(runs: Runs) -> dict[str, list[Mapping[str, Any]]]:
    """Runs by objective and length, in the order of the objectives, short before long."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    order = list(ARCHITECTURES)
    for run in sorted(runs, key=lambda run: (order.index(run["objective"]), run["steps"])):
        found.setdefault(f"{run['objective']}, {run['steps']:,} steps", []).append(run)
    return found


def task_chart(
    runs: Runs,
    live: Mapping[str, Mapping[str, Any]],
    marks: Marks,
    tasks: Mapping[str, str],
    unit: str,
) -> go.Figure:
    """A panel for each task: the mean over the seeds with its 95 % interval, a row for each kind of
    run, an open mark for yours; lines across for the marks. What cannot be done has no dot.

    unit: of all tasks. Shares are drawn on one scale; nats each on its own, from 0.
    """
    from plotly.subplots import make_subplots

    rows = groups(runs)
    titles = ["<br>".join(textwrap.wrap(title, 60 // len(tasks))) for title in tasks.values()]
    panels = make_subplots(
        1, len(tasks), shared_yaxes=True, horizontal_spacing=0.03, subplot_titles=titles
    )
    for column, task in enumerate(tasks, 1):
        for name, group in rows.items():
            objective = group[0]["objective"]
            mean = _mean(group, task)
            if mean is not None:
                _dot(panels, column, name, mean, objective)
            mine = live.get(objective, {}).get(task)
            if mine is not None and group is _shortest(rows, objective):
                _dot(panels, column, name, Interval(mine, mine, mine), objective, is_yours=True)
        _lines(panels, column, list(rows), {name: each.get(task) for name, each in marks.items()})
    is_share = unit.startswith("share")
    panels.update_xaxes(title={"text": unit, "font": {"size": 12}}, nticks=5)
    panels.update_xaxes(**({"matches": "x"} if is_share else {"rangemode": "tozero"}))
    panels.update_yaxes(categoryorder="array", categoryarray=list(rows)[::-1])
    panels.update_annotations(font={"size": 13})
    return panels.update_layout(height=440, margin={"t": 150}, legend={"y": 1.2})


def _dot(
    panels: go.Figure, column: int, row: str, mean: Interval, objective: str,
    is_yours: bool = False,
) -> None:  # fmt: skip
    """One mean with its interval, or one run alone as an open mark, named once in the legend."""
    place = list(ARCHITECTURES).index(objective)
    look = charts.style(place)
    panels.add_scatter(
        name="yours" if is_yours else row, x=[mean.mean], y=[row], mode="markers",
        error_x=None if is_yours else {**error_bars([mean]), "thickness": 1.5},
        marker={"color": look.colour, "size": 11, "line": {"width": 2, "color": look.colour},
                "symbol": look.symbol + ("-open" if is_yours else "")},
        showlegend=is_yours and column == 1 and place == 0, row=1, col=column,
    )  # fmt: skip


def _lines(panels: go.Figure, column: int, rows: Sequence[str], marks: Mapping[str, Any]) -> None:
    """The marks of one task as lines across all rows, each named once in the legend."""
    for number, (name, value) in enumerate(marks.items()):
        if value is None:
            continue
        mean = value.mean if isinstance(value, Interval) else value
        panels.add_scatter(
            name=name, x=[mean, mean], y=[rows[0], rows[-1]], mode="lines",
            line={"dash": charts.ACROSS[number % len(charts.ACROSS)], "color": figures.TEXT},
            showlegend=column == 1, row=1, col=column,
        )  # fmt: skip


def task_table(
    runs: Runs, live: Mapping[str, Mapping[str, Any]], marks: Marks, tasks: Mapping[str, str]
) -> pandas.DataFrame:
    """One row an objective and length of run, each task's mean over the seeds with its interval;
    then what was made live, then the marks to hold it against."""
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    for name, group in groups(runs).items():
        means = {task: _mean(group, task) for task in tasks}
        title = f"{name}, {len(group)} seeds"
        rows[title] = {task: "cannot" if m is None else str(m) for task, m in means.items()}
    others = {**{f"{name}, yours": found for name, found in live.items()}, **marks}
    for name, found in others.items():
        rows[name] = {task: _plain(found.get(task)) for task in tasks}
    return pd.DataFrame(rows).T.rename(columns=dict(tasks))


def paired_difference(runs: Runs, what: str, one: str, other: str) -> dict[str, Interval]:
    """Steps' kind ("short", "long") -> the mean over seeds of one's figure minus the other's, each
    pair of runs with one seed and the same documents."""
    found: dict[str, Interval] = {}
    for length in dict.fromkeys(run["length"] for run in runs):
        by_seed = [
            {run["seed"]: run[what] for run in runs
             if (run["objective"], run["length"]) == (name, length)}
            for name in (one, other)
        ]  # fmt: skip
        seeds = sorted(by_seed[0].keys() & by_seed[1].keys())
        found[length] = Interval.of_runs([by_seed[0][seed] - by_seed[1][seed] for seed in seeds])
    return found


def _shortest(rows: Mapping[str, Sequence[Mapping[str, Any]]], objective: str) -> Any:
    return next(group for group in rows.values() if group[0]["objective"] == objective)


def _mean(runs: Runs, task: str) -> Interval | None:
    """The mean over the runs, a share's in its bounds; None for a task that they cannot do."""
    values = [run[task] for run in runs]
    bounds = SHARE if task in PROBES else None
    return None if any(value is None for value in values) else Interval.of_runs(values, bounds)


def _plain(value: float | Interval | None) -> str:
    return "" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)
