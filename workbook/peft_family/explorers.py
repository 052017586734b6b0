"""The explorer of lesson 11: every method on a model of your choice, by one measure at a time.

Weights, files and training memory follow from shapes (the formulas are `counts.py`'s, for models
with fewer key heads too); quality and time are the recorded ones, of the town's model. Without a
record only the first three measures are offered. Left out: activations. Lesson 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from workbook.core.notebook import charts as drawing
from workbook.core.notebook.explorer import Choice, Explorer, Slider
from workbook.core.runs import Interval, error_bars
from workbook.peft_family import charts
from workbook.peft_family.attachment import GRADIENT, MOMENTS
from workbook.peft_family.counts import bottleneck_weights, prompt_weights

if TYPE_CHECKING:
    import plotly.graph_objects as go

FLOAT = 4  # bytes of a weight that is kept


@dataclass(frozen=True)
class Base:
    """The shape of a model that counts follow from."""

    weights: int
    layers: int
    hidden_size: int
    key_channels: int  # of keys, and of values
    ffn_dim: int  # of the feed-forward part
    biases: int = 0  # that the model has

    def counts(self, length: int, width: int, rank: int) -> dict[str, int]:
        """Return the trained weights of each method.

        length: of prompt and prefix. width: of bottlenecks. rank: of LoRA on queries and values.
        """
        lora = rank * (3 * self.hidden_size + self.key_channels) * self.layers
        return {
            "full": self.weights,
            "biases": self.biases,
            "bottleneck": bottleneck_weights(self.layers, self.hidden_size, width),
            "LoRA on q, v": lora,
            "(IA)^3": self.layers * (2 * self.key_channels + self.ffn_dim),
            "prefix": 2 * length * self.layers * self.key_channels,
            "prompt": prompt_weights(length, self.hidden_size),
        }


BASES: Mapping[str, Base] = {
    "GPT-2 medium": Base(354_823_168, 24, 1024, 1024, 4096, 11 * 24 * 1024 + 1024),
    "Llama-2-7B": Base(6_738_415_616, 32, 4096, 4096, 11008),
    "Qwen2.5-0.5B": Base(494_032_768, 24, 896, 128, 4864, 24 * (896 + 128 + 128)),
    "GPT-3": Base(174_591_688_704, 96, 12288, 12288, 49152, 11 * 96 * 12288 + 12288),
}
COUNTED: Mapping[str, float] = {
    "trained weights": 1,
    "file, MB": FLOAT / 2**20,
    "gradients and moments, MB": (GRADIENT + MOMENTS) / 2**20,
}
RECORDED: Mapping[str, Callable[[Sequence[Mapping[str, Any]]], Interval | float]] = {
    "new task (recorded)": lambda runs: charts.skill(runs, "new task"),
    "old tasks (recorded)": lambda runs: charts.skill(runs, "old tasks"),
    "ms a step (recorded)": lambda runs: 1000 * fmean(run["step_seconds"] for run in runs),
}


@dataclass(frozen=True)
class Comparison:
    """One measure of every method; where the model has nothing to train, it is left out."""

    measure: str
    of: str  # the model, in words
    values: Mapping[str, Interval | float]


class Methods:
    """Computes a `Comparison`. runs: recorded ones, of `experiment.run_variant`; may be none."""

    def __init__(self, runs: Sequence[Mapping[str, Any]] = ()) -> None:
        found = charts.by_variant(runs)
        self.found = {name: group for name, group in found.items() if name != "baseline"}

    @property
    def measures(self) -> tuple[str, ...]:
        """What can be shown."""
        return (*COUNTED, *(RECORDED if self.found else ()))

    def __call__(self, measure: str, base: str, length: int, width: int, rank: int) -> Comparison:
        """Return one measure of each method, on a base; dials do not move what was recorded."""
        if measure in COUNTED:
            counted = BASES[base].counts(length, width, rank)
            values = {name: COUNTED[measure] * count for name, count in counted.items() if count}
            return Comparison(measure, base, values)
        if measure not in self.measures:
            raise ValueError(f"{measure} is not recorded yet; choose {', '.join(self.measures)}.")
        groups = {
            name: group for name, group in self.found.items()
            if measure != "ms a step (recorded)" or "step_seconds" in group[0]
        }  # fmt: skip
        return Comparison(
            measure, "town-instruct", {n: RECORDED[measure](g) for n, g in groups.items()}
        )


def draw(data: Comparison) -> go.Figure:
    """One bar a method, on a log scale where it is counted."""
    import plotly.graph_objects as go

    means = [v.mean if isinstance(v, Interval) else v for v in data.values.values()]
    spread = [v for v in data.values.values() if isinstance(v, Interval)]
    bars = go.Bar(
        x=list(data.values), y=means, marker={"color": drawing.COLOURS[0]},
        error_y=error_bars(spread) if spread else None,
    )  # fmt: skip
    is_log = data.measure in COUNTED
    return go.Figure(bars).update_layout(
        title=f"{data.measure}: {data.of}",
        xaxis={"tickangle": -30},
        yaxis={"title": {"text": data.measure}, "type": "log" if is_log else "linear"},
        height=440,
    )


def describe(data: Comparison) -> str:
    """The figure in one sentence."""
    parts = (
        f"{name} {value.mean if isinstance(value, Interval) else value:,.3g}"
        for name, value in data.values.items()
    )
    return f"{data.measure} of each method on {data.of}: {', '.join(parts)}."


def methods_explorer(runs: Sequence[Mapping[str, Any]] = ()) -> Explorer:
    """Every method by one measure; without a kernel, the slider steps through lengths."""
    compute = Methods(runs)
    names = tuple(BASES)
    return Explorer(
        title="The methods compared",
        compute=compute,
        draw=draw,
        controls={
            "length": Slider(
                "Prompt, prefix: length", 20, (1, 5, 20, 100), low=1, high=100, step=1
            ),
            "width": Slider("Bottleneck: width", 16, low=1, high=256, step=1),
            "rank": Slider("LoRA on q, v: rank", 8, low=1, high=64, step=1),
            "base": Choice("Model", names[0], options=names),
            "measure": Choice("Measure", compute.measures[0], options=compute.measures),
        },
        alt=describe,
    )
