"""The engine's step as a CUDA graph: the GPU replays it without asking Python about each kernel.

At batch 1 a GPU finishes a small kernel sooner than Python can ask for the next. A CUDA graph
records one step and replays it as a whole; for that, every input lies at a fixed place, and the
cache always has its full size, with a bias that hides the part not yet written. Left out: recording
the prompt, whose length differs from call to call, and the draw of the token. Lesson 03 mentions
it; without a GPU the same fixed-place step runs unrecorded, for the tests.

Shapes: B batch, T time, D head size, R reserved columns, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from workbook.sampling.cache import FixedCache
from workbook.sampling.engine import FusedLlama, LlamaReader, hidden

ROUND_UP = 128  # rooms are multiples of this, so that texts of about one length share a recording


class Recording:
    """One decoding step for texts of one number and length, with all its inputs at fixed places."""

    def __init__(self, llama: FusedLlama, rows: int, max_seq_len: int):
        self.llama, like = llama, llama.embedding
        self.cache = llama.new_cache(rows, max_seq_len, FixedCache)
        self.ids = torch.zeros(rows, 1, dtype=torch.long, device=like.device)
        self.cos = like.new_zeros(1, llama.head_size)
        self.sin = torch.zeros_like(self.cos)
        self.bias = like.new_zeros(rows, 1, 1, max_seq_len)
        self.replay = self._record() if like.is_cuda else self._run

    def _run(self) -> Tensor:
        """The step itself: logits `B V`."""
        return self.llama.read(self.ids, self.cache, (self.cos, self.sin), self.bias)

    def _record(self):
        """Run the step a few times, as CUDA asks, then record it; returns what replays it."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self._run()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            logits = self._run()

        def replay() -> Tensor:
            graph.replay()
            return logits.clone()  # the next replay writes into the same place

        return replay


class GraphReader(LlamaReader):
    """Reads the prompt like `LlamaReader`, and each further token by replaying a recording."""

    @torch.inference_mode()
    def start(
        self, ids: Int[Tensor, "B T"], keep_mask: Bool[Tensor, "B T"] | None, max_seq_len: int
    ) -> Float[Tensor, "B V"]:
        max_seq_len = -(-max_seq_len // ROUND_UP) * ROUND_UP
        logits = super().start(ids, keep_mask, max_seq_len)
        rows, read = ids.shape
        size = (rows, max_seq_len)
        if self.llama.recording is None or self.llama.recording[0] != size:
            self.llama.recording = None  # the old one frees its memory first
            self.llama.recording = (size, Recording(self.llama, rows, max_seq_len))
        self.recording = self.llama.recording[1]
        self.recording.cache.load(self.cache)
        self.cache = self.recording.cache
        keep = torch.ones_like(ids, dtype=torch.bool) if keep_mask is None else keep_mask
        self.recording.bias.copy_(hidden(keep, max_seq_len, self.cos))
        self.recording.bias[..., read:] = torch.finfo(self.cos.dtype).min / 2
        return logits

    @torch.inference_mode()
    def step(self, ids: Int[Tensor, " B"]) -> Float[Tensor, "B V"]:
        recording, at = self.recording, self.cache.length
        recording.ids.copy_(ids[:, None])
        cos, sin = self.turn(at, at + 1)
        recording.cos.copy_(cos)
        recording.sin.copy_(sin)
        recording.bias[..., at] = 0
        logits = recording.replay()
        self.cache.advance(1)
        return logits

    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        raise ValueError("a recorded step cannot reorder its rows; open the reader without graph.")
