"""Parameters and FLOPs of a transformer, counted from its configuration alone.

`structure` lists the matrices, tables and attentions of the ten families in `FAMILIES`; the counts
are sums over the list. A multiply-add is two FLOPs; the backward pass does each product
twice, once for the input and once for the weight. The tests hold the counts against real models
and torch's counter. Left out, as there: softmax, norms, rotary angles and activation functions,
some per cent of the time. Lesson 06.

Shapes: B batch, T time (tokens of a text, of T5's encoder), S time of T5's decoder, C channels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

READ, WRITTEN, FIRST = "read", "written", "first"  # which tokens a matrix works on


class Matrix(NamedTuple):
    """Equal linear layers: `copies` of `inputs` x `outputs`, each token of a stack through them."""

    part: str
    inputs: int
    outputs: int
    copies: int = 1
    bias: bool = False
    on: str = READ
    stored: bool = True  # False: its weight is the embedding table (tied)

    @property
    def parameters(self) -> int:
        size = self.inputs * self.outputs if self.stored else 0
        return self.copies * (size + (self.outputs if self.bias else 0))


class Attention(NamedTuple):
    """Scores and weighted sums: `copies` layers of H x D channels, queries of one stack on keys."""

    channels: int
    copies: int
    queries: str = READ
    keys: str = READ


@dataclass(frozen=True)
class Structure:
    """All that a count needs to know of a model."""

    matrices: tuple[Matrix, ...]
    attentions: tuple[Attention, ...]
    tables: int  # numbers in embedding tables, of tokens, positions and types
    vectors: int  # numbers in norms

    @property
    def parameters(self) -> int:
        """All of them, those of the tables included."""
        return sum(one.parameters for one in self.matrices) + self.tables + self.vectors

    @property
    def multiplying(self) -> int:
        """Weights that each token is multiplied with: no tables, tied output layers counted."""
        return sum(one.inputs * one.outputs * one.copies for one in self.matrices)


class Flops(NamedTuple):
    """FLOPs of one batch."""

    forward: int
    backward: int

    @property
    def total(self) -> int:
        return self.forward + self.backward


def count_parameters(config: Any) -> int:
    """Return the parameters of a model with this configuration (of transformers)."""
    return structure(config).parameters


def count_flops(config: Any, batch_size: int, seq_len: int, written: int = 0) -> Flops:
    """Return the FLOPs of a forward and a backward pass.

    Args:
        config: of transformers.
        batch_size, seq_len: B and T.
        written: S, tokens of T5's decoder; 0 for the others.

    Raises ValueError for a family that is not known, for fewer than one text or token, and for a
    T5 without `written`.
    """
    forward = sum(flops_by_part(config, batch_size, seq_len, written).values())
    return Flops(forward, 2 * forward)


def flops_by_part(config: Any, batch_size: int, seq_len: int, written: int = 0) -> dict[str, int]:
    """Return the FLOPs of a forward pass by what they are for; see `count_flops`."""
    made = structure(config)
    if batch_size < 1 or seq_len < 1:
        raise ValueError(f"count at least one text of one token, not {batch_size} of {seq_len}.")
    if any(one.on == WRITTEN for one in made.matrices) and written < 1:
        raise ValueError("an encoder-decoder also writes: give the decoder's tokens, written=.")
    length = {READ: seq_len, WRITTEN: written, FIRST: 1}
    parts: dict[str, int] = {}
    for one in made.matrices:
        work = 2 * batch_size * length[one.on] * one.inputs * one.outputs * one.copies
        parts[one.part] = parts.get(one.part, 0) + work
    for each in made.attentions:
        pairs = length[each.queries] * length[each.keys]
        work = 4 * batch_size * pairs * each.channels * each.copies  # scores, then sums of values
        parts["attention"] = parts.get("attention", 0) + work
    return parts


def structure(config: Any) -> Structure:
    """Return the structure of a model of transformers.

    Raises ValueError for another family, and for layers that a family has only when asked for.
    """
    family = getattr(config, "model_type", None)
    if family not in FAMILIES:
        raise ValueError(
            f"cannot count a model of type {family!r}; known are {', '.join(FAMILIES)}."
        )
    if getattr(config, "add_cross_attention", False):
        raise ValueError(f"cannot count a model of type {family!r} with cross-attention.")
    return FAMILIES[family](config)


def _llama(config: Any) -> Structure:
    """A Llama, and the families that differ from it in biases and norms alone."""
    width, layers, heads = config.hidden_size, config.num_hidden_layers, config.num_attention_heads
    family = config.model_type
    head = getattr(config, "head_dim", None) or width // heads
    keys = config.num_key_value_heads * head
    asked = family in ("llama", "qwen3", "gemma") and bool(config.attention_bias)
    bias = asked or family == "qwen2"  # of queries, keys and values
    inner_bias = family == "llama" and bool(config.mlp_bias)
    norms = (2 * layers + 1) * width + (2 * layers * head if family == "qwen3" else 0)
    return Structure(
        matrices=(
            Matrix("attention layers", width, heads * head, layers, bias),
            Matrix("attention layers", width, keys, 2 * layers, bias),
            Matrix("attention layers", heads * head, width, layers, asked),
            Matrix("feed-forward", width, config.intermediate_size, 2 * layers, inner_bias),
            Matrix("feed-forward", config.intermediate_size, width, layers, inner_bias),
            Matrix("output", width, config.vocab_size, stored=not config.tie_word_embeddings),
        ),
        attentions=(Attention(heads * head, layers),),
        tables=config.vocab_size * width,
        vectors=norms,
    )


def _gpt2(config: Any) -> Structure:
    width, layers = config.n_embd, config.n_layer
    inner = config.n_inner or 4 * width
    return Structure(
        matrices=(
            Matrix("attention layers", width, 3 * width, layers, True),
            Matrix("attention layers", width, width, layers, True),
            Matrix("feed-forward", width, inner, layers, True),
            Matrix("feed-forward", inner, width, layers, True),
            Matrix("output", width, config.vocab_size, stored=not config.tie_word_embeddings),
        ),
        attentions=(Attention(width, layers),),
        tables=(config.vocab_size + config.n_positions) * width,
        vectors=(2 * layers + 1) * 2 * width,
    )


def _bert(config: Any) -> Structure:
    """The encoder as `BertModel`, `RobertaModel` and `DistilBertModel` have it; no head."""
    width, layers = config.hidden_size, config.num_hidden_layers
    distilled = config.model_type == "distilbert"  # no table of types, no pooler
    inner = config.hidden_dim if distilled else config.intermediate_size
    types = 0 if distilled else config.type_vocab_size
    matrices = [
        Matrix("attention layers", width, width, 4 * layers, True),
        Matrix("feed-forward", width, inner, layers, True),
        Matrix("feed-forward", inner, width, layers, True),
    ]
    if not distilled:
        matrices.append(Matrix("pooler", width, width, 1, True, on=FIRST))
    return Structure(
        matrices=tuple(matrices),
        attentions=(Attention(width, layers),),
        tables=(config.vocab_size + config.max_position_embeddings + types) * width,
        vectors=(2 * layers + 1) * 2 * width,
    )


def _t5(config: Any) -> Structure:
    """Encoder and decoder with the output layer, as `T5ForConditionalGeneration` has them."""
    width, inner = config.d_model, config.d_ff
    channels = config.num_heads * config.d_kv
    stacks = {READ: config.num_layers, WRITTEN: config.num_decoder_layers}
    ups = 2 if config.is_gated_act else 1
    matrices = []
    for on, layers in stacks.items():
        matrices += [
            Matrix("attention layers", width, channels, 3 * layers, on=on),
            Matrix("attention layers", channels, width, layers, on=on),
            Matrix("feed-forward", width, inner, ups * layers, on=on),
            Matrix("feed-forward", inner, width, layers, on=on),
        ]
    written = stacks[WRITTEN]
    matrices += [
        Matrix("cross-attention layers", width, channels, written, on=WRITTEN),
        Matrix("cross-attention layers", width, channels, 2 * written, on=READ),
        Matrix("cross-attention layers", channels, width, written, on=WRITTEN),
        Matrix("output", width, config.vocab_size, on=WRITTEN,
               stored=not config.tie_word_embeddings),
    ]  # fmt: skip
    biases = 2 * config.relative_attention_num_buckets * config.num_heads
    return Structure(
        matrices=tuple(matrices),
        attentions=(
            Attention(channels, stacks[READ]),
            Attention(channels, written, WRITTEN, WRITTEN),
            Attention(channels, written, WRITTEN, READ),
        ),
        tables=config.vocab_size * width + biases,
        vectors=(2 * stacks[READ] + 1 + 3 * written + 1) * width,
    )


FAMILIES: dict[str, Callable[[Any], Structure]] = {
    **dict.fromkeys(("llama", "qwen2", "qwen3", "mistral", "gemma"), _llama),
    "gpt2": _gpt2,
    **dict.fromkeys(("bert", "roberta", "distilbert"), _bert),
    "t5": _t5,
}


def six_nd(parameters: float, tokens: float) -> float:
    """Return 6 N D, the estimate that everyone uses (Kaplan et al. 2020, section 2.1)."""
    return 6.0 * parameters * tokens


def chinchilla_parameters(
    d_model: int, ffw: int, kv_size: int, heads: int, layers: int, vocabulary: int = 32_000
) -> int:
    """Return the parameters of a row of Hoffmann et al. (2022), Table A9.

    Queries, keys, values, the output and the relative positions have kv_size x heads channels,
    which in six of the fifty rows is not d_model.
    """
    channels = kv_size * heads
    attention = 5 * d_model * channels + 3 * channels + d_model + 2 * channels
    feed_forward = 2 * d_model * ffw + ffw + d_model
    return layers * (attention + feed_forward + 4 * d_model) + (vocabulary + 2) * d_model


def chinchilla_flops(
    d_model: int, ffw: int, kv_size: int, heads: int, layers: int, tokens: int = 2048
) -> int:
    """Return the training FLOPs of one sequence as Hoffmann et al. (2022), Appendix F, count them.

    Layers alone: their Table A4 comes out without embeddings and logits, though the text says that
    both are in.
    """
    channels = kv_size * heads
    projections = 2 * tokens * 4 * d_model * channels
    scores = 4 * tokens**2 * channels + 3 * heads * tokens**2  # products, and the softmax
    feed_forward = 4 * tokens * d_model * ffw
    return 3 * layers * (projections + scores + feed_forward)
