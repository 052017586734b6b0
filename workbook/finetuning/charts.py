"""The figures and tables of lesson 08, from runs as `experiment.py` recorded them.

Each function returns a figure or a table without showing it, so that a test can read its numbers.
Intervals are Student's over the seeds where something was trained, and bootstrapped over the cases
where nothing was. Left out: what is measured (`families.py`) and the theme (`core.figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts, figures
from workbook.core.runs import SHARE, Interval, error_bars
from workbook.core.system.memory import in_words
from workbook.finetuning.data import ROWS
from workbook.finetuning.families import FAMILIES_ASKED, new_skill, old_skills
from workbook.finetuning.remedies import REMEDIES

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

Runs = Sequence[Mapping[str, Any]]
LAST = 12  # recorded losses, each the fourth step's, that a loss at the end is the mean of
KNOWN_WORDS, OTHER_TALKS = "known words", "new phrasings"  # as the records call them
ASKED = {  # in words; the second set draws from the test split's requests, of which one is new
    KNOWN_WORDS: "known requests",
    OTHER_TALKS: "other talks, a few new requests",
}
ROUGES = {"rouge1": "ROUGE-1", "rouge2": "ROUGE-2", "rougeL": "ROUGE-L"}


# Forgetting.


def last_runs(runs: Runs) -> dict[str, list[Mapping[str, Any]]]:
    """Remedy -> its runs on the test split, one a seed; "before" and "baseline" among them."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        if run["split"] == "test":
            found.setdefault(run["remedy"], []).append(run)
    return found


def forgetting_chart(runs: Runs) -> go.Figure:
    """New skill to the right, old skills upward: what each remedy gains and what it keeps.

    A thin line joins the strengths of a remedy (one seed, validation split); a large mark with
    intervals is the chosen one (three seeds, test split). The corner up right would be best.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    last = last_runs(runs)
    for number, name in enumerate(REMEDIES):
        look = charts.style(number)
        tried = [run for run in runs if run["remedy"] == name and run["split"] == "validation"]
        tried.sort(key=lambda run: run["strength"])
        figure.add_scatter(
            x=[new_skill(run) for run in tried], y=[old_skills(run) for run in tried],
            text=[f"{name}, {REMEDIES[name].strength_is} {run['strength']:g}" for run in tried],
            line={"color": look.colour, "dash": look.dash, "width": 1}, marker={"size": 4},
            mode="lines+markers",
            name=f"{name}, strengths tried", legendgroup=name, showlegend=False,
        )  # fmt: skip
        if name in last:
            across = Interval.of_runs([new_skill(run) for run in last[name]], SHARE)
            up = Interval.of_runs([old_skills(run) for run in last[name]], SHARE)
            figure.add_scatter(
                x=[across.mean], y=[up.mean], error_x=_bar(across), error_y=_bar(up),
                marker={"size": 12, "symbol": look.symbol, "color": look.colour},
                mode="markers", name=name, legendgroup=name,
            )  # fmt: skip
    ups = (Interval.of_runs([old_skills(run) for run in group], SHARE) for group in last.values())
    highest = max((up.high for up in ups), default=0) + 0.03
    for name in ("before", "baseline"):
        for run in last.get(name, []):
            figure.add_scatter(
                x=[new_skill(run)], y=[old_skills(run)], name=name, mode="markers+text",
                text=[name], textposition="middle right", showlegend=False,
                marker={"size": 10, "symbol": "cross", "color": figures.TEXT},
            )  # fmt: skip
    return figure.update_layout(
        xaxis={"title": {"text": "new skill: lines of the log right"}, "range": [-0.03, 1.03]},
        yaxis={
            "title": {"text": "old skills: mean of seven"},
            "range": [-0.03, max(0.83, highest)],
        },
        height=480,
    )


def _bar(found: Interval) -> dict[str, Any]:
    return {**error_bars([found]), "thickness": 1}


def remedies_table(runs: Runs) -> pandas.DataFrame:
    """One row a remedy: strength, new skill, old skills, the summaries, and what it costs.

    "lead kept" is the share of the old model's lead over the baseline, in the seven old skills.
    """
    import pandas as pd

    rows, last = {}, last_runs(runs)
    baseline, before = (old_skills(last[name][0]) for name in ("baseline", "before"))
    for name, group in last.items():
        first, remedied = group[0], name in REMEDIES
        old = [old_skills(run) for run in group]
        rows[name] = {
            "strength": f"{first['strength']:g}" if remedied else "",
            "new skill": _over([new_skill(run) for run in group], SHARE),
            "old skills": _over(old, SHARE),
            "lead kept": f"{(fmean(old) - baseline) / (before - baseline):.0%}",
            "summaries": _over([fmean(run["scores"]["summarise"]) for run in group], SHARE),
            "new chats read": f"{fmean(r['new_chats'] for r in group):.0f}" if remedied else "",
            "tokens read": f"{fmean(r['tokens'] for r in group):,.0f}" if remedied else "",
            "weights trained": f"{first['trained']:,}" if remedied else "",
            "kept beside": in_words(first["extra_bytes"]) if first.get("extra_bytes") else "",
        }
    return pd.DataFrame(rows).T


def rates_chart(runs: Runs) -> go.Figure:
    """New and old skills after tuning without a remedy, against the learning rate.

    One seed, validation split: the sweep that comes before any remedy.
    """
    plain = [r for r in runs if r["remedy"] in ("none", "gentle") and r["split"] == "validation"]
    plain.sort(key=lambda run: run["strength"])
    curves = {
        "new skill": {run["strength"]: new_skill(run) for run in plain},
        "old skills": {run["strength"]: old_skills(run) for run in plain},
    }
    (before,) = (r for r in runs if r["remedy"] == "before" and r["split"] == "validation")
    lines = {"old skills before": old_skills(before)}
    figure = charts.lines(curves, "learning rate of AdamW", "score", lines)
    rates = list(curves["new skill"])
    axis = {"type": "log", "tickvals": rates, "ticktext": [f"{rate:g}" for rate in rates]}
    return figure.update_layout(xaxis=axis, yaxis={"range": [-0.03, 1.03]})


def describe_rates(runs: Runs) -> str:
    """`rates_chart` in one sentence."""
    new, old = rates_chart(runs).data
    best = max(zip(new.y, new.x, strict=True))[1]
    return (
        f"The new skill is best at a learning rate of {best:g}, with {max(new.y):.2f}; the old "
        f"skills go from {old.y[0]:.2f} at {old.x[0]:g} to {old.y[-1]:.2f} at {old.x[-1]:g}."
    )


def paired_table(runs: Runs, other: str = "gentle") -> pandas.DataFrame:
    """Each remedy less another one, seed by seed, with Student's interval over the seeds."""
    import pandas as pd

    last, rows = last_runs(runs), {}
    base = {run["seed"]: run for run in last[other]}
    for name in REMEDIES:
        pairs = [(run, base[run["seed"]]) for run in last.get(name, []) if run["seed"] in base]
        if name != other and len(pairs) > 1:
            rows[f"{name} less {other}"] = {
                title: str(Interval.of_seeds([skill(a) - skill(b) for a, b in pairs]))
                for title, skill in (("new skill", new_skill), ("old skills", old_skills))
            }
    return pd.DataFrame(rows).T


def families_table(runs: Runs) -> pandas.DataFrame:
    """Mean score of each old family and of the summaries, a row a remedy: which skill went."""
    import pandas as pd

    rows = {
        name: {
            family: round(fmean(fmean(run["scores"][family]) for run in group), 2)
            for family in FAMILIES_ASKED
        }
        for name, group in last_runs(runs).items()
    }
    return pd.DataFrame(rows).T


def _over(values: Sequence[float], bounds: tuple[float, float] | None = None) -> str:
    return str(Interval.of_runs(values, bounds)) if len(values) > 1 else f"{values[0]:.3g}"


# Families never tuned on, and damaged data.


def unseen_table(runs: Runs) -> pandas.DataFrame:
    """A row a number of families tuned on: scores on the held-out ones, and whether an answer was
    one of the labels at all, over the seeds."""
    import pandas as pd

    rows = {}
    for count in dict.fromkeys(run["families"] for run in runs):
        group = [run for run in runs if run["families"] == count]
        row = {
            family: _over([fmean(run["scores"][family]) for run in group], SHARE)
            for family in group[0]["scores"]
        }
        given = [fmean(fmean(v) for v in run["label_given"].values()) for run in group]
        rows[str(count)] = {**row, "answers with a label": _over(given, SHARE)}
    return pd.DataFrame(rows).T.rename_axis("families tuned on")


def damage_table(runs: Runs) -> pandas.DataFrame:
    """A row a state of the data: chats, and ROUGE over the seeds. Then what the clean half gains
    over the half damaged whole, and what it lacks beside the clean whole, paired by seed."""
    import pandas as pd

    groups = {name: [r for r in runs if r["damage"] == name]
              for name in dict.fromkeys(run["damage"] for run in runs)}  # fmt: skip
    chats = {name: group[0]["chats"] for name, group in groups.items()}
    table = pd.Series(chats, dtype=object, name="chats").to_frame().join(summaries_table(groups))
    *others, half = groups
    gaps = {f"{half} less {name}": rouge_gaps(groups[half], groups[name]) for name in others}
    return pd.concat([table, pd.DataFrame(gaps).T]).fillna("")


# Summaries.


def rouge_of(runs: Runs, asked: str = KNOWN_WORDS, name: str = "rouge1") -> Interval:
    """The mean ROUGE of some runs: over seeds if there are several, else over the cases."""
    means = [fmean(run["rouge"][asked][name]) for run in runs]
    if len(means) > 1:
        return Interval.of_seeds(means, bounds=SHARE)
    return Interval.of_cases(runs[0]["rouge"][asked][name])


def sizes_chart(runs: Runs, lines: Mapping[str, float], name: str = "rouge1") -> go.Figure:
    """ROUGE against the number of examples, for both ways of asking; `lines` are drawn across."""
    sizes = sorted({run["size"] for run in runs})
    curves = {
        title: {n: rouge_of([r for r in runs if r["size"] == n], asked, name) for n in sizes}
        for asked, title in ASKED.items()
    }
    title = name.upper().replace("ROUGE", "ROUGE-")
    figure = charts.lines(curves, "different examples", title, lines)
    return figure.update_layout(xaxis={"type": "log", "tickvals": sizes}, yaxis={"range": [0, 1]})


def sizes_table(runs: Runs) -> pandas.DataFrame:
    """A row a number of examples: how often each is read, the loss at the end, the score after.

    The loss is the mean of the last fifty steps, on chats that are trained on.
    """
    import pandas as pd

    rows = {}
    for size in sorted({run["size"] for run in runs}):
        group = [run for run in runs if run["size"] == size]
        last = [fmean(run["losses"][-LAST:]) for run in group]
        rows[size] = {
            "times read": f"{ROWS * fmean(run['steps'] for run in group) / size:.0f}",
            "loss at the end, training": _over(last),
            "ROUGE-1, held out": str(rouge_of(group)),
        }
    return pd.DataFrame(rows).T.rename_axis("examples")


def summaries_table(groups: Mapping[str, Runs], asked: str = KNOWN_WORDS) -> pandas.DataFrame:
    """ROUGE-1, -2 and -L with intervals, a row a group of runs (or one yardstick)."""
    import pandas as pd

    rows = {
        label: {title: str(rouge_of(runs, asked, name)) for name, title in ROUGES.items()}
        for label, runs in groups.items()
    }
    return pd.DataFrame(rows).T


def rouge_gaps(runs: Runs, others: Runs, asked: str = KNOWN_WORDS) -> dict[str, str]:
    """ROUGE-1, -2 and -L of some runs less those of others, paired by seed."""
    one, other = ({run["seed"]: run["rouge"][asked] for run in group} for group in (runs, others))
    seeds = sorted(one.keys() & other.keys())
    return {
        title: _over([fmean(one[s][name]) - fmean(other[s][name]) for s in seeds])
        for name, title in ROUGES.items()
    }


def tasks_table(runs: Runs, asked: str = KNOWN_WORDS) -> pandas.DataFrame:
    """The yardsticks, then town-lm tuned on summaries alone and on all eight families."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        label = run["yardstick"] if "yardstick" in run else f"tuned on {run['mix']}"
        groups.setdefault(label, []).append(run)
    table = summaries_table(groups, asked)
    table["seven others"] = [
        _over([old_skills(run) for run in group], SHARE) if group[0].get("scores") else ""
        for group in groups.values()
    ]
    return table


def masking_table(runs: Runs, asked: str = KNOWN_WORDS) -> pandas.DataFrame:
    """Loss on the answers against loss on every token; the last row is the paired difference."""
    import pandas as pd

    by = {on: [run for run in runs if run["loss_on"] == on] for on in ("answer", "all")}
    table = summaries_table({f"loss on {on}": group for on, group in by.items()}, asked)
    gaps = {"answer less all": rouge_gaps(by["answer"], by["all"], asked)}
    return pd.concat([table, pd.DataFrame(gaps).T])
