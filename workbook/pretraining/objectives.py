"""The three questions a model can be asked about a text that nobody has labelled.

Masked (BERT): some tokens are hidden, name them. Causal (GPT): name each token from those before
it. Span corruption (T5): whole spans are replaced by sentinels, write them out. All three are pure
functions of token ids and a generator, and all give labels that stand where the logits stand, so
one loss serves them. Left out: next-sentence prediction, whole-word masking, T5's packing of
several texts into one. Lesson 02.

Shapes: B batch, T time, S time of the decoder. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from workbook.training.losses import Loss
from workbook.training.packing import IGNORE

SHARE = 0.15  # of the tokens that BERT masks and T5 corrupts
MEAN_SPAN = 3.0  # tokens, T5
AS_MASK, AS_RANDOM = 0.8, 0.1  # BERT: what becomes of a chosen token; the rest stays as it is


class ObjectiveBatch(NamedTuple):
    """What a model reads and what it must say."""

    inputs: Int[Tensor, "B T"]
    labels: Int[Tensor, "B S"]  # IGNORE where no loss falls; S is T for one stack
    decoder_inputs: Int[Tensor, "B S"] | None = None  # of an encoder-decoder
    keep_mask: Bool[Tensor, "B T"] | None = None  # of the inputs; None where nothing is padding


def mask_tokens(
    ids: Int[Tensor, "B T"],
    mask_id: int,
    vocabulary: int,
    generator: torch.Generator,
    keep_mask: Bool[Tensor, "B T"] | None = None,
    special_ids: Sequence[int] = (),
    share: float = SHARE,
) -> ObjectiveBatch:
    """Choose each token with probability `share`; hide 80 % of them, replace 10 %, keep 10 %.

    Devlin et al. (2018), section 3.1. Special tokens and padding are never chosen, and no special
    token is put in by chance. A kept token is asked for as well: the model cannot know which of
    the tokens it sees are right.
    """
    _share(share)
    special = torch.tensor(sorted({*special_ids, mask_id}), device=ids.device)
    ordinary = torch.ones(vocabulary, dtype=torch.bool, device=ids.device)
    ordinary[special] = False
    chosen, fate = torch.rand(2, *ids.shape, generator=generator, device=ids.device)
    chosen = (chosen < share) & ordinary[ids]
    if keep_mask is not None:
        chosen &= keep_mask.bool()
    words = ordinary.nonzero()[:, 0]
    drawn = torch.randint(len(words), ids.shape, generator=generator, device=ids.device)
    inputs = ids.masked_fill(chosen & (fate < AS_MASK), mask_id)
    replaced = chosen & (fate >= AS_MASK) & (fate < AS_MASK + AS_RANDOM)
    inputs = torch.where(replaced, words[drawn], inputs)
    return ObjectiveBatch(inputs, ids.masked_fill(~chosen, IGNORE), keep_mask=keep_mask)


def causal_targets(
    ids: Int[Tensor, "B T"], keep_mask: Bool[Tensor, "B T"] | None = None
) -> ObjectiveBatch:
    """Every token is asked for at the place of the one before it; the last place asks nothing."""
    labels = torch.full_like(ids, IGNORE)
    labels[:, :-1] = ids[:, 1:]
    if keep_mask is not None:
        labels[:, :-1].masked_fill_(~keep_mask[:, 1:].bool(), IGNORE)
    return ObjectiveBatch(ids, labels, keep_mask=keep_mask)


def corrupt_spans(
    ids: Int[Tensor, "B T"],
    sentinels: Sequence[int],
    end_id: int,
    start_id: int,
    generator: torch.Generator,
    share: float = SHARE,
    mean_span: float = MEAN_SPAN,
) -> ObjectiveBatch:
    """Replace random spans by sentinels; the target is each sentinel and the span behind it.

    Raffel et al. (2020), section 3.1.4. Every row has the same number of spans, so the lengths of
    inputs and targets are those of `corrupted_lengths` and nothing is padded. A text always begins
    with a kept piece and ends in a span, so one too short for a second span (up to 29 tokens) loses
    its end every time. start_id opens the decoder's input, which is the target moved by one place.
    ValueError if the spans outnumber the sentinels.
    """
    noise, spans = noise_and_spans(ids.shape[1], share, mean_span)
    if spans > len(sentinels):
        raise ValueError(
            f"a row of {ids.shape[1]} tokens gets {spans} spans, but there are only "
            f"{len(sentinels)} sentinels: use shorter rows or longer spans."
        )
    rows = [_corrupt_row(row, noise, spans, sentinels, end_id, generator) for row in ids.tolist()]
    inputs, targets = (torch.tensor(side, device=ids.device) for side in zip(*rows, strict=True))
    start = torch.full_like(targets[:, :1], start_id)
    return ObjectiveBatch(inputs, targets, torch.cat([start, targets[:, :-1]], 1))


def corrupt_documents(
    rows: Sequence[Int[Tensor, " _"]], pad_id: int, **settings: Any
) -> ObjectiveBatch:
    """Corrupt spans of texts of several lengths, each by its own; pad them to one batch.

    settings: the other arguments of `corrupt_spans`.
    """
    batches = [corrupt_spans(row[None], **settings) for row in rows]
    texts = [ObjectiveBatch(*(part[0] for part in batch[:3])) for batch in batches]
    return collate(texts, pad_id)


def collate(rows: Sequence[ObjectiveBatch], pad_id: int) -> ObjectiveBatch:
    """Single texts, tensors of one dimension each, as one batch, padded on the right."""
    inputs, labels, starts, _ = zip(*rows, strict=True)
    keep_mask = pad_rows([torch.ones_like(row) for row in inputs], 0).bool()
    decoder_inputs = None if starts[0] is None else pad_rows(starts, pad_id)
    return ObjectiveBatch(
        pad_rows(inputs, pad_id), pad_rows(labels, IGNORE), decoder_inputs, keep_mask
    )


def pad_rows(rows: Sequence[Int[Tensor, " _"]], value: int) -> Int[Tensor, "B T"]:
    """Pad rows of several lengths on the right."""
    return pad_sequence(list(rows), batch_first=True, padding_value=value)


def noise_and_spans(
    length: int, share: float = SHARE, mean_span: float = MEAN_SPAN
) -> tuple[int, int]:
    """How many of `length` tokens T5 corrupts, and in how many spans; at least one of each."""
    _share(share)
    if length < 2 or mean_span < 1:
        raise ValueError(
            f"spans need a text of at least 2 tokens and a mean of at least 1, not {length} and "
            f"{mean_span:g}."
        )
    noise = min(max(round(length * share), 1), length - 1)
    spans = max(round(noise / mean_span), 1)
    return noise, min(spans, noise, length - noise)


def corrupted_lengths(
    length: int, share: float = SHARE, mean_span: float = MEAN_SPAN
) -> tuple[int, int]:
    """(inputs, targets): what is left and a sentinel a span; what is gone and the same; one end."""
    noise, spans = noise_and_spans(length, share, mean_span)
    return length - noise + spans + 1, noise + spans + 1


def raw_length(inputs: int, share: float = SHARE, mean_span: float = MEAN_SPAN) -> int:
    """The longest text whose corrupted form has at most `inputs` tokens; 512 gives 568."""
    length = 2
    if corrupted_lengths(length, share, mean_span)[0] > inputs:
        raise ValueError(f"no text is short enough to leave {inputs} tokens: ask for more.")
    while corrupted_lengths(length + 1, share, mean_span)[0] <= inputs:
        length += 1
    return length


def objective_loss(model: nn.Module, batch: ObjectiveBatch) -> Loss:
    """Cross-entropy in nats over all places that are asked, for a model that gives `B S V`."""
    others = {"decoder_ids": batch.decoder_inputs, "keep_mask": batch.keep_mask}
    logits = model(batch.inputs, **others)  # B S V
    target = batch.labels != IGNORE  # a softmax over V is dear: only where it is needed
    targets = batch.labels[target]
    total = nn.functional.cross_entropy(logits[target].float(), targets, reduction="sum")
    return Loss(total, len(targets), {}, batch.inputs.numel())


def _corrupt_row(
    row: list[int],
    noise: int,
    spans: int,
    sentinels: Sequence[int],
    end_id: int,
    generator: torch.Generator,
) -> tuple[list[int], list[int]]:
    """One text, kept pieces and spans in turn; it begins with a kept piece and ends in a span."""
    inputs, targets, place = [], [], 0
    kept_sizes = _pieces(len(row) - noise, spans, generator)
    for sentinel, kept, gone in zip(
        sentinels, kept_sizes, _pieces(noise, spans, generator), strict=False
    ):
        inputs += [*row[place : place + kept], sentinel]
        targets += [sentinel, *row[place + kept : place + kept + gone]]
        place += kept + gone
    return [*inputs, end_id], [*targets, end_id]


def _pieces(total: int, pieces: int, generator: torch.Generator) -> list[int]:
    """`total` cut into so many pieces of at least 1, all ways of cutting being equally likely."""
    cuts = torch.randperm(total - 1, generator=generator, device=generator.device)[: pieces - 1]
    edges = [0, *sorted(int(cut) + 1 for cut in cuts), total]
    return [after - before for before, after in zip(edges, edges[1:], strict=False)]


def _share(share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"the share of tokens is between 0 and 1, not {share}.")
