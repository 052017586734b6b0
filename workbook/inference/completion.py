"""Have many prompts answered by any model of transformers, and learn how sure each token was.

It is transformers' own loop, an engine that is not ours: what the course measures models by must
not share a fault with what it teaches. Prompts of like length go together, padded on the side that
the model needs. Left out: filters and beams, and our own faster loop (`workbook.sampling`).

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook.inference.padding import pad
from workbook.inference.text import Chat, chat_ids, check_ids

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

BATCH = 32


class Completion(NamedTuple):
    """What a model wrote after a prompt."""

    text: str  # without special tokens and outer white space
    ids: list[int]  # up to and with the end token
    log_probs: list[float]  # ln p of each under the model, whatever temperature chose it


def complete(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str | Chat],
    max_new_tokens: int,
    **how: Any,
) -> list[Completion]:
    """Return the answer to each question or chat, in order; `how` as in `complete_ids`.

    Prompts are put in the tokenizer's chat template (`chat_ids`). The model may have an encoder.
    """
    two_parts = bool(model.config.is_encoder_decoder)
    rows = [chat_ids(tokenizer, prompt, two_parts) for prompt in prompts]
    return complete_ids(model, tokenizer, rows, max_new_tokens, **how)


def complete_ids(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Sequence[int]],
    max_new_tokens: int,
    temperature: float = 0.0,
    seed: int = 0,
    batch_size: int = BATCH,
    stop: Sequence[str] = (),
) -> list[Completion]:
    """Return what follows each row of token ids, in order; each at most `max_new_tokens` long.

    stop: texts after which no more is written; the one that was met is the end of the completion.
    temperature: 0 takes the likeliest token; above it tokens are drawn, the same for the same seed,
    device, rows and batch size. What else the model's generation_config asks for, such as a
    repetition penalty, holds; beams do not. Raises ValueError for an id the model has no row for.
    """
    import torch

    check_ids(model, chain.from_iterable(rows))
    order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
    found: dict[int, Completion] = {}
    with torch.random.fork_rng(), torch.inference_mode():
        if temperature:
            torch.manual_seed(seed)
        for start in range(0, len(order), batch_size):
            some = order[start : start + batch_size]
            batch = [rows[number] for number in some]
            written = _complete_batch(model, tokenizer, batch, max_new_tokens, temperature, stop)
            found.update(zip(some, written, strict=True))
    return [found[number] for number in range(len(rows))]


def end_ids(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Return the ids that end a text: the model's own, and the tokenizer's; none if none is named.

    A model may have been taught the tokenizer's end after its generation config was written.
    """
    ends = _own_ends(model)
    end = tokenizer.eos_token_id
    return ends if end is None or end in ends else [*ends, end]


def listen_for(model: PreTrainedModel, end: int | None) -> None:
    """Let generation stop at a token too: what a model is taught to end with, it must stop at."""
    ends = _own_ends(model)
    if end is not None and end not in ends:
        model.generation_config.eos_token_id = [*ends, end] if ends else end


def _own_ends(model: PreTrainedModel) -> list[int]:
    ends = model.generation_config.eos_token_id
    return [end for end in (ends if isinstance(ends, list) else [ends]) if end is not None]


class _TokenLogProbs:
    """Notes ln p of each token that `generate` takes, as one of its logits processors.

    What was taken shows only in the next call's ids, so that the last step is added by `finish`.
    """

    def __init__(self) -> None:
        self.before: Tensor | None = None  # ln p of the step before, B V
        self.steps: list[Tensor] = []  # B each

    def __call__(self, ids: Tensor, logits: Tensor) -> Tensor:
        self._note(ids)
        self.before = logits.float().log_softmax(-1)
        return logits

    def _note(self, ids: Tensor) -> None:
        if self.before is not None:
            self.steps.append(self.before.gather(1, ids[:, -1:])[:, 0].cpu())

    def finish(self, ids: Tensor) -> list[list[float]]:
        """Return ln p of every new token, `B T`."""
        import torch

        self._note(ids)
        return torch.stack(self.steps, 1).tolist()


class _StopAtText:
    """Ends a row at a stop text, as one of `generate`'s stopping criteria, and notes where.

    The whole of what was written is read at each step: a text may be split among tokens.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, stop: Sequence[str], rows: int) -> None:
        self.tokenizer, self.stop = tokenizer, stop
        self.lengths = [sys.maxsize] * rows
        self.steps = 0

    def __call__(self, ids: Tensor, scores: Any, **_: Any) -> Tensor:
        import torch

        self.steps += 1
        for number, row in enumerate(ids[:, -self.steps :].tolist()):
            if self.lengths[number] > self.steps:
                text = str(self.tokenizer.decode(row, skip_special_tokens=True))
                if any(one in text for one in self.stop):
                    self.lengths[number] = self.steps
        done = [length <= self.steps for length in self.lengths]
        return torch.tensor(done, device=ids.device)


def _complete_batch(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Sequence[int]],
    max_new_tokens: int,
    temperature: float,
    stop: Sequence[str] = (),
) -> list[Completion]:
    from transformers import GenerationConfig, LogitsProcessorList

    ends = end_ids(model, tokenizer)
    fill = tokenizer.pad_token_id
    fill = min(ends, default=0) if fill is None else fill  # any id will do where the mask hides it
    ids, keep_mask = pad(rows, fill, "right" if model.config.is_encoder_decoder else "left")
    drawing = {"temperature": temperature, "top_k": 0, "top_p": 1.0} if temperature else {}
    config = GenerationConfig(
        do_sample=temperature > 0,
        num_beams=1,
        max_new_tokens=max_new_tokens,
        eos_token_id=ends or None,
        pad_token_id=fill,
        **drawing,
    )
    noted, stopped = _TokenLogProbs(), _StopAtText(tokenizer, stop, len(rows))
    out = model.generate(  # type: ignore[operator]
        ids.to(model.device),
        attention_mask=keep_mask.long().to(model.device),
        generation_config=config,
        logits_processor=LogitsProcessorList([noted]),
        stopping_criteria=[stopped] if stop else None,
    )
    gains = noted.finish(out)  # B T'
    new = out[:, -len(gains[0]) :].tolist()  # B T'; an encoder-decoder's begins with its start
    lengths = [
        min(next((t for t, i in enumerate(row, 1) if i in ends), len(row)), last)
        for row, last in zip(new, stopped.lengths, strict=True)
    ]
    return [
        Completion(
            str(tokenizer.decode(row[:length], skip_special_tokens=True)).strip(),
            row[:length],
            gain[:length],
        )
        for row, gain, length in zip(new, gains, lengths, strict=True)
    ]
