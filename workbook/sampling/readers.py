"""A reader feeds text to a model and gives the logits for the next token, again and again.

`open_reader` picks one of two with the same three methods, `start`, `step` and `reorder`:
`ClearReader` calls any causal model of transformers and lets it keep its own cache; the engine's
`LlamaReader` (`workbook.sampling.engine`) does the same arithmetic for plain Llama models, faster.
The clear one leaves out all cleverness: nothing is fused, and the cache grows by concatenation.
Lesson 03 shows both. An encoder-decoder comes here in its wrapper, `workbook.sampling.families`.

Shapes: B batch, T time, V vocabulary. `keep_mask` is true on real tokens, padding is on the left.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from workbook.inference import first_position, positions

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ENGINES = ("auto", "clear", "fast")


class Reader(Protocol):
    """What `generate` and `beam_search` need of a model."""

    device: torch.device

    def start(
        self, ids: Int[Tensor, "B T"], keep_mask: Bool[Tensor, "B T"] | None, max_seq_len: int
    ) -> Float[Tensor, "B V"]:
        """Read the prompts `B T`, for a text of at most `max_seq_len` tokens; logits `B V`."""

    def step(self, ids: Int[Tensor, " B"]) -> Float[Tensor, "B V"]:
        """Read one more token per row, `B`; logits `B V`."""

    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        """From now on row i continues what row rows[i] has read."""


class OpenedEngine(Protocol):
    """What `open_engine` gives: a model, and readers for it."""

    model: PreTrainedModel

    def reader(self, rows: int, graph: bool = True) -> Reader:
        """Return a new reader of `rows` texts at a time."""


class ClearReader:
    """Any causal model of transformers, through its own forward pass and cache."""

    def __init__(self, model: PreTrainedModel):
        self.model, self.device = model, model.device
        self.accepts = set(inspect.signature(model.forward).parameters)
        self.first = first_position(model)
        self.cache = None
        self.keep: Tensor | None = None  # B T, true on real tokens; only where there is padding

    def start(
        self, ids: Int[Tensor, "B T"], keep_mask: Bool[Tensor, "B T"] | None, max_seq_len: int
    ) -> Float[Tensor, "B V"]:
        self.cache, self.keep = None, keep_mask
        return self._forward(ids)

    def step(self, ids: Int[Tensor, " B"]) -> Float[Tensor, "B V"]:
        if self.keep is not None:
            self.keep = torch.cat([self.keep, self.keep.new_ones(len(ids), 1)], 1)
        return self._forward(ids[:, None])

    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        self.cache.reorder_cache(rows)
        if self.keep is not None:
            self.keep = self.keep[rows]

    @torch.no_grad()
    def _forward(self, ids: Tensor) -> Tensor:
        """Logits `B V` after the last of the new tokens `B T`."""
        extra = {}
        if self.keep is not None:
            extra["attention_mask"] = self.keep.long()
            if "position_ids" in self.accepts:
                extra["position_ids"] = self.first + positions(self.keep)[:, -ids.shape[1] :]
        if "logits_to_keep" in self.accepts:
            extra["logits_to_keep"] = 1  # of a prompt, only the last token's are wanted
        out = self.model(input_ids=ids, past_key_values=self.cache, use_cache=True, **extra)
        self.cache = getattr(out, "past_key_values", None)
        if self.cache is None:
            raise ValueError(
                f"{type(self.model).__name__} keeps no key-value cache, which generating needs."
            )
        return out.logits[:, -1]


def check_kind(engine: str) -> None:
    """ValueError for a word that names no engine."""
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine!r}; choose one of {', '.join(ENGINES)}.")


def open_reader(
    model: PreTrainedModel, engine: str | OpenedEngine, rows: int, graph: bool = True
) -> Reader:
    """Return the reader for a model: for "auto" the fast one where it can be; else ValueError.

    engine: a word of ENGINES, or an engine that was opened for this very model.
    rows: how many texts it will read at a time.
    graph: on a GPU, whether the fast reader may record its step as a CUDA graph.
    """
    if not isinstance(engine, str):
        if engine.model is not model:
            raise ValueError("this engine was opened for another model: open one for this model.")
        return engine.reader(rows, graph)
    check_kind(engine)
    if engine == "clear":
        return ClearReader(model)
    from workbook.sampling import engine_cache

    reason = engine_cache.unsupported_reason(model)
    if reason is None:
        return engine_cache.open_llama(model, rows, graph)
    if engine == "fast":
        raise ValueError(f'the fast engine cannot run this model: {reason}; use engine="auto".')
    return ClearReader(model)


@contextmanager
def evaluating(model: PreTrainedModel) -> Iterator[None]:
    """Switch dropout off for a while, and leave every part of the model in the mode it was in."""
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
