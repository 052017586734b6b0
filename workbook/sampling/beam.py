"""Beam search: keep the few likeliest beginnings, and return the likeliest whole continuation.

It follows transformers' rules, so that the tokens are the same: a text's score is its
log-probability divided by length ** length_penalty, a beam that ends is set aside, and a row stops
when none of its running beams beats the worst that was set aside, judged at the present length.
Left out: sampling within beams, groups, constraints, and more than the best text. Lesson 03 shows
why the likeliest text is often not the best one (Holtzman et al. 2020).

Shapes: B batch, T time, T2 with the new tokens, K beams, V vocabulary. `keep_mask` is true on real
tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from workbook.sampling.prompt import Prompt, count, stop_ids
from workbook.sampling.readers import OpenedEngine, Reader, evaluating, open_reader

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass
class Beam:
    """The beginning of one continuation."""

    score: float  # log-probability in nats; divided by the length's power once it has ended
    tokens: list[int]
    parent: int = 0  # which running beam of the step before it continues


@dataclass
class Search:
    """The search for one row: the beams still running, and the best that have ended."""

    width: int  # K
    length_penalty: float
    running: list[Beam] = field(default_factory=lambda: [Beam(0.0, [])])
    ended: list[Beam] = field(default_factory=list)  # best first
    open: bool = True  # may a better one still end?

    def extend(self, candidates: list[Beam], ends: set[int], last: bool) -> None:
        """One step: candidates, best first, end or run on; last: no further token is allowed."""
        length = len(candidates[0].tokens)
        self.running, new = [], []
        for rank, beam in enumerate(candidates):
            if not (last or beam.tokens[-1] in ends):
                self.running.append(beam)
            elif rank < self.width and self.open:  # lower ranks are there to run on only
                new.append(Beam(beam.score / length**self.length_penalty, beam.tokens))
        del self.running[self.width :]
        self.ended = sorted(self.ended + new, key=lambda beam: -beam.score)[: self.width]
        if len(self.ended) == self.width and self.running:
            best = self.running[0].score / length**self.length_penalty
            self.open = self.open and best > self.ended[-1].score


def beam_search(
    model: PreTrainedModel,
    ids: Int[Tensor, "B T"],
    *,
    num_beams: int,
    max_new_tokens: int,
    eos_id: int | Sequence[int] | None = None,
    length_penalty: float = 1.0,
    pad_id: int | None = None,
    keep_mask: Bool[Tensor, "B T"] | Int[Tensor, "B T"] | None = None,
    engine: str | OpenedEngine = "auto",
) -> Int[Tensor, "B T2"]:
    """The best continuation of each prompt `B T`; ids `B T+n`, n <= max_new_tokens.

    length_penalty: above 0 favours longer texts (scores are negative, and are divided by
        length ** length_penalty), 0 compares plain log-probabilities.
    eos_id, pad_id, keep_mask, engine: as in `generate`.
    Raises ValueError as `generate` does, and for beams that are not at least 1 and few enough for
    the vocabulary.
    """
    width = count("num_beams", num_beams)
    if not isinstance(length_penalty, (int, float)) or not math.isfinite(length_penalty):
        raise ValueError(f"length_penalty must be a finite number, not {length_penalty!r}.")
    prompt = Prompt.checked(model, ids, keep_mask, max_new_tokens)
    ends = stop_ids(eos_id, prompt.ids.device)
    stops = set() if ends is None else set(ends.tolist())
    looked_at = max(2, 1 + len(stops)) * width  # even if K of them end, K can run on
    reader = open_reader(model, engine, rows=width * len(prompt.ids), graph=False)
    searches = [Search(width, length_penalty) for _ in prompt.ids]
    with evaluating(model), torch.no_grad():
        logits = reader.start(prompt.ids, prompt.keep_mask, prompt.max_seq_len)
        if looked_at > logits.shape[1]:
            raise ValueError(f"{width} beams are too many for a vocabulary of {logits.shape[1]}.")
        for step in range(1, max_new_tokens + 1):
            choices = best_candidates(logits, searches, looked_at)
            for search, candidates in zip(searches, choices, strict=True):
                search.extend(candidates, stops, last=step == max_new_tokens)
            if step == max_new_tokens or not any(search.open for search in searches):
                break
            logits = read_on(reader, searches, before=len(logits) // len(searches))
    fill = pad_id if pad_id is not None else int(ends[0]) if ends is not None else 0
    return _joined(prompt.ids, [search.ended[0].tokens for search in searches], fill)


def best_candidates(
    logits: Float[Tensor, "BK V"], searches: list[Search], many: int
) -> list[list[Beam]]:
    """For each row, its `many` likeliest beginnings that are one token longer, best first.

    logits: `BK V`, the rows of one search after the other, each for one of its running beams.
    """
    width = len(searches[0].running)
    log_probs = logits.float().log_softmax(-1).view(len(searches), width, -1)  # B K V
    scores = [[beam.score for beam in search.running] for search in searches]
    total = log_probs + torch.tensor(scores, device=logits.device)[..., None]
    best = total.flatten(1).topk(many)  # B many
    if best.values.isnan().any():
        raise ValueError("there is a NaN among the logits: the model's weights or inputs are bad.")
    chosen = []
    rows = zip(searches, best.values.tolist(), best.indices.tolist(), strict=True)
    for search, values, places in rows:
        beams = []
        for score, place in zip(values, places, strict=True):
            parent, token = divmod(place, logits.shape[1])
            beams.append(Beam(score, [*search.running[parent].tokens, token], parent))
        chosen.append(beams)
    return chosen


def read_on(reader: Reader, searches: list[Search], before: int) -> Float[Tensor, "BK V"]:
    """Read the last token of every running beam, each after its own past; logits `BK V`.

    before: how many beams each row had when the reader last read (1 at the start, then K).
    """
    beams = [(row, beam) for row, search in enumerate(searches) for beam in search.running]
    rows = torch.tensor([row * before + beam.parent for row, beam in beams])
    tokens = torch.tensor([beam.tokens[-1] for _, beam in beams])
    reader.reorder(rows.to(reader.device))
    return reader.step(tokens.to(reader.device))


def _joined(ids: Tensor, texts: list[list[int]], fill: int) -> Tensor:
    """Prompts `B T` with their continuations behind them, filled up to one length."""
    longest = max(map(len, texts))
    rows = [text + [fill] * (longest - len(text)) for text in texts]
    return torch.cat([ids, torch.tensor(rows, device=ids.device)], 1)
