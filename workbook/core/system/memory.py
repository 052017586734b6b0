"""Memory before it is spent: what a transformer takes to run and to train, from its shape alone.

`inference` and `training` are sums of a few products, each written beside its term, so that they
can be checked by hand; the tests hold them against real models. `free` is what this device has
left. They count tensors, not what a framework keeps for itself: OVERHEAD covers that. Left out:
sharding over several devices and recomputed activations. Lesson 05 explains the terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
OVERHEAD = {"cpu": 0, "mps": 0, "cuda": 600 * 2**20}  # bytes: CUDA's context and its kernels
MASTER, MOMENTS = 4, 8  # bytes a weight: AdamW's float32 copy beside 16-bit weights, its moments
DROPOUT = ("dropout_rate", "resid_pdrop", "hidden_dropout_prob", "dropout", "attention_dropout")
UNFUSED = ("t5", "mt5", "umt5", "longt5")  # attention written out, because of its position bias
ENCODERS = ("bert", "roberta", "distilbert", "deberta-v2", "xlm-roberta", "mpnet", "electra")


@dataclass(frozen=True)
class Shape:
    """The sizes of a transformer that its memory follows from."""

    parameters: int
    layers: int  # of encoder and decoder together
    width: int  # C
    heads: int  # H
    key_heads: int  # of keys and values; fewer than H where queries share them
    head_size: int  # D
    inner: int  # width of the feed-forward part
    vocabulary: int  # V
    generates: bool = True  # False: it keeps no keys and values from token to token
    has_dropout: bool = False
    is_fused: bool = True  # False: attention keeps its T x T scores for the backward pass


@dataclass(frozen=True)
class Estimate:
    """Bytes by what they are for."""

    weights: int
    cache: int = 0  # keys and values of the tokens so far
    gradients: int = 0
    optimiser: int = 0
    activations: int = 0
    overhead: int = 0

    @property
    def total(self) -> int:
        """All of it, in bytes."""
        parts = (self.weights, self.cache, self.gradients, self.optimiser, self.activations)
        return sum(parts) + self.overhead


def shape_of(config: Any, parameters: int) -> Shape:
    """The shape of a model from its config (of transformers) and its number of parameters.

    A size that a config has no word for counts as the least it can be.
    """
    config = getattr(config, "text_config", config)  # of a model that also sees or hears

    def find(*names: str) -> int:
        return next((found for name in names if (found := getattr(config, name, None))), 0)

    width, heads = find("hidden_size"), find("num_attention_heads") or 1
    return Shape(
        parameters=parameters,
        layers=find("num_hidden_layers") * (2 if find("is_encoder_decoder") else 1),
        width=width,
        heads=heads,
        key_heads=find("num_key_value_heads") or heads,
        head_size=find("head_dim", "d_kv") or width // heads,
        inner=find("intermediate_size", "d_ff", "n_inner") or 4 * width,
        vocabulary=find("vocab_size"),
        generates=find("model_type") not in ENCODERS,
        has_dropout=any(find(name) > 0 for name in DROPOUT),
        is_fused=find("model_type") not in UNFUSED,
    )


def inference(shape: Shape, dtype: str, batch: int, tokens: int, device: str = "cpu") -> Estimate:
    """Memory to run a model on `batch` texts of `tokens` tokens.

    weights = parameters x bytes; cache = 2 (keys, values) x layers x key heads x D x tokens x
    batch x bytes (Pope et al., 2022, section 2.1); activations = the widest step of one layer
    (4 C + 2 inner a token) and the float32 logits of the last token, twice.
    """
    size, here = _bytes(dtype), batch * tokens
    keys = cached_numbers(shape) * here * size
    step = here * (4 * shape.width + 2 * shape.inner) * size
    logits = 2 * batch * shape.vocabulary * 4 if shape.generates else 0
    return Estimate(
        weights=shape.parameters * size,
        cache=keys if shape.generates else 0,
        activations=step + logits,
        overhead=OVERHEAD[device],
    )


def training(
    shape: Shape,
    dtype: str,
    batch: int,
    tokens: int,
    device: str = "cpu",
    trainable: int | None = None,
) -> Estimate:
    """Memory to train a model with AdamW; trainable: weights that change (None: all of them).

    Sixteen bytes for each weight that changes, whatever the dtype (Rajbhandari et al., 2020,
    section 3.1): the weight, its gradient, two float32 moments, and beside 16-bit weights a
    float32 copy. Activations follow `saved`, and at their peak `logit_gradients`.
    """
    size = _bytes(dtype)
    changed = shape.parameters if trainable is None else trainable
    if not 0 <= changed <= shape.parameters:
        raise ValueError(f"{changed:,} of {shape.parameters:,} weights cannot be trained.")
    return Estimate(
        weights=shape.parameters * size,
        gradients=changed * size,
        optimiser=changed * (MOMENTS + (MASTER if size < 4 else 0)),
        activations=saved(shape, batch, tokens, size) + logit_gradients(shape, batch, tokens),
        overhead=OVERHEAD[device],
    )


def cached_numbers(shape: Shape) -> int:
    """Return how many numbers a token leaves in the cache: 2 (keys, values) x L x K x D."""
    return 2 * shape.layers * shape.key_heads * shape.head_size


def projections(shape: Shape, gated: bool = True) -> dict[str, tuple[int, int]]:
    """Return outputs and inputs of one block's linear layers, by their names in Llama's layout.

    gated: the feed-forward part has three matrices, not two.
    """
    heads, keys = shape.heads * shape.head_size, shape.key_heads * shape.head_size
    sizes = {
        "q_proj": (heads, shape.width),
        "k_proj": (keys, shape.width),
        "v_proj": (keys, shape.width),
        "o_proj": (shape.width, heads),
        "gate_proj": (shape.inner, shape.width),
        "up_proj": (shape.inner, shape.width),
        "down_proj": (shape.width, shape.inner),
    }
    return {name: size for name, size in sizes.items() if gated or name != "gate_proj"}


def saved(shape: Shape, batch: int, tokens: int, size: int) -> int:
    """Bytes kept from the forward pass for the backward pass, without recomputation.

    A token keeps in each layer about 9 C + 2 K D + 4 inner numbers: norms, queries, keys, values,
    residuals, and the gated feed-forward part; counted on Llama and Qwen2. Dropout keeps its
    masks and scaled copies (x 1.6), attention that is not fused its scores (6 H T). The loss
    keeps the logits and their float32 log-softmax (V numbers each). Compare Korthikanti et al.
    (2022), equation 2.
    """
    layer = 9 * shape.width + 2 * shape.key_heads * shape.head_size + 4 * shape.inner
    if shape.has_dropout:
        layer = layer * 8 // 5
    if not shape.is_fused:
        layer += 6 * shape.heads * tokens
    loss = shape.vocabulary * (4 if size == 4 else 4 + size)
    return batch * tokens * (layer * shape.layers * size + loss)


def logit_gradients(shape: Shape, batch: int, tokens: int) -> int:
    """Bytes that the backward pass of the loss takes first, while all that was saved is there.

    The float32 gradients of the log-softmax and of the logits, V numbers each for every token. In
    a small model with a large vocabulary they are a large part of the peak.
    """
    return 2 * batch * tokens * shape.vocabulary * 4


def free(device: str) -> int:
    """Bytes that a new model may take on a device now."""
    if device == "cuda":
        import torch

        unused = torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
        return torch.cuda.mem_get_info()[0] + unused
    from workbook.core.system import machine

    return machine.memory()[1]


def in_words(count: float) -> str:
    """Bytes in words: 1536 -> "1.5 kB" (1 kB = 1024 bytes)."""
    for unit in ("B", "kB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"


def _bytes(dtype: str) -> int:
    known: Mapping[str, int] = BYTES
    if dtype not in known:
        raise ValueError(f"weights of type {dtype!r} are not known; use {', '.join(known)}.")
    return known[dtype]
