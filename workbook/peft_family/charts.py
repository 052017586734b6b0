"""The figures and tables of lesson 11, from runs as `experiment.py` makes and records them.

Each function returns a figure or a table without showing it, so that a test can read its numbers.
Intervals are Student's over seeds; a single run is spread over its cases instead. Left out: what is
measured (`experiment.py`), the explorer, and the theme (`workbook.core.notebook.figures`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts, figures
from workbook.core.runs import SHARE, Interval, error_bars
from workbook.core.system.memory import in_words
from workbook.finetuning.data import NEW
from workbook.finetuning.families import OLD_SKILLS, new_skill, old_skills
from workbook.peft_family.experiment import ENDS, VARIANTS

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

    from workbook.peft_family.nearest import Neighbours

Runs = Sequence[Mapping[str, Any]]
GROUPS = ("full", "selective", "additive", "soft prompt")
SKILLS: Mapping[str, Callable[[Mapping[str, Any]], float]] = {
    "new task": new_skill,
    "old tasks": old_skills,
}


def by_variant(runs: Runs) -> dict[str, list[Mapping[str, Any]]]:
    """Return variant -> its runs, one a seed, in the order in which variants are listed."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for name in (*ENDS, *VARIANTS):
        group = [run for run in runs if run["variant"] == name]
        if group:
            found[name] = group
    return found


def skill(runs: Runs, which: str) -> Interval:
    """Return the mean of a skill ("new task", "old tasks") with its interval, within 0 to 1."""
    if len(runs) > 1:
        return Interval.of_seeds([SKILLS[which](run) for run in runs], bounds=SHARE)
    scores = runs[0]["scores"]
    families = (NEW,) if which == "new task" else OLD_SKILLS
    cases = [score for family in families for score in scores[family]]
    if set(cases) <= {0.0} or set(cases) <= {1.0}:  # no draw differs: Wilson's, as of a share
        return Interval.of_share([case == 1 for case in cases])
    return Interval.of_cases(cases).within(SHARE)


def methods_table(runs: Runs) -> pandas.DataFrame:
    """Return a row a variant: weights, what is kept, training memory, step time, both skills."""
    import pandas as pd

    rows = {}
    for name, group in by_variant(runs).items():
        first, tuned = group[0], name not in ENDS
        rows[name] = {
            "trained weights": f"{first['trained']:,}" if tuned else "",
            "kept for the task": in_words(first["kept_bytes"]) if tuned else "",
            "gradients and moments": in_words(first["training_bytes"]) if tuned else "",
            "ms a step": f"{1000 * fmean(r['step_seconds'] for r in group):.0f}" if tuned else "",
            "new task": f"{skill(group, 'new task'):.2f}",
            "old tasks": f"{skill(group, 'old tasks'):.2f}" if _has_old(group) else "",
            "seeds": len(group) if tuned else "",
        }
    return pd.DataFrame(rows).T.rename_axis("method")


def _has_old(runs: Runs) -> bool:
    return all(family in runs[0]["scores"] for family in OLD_SKILLS)


def quality_chart(runs: Runs) -> go.Figure:
    """Return the new skill, a row a variant by trained weights, most at the top, groups apart."""
    import plotly.graph_objects as go

    figure, found = go.Figure(), by_variant(runs)
    for number, kind in enumerate(GROUPS):
        names = [name for name in found if name not in ENDS and VARIANTS[name].group == kind]
        if names:
            marks = {_label(name, found): skill(found[name], "new task") for name in names}
            _add_rows(figure, kind, marks, number)
    reference = {name: skill(found[name], "new task").mean for name in ENDS if name in found}
    charts.add_reference(figure, reference, axis="x")
    tuned = sorted((name for name in found if name not in ENDS), key=lambda n: _weights(n, found))
    rows = [_label(name, found) for name in tuned]
    return _in_rows(figure, rows, "new task: lines right").update_yaxes(title="trained weights")


def forgetting_chart(runs: Runs) -> go.Figure:
    """Return both skills, a row a variant that was asked for both, the model untouched at the top.

    The rows are in the order of `quality_chart`.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    found = {name: group for name, group in by_variant(runs).items() if _has_old(group)}
    names = sorted(found, key=lambda name: (name in ENDS, _weights(name, found)))
    for number, which in enumerate(SKILLS):
        _add_rows(figure, which, {name: skill(found[name], which) for name in names}, number)
    return _in_rows(figure, names, "lines right in the new task, mean of seven old ones")


def _weights(name: str, found: Mapping[str, Runs]) -> int:
    return found[name][0].get("trained", 0)


def _label(name: str, found: Mapping[str, Runs]) -> str:
    return f"{name}: {_weights(name, found):,}"


def _add_rows(figure: go.Figure, series: str, rows: Mapping[str, Interval], number: int) -> None:
    """Add a mark with its interval for each row."""
    look = charts.style(number)
    figure.add_scatter(
        name=series, mode="markers", y=list(rows), x=[one.mean for one in rows.values()],
        error_x={**error_bars(list(rows.values())), "thickness": 1},
        marker={"size": 11, "symbol": look.symbol, "color": look.colour},
    )  # fmt: skip


def _in_rows(figure: go.Figure, rows: Sequence[str], across: str) -> go.Figure:
    """Give a figure its rows, the first at the bottom, and an axis for shares."""
    return figure.update_layout(
        xaxis={"title": {"text": across}, "range": [-0.05, 1.05]},
        yaxis={"categoryorder": "array", "categoryarray": list(rows), "automargin": True},
        height=480,
    )


def size_curves(runs: Runs) -> dict[str, dict[int, Interval | float]]:
    """Return variant -> {weights of the base: held-out loss}; intervals from two seeds on."""
    curves: dict[str, dict[int, Interval | float]] = {}
    for weights in sorted({run["weights"] for run in runs}):
        for name in dict.fromkeys(run["variant"] for run in runs):
            losses = [
                run["loss"] for run in runs if (run["weights"], run["variant"]) == (weights, name)
            ]
            if losses:
                value = Interval.of_seeds(losses) if len(losses) > 1 else losses[0]
                curves.setdefault(name, {})[weights] = value
    return curves


def sizes_chart(runs: Runs) -> go.Figure:
    """Return the held-out loss of each way to tune against the size of the base (log scale).

    Of a single base: one row for each way.
    """
    import plotly.graph_objects as go

    curves, title = size_curves(runs), "held-out loss, nats a token"
    if len({run["weights"] for run in runs}) > 1:
        return charts.lines(curves, "weights of the base", title).update_xaxes(type="log")
    rows = {name: value for name, curve in curves.items() for value in curve.values()}
    marks = [one if isinstance(one, Interval) else Interval(one, one, one) for one in rows.values()]
    figure = go.Figure(layout={"xaxis": {"title": {"text": title}}, "yaxis": {"automargin": True}})
    _add_rows(figure, title, dict(zip(rows, marks, strict=True)), 0)
    return figure.update_layout(height=300, showlegend=False)


def gaps(runs: Runs, variant: str = "prompt, vocabulary") -> dict[int, tuple[float, float, float]]:
    """Return weights of the base -> mean loss untouched, of the variant, of full tuning."""
    found = {}
    for weights in sorted({run["weights"] for run in runs}):
        here = {
            name: [r["loss"] for r in runs if (r["weights"], r["variant"]) == (weights, name)]
            for name in ("before", variant, "full")
        }
        if all(here.values()):
            before, tuned, full = (fmean(losses) for losses in here.values())
            found[weights] = (before, tuned, full)
    return found


def neighbours_table(
    found: Neighbours, decode: Callable[[int], str], baseline: float
) -> pandas.DataFrame:
    """Return a row a vector: its nearest tokens, its similarity, and whether that beats chance."""
    import pandas as pd

    rows = [
        {
            "nearest tokens": "  ".join(decode(i).translate(charts.VISIBLE) for i in ids),
            "similarity": f"{similarity[0]:.2f}",
            "nearer than a random vector": "yes" if similarity[0] > baseline else "no",
        }
        for ids, similarity in zip(found.ids.tolist(), found.similarity.tolist(), strict=True)
    ]
    return pd.DataFrame(rows).rename_axis("vector")


def where_chart() -> go.Figure:
    """Return the drawing of one layer with the place of every method in it."""
    import plotly.graph_objects as go

    blue, orange = figures.PALETTE[:2]
    frozen = {"attention": (2.0, 3.0), "feed-forward": (5.0, 6.0)}
    figure = go.Figure()
    for name, (low, high) in frozen.items():
        _box(figure, (1.0, low, 3.4, high), figures.QUIET, f"{name} (frozen)")
    _box(figure, (1.0, 0.2, 3.4, 0.9), figures.QUIET, "embeddings (frozen)")
    _box(figure, (0.05, 0.2, 0.85, 0.9), orange, "prompt")
    _box(figure, (0.05, 2.0, 0.85, 3.0), orange, "prefix:<br>keys, values")
    for low, high in frozen.values():
        _box(figure, (1.5, high + 0.2, 2.9, high + 0.8), blue, "bottleneck")
        _box(figure, (3.55, low + 0.5, 4.5, low + 1.0), blue, "LoRA")
        _box(figure, (3.55, low - 0.1, 4.5, low + 0.4), blue, "(IA)³ factors")
    _box(
        figure,
        (4.7, 2.0, 5.7, 6.0),
        figures.PALETTE[2],
        "selective:<br>biases,<br>norms,<br>last layers",
    )
    blank = {"visible": False, "showgrid": False}
    figure.add_scatter(x=[], y=[], showlegend=False)
    return figure.update_layout(
        xaxis={**blank, "range": [0, 5.8]}, yaxis={**blank, "range": [0, 7]}, height=460
    )


def _box(
    figure: go.Figure, corners: tuple[float, float, float, float], colour: str, text: str
) -> None:
    x0, y0, x1, y1 = corners
    figure.add_shape(type="rect", x0=x0, y0=y0, x1=x1, y1=y1, line={"color": colour, "width": 2})
    figure.add_annotation(
        x=(x0 + x1) / 2, y=(y0 + y1) / 2, text=text, showarrow=False,
        font={"size": 12, "color": figures.TEXT},
    )  # fmt: skip
