"""How likely a model finds given tokens: logits and log-probabilities of padded rows.

Perplexity, mean negative log-likelihood and the like are sums over `token_log_probs`. An
encoder-decoder is scored in the wrapper of lesson 03 (`workbook.sampling.families`), which takes
prompt and answer as one row; a Transformer of lesson 01 as one of transformers. Left out: the loss
of a training step (`training/losses.py`).

Shapes: B batch, T time, T2 the times asked for, V vocabulary. `keep_mask` is true on real tokens.
Log-probabilities are natural, in nats.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from workbook.inference.padding import positions

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from torch import Tensor, nn


def padded_logits(
    model: nn.Module, ids: Int[Tensor, "B T"], keep_mask: Bool[Tensor, "B T"], last: int = 0
) -> Float[Tensor, "B T2 V"]:
    """Return logits `B T V` for rows padded on either side; of the `last` positions only, if > 0.

    ids, keep_mask: `B T`. Raises ValueError for a bare encoder-decoder, which needs two texts.
    """
    import torch

    known = inspect.signature(model.forward).parameters
    if "decoder_input_ids" in known:
        raise ValueError(
            f"a {type(model).__name__} reads with one part and writes with the other: open it with "
            "workbook.sampling.families.open_model, which takes both texts as one row."
        )
    if "input_ids" not in known and "decoder_ids" in known:  # a Transformer of lesson 01
        with torch.no_grad():
            return model(ids, keep_mask=keep_mask)[:, -last:].float()
    optional: dict[str, int | Tensor] = {"logits_to_keep": last}
    if not bool(keep_mask[:, 0].all()):  # elsewhere a model's own count of places is right
        optional["position_ids"] = positions(keep_mask) + first_position(model)
    extra = {name: value for name, value in optional.items() if name in known}
    with torch.no_grad():
        out = model(input_ids=ids, attention_mask=keep_mask.long(), **extra)
    return out.logits[:, -last:].float()


def first_position(model: nn.Module) -> int:
    """Return the place that a model gives to a text's first token: 0, but 2 in RoBERTa's kin."""
    for module in model.modules():
        if hasattr(module, "create_position_ids_from_input_ids"):
            return getattr(module, "padding_idx", -1) + 1  # theirs begin behind the padding's id
    return 0


def token_log_probs(
    model: nn.Module,
    ids: Int[Tensor, "B T"],
    keep_mask: Bool[Tensor, "B T"] | Int[Tensor, "B T"],
) -> Float[Tensor, "B T-1"]:
    """Return ln p(token | tokens before it), `B T-1`, zero where the token is padding.

    ids, keep_mask: `B T`, padded on either side; the first real token of a row is not scored.
    """
    keep = keep_mask.bool()
    log_probs = padded_logits(model, ids, keep)[:, :-1].log_softmax(-1)
    chosen = log_probs.gather(2, ids[:, 1:, None])[..., 0]  # B T-1
    return chosen.masked_fill(~(keep[:, 1:] & keep[:, :-1]), 0.0)
