"""The exercises of lesson 03: temperature, filters, a form, the rule behind drafts, a measurement.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from workbook.core.exercises.exercise import (
    Check,
    Exercise,
    compare,
    exercise_set,
    like,
    predicted,
    untouched,
)
from workbook.core.runs.seeding import generator

# --- reference answers --------------------------------------------------------------------------


def probabilities(logits: Tensor, temperature: float) -> Tensor:
    """Return the probabilities of logits `B V` at a temperature, `B V`.

    At 0 all of it goes to the likeliest token, as in the limit.
    """
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    return torch.softmax(logits / temperature, -1)


SETTINGS = ((1.0, 0.9), (2.0, 0.9), (0.5, 0.85))  # (temperature, p) of the prediction


def kept_tokens() -> tuple[int, ...]:
    """Return how many of three tokens with logits 2, 1, 0 the nucleus keeps, for each setting."""
    counts = []
    for temperature, p in SETTINGS:
        probs = torch.softmax(torch.tensor([2.0, 1.0, 0.0]) / temperature, -1)
        likelier = probs.cumsum(-1) - probs  # the sum over all likelier tokens
        counts.append(int((likelier < p).sum()))
    return tuple(counts)


def epsilon_filter(logits: Tensor, epsilon: float) -> Tensor:
    """Cut tokens with a probability below `epsilon`, but never the best (Hewitt et al. 2022).

    logits: `B V`. Returns new logits of that shape, -inf where a token is cut.
    """
    cut = logits.softmax(-1) < epsilon
    best = logits == logits.max(-1, keepdim=True).values
    return logits.masked_fill(cut & ~best, -torch.inf)


def no_repeat(logits: Tensor, ids: Tensor, n: int) -> Tensor:
    """Cut every token that would say a run of `n` tokens a second time (Paulus et al. 2017).

    logits: `B V` for the next token. ids: `B T`, the text so far. Returns new logits `B V`.
    """
    logits = logits.clone()
    for row, text in enumerate(ids.tolist()):
        last = text[len(text) - n + 1 :]
        for start in range(len(text) - n + 1):
            if text[start : start + n - 1] == last:
                logits[row, text[start + n - 1]] = -torch.inf
    return logits


BEAMS = ((-3.0, 5), (-4.0, 10), (-6.0, 18))  # (ln p, tokens) of three texts
LENGTH_PENALTIES = (0.0, 0.5, 1.0)


def best_beams() -> tuple[int, ...]:
    """Return which of the three texts, 1 to 3, has the best score at each length penalty."""
    best = []
    for alpha in LENGTH_PENALTIES:
        scores = [log_p / length**alpha for log_p, length in BEAMS]
        best.append(1 + scores.index(max(scores)))
    return tuple(best)


def token_ranks(logits: Tensor, ids: Tensor) -> Tensor:
    """Return the rank of each token among all the model might have said; 0 is the likeliest.

    logits: `B T V`, those at position t being for the token after it. ids: `B T`.
    Returns whole numbers `B T-1`, for the second token on (Gehrmann et al. 2019).
    """
    said = logits[:, :-1].gather(2, ids[:, 1:, None])  # B T-1 1
    return (logits[:, :-1] > said).sum(-1)


def nucleus(logits: Tensor, p: float) -> Tensor:
    """Cut all but the smallest set of likeliest tokens that reaches p, of logits `B V`."""
    ordered, order = logits.sort(descending=True)
    probs = ordered.softmax(-1)
    cut = probs.cumsum(-1) - probs >= p  # the tokens before it have reached p already
    return logits.masked_fill(cut.scatter(-1, order, cut), -torch.inf)


def only_allowed(
    logits: Tensor, text: str, tokens: Sequence[str], allowed: Sequence[str]
) -> Tensor:
    """Cut every token, of logits `V`, after which the text begins none of the allowed texts."""
    good = [
        token != "" and any(whole.startswith(text + token) for whole in allowed) for token in tokens
    ]
    return logits.masked_fill(~torch.tensor(good), -torch.inf)


def accept_draft(p: Tensor, q: Tensor, token: int, uniform: float) -> tuple[bool, Tensor]:
    """Return whether a draft's token is accepted, and the distribution `V` to draw from if not."""
    leftover = (p - q).clamp(min=0)
    return bool(uniform < p[token] / q[token]), leftover / leftover.sum()


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


def _row_sums(probs: Tensor) -> Tensor:
    return probs.sum(-1)


def _rows(seed: int) -> tuple:
    return 2 * torch.randn(3, 9, generator=generator(seed)), 0.7


def _cold(seed: int) -> tuple:
    return *_rows(seed)[:1], 0


def _hot(seed: int) -> tuple:
    return *_rows(seed)[:1], 1.6


def _spread_rows(seed: int) -> tuple:
    """Rows of which some are sure, in no order."""
    logits = torch.randn(6, 30, generator=generator(seed))
    return logits * torch.tensor([0.3, 1.0, 2.0, 3.0, 5.0, 9.0])[:, None], 0.8


def _sure_rows(seed: int) -> tuple:
    """The likeliest token of each row has more than p by itself."""
    logits = torch.randn(5, 20, generator=generator(seed))
    return logits.scatter(1, torch.arange(5)[:, None] * 3, 12.0), 0.6


def _beam(place: int) -> Check:
    """Is the best of three texts right for one length penalty?"""
    says = f"at a length penalty of {LENGTH_PENALTIES[place]:g}"
    return predicted(place, says, "the number of the text", best_beams, "(1, 2 or 3; and so on)")


WORDS = ("lantern", "ladder", "lamp", "kettle")
PIECES = ("la", "l", "a", "nt", "n", "dd", "der", "mp", "ern", "ket", "tt", "", "e")


def _spelling(seed: int, begun: int) -> tuple:
    """Tokens that may spell a word of a list, of which so many letters stand there already."""
    word = WORDS[int(torch.randint(len(WORDS), (), generator=generator(seed)))]
    logits = torch.randn(len(PIECES), generator=generator(seed + 1))
    return logits, word[:begun], PIECES, WORDS


def _first_letters(seed: int) -> tuple:
    return _spelling(seed, 0)


def _next_letters(seed: int) -> tuple:
    return _spelling(seed, 2)


def _two_models(seed: int) -> tuple[Tensor, Tensor]:
    """Probabilities `V` of a model and of a draft that differ."""
    source = generator(seed)
    p, q = (torch.randn(7, generator=source).mul(1.5).softmax(-1) for _ in range(2))
    return p, q


def _decides(answer: Callable, seed: int) -> str | None:
    """Every token with numbers just below and just above its ratio."""
    p, q = _two_models(seed)
    for token in range(len(p)):
        ratio = float(p[token] / q[token])
        for uniform in (min(ratio * 0.97, 0.98), min(ratio * 1.03, 0.98)):
            accepted, _ = answer(p, q, token, uniform)
            if bool(accepted) != (uniform < ratio):
                what = "refused" if uniform < ratio else "accepted"
                return f"a token with p / q = {ratio:.2f} is {what} when uniform is {uniform:.2f}."
    return None


def _leftover(view: Callable[[Tensor, Tensor, Tensor], str | None]) -> Callable:
    def test(answer: Callable, seed: int) -> str | None:
        p, q = _two_models(seed)
        out = answer(p, q, int((p - q).argmin()), 0.999)
        if not (isinstance(out, tuple) and len(out) == 2):
            return "the result is not a pair (accepted, leftover)."
        return view(out[1], p, q)

    return test


def _adds_up(leftover: Tensor, p: Tensor, q: Tensor) -> str | None:
    return compare("the sum of the leftover", leftover.sum(), torch.tensor(1.0))


def _gives_p(leftover: Tensor, p: Tensor, q: Tensor) -> str | None:
    """Accepted tokens and draws from the leftover, together: the model's own distribution."""
    kept = torch.minimum(p, q)
    return compare("the distribution of the token", kept + (1 - kept.sum()) * leftover, p)


def _scored(seed: int) -> tuple:
    source = generator(seed)
    return torch.randn(2, 7, 9, generator=source), torch.randint(0, 9, (2, 7), generator=source)


def _scored_greedily(seed: int) -> tuple:
    logits, _ = _scored(seed)
    return logits, torch.cat([torch.zeros(2, 1).long(), logits[:, :-1].argmax(-1)], 1)


# --- the exercises ------------------------------------------------------------------------------

EXERCISES = exercise_set(
    "sampling",
    Exercise(
        id="sampling.temperature",
        title="Temperature",
        points=1,
        difficulty=1,
        minutes=8,
        checks=(
            like("each row adds up to 1", "the sum of a row", probabilities, _rows, _row_sums),
            like("at a temperature below 1", "the probability", probabilities, _rows),
            like("at a temperature above 1", "the probability", probabilities, _hot),
            like("at temperature 0 the likeliest token has all of it", "the probability",
                  probabilities, _cold),
            untouched(_rows),
        ),
        hints=(
            "The temperature divides the logits, not the probabilities.",
            "Dividing by 0 gives infinities and NaN: treat 0 as a case of its own, with argmax; "
            "every row keeps its V probabilities.",
            "if temperature == 0:\n"
            "    return (logits == logits.amax(-1, keepdim=True)).float()\n"
            "return (logits / temperature).softmax(-1)",
        ),
        reference=probabilities,
    ),
    Exercise(
        id="sampling.predict_kept",
        title="How many tokens stay?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_setting(place) for place in range(len(SETTINGS))),
        hints=(
            "Temperature comes first: the lesson printed the probabilities at each temperature.",
            "Add up the probabilities from the likeliest down. The token that takes the sum to p "
            "or beyond still stays, so at least one always does.",
            "(torch.tensor([.6652, .2447, .09]).cumsum(0) < .9).sum() + 1  # and so on",
        ),
        reference=kept_tokens,
        wants="value",
    ),
    Exercise(
        id="sampling.top_p",
        title="The nucleus",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            like("keeps the smallest set that reaches p", "the number of tokens kept",
                  nucleus, _spread_rows, _number_kept),
            like("keeps the likeliest tokens, each row its own", "the filtered logit", nucleus,
                  _spread_rows, _kept_logits),
            like("a token with more than p stays alone", "the number of tokens kept",
                  nucleus, _sure_rows, _number_kept),
            untouched(_spread_rows),
        ),
        hints=(
            "Sort each row from the likeliest token down, and add up probabilities as you go.",
            "A token is cut if the tokens before it have reached p already. Then bring the mask "
            "back into the order of the vocabulary: mask.scatter(-1, order, sorted_mask).",
            "ordered, order = logits.sort(descending=True)\n"
            "probs = ordered.softmax(-1)\n"
            "cut = probs.cumsum(-1) - probs >= p\n"
            "return logits.masked_fill(cut.scatter(-1, order, cut), -torch.inf)",
        ),
        reference=nucleus,
        forbids=(
            "workbook.sampling.filters.top_p_filter",
            "workbook.sampling.nucleus.quick_top_p_filter",
        ),
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
            like("the logits that stay are as they were", "the filtered logit", epsilon_filter,
                  _peaked, _kept_logits),
            like("keeps the best token of a flat row", "the number of tokens kept",
                  epsilon_filter, _flat, _number_kept),
            untouched(_peaked),
        ),
        hints=(
            "epsilon is a probability, so take the softmax before you compare.",
            "If every token of a row is below epsilon, nothing is left to draw: keep its best.",
            "cut = logits.softmax(-1) < epsilon\n"
            "best = logits == logits.max(-1, keepdim=True).values\n"
            "return logits.masked_fill(cut & ~best, -torch.inf)",
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
            like("cuts the right tokens", "the filtered logit", no_repeat, _texts),
            like("n = 1 cuts every token said before", "the number of tokens left", no_repeat,
                  lambda seed: _texts(seed, n=1, time=2), _number_kept),
            like("a text shorter than n cuts nothing", "the number of tokens left", no_repeat,
                  lambda seed: _texts(seed, n=5, time=3), _number_kept),
            untouched(_texts),
        ),
        hints=(
            "The last n - 1 tokens are the beginning of a run. Where else do they occur?",
            "Wherever those n - 1 tokens occur, the token after them is forbidden. With n = 1 they "
            "are no tokens at all, so every token of the text is forbidden.",
            "logits = logits.clone()\n"
            "for row, text in enumerate(ids.tolist()):\n"
            "    last = text[len(text) - n + 1:]\n"
            "    for start in range(len(text) - n + 1):\n"
            "        if text[start:start + n - 1] == last:\n"
            "            logits[row, text[start + n - 1]] = -torch.inf\n"
            "return logits",
        ),
        reference=no_repeat,
    ),
    Exercise(
        id="sampling.best_beam",
        title="Which text is best?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_beam(place) for place in range(len(LENGTH_PENALTIES))),
        hints=(
            "The score is ln p divided by the number of tokens to the power of the penalty.",
            "A power of 0 divides by 1. All scores are negative: the best is nearest to 0.",
            "[log_p / length**0.5 for log_p, length in ((-3, 5), (-4, 10), (-6, 18))]  # and so on",
        ),
        reference=best_beams,
        wants="value",
    ),
    Exercise(
        id="sampling.constrain",
        title="Only what can follow",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            like("at the beginning of a text", "the number of tokens left", only_allowed,
                  _first_letters, _number_kept),
            like("in the middle of a word", "the number of tokens left", only_allowed,
                  _next_letters, _number_kept),
            like("the logits that stay are as they were", "the filtered logit", only_allowed,
                  _next_letters, _kept_logits),
            untouched(_next_letters),
        ),
        hints=(
            "For every token: does one of the allowed texts start with the text plus the token?",
            "An empty token leaves the text as it is, and the loop might never end: cut it.",
            "good = [t != '' and any(a.startswith(text + t) for a in allowed) for t in tokens]\n"
            "return logits.masked_fill(~torch.tensor(good), -torch.inf)",
        ),
        reference=only_allowed,
    ),
    Exercise(
        id="sampling.accept",
        title="Accept or refuse a draft",
        points=4,
        difficulty=4,
        minutes=20,
        checks=(
            Check("accepts with probability min(1, p / q)", _decides),
            Check("the leftover is a distribution", _leftover(_adds_up)),
            Check("accepted and drawn tokens together follow p", _leftover(_gives_p)),
            untouched(lambda seed: (*_two_models(seed), 2, 0.5)),
        ),
        hints=(
            "A token that the draft proposes too often (q above p) must be refused in 1 - p / q of "
            "the cases.",
            "Draw instead what the draft proposes too seldom: those tokens lack p - q, and tokens "
            "with p below q lack nothing. A distribution adds up to 1.",
            "leftover = (p - q).clamp(min=0)\n"
            "return bool(uniform < p[token] / q[token]), leftover / leftover.sum()",
        ),
        reference=accept_draft,
        forbids=("workbook.sampling.speculative.accept_or_leftover",),
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
            like("the ranks of any other text", "the rank", token_ranks, _scored),
        ),
        hints=(
            "The logits at position t are for the token at position t + 1.",
            "The rank of a token is the number of tokens with a larger logit.",
            "said = logits[:, :-1].gather(2, ids[:, 1:, None])\n"
            "return (logits[:, :-1] > said).sum(-1)",
        ),
        reference=token_ranks,
    ),
)  # fmt: skip
