"""The exercises of lesson 02: the loss and the three objectives, and what is built on them.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: B batch, T time, V vocabulary.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from workbook.core.exercises.checks import tensor_form
from workbook.core.exercises.definition import exercise_set
from workbook.core.exercises.exercise import Check, Exercise, like, predicted, untouched
from workbook.core.runs.seeding import generator
from workbook.pretraining.objectives import corrupted_lengths, noise_and_spans
from workbook.training.packing import IGNORE

Tensors = list[Tensor]

# --- reference answers --------------------------------------------------------------------------

AS_MASK, AS_OTHER = 0.8, 0.9  # bounds of `fate`: below, a mask; below, another token; else kept


def next_token_loss(logits: Tensor, ids: Tensor, keep_mask: Tensor) -> Tensor:
    """The mean cross-entropy of every next real token, in nats.

    logits: `B T V`; ids: `B T`; keep_mask: `B T`, true on real tokens.
    """
    log_probs = logits[:, :-1].log_softmax(-1)  # B T-1 V
    chosen = log_probs.gather(-1, ids[:, 1:, None])[..., 0]  # B T-1
    return -chosen[keep_mask[:, 1:]].mean()


def adamw_step(
    weights: Tensors,
    gradients: Tensors,
    means: Tensors,
    squares: Tensors,
    step: int,
    learning_rate: float,
    weight_decay: float,
) -> tuple[Tensors, Tensors, Tensors]:
    """One step of AdamW on clipped gradients: (weights, means, squares), all of them new.

    means, squares: running means of the gradients and of their squares, 0 at first. step: from 1.
    """
    norm = sum(g.square().sum() for g in gradients) ** 0.5
    scale = 1 / max(1.0, float(norm))
    means = [0.9 * m + 0.1 * scale * g for m, g in zip(means, gradients, strict=True)]
    squares = [0.95 * s + 0.05 * (scale * g) ** 2 for s, g in zip(squares, gradients, strict=True)]
    moved = []
    for w, m, s in zip(weights, means, squares, strict=True):
        m, s = m / (1 - 0.9**step), s / (1 - 0.95**step)
        moved.append(w - learning_rate * (weight_decay * w + m / (s.sqrt() + 1e-8)))
    return moved, means, squares


def mask_tokens(
    ids: Tensor, ordinary: Tensor, draw: Tensor, fate: Tensor, other: Tensor, mask_id: int
) -> tuple[Tensor, Tensor]:
    """BERT's question: (inputs, labels), both `B T`; all tensors are `B T`.

    ordinary: true where a token may be chosen. draw, fate: uniform from 0 to 1. other: random
    ordinary tokens.
    """
    chosen = ordinary & (draw < 0.15)
    inputs = torch.where(chosen & (fate < AS_MASK), torch.full_like(ids, mask_id), ids)
    inputs = torch.where(chosen & (fate >= AS_MASK) & (fate < AS_OTHER), other, inputs)
    return inputs, torch.where(chosen, ids, torch.full_like(ids, IGNORE))


def corrupt_spans(
    ids: list[int], spans: list[tuple[int, int]], sentinels: list[int], end_id: int
) -> tuple[list[int], list[int]]:
    """T5's question: (inputs, targets). spans: (start, stop) of each, in order, none touching."""
    inputs: list[int] = []
    targets: list[int] = []
    place = 0
    for sentinel, (start, stop) in zip(sentinels, spans, strict=False):
        inputs += [*ids[place:start], sentinel]
        targets += [sentinel, *ids[start:stop]]
        place = stop
    return [*inputs, *ids[place:], end_id], [*targets, end_id]


def entities(tags: list[int]) -> list[tuple[int, int, int]]:
    """The runs of one tag above 0, as (start, stop, tag), in order."""
    found, start = [], 0
    for place in range(1, len(tags) + 1):
        if place == len(tags) or tags[place] != tags[start]:
            if tags[start]:
                found.append((start, place, tags[start]))
            start = place
    return found


PREDICTED = (
    "the number of corrupted tokens", "the number of spans",
    "the length of the input", "the length of the target",
)  # fmt: skip


def span_counts() -> tuple[int, int, int, int]:
    """A text of 200 tokens under T5's rule: corrupted tokens, spans, inputs, targets."""
    return *noise_and_spans(200), *corrupted_lengths(200)


def fill_in_the_middle(
    ids: Tensor, start: int, stop: int, marks: tuple[int, int, int]
) -> tuple[Tensor, Tensor]:
    """The text with its middle moved to the end, for a causal model (Bavarian et al. 2022).

    ids: `T`. marks: the ids that open prefix, suffix and middle. Returns inputs and labels, both
    `T+3`; labels stand where a causal model's do and ask for the middle alone.
    """
    prefix, suffix, middle = (torch.tensor([mark]) for mark in marks)
    gone = ids[start:stop]
    inputs = torch.cat([prefix, ids[:start], suffix, ids[stop:], middle, gone])
    labels = torch.full_like(inputs, IGNORE)
    labels[-len(gone) - 1 : -1] = gone
    return inputs, labels


def candidate_probability(similarity: float, bands: int, rows: int) -> float:
    """The chance that LSH proposes a pair: one band, at least, agrees in all its rows."""
    return 1 - (1 - similarity**rows) ** bands


def bits_per_byte(loss: float, tokens: int, size: int) -> float:
    """A loss in nats a token, as bits for each byte of the text; size: of the text, in bytes."""
    return loss * tokens / math.log(2) / size


# --- checks -------------------------------------------------------------------------------------


def _number(place: int) -> Check:
    """Is one of the predicted numbers right?"""
    says, form = PREDICTED[place], "(tokens, spans, inputs, targets)"
    return predicted(place, says, says, span_counts, form)


def _is_pair(got: Any, want: Any) -> str | None:
    """Of a pair: is the answer one too, and of token ids in the same container?"""
    if not isinstance(want, tuple):
        return tensor_form(got, want)
    if not isinstance(got, tuple) or len(got) != len(want):
        return "the result is not a pair: inputs first, then labels (or targets)."
    for name, part, like_it in zip(("inputs", "labels"), got, want, strict=True):
        kind = "tensor" if isinstance(like_it, Tensor) else "list"
        if not isinstance(part, type(like_it)):
            return f"the {name} are of type {type(part).__name__}; they should be a {kind}."
        if isinstance(part, Tensor) and part.dtype != torch.int64:
            return f"the {name} are of type {part.dtype}; token ids are whole numbers, torch.int64."
    return None


_like = partial(like, form=_is_pair)


def _logits(seed: int) -> tuple:
    """Two rows of which the second ends in padding."""
    source = generator(seed)
    keep_mask = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    logits = torch.randn(2, 6, 11, generator=source)
    return logits, torch.randint(0, 11, (2, 6), generator=source), keep_mask


def _no_padding(seed: int) -> tuple:
    logits, ids, keep_mask = _logits(seed)
    return logits, ids, torch.ones_like(keep_mask)


def _all_alike(seed: int) -> tuple:
    logits, ids, keep_mask = _logits(seed)
    return torch.zeros_like(logits), ids, keep_mask


def _large(seed: int) -> tuple:
    logits, ids, keep_mask = _logits(seed)
    return 300 * logits, ids, keep_mask


def _gradients(seed: int, length: float, step: int = 7, weight_decay: float = 0.1) -> tuple:
    """Two weights in the middle of a training; `length` of their gradients together."""
    source, shapes = generator(seed), ((3, 4), (5,))
    weights, gradients, means, squares = (
        [torch.randn(shape, generator=source) for shape in shapes] for _ in range(4)
    )
    norm = torch.cat([each.flatten() for each in gradients]).norm()
    gradients = [length * each / norm for each in gradients]
    squares = [each.square() for each in squares]
    return weights, gradients, means, squares, step, 0.01, weight_decay


def _first_step(seed: int) -> tuple:
    """Nothing is remembered yet, and nothing decays."""
    weights, gradients, means, _, *rest = _gradients(seed, 3.0, step=1, weight_decay=0.0)
    zeros = [torch.zeros_like(each) for each in means]
    return weights, gradients, zeros, zeros, *rest


def _part(place: int) -> Callable[[Any], Any]:
    """One of the three lists of a step, as one row of numbers."""
    return lambda out: torch.cat([each.flatten() for each in out[place]])


def _is_step(got: Any, want: Any) -> str | None:
    """Are there three lists of tensors, each with the shapes it came with?"""
    if not isinstance(got, tuple) or len(got) != len(want):
        return "the result is not three lists: weights, means, squares."
    for name, ours, theirs in zip(("weights", "means", "squares"), got, want, strict=True):
        if not isinstance(ours, list) or len(ours) != len(theirs):
            return f"the {name} are not a list with a tensor for each weight."
        for mine, other in zip(ours, theirs, strict=True):
            if not isinstance(mine, Tensor) or mine.shape != other.shape:
                return f"the {name} do not have the shapes of the weights."
    return None


def _draws(seed: int) -> tuple:
    """Rows of ordinary ids from 10 to 99, with a special one, 3, at both ends; 5 is the mask."""
    source, shape = generator(seed), (6, 60)
    ids, other = (torch.randint(10, 100, shape, generator=source) for _ in range(2))
    ids[:, 0] = ids[:, -1] = 3
    draw, fate = torch.rand(2, *shape, generator=source)
    draw[:, 0] = 0.0  # a special token that is drawn all the same
    for row, sort in enumerate((0.1, 0.85, 0.95)):  # one of each kind, whatever was drawn
        draw[row, 5], fate[row, 5] = 0.05, sort
    return ids, ids > 9, draw, fate, other, 5


def _pieces(seed: int) -> tuple:
    """A text of 14 tokens with two spans inside it."""
    source = random.Random(seed)
    ids = [source.randint(10, 99) for _ in range(14)]
    start, second = source.randint(1, 4), source.randint(8, 10)
    spans = [(start, start + source.randint(1, 3)), (second, second + source.randint(1, 3))]
    return ids, spans, [200, 201, 202], 1


def _one_span(seed: int) -> tuple:
    ids, spans, *rest = _pieces(seed)
    return ids, spans[:1], *rest


def _span_at_the_end(seed: int) -> tuple:
    ids, spans, *rest = _pieces(seed)
    return ids, [spans[0], (spans[1][0], len(ids))], *rest


def _tags(seed: int) -> tuple:
    """Runs of three tags, some beside each other; the last token belongs to none."""
    source = random.Random(seed)
    tags: list[int] = [0]
    for tag in (1, 2, 0, 3, 0, 1, 0):
        tags += [tag] * source.randint(1, 3)
    return (tags,)


def _tags_to_the_end(seed: int) -> tuple:
    (tags,) = _tags(seed)
    return ([*tags, 2, 2],)


def _no_entity(_seed: int) -> tuple:
    return ([0, 0, 0],)


def _columns(*places: int) -> Callable[[Any], list[tuple[int, ...]]]:
    """Some of the numbers of each entity: 0 the start, 1 the stop, 2 the tag."""
    return lambda found: [tuple(each[place] for place in places) for each in found]


def _text(seed: int) -> tuple:
    source = generator(seed)
    start = int(torch.randint(2, 6, (1,), generator=source))
    stop = start + int(torch.randint(1, 5, (1,), generator=source))
    marks = (100 + torch.randperm(50, generator=source)[:3]).tolist()
    return torch.randint(10, 99, (14,), generator=source), start, stop, tuple(marks)


def _from_the_start(seed: int) -> tuple:
    ids, _, stop, marks = _text(seed)
    return ids, 0, stop, marks


def _to_the_end(seed: int) -> tuple:
    ids, start, _, marks = _text(seed)
    return ids, start, len(ids), marks


def _pair(seed: int) -> tuple:
    source = random.Random(seed)
    return source.uniform(0.3, 0.8), source.randint(8, 30), source.randint(3, 7)


def _one_band(seed: int) -> tuple:
    similarity, _, rows = _pair(seed)
    return similarity, 1, rows


def _one_row(seed: int) -> tuple:
    similarity, bands, _ = _pair(seed)
    return similarity / 4, bands, 1


def _measured(seed: int) -> tuple:
    source = random.Random(seed)
    tokens = source.randint(500, 900)
    return source.uniform(0.5, 3.0), tokens, tokens * source.randint(2, 5)


def _bytes_as_tokens(seed: int) -> tuple:
    loss, tokens, _ = _measured(seed)
    return loss, tokens, tokens


def _by_chance(_seed: int) -> tuple:
    return math.log(256), 400, 400


# --- the exercises ------------------------------------------------------------------------------

EXERCISES = exercise_set(
    "pretraining",
    Exercise(
        id="pretraining.next_token_loss",
        title="The loss of every next token",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            _like("each place predicts the token after it", "the loss", next_token_loss,
                  _no_padding),
            _like("padding counts neither in the sum nor in the number of tokens", "the loss",
                  next_token_loss, _logits),
            _like("with equal logits, every token costs ln V", "the loss", next_token_loss,
                  _all_alike),
            _like("large logits do not overflow", "the loss", next_token_loss, _large),
            untouched(_logits),
        ),
        hints=(
            "The logits at place t are about the token at t + 1: drop the last logits and the "
            "first ids.",
            "`log_softmax(-1)` gives log probabilities; `gather` picks that of the right token.",
            "log_probs = logits[:, :-1].log_softmax(-1)\n"
            "chosen = log_probs.gather(-1, ids[:, 1:, None])[..., 0]\n"
            "return -chosen[keep_mask[:, 1:]].mean()",
        ),
        reference=next_token_loss,
    ),
    Exercise(
        id="pretraining.adamw_step",
        title="One step",
        points=4,
        difficulty=4,
        minutes=20,
        checks=(
            like("gradients shorter than 1 are not clipped", "the list of means", adamw_step,
                 partial(_gradients, length=0.5), _part(1), _is_step),
            like("longer ones are clipped to length 1, all of them together", "the list of means",
                 adamw_step, partial(_gradients, length=6.0), _part(1), _is_step),
            like("the squares are those of the clipped gradients", "the list of squares",
                 adamw_step, partial(_gradients, length=6.0), _part(2), _is_step),
            like("the first step is as long as the later ones", "the list of weights", adamw_step,
                 _first_step, _part(0), _is_step),
            like("a later step, without decay", "the list of weights", adamw_step,
                 partial(_gradients, length=0.5, weight_decay=0.0), _part(0), _is_step),
            like("weights decay by themselves, not through the gradient", "the list of weights",
                 adamw_step, partial(_gradients, length=6.0, weight_decay=0.5), _part(0), _is_step),
            untouched(partial(_gradients, length=3.0)),
        ),
        hints=(
            "The length of all gradients together is the root of the sum of all their squares. "
            "Divide every gradient by it where it is above 1.",
            "Both running means start at 0, so they are too small at first: divide them by "
            "1 - .9^step and 1 - .95^step, in the update alone, and hand on what is not divided.",
            "norm = sum(g.square().sum() for g in gradients) ** 0.5\n"
            "gradients = [g / max(1.0, float(norm)) for g in gradients]\n"
            "means = [0.9 * m + 0.1 * g for m, g in zip(means, gradients)]\n"
            "squares = [0.95 * s + 0.05 * g**2 for s, g in zip(squares, gradients)]\n"
            "m_hat = [m / (1 - 0.9**step) for m in means]\n"
            "s_hat = [s / (1 - 0.95**step) for s in squares]\n"
            "moved = [w - learning_rate * (weight_decay * w + m / (s.sqrt() + 1e-8))\n"
            "         for w, m, s in zip(weights, m_hat, s_hat)]\n"
            "return moved, means, squares",
        ),
        reference=adamw_step,
    ),
    Exercise(
        id="pretraining.bits_per_byte",
        title="A unit without a tokenizer",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            _like("the bits of the whole text, shared out among its bytes", "the number of bits",
                  bits_per_byte, _measured),
            _like("with one token a byte, only nats become bits", "the number of bits",
                  bits_per_byte, _bytes_as_tokens),
            _like("one token a byte, all 256 values equally likely", "the number of bits",
                  bits_per_byte, _by_chance),
        ),
        hints=(
            "How many nats does the whole text cost?",
            "A nat is 1 / ln 2 bits.",
            "import math\nreturn loss * tokens / math.log(2) / size",
        ),
        reference=bits_per_byte,
    ),
    Exercise(
        id="pretraining.mask_tokens",
        title="Hide 15 % as BERT does",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            _like("an ordinary token that is drawn is its own label, all others are -100",
                  "the tensor of labels", mask_tokens, _draws, lambda out: out[1]),
            _like("fate below .8 puts in the mask", "the set of masks", mask_tokens, _draws,
                  lambda out: out[0] == 5),
            _like("fate from .8 to .9 puts in the other token, from .9 on the token stays",
                  "the tensor of inputs", mask_tokens, _draws, lambda out: out[0]),
            untouched(_draws),
        ),
        hints=(
            "First find the tokens that are chosen: `chosen = ordinary & (draw < 0.15)`.",
            "torch.where(condition, a, b) takes a where the condition holds, and b elsewhere.",
            "chosen = ordinary & (draw < 0.15)\n"
            "inputs = torch.where(chosen & (fate < 0.8), mask_id, ids)\n"
            "inputs = torch.where(chosen & (fate >= 0.8) & (fate < 0.9), other, inputs)\n"
            "return inputs, torch.where(chosen, ids, -100)",
        ),
        reference=mask_tokens,
    ),
    Exercise(
        id="pretraining.corrupt_spans",
        title="Write out what is gone",
        points=4,
        difficulty=4,
        minutes=20,
        checks=(
            _like("the input is what is left, with a sentinel for each span and the end",
                  "the input", corrupt_spans, _pieces, lambda out: out[0]),
            _like("the target is each sentinel followed by its span, then the end",
                  "the target", corrupt_spans, _pieces, lambda out: out[1]),
            _like("one span: no sentinel too many", "the target", corrupt_spans, _one_span,
                  lambda out: out[1]),
            _like("a span at the end of the text", "the input", corrupt_spans, _span_at_the_end,
                  lambda out: out[0]),
            untouched(_pieces),
        ),
        hints=(
            "Walk over the spans and remember where the last one stopped.",
            "For each span: what was kept since the last stop and a sentinel go to the input; the "
            "sentinel and the span go to the target. What follows the last span is still to come.",
            "inputs, targets, place = [], [], 0\n"
            "for sentinel, (start, stop) in zip(sentinels, spans):\n"
            "    inputs += [*ids[place:start], sentinel]\n"
            "    targets += [sentinel, *ids[start:stop]]\n"
            "    place = stop\n"
            "return [*inputs, *ids[place:], end_id], [*targets, end_id]",
        ),
        reference=corrupt_spans,
    ),
    Exercise(
        id="pretraining.predict_spans",
        title="How long are input and target?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_number(place) for place in range(len(PREDICTED))),
        hints=(
            "First the number of corrupted tokens: 15 % of the text.",
            "A span has 3 tokens on average, and each span costs one sentinel in the input "
            "and one in the target.",
            "The input is what was not corrupted, the target what was; add the sentinels and one "
            "end token to each.",
        ),
        reference=span_counts,
        wants="value",
    ),
    Exercise(
        id="pretraining.entities",
        title="From tags to entities",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            _like("where each entity starts, with its tag", "the list of starts and tags",
                  entities, _tags, _columns(0, 2)),
            _like("where each entity stops, one past its last token", "the list of stops", entities,
                  _tags, _columns(1)),
            _like("an entity at the end of the text", "the list of starts", entities,
                  _tags_to_the_end, _columns(0)),
            _like("a text without entities", "the list", entities, _no_entity),
        ),
        hints=(
            "An entity is a run of one tag above 0; `itertools.groupby(tags)` gives the runs.",
            "Keep count of the place: a run of n tokens from place p stops at p + n.",
            "import itertools\n"
            "found, place = [], 0\n"
            "for tag, run in itertools.groupby(tags):\n"
            "    stop = place + len(list(run))\n"
            "    if tag:\n"
            "        found.append((place, stop, tag))\n"
            "    place = stop\n"
            "return found",
        ),
        reference=entities,
    ),
    Exercise(
        id="pretraining.fill_in_the_middle",
        title="A decoder that fills gaps",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            _like("prefix, suffix and middle stand in this order", "the row of inputs",
                  fill_in_the_middle, _text, lambda out: out[0]),
            _like("the loss falls on as many tokens as are missing", "the number of labels",
                  fill_in_the_middle, _text, lambda out: (out[1] != IGNORE).sum()),
            _like("each label stands where the token before it is read", "the row of labels",
                  fill_in_the_middle, _text, lambda out: out[1]),
            _like("a gap at the end leaves an empty suffix", "the row of inputs",
                  fill_in_the_middle, _to_the_end, lambda out: out[0]),
            _like("a gap at the start leaves an empty prefix", "the row of inputs",
                  fill_in_the_middle, _from_the_start, lambda out: out[0]),
            untouched(_text),
        ),
        hints=(
            "Cut the ids into three pieces at start and stop, and write the middle last.",
            "A causal model says the token after the one it reads: so the label at the middle's "
            "mark is the first token of the middle.",
            "prefix, suffix, middle = (torch.tensor([mark]) for mark in marks)\n"
            "gone = ids[start:stop]\n"
            "inputs = torch.cat([prefix, ids[:start], suffix, ids[stop:], middle, gone])\n"
            "labels = torch.full_like(inputs, -100)\n"
            "labels[-len(gone) - 1 : -1] = gone\n"
            "return inputs, labels",
        ),
        reference=fill_in_the_middle,
    ),
    Exercise(
        id="pretraining.candidate_probability",
        title="What hashing lets through",
        points=2,
        difficulty=2,
        minutes=10,
        checks=(
            _like("several bands of several values", "the probability", candidate_probability,
                  _pair),
            _like("one band: all its values must agree", "the probability", candidate_probability,
                  _one_band),
            _like("bands of one value: any agreement is enough", "the probability",
                  candidate_probability, _one_row),
        ),
        hints=(
            "Two signatures agree in one place with a probability equal to the similarity.",
            "A band agrees if all its values do. Start from the chance that no band agrees.",
            "return 1 - (1 - similarity**rows) ** bands",
        ),
        reference=candidate_probability,
    ),
)  # fmt: skip
