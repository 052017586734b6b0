"""Memory before it is spent: what a transformer takes to run and to train, from its shape alone.

`inference`, `training` and `adapter_training` are sums of a few products, each written beside its
term, so that they can be checked by hand; the tests compare them with real models. `free` is what
this device has left. They count tensors, not what a framework keeps for itself: OVERHEAD covers
that. Left out: sharding over several devices. Lessons 05 and 10 explain the terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
OVERHEAD = {"cpu": 0, "mps": 0, "cuda": 600 * 2**20}  # bytes: CUDA's context and its kernels
MASTER, MOMENTS = 4, 8  # bytes a weight: AdamW's float32 copy beside 16-bit weights, its moments
FLOAT = 4  # bytes of an adapter's own numbers, whatever the model's dtype
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
    ffn_dim: int  # F, width of the feed-forward part
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


@dataclass(frozen=True)
class States:
    """Bytes of weights that AdamW changes, and of what goes with them."""

    weights: int
    gradients: int
    master: int  # the float32 copy beside 16-bit weights
    moments: int


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
        ffn_dim=find("intermediate_size", "d_ff", "n_inner") or 4 * width,
        vocabulary=find("vocab_size"),
        generates=find("model_type") not in ENCODERS,
        has_dropout=any(find(name) > 0 for name in DROPOUT),
        is_fused=find("model_type") not in UNFUSED,
    )


def inference(
    shape: Shape, dtype: str, batch_size: int, seq_len: int, device: str = "cpu"
) -> Estimate:
    """Memory to run a model on `batch_size` texts of `seq_len` tokens.

    weights = parameters x bytes; cache = 2 (keys, values) x layers x key heads x D x seq_len x
    batch_size x bytes (Pope et al., 2022, section 2.1); activations = the widest step of one layer
    (4 C + 2 F a token) and the float32 logits of the last token, twice.
    """
    size = _bytes(dtype)
    step = batch_size * seq_len * (4 * shape.width + 2 * shape.ffn_dim) * size
    logits = 2 * batch_size * shape.vocabulary * 4 if shape.generates else 0
    return Estimate(
        weights=shape.parameters * size,
        cache=int(cache_bytes(shape, batch_size, seq_len, 8 * size)) if shape.generates else 0,
        activations=step + logits,
        overhead=OVERHEAD[device],
    )


def training(
    shape: Shape,
    dtype: str,
    batch_size: int,
    seq_len: int,
    device: str = "cpu",
    trainable: int | None = None,
) -> Estimate:
    """Memory to train a model with AdamW; trainable: weights that change (None: all of them).

    Weights that change follow `states`, activations `saved`, and at their peak `logit_gradients`.
    """
    size = _bytes(dtype)
    changed = shape.parameters if trainable is None else trainable
    if not 0 <= changed <= shape.parameters:
        raise ValueError(f"{changed:,} of {shape.parameters:,} weights cannot be trained.")
    held = states(changed, size)
    kept = saved(shape, batch_size, seq_len, size)
    return Estimate(
        weights=shape.parameters * size,
        gradients=held.gradients,
        optimiser=held.master + held.moments,
        activations=kept + logit_gradients(shape, batch_size, seq_len),
        overhead=OVERHEAD[device],
    )


def adapter_training(
    shape: Shape,
    rank: int,
    targets: Iterable[str],
    batch_size: int,
    seq_len: int,
    frozen: int,
    size: int,
    device: str = "cpu",
    loss_share: float = 1.0,
    recompute: bool = False,
) -> Estimate:
    """Memory of a LoRA training step at its peak. frozen: bytes of the base; size: of a number.

    1. The base, as it is kept.
    2. Of each adapter weight the `states`, in float32.
    3. What each block keeps (`adapter_saved`), or with `recompute` (activation checkpointing) one
       block's and every block's input.
    4. At the loss: log-probabilities, their gradient and the logits', 3 V numbers for each token
       that carries loss (loss_share of all).
    """
    targets = tuple(targets)
    held = states(adapter_weights(shape, rank, targets), FLOAT)
    block = adapter_saved(shape, rank, targets, size)
    blocks = block + shape.layers * shape.width * size if recompute else shape.layers * block
    loss = (shape.vocabulary * FLOAT + logit_gradients(shape, 1, 1)) * loss_share
    return Estimate(
        weights=frozen + held.weights,
        gradients=held.gradients,
        optimiser=held.moments,
        activations=int(batch_size * seq_len * (blocks + loss)),
        overhead=OVERHEAD[device],
    )


def states(changed: int, size: int) -> States:
    """Bytes of so many weights that AdamW changes; size: bytes of one.

    Sixteen bytes for each weight, whatever the dtype (Rajbhandari et al., 2020, section 3.1): the
    weight, its gradient, two float32 moments, and beside 16-bit weights a float32 copy.
    """
    master = changed * MASTER if size < 4 else 0
    return States(changed * size, changed * size, master, changed * MOMENTS)


def quantized_bytes(parameters: int, linear: int, bits: float) -> float:
    """Bytes of weights of which the linear layers' are kept in some bits, others in 16 or more."""
    return (linear * bits + (parameters - linear) * max(bits, 16)) / 8


def cache_bytes(shape: Shape, batch_size: int, seq_len: int, bits: float = 16) -> float:
    """Bytes of the cache: 2 x layers x key heads x D x seq_len x batch_size x bits / 8."""
    return cached_numbers(shape) * seq_len * batch_size * bits / 8


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
        "gate_proj": (shape.ffn_dim, shape.width),
        "up_proj": (shape.ffn_dim, shape.width),
        "down_proj": (shape.width, shape.ffn_dim),
    }
    return {name: size for name, size in sizes.items() if gated or name != "gate_proj"}


def adapter_weights(
    shape: Shape, rank: int, targets: Iterable[str] | None = None, gated: bool = True
) -> int:
    """Return how many weights LoRA adapters have; targets: names of `projections` (None: all).

    Raises ValueError for a layer there is none of.
    """
    known = projections(shape, gated)
    targets = tuple(known if targets is None else targets)
    for target in targets:
        if target not in known:
            raise ValueError(f"there is no layer {target!r}; there are {', '.join(known)}.")
    return shape.layers * rank * sum(sum(known[target]) for target in targets)


def saved(shape: Shape, batch_size: int, seq_len: int, size: int, recompute: bool = False) -> int:
    """Bytes kept from the forward pass for the backward pass.

    A token keeps in each layer about 9 C + 2 K D + 4 F numbers: norms, queries, keys, values,
    residuals, and the gated feed-forward part; counted on Llama and Qwen2. Dropout keeps its
    masks and scaled copies (x 1.6), attention that is not fused its scores (6 H T). The loss
    keeps the logits and their float32 log-softmax (V numbers each). Compare Korthikanti et al.
    (2022), equation 2. recompute: the blocks keep their inputs, and one block at a time the rest.
    """
    layer = 9 * shape.width + 2 * shape.key_heads * shape.head_size + 4 * shape.ffn_dim
    if shape.has_dropout:
        layer = layer * 8 // 5
    if not shape.is_fused:
        layer += 6 * shape.heads * seq_len
    loss = shape.vocabulary * (4 if size == 4 else 4 + size)
    blocks = layer + shape.layers * shape.width if recompute else layer * shape.layers
    return batch_size * seq_len * (blocks * size + loss)


def adapter_saved(shape: Shape, rank: int, targets: tuple[str, ...], size: int) -> int:
    """Return the bytes that a token keeps in one block of a frozen model with adapters.

    Two norms keep their inputs (2 C, in float32), attention its queries, keys, values and result
    (2 H D + 2 K D), the gated feed-forward part three times its width. An adapter keeps the input
    of its layer, where nothing else does, and its R numbers.
    """
    heads, keys = shape.heads * shape.head_size, shape.key_heads * shape.head_size
    kept = 2 * heads + 2 * keys + 3 * shape.ffn_dim + rank * len(targets)
    if {"q_proj", "k_proj", "v_proj"} & set(targets):
        kept += shape.width
    if {"gate_proj", "up_proj"} & set(targets):
        kept += shape.width
    if "down_proj" in targets:
        kept += shape.ffn_dim
    return kept * size + 2 * shape.width * FLOAT


def logit_gradients(shape: Shape, batch_size: int, seq_len: int) -> int:
    """Bytes that the backward pass of the loss takes first, while all that was saved is there.

    The float32 gradients of the log-softmax and of the logits, V numbers each for every token. In
    a small model with a large vocabulary they are a large part of the peak.
    """
    return 2 * batch_size * seq_len * shape.vocabulary * 4


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
