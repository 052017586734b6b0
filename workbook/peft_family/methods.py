"""The family by name: what there is, where each member sits, and one way to attach any of them.

    attachment = attach(model, "prompt", length=20)
    ...                                   # train the model; only the prompt moves
    attachment.detach()                   # the model as it was

LoRA is lesson 10's own, carried here like the others so that all can be compared. Left out: what
each computes, in its own file. Lesson 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook import lora
from workbook.peft_family.attachment import Attachment
from workbook.peft_family.bottleneck import attach_bottleneck
from workbook.peft_family.ia3 import attach_ia3
from workbook.peft_family.prefix import attach_prefix
from workbook.peft_family.prompt import attach_prompt
from workbook.peft_family.selective import attach_bias, attach_chosen, attach_last
from workbook.peft_family.tokens import attach_tokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def attach_lora(
    model: PreTrainedModel,
    rank: int = 8,
    alpha: float = 16.0,
    targets: str | Sequence[str] = "all-linear",
    seed: int = 0,
) -> Attachment:
    """Put lesson 10's low-rank updates beside the meant linear layers; arguments as there."""
    settings = {"rank": rank, "alpha": alpha, "targets": targets}
    put = partial(lora.attach, rank=rank, alpha=alpha, targets=targets, seed=seed)
    return lora_attachment(model, put, settings)


def lora_attachment(
    model: PreTrainedModel,
    put: Callable[[PreTrainedModel], object],
    settings: Mapping[str, Any] | None = None,
) -> Attachment:
    """Return the attachment of the LoRA layers that `put` puts into a model or loads for it."""
    attachment = Attachment(model, "lora", settings or {})
    attachment.undo.append(lambda: lora.unload(model))
    try:
        put(model)
    except ValueError:
        attachment.detach()
        raise
    attachment.weights = {n: p for n, p in model.named_parameters() if p.requires_grad}
    return attachment


class Method(NamedTuple):
    """One member of the family, in words for tables."""

    attach: Callable[..., Attachment]
    group: str  # "selective", "additive" or "soft prompt"
    trains: str
    left_behind: str  # at inference, after all that can be merged is merged


METHODS: Mapping[str, Method] = {
    "chosen": Method(attach_chosen, "selective", "the modules you name", "nothing"),
    "last": Method(attach_last, "selective", "the last layers", "nothing"),
    "bias": Method(attach_bias, "selective", "all biases", "nothing"),
    "bottleneck": Method(attach_bottleneck, "additive", "a narrow network behind each half layer",
                         "two small matrices a half layer"),
    "lora": Method(attach_lora, "additive", "low-rank updates of weights (lesson 10)", "nothing"),
    "ia3": Method(attach_ia3, "additive", "factors on keys, values and feed-forward", "nothing"),
    "prefix": Method(attach_prefix, "soft prompt", "keys and values in front of every layer",
                     "places to attend to"),
    "prompt": Method(attach_prompt, "soft prompt", "vectors in front of the text",
                     "places to read and attend to"),
    "tokens": Method(attach_tokens, "soft prompt", "embeddings of new tokens in front",
                     "places to read and attend to"),
}  # fmt: skip


def attach(model: PreTrainedModel, method: str, **settings: Any) -> Attachment:
    """Freeze the model and put a method's trained weights into it.

    settings: of the method's own `attach_...`. Raises ValueError for an unknown method, and
    whatever the method refuses.
    """
    if method not in METHODS:
        raise ValueError(f"no method is called {method!r}; there are {', '.join(METHODS)}.")
    return METHODS[method].attach(model, **settings)
