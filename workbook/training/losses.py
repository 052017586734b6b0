"""What a loss hands to the training loop, and the loss of a causal language model.

A loss is a function of (model, batch) that gives `Loss(total, tokens)`: a SUM over tokens and how
many they are. The loop adds both up over all batches of a step, on all processes, and divides once,
so that a step in parts equals the step in one, also when the parts have different sizes.

Shapes: B batch, T time, N places that carry loss.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor, nn

from workbook.training.batches import to_device
from workbook.training.packing import IGNORE

PROBED = 8  # tokens of a document in `keeps_documents_apart`


class Loss(NamedTuple):
    """The loss of one batch."""

    total: Tensor  # scalar with a gradient: the sum over the tokens that carry loss
    tokens: Tensor | int  # how many those are
    parts: Mapping[str, Tensor | float] = {}  # other sums over the same tokens, to be recorded
    read: Tensor | int | None = None  # real tokens the model read, for tokens/s; default `tokens`


def causal_loss(model: nn.Module, batch: Mapping[str, Any]) -> Loss:
    """Cross-entropy in nats of each next token, for a model in the layout of transformers.

    batch: `ids` B T and `labels` B T (the id itself, or IGNORE where no loss falls). Optional:
    `positions` B T, which restart at 0 with each packed document (the model then attends within
    a document), and `loss_at`, the places of `ids.flatten()` whose next token carries loss: then
    the output layer works on these alone. `collate` and `Rows` make all four.
    """
    ids, labels = batch["ids"], batch["labels"]
    places = batch.get("loss_at")
    given = {} if batch.get("positions") is None else {"position_ids": batch["positions"]}
    with output_only_at(model, places) as narrowed:
        logits = model(input_ids=ids, **given, use_cache=False).logits
    if narrowed and places is not None:
        targets = labels.flatten()[places + 1]
        tokens = len(targets)
    else:
        logits, targets = logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()
        tokens = (targets != IGNORE).sum()
    total = nn.functional.cross_entropy(logits.float(), targets, reduction="sum")
    read = batch.get("read", ids.numel())
    return Loss(total, tokens, read=read)


def mean_loss(
    loss: Callable[[nn.Module, Any], Loss], batches: Sequence[Any]
) -> Callable[[nn.Module], float]:
    """An `evaluate` for `fit`: the mean loss over the tokens of a few batches."""

    def evaluate(model: nn.Module) -> float:
        device = next(model.parameters()).device
        found = [loss(model, to_device(batch, device)) for batch in batches]
        return float(sum(one.total for one in found) / sum(one.tokens for one in found))

    return evaluate


@torch.no_grad()
def keeps_documents_apart(model: nn.Module, ids: Sequence[int]) -> bool:
    """Return whether positions that restart at 0 hide the documents of a row from each other.

    Families differ in this: some ignore the positions, some have a state that runs on. One forward
    pass shows it for any: two documents in both orders must get the logits they get in the other.
    ids: some token ids the model knows; the first document is made of them, the second of others.
    """
    device = next(model.parameters()).device
    one = torch.tensor([*ids] * PROBED, device=device)[:PROBED]
    two = torch.where(one > 0, one - 1, one + 1)
    rows = torch.stack([torch.cat([one, two]), torch.cat([two, one])])  # B=2 T
    positions = torch.arange(PROBED, device=device).repeat(2, 2)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        logits = model(input_ids=rows, position_ids=positions, use_cache=False).logits
    except (TypeError, ValueError):  # a family that takes no positions
        return False
    finally:
        for module, training in modes:
            module.training = training
    before, after = logits.split(PROBED, dim=1)
    rounding = max(torch.finfo(logits.dtype).eps ** 0.5, 1e-2 if device.type == "cuda" else 0.0)
    return bool((before - after.flip(0)).abs().max() <= rounding * logits.std())


@contextmanager
def output_only_at(model: nn.Module, places: Int[Tensor, " N"] | None) -> Iterator[bool]:
    """The output layer sees these places only: most of a fine-tuning batch carries no loss.

    places: `N`, in the flattened `B T`; None: all. Not under torch.compile, for which every batch
    would be a new shape.
    """
    inner = getattr(model, "module", model)  # within DDP
    find = getattr(inner, "get_output_embeddings", None)
    head = find() if find else None
    if places is None or head is None or hasattr(model, "_orig_mod"):
        yield False
        return
    hook = head.register_forward_pre_hook(lambda _, inputs: (inputs[0].flatten(0, 1)[places],))
    try:
        yield True
    finally:
        hook.remove()
