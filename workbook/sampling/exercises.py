"""The exercises of lesson 03: a prediction, two filters of your own, and a measurement.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor

from workbook.core.exercises.exercise import Check, Exercise, like, predicted, untouched
from workbook.core.runs.seeding import generator

# --- reference answers --------------------------------------------------------------------------

SETTINGS = ((1.0, 0.9), (2.0, 0.9), (0.5, 0.85))  # (temperature, p) of the prediction


def kept_tokens() -> tuple[int, ...]:
    """How many of three tokens with logits 2, 1, 0 nucleus sampling keeps, for each setting."""
    counts = []
    for temperature, p in SETTINGS:
        probs = torch.softmax(torch.tensor([2.0, 1.0, 0.0]) / temperature, -1)
        likelier = probs.cumsum(-1) - probs  # the sum over all likelier tokens
        counts.append(int((likelier < p).sum()))
    return tuple(counts)


def epsilon_filter(logits: Tensor, epsilon: float) -> Tensor:
    """Cuts tokens with a probability below `epsilon`, but never the best (Hewitt et al. 2022).

    logits: `B V`. Returns new logits of that shape, -inf where a token is cut.
    """
    cut = logits.softmax(-1) < epsilon
    best = logits == logits.max(-1, keepdim=True).values
    return logits.masked_fill(cut & ~best, -torch.inf)


def no_repeat(logits: Tensor, ids: Tensor, n: int) -> Tensor:
    """Cuts every token that would say a run of `n` tokens a second time (Paulus et al. 2017).

    logits: `B V` for the next token. ids: `B T`, the text so far. Returns new logits `B V`.
    """
    logits = logits.clone()
    for row, text in enumerate(ids.tolist()):
        last = text[len(text) - n + 1 :]
        for start in range(len(text) - n + 1):
            if text[start : start + n - 1] == last:
                logits[row, text[start + n - 1]] = -torch.inf
    return logits


def token_ranks(logits: Tensor, ids: Tensor) -> Tensor:
    """The rank of each token among all the model might have said; 0 is the likeliest.

    logits: `B T V`, those at position t being for the token after it. ids: `B T`.
    Returns whole numbers `B T-1`, for the second token on (Gehrmann et al. 2019).
    """
    said = logits[:, :-1].gather(2, ids[:, 1:, None])  # B T-1 1
    return (logits[:, :-1] > said).sum(-1)


# --- checks -------------------------------------------------------------------------------------


def _setting(place: int) -> Check:
    """Is the number of tokens kept right for one setting?"""
    temperature, p = SETTINGS[place]
    says = f"at temperature {temperature:g} and p = {p:g}"
    return predicted(place, says, "the number of tokens kept", kept_tokens, "(kept, kept, kept)")


def _number_kept(logits: Tensor) -> Tensor:
    return logits.isfinite().sum(-1)


def _kept_logits(logits: Tensor) -> Tensor:
    return logits.masked_fill(~logits.isfinite(), 0.0)


def _peaked(seed: int) -> tuple:
    return 3 * torch.randn(4, 12, generator=generator(seed)), 0.05


def _flat(seed: int) -> tuple:
    return 0.1 * torch.randn(3, 40, generator=generator(seed)), 0.2


def _texts(seed: int, n: int = 3, time: int = 24) -> tuple:
    """Rows that end as they began, so that each has a cut; two of them with words of their own."""
    source = generator(seed)
    ids = torch.randint(0, 3, (4, time), generator=source)
    ids[1::2] += 3
    if time > 4:
        ids[:, -2:] = ids[:, :2]
    return torch.randn(4, 6, generator=source), ids, n


def _scored(seed: int) -> tuple:
    source = generator(seed)
    return torch.randn(2, 7, 9, generator=source), torch.randint(0, 9, (2, 7), generator=source)


def _scored_greedily(seed: int) -> tuple:
    logits, _ = _scored(seed)
    return logits, torch.cat([torch.zeros(2, 1).long(), logits[:, :-1].argmax(-1)], 1)


# --- the exercises ------------------------------------------------------------------------------

_ALL = (
    Exercise(
        id="sampling.predict_kept",
        title="How many tokens stay?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_setting(place) for place in range(len(SETTINGS))),
        hints=(
            "Temperature comes first: the lesson printed the three probabilities at each.",
            "Add up from the likeliest token on, and stop as soon as the sum is at least p.",
            "The token that carries the sum to p or beyond stays in, so one always stays.",
        ),
        reference=kept_tokens,
        wants="value",
    ),
    Exercise(
        id="sampling.epsilon_filter",
        title="An absolute floor",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("cuts what is below the floor", "the number of tokens kept", epsilon_filter,
                  _peaked, _number_kept),
            like("the logits that stay are as they were", "the logits kept", epsilon_filter,
                  _peaked, _kept_logits),
            like("keeps the best token of a flat row", "the number of tokens kept",
                  epsilon_filter, _flat, _number_kept),
            untouched(_peaked),
        ),
        hints=(
            "epsilon is a probability, so take the softmax before you compare.",
            "Where would a model go that finds every token unlikely? Exempt each row's best.",
            "Two masks: cut = probs < epsilon, best = logits == logits.max(-1, keepdim=True)"
            ".values; fill cut & ~best with -inf.",
        ),
        reference=epsilon_filter,
    ),
    Exercise(
        id="sampling.no_repeat",
        title="Never the same phrase twice",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            like("cuts what would repeat three tokens", "the number of tokens left", no_repeat,
                  _texts, _number_kept),
            like("cuts the right ones", "the logits", no_repeat, _texts),
            like("n = 1 cuts every token said before", "the number of tokens left", no_repeat,
                  lambda seed: _texts(seed, n=1, time=2), _number_kept),
            like("a text shorter than n cuts nothing", "the number of tokens left", no_repeat,
                  lambda seed: _texts(seed, n=5, time=3), _number_kept),
            untouched(_texts),
        ),
        hints=(
            "The last n - 1 tokens are the beginning of a run. Where else does it occur?",
            "For every place where those n - 1 tokens stand, the token after them is forbidden.",
            "For each row: last = text[len(text) - n + 1:]; for each start, if text[start:start + "
            "n - 1] == last, set the logit of text[start + n - 1] to -inf.",
        ),
        reference=no_repeat,
    ),
    Exercise(
        id="sampling.token_ranks",
        title="How surprising is real text?",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            like("one rank for every token but the first", "the result", token_ranks,
                  _scored, torch.ones_like),
            like("a text of best guesses has rank 0 throughout", "the rank", token_ranks,
                  _scored_greedily),
            like("any other text", "the rank", token_ranks, _scored),
        ),
        hints=(
            "The logits at position t speak about the token at position t + 1.",
            "The rank of a token is the number of tokens with a larger logit.",
            "said = logits[:, :-1].gather(2, ids[:, 1:, None]); count logits[:, :-1] > said.",
        ),
        reference=token_ranks,
    ),
)  # fmt: skip

EXERCISES = {each.id: each for each in _ALL}
