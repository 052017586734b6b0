"""The lesson's long runs: every method at every number of bits, planted outliers, and QAT.

`workbook record quantization` makes what is not in `data/runs/quantization/` yet, in about 20
minutes on one core; name a part of `EXPERIMENT` behind it to make that one alone. The records are
about the bundled models, on every profile. Left out: what lesson 05 measures live.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from workbook.core.hub import bundled
from workbook.core.runs import Experiment, Job, job
from workbook.quantization.layers import KEPT, quantize_model, weight_bytes
from workbook.quantization.measure import (
    calibration,
    file_bytes,
    known_loss,
    quantized_copy,
    skills,
    tokens_per_second,
    town_rows,
)
from workbook.quantization.outliers import W8A8, plant_outlier, w8a8
from workbook.quantization.qat import train_quantized
from workbook.quantization.quantizers import Scheme

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

CHANNEL = "round to nearest, per channel"
GROUPS = "round to nearest, groups of 32"
LEAST, AWQ, GPTQ = "least error, groups of 32", "AWQ, groups of 32", "GPTQ, groups of 32"
TABLE = (  # (method, bits, whether skills are asked for too)
    (CHANNEL, 16, True), ("LLM.int8()", 8, False), ("W8A8", 8, False), (CHANNEL, 8, True),
    (CHANNEL, 6, True), (CHANNEL, 4, True), (GROUPS, 4, False), ("NF4", 4, True),
    (LEAST, 4, False), (AWQ, 4, False), (GPTQ, 4, True), (CHANNEL, 3, True), (GROUPS, 3, True),
    (LEAST, 3, False), (AWQ, 3, False), (GPTQ, 3, True), (GROUPS, 2, False), (LEAST, 2, False),
    (AWQ, 2, False), (GPTQ, 2, True),
)  # fmt: skip
DOCUMENTS, CASES = 120, 40
FACTORS = (1.0, 20.0, 60.0, 200.0)
QAT_SCHEME = Scheme(3, "channel", "mse", scale_dtype=KEPT)
QAT_STEPS, QAT_DOCUMENTS, QAT_SEED = 100, 800, 7000


def run_method(method: str, bits: int, with_skills: bool, _seed: int = 0) -> dict[str, Any]:
    """Quantize town-lm for its loss, file, memory and speed, and town-instruct for its skills."""
    model, tokenizer = bundled("town-lm")
    texts = calibration(tokenizer)
    small = quantized_copy(model, method, bits, texts)
    row: dict[str, Any] = {
        "method": method if bits < 16 else "as stored", "bits": bits,
        "loss": round(known_loss(small, town_rows(tokenizer, DOCUMENTS)), 4),
        "bytes": file_bytes(small), "memory": weight_bytes(small),
        "tokens_per_second": round(tokens_per_second(small), 1),
    }  # fmt: skip
    if with_skills:
        talker, tokenizer = bundled("town-instruct")
        answers = skills(quantized_copy(talker, method, bits, texts), tokenizer, CASES)
        row |= {"cases": CASES, "skills": {name: round(s, 3) for name, s in answers.items()}}
    return row


def run_outlier(factor: float, _seed: int = 0) -> dict[str, Any]:
    """Plant an outlier feature of one size, and round weights and activations in four ways."""
    model, tokenizer = bundled("town-lm")
    rows = town_rows(tokenizer, DOCUMENTS // 2)
    planted = plant_outlier(model, factor)
    losses = {"32-bit float": known_loss(planted, rows)}
    losses |= {kind: known_loss(w8a8(planted, kind), rows) for kind in W8A8}
    return {"factor": factor, "losses": {kind: round(loss, 4) for kind, loss in losses.items()}}


def run_qat(kind: str, seed: int, steps: int = QAT_STEPS) -> dict[str, Any]:
    """Train town-lm with 3 bits per channel; or as it is, on the same text ("no rounding").

    The model that was trained as it is gets rounded as well, so that QAT can be compared with
    rounding after as long a training.
    """
    import copy

    from workbook.training import FitConfig, causal_loss, fit

    model, tokenizer = bundled("town-lm")
    batches = town_rows(tokenizer, QAT_DOCUMENTS, QAT_SEED + seed)
    trained: PreTrainedModel
    if kind == "QAT":
        trained, run = train_quantized(model, batches, QAT_SCHEME, steps, seed, progress=False)
    else:
        config = FitConfig(steps=steps, learning_rate=5e-4, warmup=5, decay_fraction=0.5,
                           weight_decay=0.0, seed=seed)  # fmt: skip
        trained = copy.deepcopy(model)
        run = fit(trained, batches, causal_loss, config, progress=False)
        trained.eval()
    loss = known_loss(trained, town_rows(tokenizer, DOCUMENTS))
    row = {"kind": kind, "steps": steps, "loss": round(loss, 4),
           "losses": [round(each, 3) for each in run.losses[::4]]}  # fmt: skip
    if kind == "no rounding":
        row["rounded"] = {
            method: _rounded_loss(trained, tokenizer, method) for method in ("least error", "GPTQ")
        }
    return row


def run_rounded(method: str, _seed: int = 0) -> dict[str, Any]:
    """What QAT is compared with: the same 3 bits per channel without training."""
    return {"kind": method, "steps": 0, "loss": _rounded_loss(*bundled("town-lm"), method)}


def _rounded_loss(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, method: str) -> float:
    """The loss of a copy in 3 bits per channel, by "GPTQ" or "least error"; "float": as it is."""
    from workbook.quantization.gptq import gptq_model

    small = quantized_copy(model, CHANNEL, 16)
    if method == "GPTQ":
        gptq_model(small, calibration(tokenizer), QAT_SCHEME)
    elif method == "least error":
        quantize_model(small, QAT_SCHEME)
    return round(known_loss(small, town_rows(tokenizer, DOCUMENTS)), 4)


def method_jobs(_seeds: Iterable[int]) -> Iterator[Job]:
    """Yield every row of the table; rounding has no dice."""
    return (job(run_method, method, bits, asked, seed=0) for method, bits, asked in TABLE)


def outlier_jobs(_seeds: Iterable[int]) -> Iterator[Job]:
    """Yield every size of the outlier."""
    return (job(run_outlier, factor, seed=0) for factor in FACTORS)


def qat_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield what QAT is compared with, then both trainings."""
    yield from (job(run_rounded, kind, seed=0) for kind in ("float", "least error", "GPTQ"))
    for seed in seeds:
        yield from (job(run_qat, kind, seed=seed) for kind in ("QAT", "no rounding"))


EXPERIMENT = Experiment(
    "quantization", {"outliers": outlier_jobs, "qat": qat_jobs, "methods": method_jobs}
)
PARTS = tuple(EXPERIMENT.parts)
recorded = EXPERIMENT.read
