"""Speculative decoding: a cheap draft proposes a few tokens, the model checks them in one pass.

`accept_or_leftover` is the rule for one proposed token (Leviathan et al. 2023, Chen et al. 2023):
accept it with probability min(1, p / q), else draw from what p has more than q. Whatever the draft,
the text has the model's own distribution; a bad draft costs time, never quality. `speculate` is the
loop, with the model's key-value cache cut back to what was accepted. Left out: more than one text
at a time, and trees of proposals. Lesson 03.

Shapes: T time, V vocabulary, K proposed tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor

from workbook.sampling import filters
from workbook.sampling.prompt import Prompt, count, stop_ids
from workbook.sampling.readers import evaluating
from workbook.sampling.settings import SamplingConfig

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# p `V`, q `V`, the proposed token, a uniform number -> (accepted, where to draw from instead `V`)
Accept = Callable[[Tensor, Tensor, int, float], tuple[bool, Tensor]]


class Draft(Protocol):
    """What proposes tokens: the probabilities `V` of the next token after a text."""

    def __call__(self, text: Sequence[int]) -> Float[Tensor, " V"]: ...


def accept_or_leftover(
    p: Float[Tensor, " V"], q: Float[Tensor, " V"], token: int, uniform: float
) -> tuple[bool, Float[Tensor, " V"]]:
    """Return whether a proposed token is accepted, and the distribution `V` to draw from if not.

    p, q: `V`, the model's and the draft's probabilities. token: drawn from q. uniform: from [0, 1).
    Accept if uniform < p(token) / q(token). The leftover is max(p - q, 0), made to add up to 1;
    where p = q it is p, and never needed.
    """
    leftover = (p - q).clamp(min=0)
    leftover = leftover / leftover.sum() if leftover.sum() > 0 else p
    return bool(uniform * q[token] < p[token]), leftover


@dataclass(frozen=True)
class Speculated:
    """A text written with a draft, and what it took."""

    ids: Tensor  # 1 T+N, the prompt in front
    proposed: int  # tokens of the draft that were decided on; those behind a refused one are not
    accepted: int  # of them
    passes: int  # of the model after the prompt
    new_tokens: int

    @property
    def acceptance(self) -> float:
        """The part of the tokens decided on that was accepted: a of `expected_tokens`."""
        return self.accepted / self.proposed if self.proposed else 0.0

    @property
    def tokens_per_pass(self) -> float:
        return self.new_tokens / self.passes


def expected_tokens(acceptance: float, draft_tokens: int) -> float:
    """Return the tokens a pass of the model gives, if each is accepted independently.

    (1 - a^(K+1)) / (1 - a), Leviathan et al. (2023), equation 1.
    """
    return sum(acceptance**k for k in range(draft_tokens + 1))


@torch.no_grad()
def speculate(
    model: PreTrainedModel,
    draft: Draft,
    ids: Int[Tensor, "1 T"],
    *,
    max_new_tokens: int,
    draft_tokens: int = 4,
    config: SamplingConfig | None = None,
    eos_id: int | Sequence[int] | None = None,
    generator: Generator | None = None,
    accept: Accept = accept_or_leftover,
) -> Speculated:
    """Continue a prompt `1 T` with the distribution that `generate` draws from.

    1. The draft proposes up to `draft_tokens` tokens, one after the other.
    2. The model reads them in one pass: its distribution after each.
    3. From the first on, `accept` decides; the first refused one is replaced by a draw from the
       leftover, and the rest is thrown away. If all are accepted, the model adds one of its own.

    config: temperature and filters; both distributions go through them. Penalties are refused.
    Raises ValueError as `generate` does, for more than one row, and for a model whose cache cannot
    be cut back.
    """
    config = config or SamplingConfig()
    _refuse_penalties(config)
    prompt = Prompt.checked(model, ids, None, max_new_tokens)
    if len(prompt.ids) != 1:
        raise ValueError(f"a draft works on one text at a time, not on {len(prompt.ids)}.")
    count("draft_tokens", draft_tokens)
    stops = stop_ids(eos_id, prompt.ids.device)
    ends = set() if stops is None else set(stops.tolist())
    text = prompt.ids[0].tolist()
    reader, proposed, accepted = CachedReader(model), 0, 0
    with evaluating(model):
        while len(text) < prompt.max_seq_len:
            room = min(draft_tokens, prompt.max_seq_len - len(text) - 1)
            guesses, q = _propose(draft, text, room, config, generator)  # 1
            p = config.adjust(reader.read(text + guesses, len(guesses) + 1)).softmax(-1)  # 2
            new = _check(p.cpu(), q, guesses, accept, generator)  # 3
            good = len(new) - 1
            proposed, accepted = proposed + min(good + 1, len(guesses)), accepted + good
            new = _until_end(new, ends)
            text += new
            if new[-1] in ends:
                break
    whole = torch.tensor([text], device=prompt.ids.device)
    return Speculated(whole, proposed, accepted, reader.passes, len(text) - prompt.ids.shape[1])


def _refuse_penalties(config: SamplingConfig) -> None:
    if (config.repetition_penalty, config.presence_penalty, config.frequency_penalty) != (1, 0, 0):
        raise ValueError("speculative decoding is written without penalties: leave them out.")


def _propose(
    draft: Draft, text: list[int], room: int, config: SamplingConfig, generator: Generator | None
) -> tuple[list[int], Tensor]:
    """Return up to `room` tokens drawn from the draft, and its distributions `K V`."""
    guesses: list[int] = []
    rows = []
    for _ in range(room):
        logits = draft(text + guesses).log()[None]
        rows.append(config.adjust(logits).softmax(-1)[0])
        guesses.append(int(config.sample(logits, generator=generator)))
    return guesses, torch.stack(rows) if rows else torch.empty(0)


def _check(
    p: Tensor, q: Tensor, guesses: list[int], accept: Accept, generator: Generator | None
) -> list[int]:
    """Return the tokens to keep: accepted ones, then one that the model itself decides."""
    for place, token in enumerate(guesses):
        uniform = float(torch.rand((), generator=generator))
        good, leftover = accept(p[place], q[place], token, uniform)
        if not good:
            return [*guesses[:place], int(filters.sample(leftover.log(), generator))]
    return [*guesses, int(filters.sample(p[-1].log(), generator))]


def _until_end(tokens: list[int], ends: set[int]) -> list[int]:
    """Return the tokens up to and with the first that ends the text."""
    stop = next((place for place, token in enumerate(tokens) if token in ends), len(tokens) - 1)
    return tokens[: stop + 1]


class CachedReader:
    """A model with a cache that is cut back where a text differs from the one before."""

    def __init__(self, model: PreTrainedModel):
        self.model, self.passes = model, 0
        self.cache: Any = None  # of transformers
        self.held: list[int] = []

    def read(self, text: list[int], last: int) -> Tensor:
        """Return the logits `last V` after the last tokens; what the cache holds is not read again.

        Raises ValueError where the model's cache cannot be cut back.
        """
        same = 0
        while same < min(len(self.held), len(text) - last) and self.held[same] == text[same]:
            same += 1
        if same < len(self.held):
            if not hasattr(self.cache, "crop"):
                raise ValueError(
                    f"the cache of {type(self.model).__name__} cannot be cut back, which a draft "
                    "needs: use generate."
                )
            self.cache.crop(same - len(self.held))  # below 0: so many tokens less
        unread = torch.tensor([text[same:]], device=self.model.device)
        out = self.model(unread, past_key_values=self.cache, use_cache=True)
        self.cache, self.held, self.passes = out.past_key_values, list(text), self.passes + 1
        return out.logits[0, -last:].float()
