"""How much of a GPU our loop uses: model FLOPs utilisation for three sizes of random-weight models.

MFU = tokens/s times the FLOPs the model itself needs per token, over the chip's peak (Chowdhery et
al., 2022, appendix B): 6 per parameter that multiplies a token, and 6 L C T for causal attention,
which reads half of the square. What is computed twice and the optimiser count as waste.
`workbook bench training` adds these rows where there is a CUDA device. Left out: keeping them.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import torch

from workbook.core.runs.bench import Row
from workbook.core.system import machine
from workbook.training.config import FitConfig
from workbook.training.fit import fit
from workbook.training.losses import causal_loss
from workbook.training.models import small_llama

VOCABULARY = 32_000
PEAKS = {  # dense bfloat16 FLOP/s by the chip's whole name, a pattern; the makers' data sheets
    r"H100 \d+GB HBM3|H200": 989e12,
    r"H[12]00 NVL": 835e12,
    r"H100 PCIe": 756e12,
    r"A100[- ](?!.*MIG).*": 312e12,
    r"L40S": 362e12,
    r"L40": 181e12,
    r"L4": 121e12,
    r"RTX 4090": 165e12,
}


@dataclass(frozen=True)
class Size:
    """A decoder in the layout of Llama, and a batch for it."""

    name: str
    hidden_size: int
    layers: int
    heads: int
    ffn_dim: int
    batch_size: int
    seq_len: int = 1024


SIZES = (
    Size("124M", 768, 12, 12, 2048, 32),
    Size("350M", 1024, 24, 16, 2816, 16),
    Size("1.3B", 2048, 24, 32, 5632, 8),
)


@dataclass(frozen=True)
class Use:
    """What was measured of one size."""

    name: str
    parameters: int
    tokens_per_second: float
    mfu: float  # share of the chip's peak; not a number where the peak is not known
    memory_bytes: int
    compiled: bool
    first_loss: float  # ln V, about, for random weights


def run(quick: bool = False) -> list[Row]:
    """MFU of each size, compiled against not, as rows in percent."""
    rows = []
    for size in SIZES[: 1 if quick else None]:
        eager, compiled = (measure(size, compiled) for compiled in (False, True))
        ratio = compiled.tokens_per_second / eager.tokens_per_second
        name = f"{size.name}: MFU compiled, against eager"
        rows.append(
            Row(name, 100 * compiled.mfu, 100 * eager.mfu, ratio, ratio, ratio, "% of peak", 1)
        )
    return rows


def measure(size: Size, compiled: bool, steps: int = 30, warmup: int = 10) -> Use:
    """Train on random tokens; the rate of the steps after the first `warmup`."""
    torch.manual_seed(0)
    model = make(size)
    ids = torch.randint(VOCABULARY, (4, size.batch_size, size.seq_len))
    config = FitConfig(
        steps=steps, learning_rate=1e-4, precision="auto", compile=compiled, log_every=1
    )
    clock: list[float] = []
    batches = [{"ids": batch, "labels": batch} for batch in ids]
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    run = fit(model, batches, causal_loss, config, progress=False,
              on_step=lambda _: clock.append(time.perf_counter()))  # fmt: skip
    rate = (steps - warmup) * size.batch_size * size.seq_len / (clock[-1] - clock[warmup - 1])
    parameters = sum(p.numel() for p in model.parameters())
    share = rate * flops_per_token(size) / peak(machine.find_accelerator().name)
    memory = run.records[-1]["memory_bytes"]
    del model, run.model
    torch.cuda.empty_cache()
    return Use(size.name, parameters, rate, share, memory, compiled, run.losses[0])


def make(size: Size):
    """The model, with random weights in float32."""
    return small_llama(
        VOCABULARY,
        hidden_size=size.hidden_size,
        layers=size.layers,
        heads=size.heads,
        ffn_dim=size.ffn_dim,
        seq_len=size.seq_len,
        attn_implementation="sdpa",
    )


def flops_per_token(size: Size) -> float:
    """Forward and backward: 6 a weight of the matrices, and causal attention's two products."""
    block = 4 * size.hidden_size**2 + 3 * size.hidden_size * size.ffn_dim
    weights = size.layers * block + VOCABULARY * size.hidden_size  # the output layer, too
    return 6.0 * weights + 6.0 * size.layers * size.hidden_size * size.seq_len


def peak(name: str) -> float:
    """The chip's peak in bfloat16, FLOP/s; not a number for one the table does not have."""
    chip = re.sub("^(NVIDIA )?(GeForce )?", "", name)
    return next((flops for form, flops in PEAKS.items() if re.fullmatch(form, chip)), float("nan"))
