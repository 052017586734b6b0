"""What a transformer may be called with: ids, masks and lengths, checked before anything runs.

Each mistake gives one sentence that names it, instead of torch's message from deep inside, or no
message and a wrong result. Left out: ids too large on a GPU, where looking would make the processor
wait; there torch's own alarm stops. Lesson 01.

Shapes: B batch, T time, S time of the decoder, C channels. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

if TYPE_CHECKING:
    from workbook.attention.config import TransformerConfig
    from workbook.attention.layers import GrowingKVCache


def check_call(
    config: TransformerConfig,
    ids: Int[Tensor, "B T"],
    decoder_ids: Int[Tensor, "B S"] | None,
    keep_mask: Bool[Tensor, "B _"] | None,
    decoder_keep_mask: Bool[Tensor, "B _"] | None,
    cache: GrowingKVCache | None,
) -> None:
    """Raise ValueError for ids, masks or a cache that this model cannot read.

    keep_mask, decoder_keep_mask: as long as their ids, or as the ids and those in the cache.
    """
    both = config.architecture == "encoder-decoder"
    if both != (decoder_ids is not None):
        word = "needs" if both else "takes no"
        raise ValueError(f"a model that is {config.architecture!r} {word} decoder_ids.")
    if cache is not None and config.architecture == "encoder":
        raise ValueError("an encoder reads its whole text at once: call it without a cache.")
    past = 0 if cache is None else cache.length
    _check_ids(config, ids, 0 if both else past)
    _check_mask("keep_mask", keep_mask, ids, 0 if both else past)
    if both:
        _check_ids(config, decoder_ids, past)
        _check_mask("decoder_keep_mask", decoder_keep_mask, decoder_ids, past)
        if len(ids) != len(decoder_ids):
            raise ValueError(f"{len(ids)} texts need as many to decode, not {len(decoder_ids)}.")


def _check_ids(config: TransformerConfig, ids: Tensor, past: int) -> None:
    if ids.dim() != 2 or ids.is_floating_point():
        raise ValueError(f"ids are whole numbers `B T`, not of shape {tuple(ids.shape)}.")
    length = past + ids.shape[1]
    if config.positions in ("learned", "sinusoidal") and length > config.max_length:
        raise ValueError(
            f"the text has {length} ids, but there are positions for {config.max_length}: "
            "shorten it, or build the model with a larger max_length."
        )


def _check_mask(name: str, mask: Tensor | None, ids: Tensor, past: int) -> None:
    rows, time = ids.shape
    if mask is not None and tuple(mask.shape) not in ((rows, time), (rows, past + time)):
        raise ValueError(f"{name} has shape {tuple(mask.shape)}, but the ids {(rows, time)}.")


def check_writer(config: TransformerConfig) -> None:
    """ValueError for a model that cannot write: an encoder, or one without logits."""
    if config.architecture == "encoder" or not config.head:
        lack = "is an encoder" if config.architecture == "encoder" else "has no head for logits"
        raise ValueError(f"this model {lack}, so it cannot write: use a decoder with head=True.")


def embed(
    table: nn.Embedding, ids: Int[Tensor, "*rows"], what: str = "ids"
) -> Float[Tensor, "*rows C"]:
    """Look up rows of the table; ValueError for a number outside (on a GPU, torch's error).

    what: the ids' name in the message.
    """
    try:
        return table(ids)
    except IndexError:
        low, high, size = int(ids.min()), int(ids.max()), table.num_embeddings
        raise ValueError(
            f"{what} go from 0 to {size - 1} here, but there are some from {low} to {high}."
        ) from None
