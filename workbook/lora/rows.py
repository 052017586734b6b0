"""One batch, many adapters: every row goes through its own, in one forward pass.

A server with one base and an adapter for each customer or task would otherwise have to run the base
once for each. Here the base runs once on all rows, and each row's A and B are gathered from a stack
of all adapters: two batched products (Chen et al., 2023, wrote a GPU kernel for them, which reads
the stack in place). Left out: such kernels, and training through the gathered copies. Lesson 10.

Shapes: B rows, T time, I inputs and O outputs of a layer, R the largest rank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

from workbook.lora.adapters import adapter_names, lora_layers
from workbook.lora.layer import LoraLinear, RowAdapters

BASE = "__base__"  # a row without an adapter; the name is peft's


@contextmanager
def adapter_per_row(model: nn.Module, names: Sequence[str]) -> Iterator[None]:
    """Within the block, row i of every batch goes through the adapter names[i].

        with adapter_per_row(model, ["summaries", "__base__", "dialect"]):
            logits = model(input_ids=ids).logits  # three rows

    "__base__" is a row without one. A block within it goes first, and `adapters_off` turns all of
    them off. Raises ValueError for an unknown name, for a merged model, for
    a DoRA adapter, whose update is no product of two small matrices, and, when a batch comes, for
    another number of rows.
    """
    known = adapter_names(model)
    for name in names:
        if name not in (*known, BASE):
            there = ", ".join([*known, BASE])
            raise ValueError(f"no adapter is called {name!r}; there are {there}.")
    layers = lora_layers(model)
    for layer in layers.values():
        if layer.is_merged:
            raise ValueError("an adapter is merged into this model: `unmerge` it first.")
    before = [(layer, layer.rows) for layer in layers.values()]
    try:
        for layer, _ in before:
            layer.rows = _gather(layer, names)
        yield
    finally:
        for layer, rows in before:
            layer.rows = rows


@torch.no_grad()
def _gather(layer: LoraLinear, names: Sequence[str]) -> RowAdapters:
    """Return the layer's A and B of each row; zeros where a row has none here."""
    used = [name for name in dict.fromkeys(names) if name in layer.adapters]
    chosen = [layer.adapter(name) for name in used]
    for name, adapter in zip(used, chosen, strict=True):
        if adapter.variant == "dora":
            raise ValueError(f"adapter {name!r} is a DoRA adapter: merge it, or run it alone.")
    rank = max((adapter.rank for adapter in chosen), default=1)
    like = chosen[0].A if chosen else torch.zeros(0, device=layer.weight.device)
    nothing_a = like.new_zeros(1, rank, layer.in_features)
    nothing_b = like.new_zeros(1, rank, layer.out_features)
    a = [F.pad(each.A, (0, 0, 0, rank - each.rank))[None] for each in chosen]
    b = [F.pad(each.B.T * each.scale, (0, 0, 0, rank - each.rank))[None] for each in chosen]
    place = {name: number for number, name in enumerate(used)}
    index = torch.tensor([place.get(name, len(used)) for name in names], device=like.device)
    return RowAdapters(torch.cat([*a, nothing_a])[index], torch.cat([*b, nothing_b])[index])
