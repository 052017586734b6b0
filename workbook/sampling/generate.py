"""Writing text with a language model, in four steps of growing speed.

`naive`     reads the whole text again for every token. No cache, no padding, no stop.
`cached`    reads each token once and keeps its keys and values. No padding, no stop.
`generate`  rows of different lengths (padding on the left), stops, all settings, and checks;
            with engine="clear" it is `cached` with these, for any causal model of transformers;
            with engine="fast" the same tokens come from `workbook.sampling.engine` (plain Llama
            models only), which leaves out everything that is not one of its few matrix products.
All four agree token for token. Left out: streaming; drafts (`workbook.sampling.speculative`) and
grammars (`workbook.sampling.constrained`), which have loops of their own; an encoder-decoder needs
the wrapper of `workbook.sampling.families`. Lesson 03 grows them one out of the other.

Shapes: B batch, T time, T2 with the new tokens, V vocabulary. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Int
from torch import Generator, Tensor

from workbook.sampling.prompt import Prompt
from workbook.sampling.readers import OpenedEngine, Reader, evaluating, open_reader
from workbook.sampling.settings import SamplingConfig, greedy
from workbook.sampling.stops import Stops

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Choose = Callable[[Tensor], Tensor]  # logits B V -> the next token of each row, B


@torch.no_grad()
def naive(
    model: PreTrainedModel, ids: Int[Tensor, "B T"], *, max_new_tokens: int, choose: Choose = greedy
) -> Int[Tensor, "B T+{max_new_tokens}"]:
    """Continue prompts `B T` of one length; ids `B T+max_new_tokens`, the prompt in front."""
    for _ in range(max_new_tokens):
        logits = model(ids).logits[:, -1]  # B V; reads all T tokens to learn about the next one
        ids = torch.cat([ids, choose(logits)[:, None]], 1)
    return ids


@torch.no_grad()
def cached(
    model: PreTrainedModel, ids: Int[Tensor, "B T"], *, max_new_tokens: int, choose: Choose = greedy
) -> Int[Tensor, "B T+{max_new_tokens}"]:
    """`naive` with a key-value cache: after the prompt, each step reads one token per row."""
    unread, cache = ids, None
    for _ in range(max_new_tokens):
        out = model(unread, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        unread = choose(out.logits[:, -1])[:, None]  # B 1
        ids = torch.cat([ids, unread], 1)
    return ids


def generate(
    model: PreTrainedModel,
    ids: Int[Tensor, "B T"],
    *,
    max_new_tokens: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    repetition_penalty: float = 1.0,
    presence_penalty: float = 0.0,
    frequency_penalty: float = 0.0,
    eos_id: int | Sequence[int] | None = None,
    stop: str | Sequence[str] = (),
    tokenizer: PreTrainedTokenizerBase | None = None,
    pad_id: int | None = None,
    keep_mask: Bool[Tensor, "B T"] | Int[Tensor, "B T"] | None = None,
    generator: Generator | None = None,
    engine: str | OpenedEngine = "auto",
) -> Int[Tensor, "B T2"]:
    """Continue prompts `B T`; returns ids `B T+n`, n <= max_new_tokens, the prompt in front.

    temperature: 0 takes the likeliest token each time (greedy), and the filters do nothing then.
    top_k, top_p, min_p, repetition_penalty: see `workbook.sampling.filters`.
    presence_penalty, frequency_penalty: taken from the logit of each token that stands in the
        continuation, once, and once for each time it does (`filters.count_penalties`).
    eos_id: one or more ids that end a row; with None every row runs to max_new_tokens. The end
        token stays in the text, and after it the row is filled with pad_id (default: the first
        eos_id). The call returns as soon as every row has ended.
    stop: one or more strings that end a row, too, looked for in the text that `tokenizer` makes of
        the new tokens; the tokens that complete a string stay, see `stops.before_stop`.
    keep_mask: `B T`, true on real tokens; shorter prompts are padded on the left.
    generator: source of the random numbers; the same state gives the same tokens.
    engine: "auto" (the fast one where the model allows it), "clear" or "fast"; or an engine that
        `open_engine(model)` gave, which saves a look at all weights at each call.
    Raises ValueError for settings out of range, shapes that do not fit, padding that is not on the
    left, a text longer than the model's positions, and NaN logits.
    """
    config = SamplingConfig(
        temperature, top_k, top_p, min_p, repetition_penalty, presence_penalty, frequency_penalty
    )
    prompt = Prompt.checked(model, ids, keep_mask, max_new_tokens)
    stops = Stops.checked(eos_id, stop, tokenizer, pad_id, prompt.ids.device)
    reader = open_reader(model, engine, rows=len(prompt.ids))
    with evaluating(model), torch.no_grad():
        return _write(reader, prompt, config, stops, generator)


def _write(
    reader: Reader,
    prompt: Prompt,
    config: SamplingConfig,
    stops: Stops,
    generator: Generator | None,
) -> Tensor:
    """The loop: choose a token, write it down, read it."""
    rows, start = prompt.ids.shape
    text = torch.cat([prompt.ids, prompt.ids.new_zeros(rows, prompt.max_seq_len - start)], 1)
    keep = prompt.keep_in(prompt.max_seq_len)
    ended = torch.zeros(rows, dtype=torch.bool, device=text.device)
    logits = reader.start(prompt.ids, prompt.keep_mask, prompt.max_seq_len)
    for at in range(start, prompt.max_seq_len):
        so_far = None if keep is None else keep[:, :at]
        seen = prompt.written(text[:, :at], so_far)
        token = config.sample(logits, *seen, generator, new=at - start)
        text[:, at] = token.masked_fill(ended, stops.pad_id)
        if stops and (ended := stops.ended(text[:, start : at + 1], ended)).all():
            return text[:, : at + 1].clone()
        if at + 1 < prompt.max_seq_len:
            logits = reader.step(text[:, at])
    return text
