"""Memory before it is spent: what a model takes to train and to serve, in any number of bits.

Builds on the sums of `workbook.core.system.memory` and adds what this lesson is about: weights in
few bits, LoRA and QLoRA, ZeRO's shards, Korthikanti's count of activations, and a cache in few
bits. `workbook plan` prints it. Left out: a framework's own copies and fragments; the tests hold
the sums to published and to measured figures.

Sizes in bytes; 1 GB is 10^9 bytes here, as data sheets and papers count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from workbook.core.system import known_models, memory
from workbook.core.system.memory import Shape
from workbook.core.system.ranges import at_least

GB = 10**9
Zero = Literal[0, 1, 2, 3]
How = Literal["full", "lora", "qlora"]
# Bits that a weight of a linear layer costs, its share of the scales included.
WEIGHT_BITS: Mapping[str, float] = {
    "fp32": 32,
    "bf16": 16,
    "fp16": 16,
    "fp8": 8,
    "int8": 8,  # one scale a row: nothing to speak of
    "int4": 4 + 16 / 32,  # 16-bit scales of groups of 32
    "nf4": 4 + 32 / 64,
    "nf4-dq": 4 + 8 / 64 + 32 / (64 * 256),
    "mxfp4": 4 + 8 / 32,
    "nvfp4": 4 + 8 / 16,
}
CACHE_BITS: Mapping[str, float] = {
    "fp32": 32, "bf16": 16, "fp16": 16, "fp8": 8, "int8": 8 + 24 / 64, "int4": 4 + 24 / 64,
}  # fmt: skip


@dataclass(frozen=True)
class ModelSpec:
    """A model's shape, and what the shape does not say."""

    name: str
    shape: Shape
    tied: bool = False  # input and output embeddings are one matrix
    gated: bool = True  # three matrices in the feed-forward part, not two

    @property
    def embeddings(self) -> int:
        """Weights of the embeddings, which stay in 16 bits when the rest is quantized."""
        return self.shape.vocabulary * self.shape.width * (1 if self.tied else 2)

    @property
    def linear(self) -> int:
        """Weights that are quantized: all but the embeddings."""
        return max(0, self.shape.parameters - self.embeddings)

    def adapters(self, rank: int) -> int:
        """Return the weights of LoRA adapters on every linear layer of every block."""
        return memory.adapter_weights(self.shape, rank, gated=self.gated)


@dataclass(frozen=True)
class Plan:
    """Bytes by what they are for."""

    title: str
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """All of it, in bytes."""
        return sum(self.parts.values())

    def gigabytes(self) -> dict[str, float]:
        """Return the parts and the total in GB (10^9 bytes)."""
        return {name: size / GB for name, size in {**self.parts, "total": self.total}.items()}


def plan_training(
    model: ModelSpec,
    dtype: str = "bf16",
    batch_size: int = 1,
    seq_len: int = 1024,
    how: How = "full",
    rank: int = 16,
    zero: Zero = 0,
    devices: int = 1,
    recompute: bool = False,
) -> Plan:
    """Return the memory of one device that trains with AdamW.

    Sixteen bytes for each weight that changes (`memory.states`): in 16 bits 2 for the weight, 2 for
    its gradient, 4 for the float32 master copy, 8 for the moments; in fp32 4, 4, 8 and no copy.
    ZeRO shards the optimiser's part (stage 1), gradients too (2), weights too
    (3). Activations as `memory.saved` counts them, and the loss's `memory.logit_gradients`;
    recompute: the inputs of the blocks alone are kept, and one block at a time is computed again.

    dtype: "fp32", "bf16" or "fp16". how: "lora" freezes the model in `dtype`, "qlora" in NF4 with
    double quantization; both train adapters of `rank` on every linear layer. batch_size: of each
    device.
    Raises ValueError for what is not known or cannot be.
    """
    counts = {"batch_size": batch_size, "seq_len": seq_len, "devices": devices, "rank": rank}
    for name, count in counts.items():
        at_least(name, count, 1)
    size = {"fp32": 4, "bf16": 2, "fp16": 2}.get(dtype)
    if size is None:
        raise ValueError(f"training is in fp32, bf16 or fp16, not {dtype!r}.")
    if how not in ("full", "lora", "qlora") or zero not in (0, 1, 2, 3):
        raise ValueError("training is full, lora or qlora, and ZeRO has stages 0 to 3.")
    s = model.shape
    changed = s.parameters if how == "full" else model.adapters(rank)
    share = _shares(devices, zero)
    parts: dict[str, float] = {}
    if how != "full":
        frozen = weight_bytes(model, "nf4-dq" if how == "qlora" else dtype)
        parts["frozen weights"] = frozen / share[3]
    held = memory.states(changed, size)
    parts["weights" if how == "full" else "adapters"] = held.weights / share[3]
    parts["gradients"] = held.gradients / share[2]
    if held.master:
        parts["master copy (fp32)"] = held.master / share[1]
    parts["AdamW's moments (fp32)"] = held.moments / share[1]
    kept = "activations (recomputed)" if recompute else "activations"
    parts[kept] = memory.saved(s, batch_size, seq_len, size, recompute)
    parts["gradients of the logits"] = memory.logit_gradients(s, batch_size, seq_len)
    texts = f"{batch_size} x {seq_len:,} tokens"
    return Plan(f"{model.name}: {how} training in {dtype}, {texts}", parts)


def plan_serving(
    model: ModelSpec,
    weights: str = "bf16",
    batch_size: int = 1,
    seq_len: int = 2048,
    cache: str = "bf16",
) -> Plan:
    """Return the memory of serving `batch_size` texts of `seq_len` tokens.

    weights: a key of WEIGHT_BITS; below 16 bits the embeddings stay in 16, and there is room for
    the largest matrix once more in 16 bits, because it is unpacked, or loaded, before it is used.
    cache: of keys and values, a key of CACHE_BITS; queries that share keys (GQA) make it smaller.
    """
    at_least("batch_size", batch_size, 1)
    at_least("seq_len", seq_len, 1)
    if cache not in CACHE_BITS:
        raise ValueError(f"a cache is kept in {', '.join(CACHE_BITS)}, not {cache!r}.")
    s = model.shape
    parts = {"weights": weight_bytes(model, weights)}
    if WEIGHT_BITS[weights] < 16:
        largest = max(s.vocabulary * s.width, s.ffn_dim * s.width)
        parts["one matrix unpacked"] = 2 * largest
    parts["keys and values"] = memory.cache_bytes(s, batch_size, seq_len, CACHE_BITS[cache])
    return Plan(f"{model.name}: serving in {weights}, {batch_size} x {seq_len:,} tokens", parts)


def weight_bytes(model: ModelSpec, format: str) -> float:
    """Return the bytes of a model's weights; embeddings stay in 16 bits where others have fewer."""
    if format not in WEIGHT_BITS:
        raise ValueError(f"weights are kept in {', '.join(WEIGHT_BITS)}, not {format!r}.")
    return memory.quantized_bytes(model.shape.parameters, model.linear, WEIGHT_BITS[format])


def korthikanti_bytes(
    shape: Shape,
    batch_size: int,
    seq_len: int,
    recompute: Literal["none", "attention", "all"] = "none",
) -> float:
    """Return the 16-bit activations of L blocks by Korthikanti et al. (2022), equations 2, 6, 7.

    L s b h (34 + 5 a s / h) with dropout and attention written out; 34 without the second term
    where attention is fused or computed again; 2 where only the inputs of blocks are kept.
    """
    factor = {
        "none": 34 + 5 * shape.heads * seq_len / shape.width,
        "attention": 34.0,
        "all": 2.0,
    }[recompute]
    return shape.layers * seq_len * batch_size * shape.width * factor


def zero_bytes(parameters: int, devices: int, stage: Zero) -> float:
    """Return the model states of one device in mixed precision (Rajbhandari et al., Table 1)."""
    at_least("devices", devices, 1)
    held = memory.states(parameters, 2)
    share = _shares(devices, stage)
    optimiser = (held.master + held.moments) / share[1]
    return held.weights / share[3] + held.gradients / share[2] + optimiser


def _shares(devices: int, stage: Zero) -> dict[int, int]:
    """In how many parts ZeRO cuts the optimiser's part (1), gradients (2) and weights (3)."""
    return {part: devices if stage >= part else 1 for part in (1, 2, 3)}


def _known(name: str, *sizes: int, **more: bool) -> ModelSpec:
    parameters, layers, width, heads, key_heads, head_size, ffn_dim, vocabulary = sizes
    shape = Shape(parameters, layers, width, heads, key_heads, head_size, ffn_dim, vocabulary)
    return ModelSpec(name, shape, **more)


def _on_the_hub(name: str, source: str, **more: bool) -> ModelSpec:
    shape = known_models.ENTRIES[source].shape
    assert shape is not None  # a model's entry has one
    return ModelSpec(name, shape, **more)


# Sizes: parameters, layers, C, H, key heads, D, ffn_dim, V; from the models' own configs.
MODELS: Mapping[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        _on_the_hub("qwen2.5-0.5b", known_models.QWEN, tied=True),
        _on_the_hub("qwen2.5-1.5b", known_models.QWEN_LARGE, tied=True),
        _on_the_hub("qwen2.5-7b", known_models.QWEN_INSTRUCT_LARGE),
        _known("llama-2-7b", 6_738_415_616, 32, 4096, 32, 32, 128, 11008, 32_000),
        _known("llama-2-70b", 68_976_648_192, 80, 8192, 64, 8, 128, 28672, 32_000),
        _known("falcon-7b", 7_217_189_760, 32, 4544, 71, 1, 64, 18176, 65_024, gated=False),
        _known("1b", 1_000_000_000, 24, 1792, 28, 28, 64, 7168, 50_257, tied=True, gated=False),
    )
}


def spec_of(name: str) -> ModelSpec:
    """Return a model of `MODELS`, or that of a folder with config.json and safetensors files.

    Raises ValueError, in one sentence with the names, for another name.
    """
    if name in MODELS:
        return MODELS[name]
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file():
        names = ", ".join(MODELS)
        raise ValueError(f"no model {name!r}: take a folder with config.json, or {names}.")
    from transformers import AutoConfig

    from workbook.core.hub import fits

    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    shape = memory.shape_of(config, fits.parameters(folder))
    is_gemma = config.model_type.startswith("gemma")  # others have that GELU without a gate
    gated = is_gemma or getattr(config, "hidden_act", "") == "silu"
    tied = bool(getattr(config, "tie_word_embeddings", False))
    return ModelSpec(folder.name, shape, tied=tied, gated=gated)
