"""The explorers of lesson 05: the bits of a number, a quantizer at work, and memory planned.

The sums are in `formats.py`, `quantizers.py` and `planner.py`. How an explorer works is explained
in `workbook.core.notebook.explorer`.

Shapes: I inputs, O outputs of a layer.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from workbook.core.notebook import charts, figures
from workbook.core.notebook.explorer import Choice, Explorer, Slider, TextInput
from workbook.quantization import charts as pictures
from workbook.quantization.formats import (
    FORMATS,
    NAMES,
    from_bits,
    split_bits,
    to_bits,
    values_between,
)
from workbook.quantization.planner import (
    GB,
    MODELS,
    WEIGHT_BITS,
    Plan,
    plan_serving,
    plan_training,
)
from workbook.quantization.quantizers import Scheme, quantize

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

METHODS = ("absmax", "zero_point", "percentile", "mse")
LEVEL = {"sign": 0.0, "exponent": 0.5, "fraction": 1.0, "integer": 1.0, "index": 1.0}

# --- the bits of a number -----------------------------------------------------------------------


@dataclass(frozen=True)
class Bits:
    """A number in one format, bit by bit, and in all of them."""

    number: float  # as typed
    format: str
    bits: int  # its pattern, with the flipped bit
    flipped: int  # which one was flipped, from 1 at the left; 0: none
    value: float  # what the pattern stands for
    kept: dict[str, float]  # what each format makes of the number as typed
    ends: tuple[float, float]  # of the part of the line that is drawn
    near: dict[str, list[float] | None]  # each format's numbers there; None: more than can be drawn


def compute_bits(number: str, format: str, flip: int) -> Bits:
    """Return the bits of a number. number: text, such as 3.14159. flip: a bit from the left, 0:
    none. Raises ValueError, in one sentence, for what is no number and for a bit that is not there.
    """
    try:
        typed = float(number)
    except ValueError:
        raise ValueError(f"{number!r} is not a number: write 3.14159, -0, 1e-5 or inf.") from None
    if math.isnan(typed):
        raise ValueError("NaN has no place on a line; flip bits until you get one.")
    width = FORMATS[format].bits
    if flip > width:
        raise ValueError(f"{format} has {width} bits; bit {flip} is not there.")
    bits = to_bits(typed, format)
    bits ^= 1 << (width - flip) if flip else 0
    kept = {name: from_bits(to_bits(typed, name), name) for name in NAMES}
    ends = _around(typed)
    near = {name: values_between(*ends, name) for name in NAMES}
    return Bits(typed, format, bits, flip, from_bits(bits, format), kept, ends, near)


def _around(number: float) -> tuple[float, float]:
    """The part of the number line that is drawn around a number."""
    middle = number if math.isfinite(number) else 0.0
    reach = 0.6 * abs(middle) or 1.0
    return middle - reach, middle + reach


def draw_bits(data: Bits) -> go.Figure:
    """Return the pattern as a strip, and below it a number line for every format."""
    from plotly.subplots import make_subplots

    figure = make_subplots(2, 1, row_heights=[0.2, 0.8], vertical_spacing=0.12)
    parts = [(bit, LEVEL[name]) for name, text in split_bits(data.bits, data.format).items()
             for bit in text]  # fmt: skip
    marked = [f"<b>[{bit}]</b>" if place == data.flipped else bit
              for place, (bit, _) in enumerate(parts, 1)]  # fmt: skip
    charts.add_heat(
        figure, [[level for _, level in parts]], text=[marked], index=["bits"],
        colours=charts.LEVELS, hover="%{text}<extra></extra>", gaps=(2, 0),
        place={"row": 1, "col": 1},
    )  # fmt: skip
    figure.update_xaxes(visible=False, row=1, col=1)
    pictures.add_number_lines(figure, data.ends, data.near)
    pictures.add_marks(figure, data.ends, data.kept, "nearest value", "circle", 0)
    shown = {data.format: data.value}
    pictures.add_marks(figure, data.ends, shown, "this pattern", "diamond-open", 1)
    typed = data.number if math.isfinite(data.number) else None
    figure.add_scatter(
        x=[typed, typed], y=[NAMES[0], NAMES[-1]], mode="lines", name="as typed",
        line={"dash": "dot", "color": figures.QUIET}, row=2, col=1,
    )  # fmt: skip
    order = {"categoryorder": "array", "categoryarray": list(reversed(NAMES))}
    figure.update_yaxes(order, row=2, col=1)
    low, high = data.ends
    room = 0.2 * (high - low)  # for the numbers beside the arrows at both ends
    figure.update_xaxes(range=[low - room, high + room], row=2, col=1)
    title = f"{data.format}: {_spaced(data)} is {data.value:.9g}"
    return figure.update_layout(title=title, height=560, legend={"y": -0.08, "yanchor": "top"})


def _spaced(data: Bits) -> str:
    return " ".join(split_bits(data.bits, data.format).values())


def describe_bits(data: Bits) -> str:
    """Return one sentence for those who cannot see the figure."""
    told = f"with bit {data.flipped} flipped, " if data.flipped else ""
    kept = ", ".join(f"{name} {value:.6g}" for name, value in data.kept.items())
    return (
        f"{data.number:.9g} in {data.format}: {told}the pattern {_spaced(data)} stands for "
        f"{data.value:.9g}. All formats: {kept}."
    )


def table_bits(data: Bits) -> pandas.DataFrame:
    """Return what every format makes of the number, and the pattern shown."""
    import pandas as pd

    rows = [{"format": name, "value": value} for name, value in data.kept.items()]
    shown = f"{data.format}, {_spaced(data)}"
    return pd.DataFrame([{"format": shown, "value": data.value}, *rows])


def bits_explorer(number: str = "3.14159265") -> Explorer:
    """Type a number, flip its bits, and see what every format keeps of it."""
    return Explorer(
        "The bits of a number",
        compute_bits,
        draw_bits,
        {
            "flip": Slider("Flip bit", 0, tuple(range(9)), low=0, high=32, step=1),
            "format": Choice("Format", "bf16", options=NAMES),
            "number": TextInput("Number", number),
        },
        describe_bits,
        table_bits,
    )


# --- the quantizer ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rounded:
    """A matrix before and after, and what it costs."""

    scheme: Scheme
    before: Tensor  # O I
    after: Tensor  # O I
    error: float  # relative, root mean square
    bits: float  # per number, scales included


class Rounder:
    """Computes a `Rounded` of one weight, with an outlier column if asked."""

    def __init__(self, weight: Float[Tensor, "O I"], column: int = 7) -> None:
        """weight: `O I`. column: where the outliers are planted."""
        self.weight, self.column = weight.detach().float(), column

    def __call__(self, bits: int, per: str, method: str, outlier: float) -> Rounded:
        """per: "tensor", "channel" or "group of 16"; outlier: factor on one column."""
        weight = self.weight.clone()
        weight[:, self.column] *= outlier
        share = {"tensor": "tensor", "channel": "channel", "group of 16": 16}[per]
        scheme = Scheme(bits, share, method, scale_dtype=torch.float16)  # type: ignore[arg-type]
        after = quantize(weight, scheme).dequantize()
        kept = torch.ones(weight.shape[1], dtype=torch.bool)
        kept[self.column] = False  # the error of the many, not of the one
        gap = (after - weight)[:, kept].square().mean().sqrt()
        error = (gap / weight[:, kept].square().mean().sqrt()).item()
        return Rounded(scheme, weight, after, error, scheme.bits_per_number(weight.shape))


def draw_rounded(data: Rounded) -> go.Figure:
    """Return bars of the weights before and after, and a picture of where the error is."""
    import numpy as np
    from plotly.subplots import make_subplots

    figure = make_subplots(1, 2, column_widths=[0.55, 0.45], horizontal_spacing=0.12)
    limit = 3 * data.before.median(1).values.abs().max().item() + 4 * data.before.std().item()
    limit = min(limit, data.before.abs().max().item())
    edges = np.linspace(-limit, limit, 62)
    middles = (edges[1:] + edges[:-1]) / 2
    for number, (name, x) in enumerate({"before": data.before, "after": data.after}.items()):
        counts, _ = np.histogram(x.numpy().ravel(), edges)
        figure.add_bar(
            x=middles, y=counts, name=name, opacity=0.75, row=1, col=1,
            marker_color=charts.style(number).colour, marker_pattern_shape="/" if number else "",
        )  # fmt: skip
    gap = (data.after - data.before).abs()
    percent = (100 * gap / gap.max().clamp(min=1e-12)).round().int().tolist()
    shade = [[one / 100 for one in row] for row in percent]  # few digits: a figure is stored
    charts.add_heat(
        figure, shade, hover="row %{y}, column %{x}<extra></extra>", gaps=(0, 0),
        place={"row": 1, "col": 2},
    )  # fmt: skip
    figure.update_xaxes(title="weight", row=1, col=1)
    largest = f"{gap.max().item():.2g}"
    figure.update_xaxes(title=f"|error|: input (darkest: {largest})", row=1, col=2)
    figure.update_yaxes(title="output", row=1, col=2)
    title = f"{data.bits:.2f} bits a weight, relative error {data.error:.3f}"
    return figure.update_layout(title=title, barmode="overlay", bargap=0, height=430)


def describe_rounded(data: Rounded) -> str:
    """Return one sentence for those who cannot see the figure."""
    levels = len(data.after.unique())
    return (
        f"{data.scheme.bits} bits, {data.scheme.method}, {data.scheme.per}: {data.bits:.2f} bits a "
        f"weight in all, {levels} different values are left, relative error {data.error:.3f} "
        "outside the outlier column."
    )


def table_rounded(data: Rounded) -> pandas.DataFrame:
    """Return the cost and the error as a table of one row."""
    import pandas as pd

    scheme = data.scheme
    row = {"method": scheme.method, "a scale per": str(scheme.per), "bits a weight": data.bits}
    row |= {"different values": len(data.after.unique()), "relative error": round(data.error, 4)}
    return pd.DataFrame([row])


def quantizer_explorer(weight: Float[Tensor, "O I"]) -> Explorer:
    """Turn bits, sharing and outliers for one weight `O I` with a multiple of 16 inputs."""
    return Explorer(
        "A quantizer at work",
        Rounder(weight),
        draw_rounded,
        {
            "bits": Slider("Bits", 4, (2, 3, 4, 6, 8), low=2, high=8, step=1),
            "per": Choice("A scale per", "channel", options=("tensor", "channel", "group of 16")),
            "method": Choice("Method", "absmax", options=METHODS),
            "outlier": Slider("Outlier factor", 1.0, low=1.0, high=60.0, step=1.0),
        },
        describe_rounded,
        table_rounded,
    )  # fmt: skip


# --- memory -------------------------------------------------------------------------------------

TRAINING = ("full, fp32", "full, bf16", "lora, bf16", "qlora, bf16")
CARDS = {"24 GB card": 24.0, "80 GB card": 80.0}


def compute_plan(model: str, use: str, batch_size: int, seq_len: int) -> Plan:
    """Return the plan of serving in a format ("serve, nf4") or of training ("lora, bf16")."""
    how, _, format = use.partition(", ")
    if how == "serve":
        return plan_serving(MODELS[model], format, batch_size, seq_len)
    return plan_training(MODELS[model], format, batch_size, seq_len, how)  # type: ignore[arg-type]


def draw_plan(plan: Plan) -> go.Figure:
    """Return a bar a part, in GB, the total last, and lines for two cards."""
    import plotly.graph_objects as go

    sizes = plan.gigabytes()
    shown = [f"{size:,.1f}" for size in sizes.values()]
    figure = go.Figure(go.Bar(y=list(sizes), x=list(sizes.values()), orientation="h", text=shown))
    charts.add_reference(figure, CARDS, axis="x")
    return figure.update_layout(
        title=plan.title, height=420, xaxis={"title": {"text": "GB (10^9 bytes)"}},
        yaxis={"autorange": "reversed"},
    )  # fmt: skip


def describe_plan(plan: Plan) -> str:
    """Return one sentence for those who cannot see the figure."""
    parts = ", ".join(f"{name} {size / GB:.2f}" for name, size in plan.parts.items())
    return f"{plan.title}: {plan.total / GB:.2f} GB, of which {parts}."


def memory_explorer(model: str = "qwen2.5-7b") -> Explorer:
    """Choose a model and what to do with it, and see what memory that takes."""
    uses = (*(f"serve, {name}" for name in WEIGHT_BITS), *TRAINING)
    grid = ("serve, bf16", "serve, nf4", *TRAINING)
    return Explorer(
        "Will it fit?",
        compute_plan,
        draw_plan,
        {
            "use": Choice("Use", "qlora, bf16", grid, options=uses),
            "model": Choice("Model", model, options=tuple(MODELS)),
            "batch_size": Slider("Batch size", 1, low=1, high=64, step=1),
            "seq_len": Slider("Sequence length", 1024, low=128, high=32_768, step=128),
        },
        describe_plan,
    )  # fmt: skip
