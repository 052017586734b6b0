"""Greedy decoding of many prompts with any model of transformers, and how sure each token was.

It is transformers' own loop, an engine that is not ours: what the course measures models by must
not share a fault with what it teaches. Prompts of like length go together, padded on the side that
the model needs. Left out: sampling, and our own faster loop (`workbook.sampling`, lesson 03).

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

BATCH = 32


class Written(NamedTuple):
    """What a model wrote after a prompt: token ids up to and with the end, and ln p of each."""

    ids: list[int]
    log_probs: list[float]


def write(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Sequence[int]],
    limit: int,
    batch: int = BATCH,
) -> list[Written]:
    """The likeliest next token, again and again, after each row of token ids; at most `limit`."""
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    found: dict[int, Written] = {}
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        written = _batch(model, tokenizer, [rows[place] for place in places], limit)
        found.update(zip(places, written, strict=True))
    return [found[place] for place in range(len(rows))]


def end_ids(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The ids that end a text; none where neither the model nor the tokenizer names one."""
    ends = model.generation_config.eos_token_id
    ends = tokenizer.eos_token_id if ends is None else ends
    return ends if isinstance(ends, list) else [end for end in (ends,) if end is not None]


def padded(rows: Sequence[Sequence[int]], pad: int, left: bool) -> tuple[Tensor, Tensor]:
    """(ids, keep_mask), both `B T`, from rows of token ids; true on real tokens.

    left: pad before the text, so that every row ends where the model goes on.
    """
    time = max(map(len, rows))
    ids = torch.full((len(rows), time), pad)
    keep_mask = torch.zeros(len(rows), time, dtype=torch.bool)
    for row, tokens in enumerate(rows):
        place = slice(time - len(tokens), time) if left else slice(0, len(tokens))
        ids[row, place] = torch.tensor(tokens)
        keep_mask[row, place] = True
    return ids, keep_mask


def _batch(model, tokenizer, rows: Sequence[Sequence[int]], limit: int) -> list[Written]:
    from transformers import GenerationConfig, LogitsProcessorList

    ends = end_ids(model, tokenizer)
    pad = tokenizer.pad_token_id
    pad = min(ends, default=0) if pad is None else pad  # any id will do where the mask hides it
    ids, keep_mask = padded(rows, pad, left=not model.config.is_encoder_decoder)
    log_probs: list[Tensor] = []

    def note(_ids: Tensor, logits: Tensor) -> Tensor:
        """Greedy decoding takes the largest logit: its ln p is that less the log-sum-exp, B."""
        logits = logits.float()
        log_probs.append((logits.amax(-1) - logits.logsumexp(-1)).cpu())
        return logits

    config = GenerationConfig(
        do_sample=False, max_new_tokens=limit, eos_token_id=ends or None, pad_token_id=pad
    )
    with torch.inference_mode():
        out = model.generate(
            ids.to(model.device),
            attention_mask=keep_mask.long().to(model.device),
            generation_config=config,
            logits_processor=LogitsProcessorList([note]),
        )
    new = out[:, -len(log_probs) :].tolist()  # B T'; an encoder-decoder's begins with its start
    gains = torch.stack(log_probs, 1).tolist()  # B T'
    lengths = [next((t for t, i in enumerate(row, 1) if i in ends), len(row)) for row in new]
    return [
        Written(row[:length], gain[:length])
        for row, gain, length in zip(new, gains, lengths, strict=True)
    ]
