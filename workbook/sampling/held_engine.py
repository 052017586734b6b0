"""An engine that the caller holds, for many texts from one model whose weights stay as they are.

`generate(model, ...)` compares the model's weights with the engine's copies at each call, about a
millisecond for five million; a held engine does not. Left out: noticing that the weights have
changed, which is then the caller's part. Lesson 03 uses `generate`.

Shapes: B batch, T time, T2 with the new tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxtyping import Int
from torch import Tensor

from workbook.sampling import engine_cache
from workbook.sampling.generate import generate
from workbook.sampling.readers import ClearReader, Reader, check_kind

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Engine:
    """A model made ready to write many texts, which the caller holds.

    The copies of the weights that the fast engine reads are made once and not compared with the
    model's any more, as `generate(model, ...)` does at each call: after the weights have changed,
    open a new engine. A model that the fast engine cannot read is read the clear way.
    """

    def __init__(self, model: PreTrainedModel, kind: str = "auto"):
        self.model = model
        self.reason = None if kind == "clear" else engine_cache.unsupported_reason(model)
        self.is_fast = kind != "clear" and self.reason is None
        if kind == "fast" and self.reason is not None:
            raise ValueError(
                f'the fast engine cannot run this model: {self.reason}; use engine="auto".'
            )
        self._copies: dict[bool, engine_cache.FusedLlama] = {}

    def reader(self, rows: int, graph: bool = True) -> Reader:
        """Return a new reader of `rows` texts at a time."""
        if self.is_fast:
            return engine_cache.fused_reader(self.model, self._copies, rows, graph)
        return ClearReader(self.model)

    def generate(self, ids: Int[Tensor, "B T"], **settings: Any) -> Int[Tensor, "B T2"]:
        """Continue prompts `B T`; arguments, result and errors as for `sampling.generate`."""
        return generate(self.model, ids, engine=self, **settings)


def open_engine(model: PreTrainedModel, kind: str = "auto") -> Engine:
    """Return an engine for a model, to be held as long as its weights stay as they are.

    kind: "auto" (the fast one where the model allows it), "clear" or "fast"; ValueError for
    another word, and for "fast" where the model does not allow it.
    """
    check_kind(kind)
    return Engine(model, kind)
