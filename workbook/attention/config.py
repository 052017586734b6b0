"""What a transformer is made of: one frozen set of settings for every architecture.

Left out: what the settings do, which is `transformer.py`, and settings that do not fit a call,
which `validation.py` refuses. Lesson 01.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CHOICES = {
    "architecture": ("decoder", "encoder", "encoder-decoder"),
    "positions": ("rotary", "learned", "sinusoidal", "relative", "none"),
    "norm": ("rms", "layer"),
}


@dataclass(frozen=True)
class TransformerConfig:
    """What a transformer is made of. The defaults are a small model in the manner of Llama."""

    vocabulary: int  # V
    hidden_size: int = 64  # C
    layers: int = 2  # blocks of the encoder or of the decoder
    heads: int = 4  # H
    architecture: str = "decoder"  # or "encoder", "encoder-decoder"
    positions: str = "rotary"  # or "learned", "sinusoidal", "relative" (T5), "none"
    norm: str = "rms"  # or "layer"
    norm_first: bool = True  # before each part and once at the end; otherwise after each sum
    feed_forward: str = "swiglu"  # a key of layers.FEED_FORWARD
    ffn_dim: int | None = None  # F, width of the feed-forward layer; None: 4 C
    kv_heads: int | None = None  # K; None: as many as heads
    head_size: int | None = None  # D; None: C / H
    decoder_layers: int | None = None  # where the decoder's number differs
    attention_bias: bool = False  # in the projections to queries, keys and values
    out_bias: bool = False  # in the projection behind attention
    ffn_bias: bool = False  # in the feed-forward layer
    head: bool = True  # logits at the end; otherwise hidden states
    tied: bool = True  # the table of embeddings is also the last layer
    max_length: int = 512  # of learned and sinusoidal positions
    window: int | None = None  # a decoder's token sees this many; None: all before it
    segments: int = 0  # kinds of token to tell apart by an embedding (BERT: 2)
    embedding_norm: bool = False  # a norm before the first block (BERT)
    embedding_scale: float = 1.0  # sqrt(C) in the model of 2017
    output_scale: float = 1.0  # of the last hidden states, 1 / sqrt(C) in T5 when tied
    score_scale: float | None = None  # of the attention scores; None: 1 / sqrt(D)
    rotary_base: float = 10_000.0
    # Radians a step of each pair of channels, where they are not those of rotary_base (Llama 3).
    inv_freq: tuple[float, ...] | None = field(default=None, repr=False)
    buckets: tuple[int, int] = (32, 128)  # of relative positions: how many, the longest distance
    eps: float = 1e-6  # of the norms

    def __post_init__(self):
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"{name} is one of {', '.join(allowed)}, not {getattr(self, name)!r}."
                )
