"""What lesson 08 lets you turn and look at: a chat's labels, a mixture, what a remedy saves.

`draw_chat` colours the tokens of a chat by whether they carry loss. The first explorer turns sizes
of tasks, a limit and a temperature into shares of a mixture, by a formula; the second walks
through recorded trainings, remedy by remedy. Left out: training live, which the lesson's cells do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts, figures
from workbook.core.notebook.explorer import Choice, Explorer, Slider, TextInput
from workbook.core.runs import SHARE, Interval, error_bars
from workbook.finetuning.mixing import rates
from workbook.finetuning.remedies import REMEDIES
from workbook.finetuning.templates import Piece

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw_chat(pieces: Sequence[Piece]) -> go.Figure:
    """The tokens of a chat in reading order; blue and underlined where they carry loss."""
    learned = sum(piece.learned for piece in pieces)
    strip = charts.token_strip([(_shown(piece), float(piece.learned)) for piece in pieces])
    return strip.update_layout(
        title=f"{learned} of {len(pieces)} tokens carry loss (blue, underlined)"
    )


def _shown(piece: Piece) -> str:
    is_mark = piece.text.startswith("<|")
    word = charts.readable(piece.text.strip("<|>") if is_mark else piece.text)
    return f"<u>{word}</u>" if piece.learned else word


# --- the mixture --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mix:
    """A collection of tasks and the mixture drawn from it; one number a task in each tuple."""

    tasks: tuple[str, ...]
    sizes: tuple[int, ...]  # examples there are
    rates: tuple[float, ...]  # share of the chats drawn
    loss: tuple[float, ...]  # share of the tokens that carry loss

    @property
    def collected(self) -> tuple[float, ...]:
        """Each task's share of the examples there are."""
        return tuple(size / sum(self.sizes) for size in self.sizes)

    @property
    def repeated(self) -> float:
        """How much more often an example of the smallest task is read than one of the largest."""
        by_size = sorted(zip(self.sizes, self.rates, strict=True))
        (small, often), (large, seldom) = by_size[0], by_size[-1]
        return (often / small) / (seldom / large)


class Mixing:
    """Computes a `Mix` by T5's rule (Raffel et al. 2020, section 3.5.2).

    tokens: task -> mean number of its tokens that carry loss, for all tasks there may be.
    """

    def __init__(self, tokens: Mapping[str, float]):
        self.tokens = dict(tokens)

    def __call__(self, sizes: str, limit: float, temperature: float) -> Mix:
        """sizes: "task number, task number"; limit: on the size that counts. ValueError for a text
        that does not say that."""
        found = self._sizes(sizes)
        drawn = rates(tuple(found.values()), limit, temperature)
        loss = [rate * self.tokens[task] for task, rate in zip(found, drawn, strict=True)]
        shares = tuple(part / sum(loss) for part in loss)
        return Mix(tuple(found), tuple(found.values()), tuple(drawn), shares)

    def _sizes(self, text: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            task, _, number = part.rpartition(" ")
            if task.strip() not in self.tokens:
                raise ValueError(f"Write a task and a number for each: {', '.join(self.tokens)}.")
            if not number.isdecimal() or not 1 <= int(number) <= 10**9:
                raise ValueError(f"A task has 1 to a billion examples, not {number!r}.")
            found[task.strip()] = int(number)
        if len(found) < 2:
            raise ValueError("A mixture has two tasks at least: name them, each with its number.")
        return found


def draw_mix(mix: Mix) -> go.Figure:
    """Three bars a task: its share of the examples, of the chats drawn, of the loss."""
    import plotly.graph_objects as go

    figure = go.Figure()
    bars = {
        "of all examples": (mix.collected, ""),
        "of the chats drawn": (mix.rates, "/"),
        "of the tokens with loss": (mix.loss, "."),
    }
    for name, (shares, pattern) in bars.items():
        figure.add_bar(name=name, x=mix.tasks, y=shares, marker_pattern_shape=pattern)
    title = (
        f"An example of the smallest task is read {mix.repeated:.3g} times for one of the largest"
    )
    axis = {"title": {"text": "share"}, "tickformat": ".0%", "rangemode": "tozero"}
    return figure.update_layout(title=title, barmode="group", yaxis=axis)


def describe_mix(mix: Mix) -> str:
    """One sentence for those who cannot see the figure."""
    parts = zip(mix.tasks, mix.collected, mix.rates, mix.loss, strict=True)
    told = (f"{task} {own:.0%}, {rate:.0%} and {loss:.0%}" for task, own, rate, loss in parts)
    return f"Shares of the examples, of the chats drawn and of the loss: {'; '.join(told)}."


def mixture_explorer(tokens: Mapping[str, float], sizes: str) -> Explorer:
    """Turn the limit and the temperature, or write sizes of your own."""
    return Explorer(
        "What is in the mixture?",
        Mixing(tokens),
        draw_mix,
        {
            "limit": Slider("Limit", 3000, (100, 300, 1000, 3000, 10_000, 30_000, 100_000),
                            low=100, high=100_000, step=0.1, log=True),
            "temperature": Slider("Temperature", 1.0, low=1.0, high=8.0, step=0.5),
            "sizes": TextInput("Tasks and sizes", sizes),
        },
        describe_mix,
    )  # fmt: skip


# --- forgetting ---------------------------------------------------------------------------------

Scores = Mapping[str, float]  # family -> mean score of a model


@dataclass(frozen=True)
class Saved:
    """What one remedy, at one strength, left of the old skills."""

    remedy: str
    strength: float
    meaning: str  # of the strength, in words
    seeds: int
    baseline: Scores
    before: Scores
    after: Mapping[str, Interval]
    new: str  # the family that was learned

    @property
    def old(self) -> tuple[str, ...]:
        """The families that were not to be forgotten."""
        return tuple(family for family in self.before if family != self.new)

    @property
    def kept(self) -> float:
        """What is left of the lead that the old model had over the baseline; 1 is all of it."""
        lead = sum(self.before[family] - self.baseline[family] for family in self.old)
        return sum(self.after[family].mean - self.baseline[family] for family in self.old) / lead


class Savings:
    """Computes a `Saved` from the runs that `experiment.py` recorded on one split.

    families: the new one first, then the old ones.
    """

    def __init__(
        self, runs: Sequence[Mapping[str, Any]], families: Sequence[str], split: str = "validation"
    ):
        self.new = families[0]
        self.runs: dict[str, dict[float, list[Scores]]] = {}
        for run in runs:
            if run["split"] == split:
                means = {family: fmean(run["scores"][family]) for family in families}
                group = self.runs.setdefault(run["remedy"], {})
                group.setdefault(run["strength"], []).append(means)
        if not {"before", "baseline"} < self.runs.keys():
            raise ValueError(f"there is no whole record of remedies on the {split} split: run "
                             "workbook record finetuning remedies.")  # fmt: skip
        self.before, self.baseline = (
            self.runs.pop(name)[0.0][0] for name in ("before", "baseline")
        )

    def strengths(self, remedy: str) -> list[float]:
        """Those recorded, the weakest first; a lower learning rate forgets less."""
        falling = REMEDIES[remedy].strength_is == "learning rate"
        return sorted(self.runs[remedy], reverse=falling)

    def __call__(self, remedy: str, notch: int) -> Saved:
        """notch: 1 is the weakest strength recorded. ValueError beyond the strongest."""
        strengths = self.strengths(remedy)
        if notch > len(strengths):
            raise ValueError(f"the strongest {remedy} recorded is number {len(strengths)}.")
        strength = strengths[notch - 1]
        group = self.runs[remedy][strength]
        after = {
            family: Interval.of_runs([run[family] for run in group], SHARE)
            for family in self.before
        }
        meaning = REMEDIES[remedy].strength_is
        return Saved(
            remedy, strength, meaning, len(group), self.baseline, self.before, after, self.new
        )


def draw_saved(saved: Saved) -> go.Figure:
    """Two bars a family, before and after, and a line for the baseline; the new task first."""
    import plotly.graph_objects as go

    families = (saved.new, *saved.old)
    after = [saved.after[family] for family in families]
    figure = go.Figure()
    figure.add_bar(name="before", x=families, y=[saved.before[family] for family in families])
    figure.add_bar(
        name="after",
        x=families,
        y=[found.mean for found in after],
        error_y={**error_bars(after), "visible": saved.seeds > 1},
        marker_pattern_shape="/",
    )
    figure.add_scatter(
        name="baseline", mode="markers", x=families, y=[saved.baseline[each] for each in families],
        marker={"symbol": "line-ew-open", "size": 40, "color": figures.TEXT, "line": {"width": 3}},
    )  # fmt: skip
    title = (
        f"{saved.remedy}, {saved.meaning} {saved.strength:g}: {saved.new} {after[0].mean:.2f}, "
        f"{saved.kept:.0%} of the old lead kept"
    )
    axis = {"title": {"text": "score"}, "range": [-0.02, 1.05]}
    return figure.update_layout(title=title, barmode="group", yaxis=axis)


def describe_saved(saved: Saved) -> str:
    """One sentence for those who cannot see the figure."""
    parts = (f"{f} {saved.before[f]:.2f} before, {saved.after[f].mean:.2f} after"
             for f in (saved.new, *saved.old))  # fmt: skip
    return f"{saved.remedy}, {saved.meaning} {saved.strength:g}: {'; '.join(parts)}."


def forgetting_explorer(runs: Sequence[Mapping[str, Any]], families: Sequence[str]) -> Explorer:
    """Choose a remedy and one of its recorded strengths, as its makers did: on the validation
    split. Without a kernel, each remedy at its weakest."""
    savings = Savings(runs, families)
    asked = {
        f"{name}, {REMEDIES[name].strength_is} {strength:g}": (name, notch)
        for name in savings.runs
        for notch, strength in enumerate(savings.strengths(name), 1)
    }
    weakest = tuple(option for option, (_, notch) in asked.items() if notch == 1)
    return Explorer(
        "What does the remedy save?",
        lambda remedy: savings(*asked[remedy]),
        draw_saved,
        {"remedy": Choice("Remedy", weakest[0], weakest, options=tuple(asked))},
        describe_saved,
    )
