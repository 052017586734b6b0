"""Prefix tuning: trained keys and values in front of those of every layer (Li and Liang, 2021).

Where a soft prompt enters at the bottom, a prefix is written straight into the cache of all layers,
as if a text had been read that no tokens could write: 2 N L K D weights. It starts as noise, or as
the cache of a real text. Training it directly is unstable at large rates; the paper makes it by a
small network from N embeddings and throws the network away afterwards (`hidden`, section 4.3).
An encoder-decoder gets its prefix in the decoder. Left out: one for the encoder. Lesson 11.

Shapes: B batch, T time, N places, L layers, K heads of keys and values, D head size, C channels.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from workbook.core.runs.seeding import generator
from workbook.core.system.memory import shape_of
from workbook.peft_family.attachment import Attachment
from workbook.peft_family.inputs import named_inputs, refuse_checkpointing, started, widen

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Prefix(nn.Module):
    """Keys and values `2L K N D`, their own weights or made by a network of one hidden layer."""

    def __init__(self, length: int, form: tuple[int, int, int], hidden: int, seed: int) -> None:
        super().__init__()
        self.form, self.length = form, length  # form: L, K, D
        layers, heads, size = form
        width = heads * size
        rows = torch.randn(
            length, width if hidden else 2 * layers * width, generator=generator(seed)
        )
        self.rows = nn.Parameter(rows)
        self.network = None
        if hidden:
            with torch.random.fork_rng():
                torch.manual_seed(seed)
                self.network = nn.Sequential(
                    nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 2 * layers * width)
                )

    def table(self) -> Float[Tensor, "N _"]:
        """Return the prefix as one row a place, `N 2LKD`: what is kept of it."""
        return self.rows if self.network is None else self.network(self.rows)

    def write(self, model: PreTrainedModel, args: tuple, inputs: dict[str, Any]) -> Any:
        """Fill an empty cache with the prefix before the model reads."""
        refuse_checkpointing(model)
        inputs, layers = named_inputs(args, inputs), self.form[0]
        two_parts = bool(getattr(model.config, "is_encoder_decoder", False))
        if not started(inputs):
            cache = inputs.get("past_key_values")
            cache = inputs["past_key_values"] = _empty(two_parts) if cache is None else cache
            parts = self.table().view(self.length, 2 * layers, *self.form[1:]).permute(1, 2, 0, 3)
            parts = parts.to(model.dtype)[:, None].expand(-1, _rows(inputs), -1, -1, -1)
            own = cache.self_attention_cache if two_parts else cache
            for layer in range(layers):
                own.update(parts[2 * layer], parts[2 * layer + 1], layer)
        mask = "decoder_attention_mask" if two_parts else "attention_mask"
        widen(inputs, self.length, mask_name=mask)
        return (), inputs


def attach_prefix(
    model: PreTrainedModel,
    length: int = 10,
    hidden: int = 0,
    start: Int[Tensor, "1 N"] | None = None,
    seed: int = 0,
) -> Attachment:
    """Put `length` trained places in front of the keys and values of every layer.

    hidden: width of the network that makes them; 0: none. start: ids `1 N` of a text whose cache
    the prefix starts as (without a network), else noise. Raises ValueError for both, or length < 1.
    """
    length = length if start is None else start.shape[1]
    shape, config = shape_of(model.config, 0), model.config
    if length < 1 or (start is not None and (hidden or config.is_encoder_decoder)):
        raise ValueError(
            "a prefix has 1 place or more; it starts from a text without a network, in a decoder."
        )
    layers = getattr(config, "num_decoder_layers", None) or config.num_hidden_layers
    prefix = Prefix(length, (layers, shape.key_heads, shape.head_size), hidden, seed)
    if start is not None:
        prefix.rows.data = _cached(model, start).to(prefix.rows.dtype)
    attachment = Attachment(model, "prefix", {"length": length})
    attachment.insert("prefix", prefix.to(model.device))
    attachment.exported = lambda: {"prefix.rows": prefix.table()}
    hook = model.register_forward_pre_hook(prefix.write, with_kwargs=True)
    attachment.undo.append(hook.remove)
    return attachment


@torch.no_grad()
def _cached(model: PreTrainedModel, ids: Tensor) -> Tensor:
    """The cache of a text as the rows of a prefix, `N 2LKD`."""
    cache = model(ids, use_cache=True).past_key_values
    parts = torch.stack([part[0] for layer in cache.layers for part in (layer.keys, layer.values)])
    return parts.permute(2, 0, 1, 3).flatten(1)


def _empty(two_parts: bool) -> Any:
    from transformers import DynamicCache, EncoderDecoderCache

    return EncoderDecoderCache(DynamicCache(), DynamicCache()) if two_parts else DynamicCache()


def _rows(inputs: dict[str, Any]) -> int:
    """The batch size, from whatever the model is given."""
    names = ("input_ids", "inputs_embeds", "decoder_input_ids", "labels")
    return next(len(inputs[name]) for name in names if inputs.get(name) is not None)
