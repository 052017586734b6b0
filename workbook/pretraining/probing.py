"""What each objective is good for: the two tasks of reading that all three models are put to.

Fill in a missing word, whose clue stands before the gap or behind it; tell two kinds of text apart
by a linear probe on frozen states. Both have a mark that needs no model: the commonest word, and
the same probe on counted tokens. `tasks.py` has the tasks of writing. Left out: fine-tuning for
classification. Lesson 02.

Shapes: B batch, T time, C channels, N test vectors, V vocabulary. `keep_mask` is true on real
tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from workbook.core.runs.seeding import generator
from workbook.pretraining.data import SEEN, UNSEEN, town_documents
from workbook.pretraining.entropy_bound import as_logits_fn
from workbook.pretraining.models import ObjectiveBatches, to_model_device
from workbook.pretraining.objectives import ObjectiveBatch, collate
from workbook.town import stream
from workbook.town.choices import ChoiceSource
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

BLANK_SEED, PROBE_SEED = 2021, 2022
HALVES = ("early", "late")  # where a blank is
SIZES = {1: "1 token", 2: "2 tokens", 3: "3 tokens or more"}  # of a missing word
MANY = max(SIZES)
EXAMPLES, FEW, DRAWS = 300, 64, 10  # labelled reviews of a probe; of one that has few; how often
VERDICTS = {"tone": {"rude": 1.0, "polite": -1.0}, "sentiment": {"positive": 1.0, "negative": -1.0}}
GROUP = 32  # texts at a time: their logits B T V are what memory goes to
WORD = re.compile(r"(?<= )[A-Za-z]{4,}")  # of four letters or more: not "the" and "it"


@dataclass(frozen=True)
class Blank:
    """A text with one word taken out; a space stands before it."""

    before: str
    word: str
    after: str


def blanks(count: int, half: str, split: str = SEEN) -> list[Blank]:
    """Texts new to every model, each without one word that it has twice, once in either half.

    half: "early", the first is hidden and stands once more behind the gap; or "late", the second
    is hidden and stands before the gap. The texts and words are the same: only the clue moves.
    """
    if half not in HALVES:
        raise ValueError(f"no half is called {half!r}; there are {', '.join(HALVES)}.")
    return list(islice(_blanks(HALVES.index(half), split), count))


def _blanks(place: int, split: str) -> Iterator[Blank]:
    for number, document in enumerate(town_documents(BLANK_SEED, split)):
        text, source = document.text, ChoiceSource(f"blank/{split}/{number}")
        if len(text) > 320:  # with the longest names still less than a row
            continue
        twice = _twice(text)
        if twice:
            match = source.choice(twice)[place]
            yield Blank(text[: match.start() - 1], match.group(), text[match.end() :])


def _twice(text: str) -> list[tuple[re.Match[str], re.Match[str]]]:
    """Both places of each word that stands twice, once in either half, a space before it."""
    places: dict[str, list[re.Match[str]]] = {}
    for match in WORD.finditer(text):
        places.setdefault(match.group(), []).append(match)
    counts = Counter(re.findall("[A-Za-z]+", text))
    return [
        (found[0], found[1])
        for word, found in places.items()
        if counts[word] == len(found) == 2 and found[0].end() < len(text) / 2 < found[1].start()
    ]


@torch.no_grad()
def fill_in(
    objective: str,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    asked: Sequence[Blank],
) -> list[bool]:
    """For each blank, whether greedy decoding says the whole word, token by token from the left.

    The encoder is told how many tokens are missing, and each token that it has filled in stands in
    the text when it is asked for the next; the decoder reads only what stands before.
    """
    groups = (asked[i : i + GROUP] for i in range(0, len(asked), GROUP))
    return [right for group in groups for right in _filled(objective, model, tokenizer, group)]


def _filled(objective: str, model: nn.Module, tokenizer, asked: Sequence[Blank]) -> list[bool]:
    """`fill_in` for one batch."""
    tools = ObjectiveBatches(objective, torch.zeros(1, 1), tokenizer)
    questions = [_questions(tools, tokenizer, blank) for blank in asked]
    batch = tools.collate([row for rows in questions for row in rows])
    there = to_model_device(model, batch)
    others = {"decoder_ids": there.decoder_inputs, "keep_mask": there.keep_mask}
    predicted = as_logits_fn(model)(there.inputs, **others).argmax(-1).cpu()  # B S
    right = iter(((predicted == batch.labels) | (batch.labels == IGNORE)).all(1).tolist())
    return [all(list(islice(right, len(rows)))) for rows in questions]


def _questions(tools: ObjectiveBatches, tokenizer, blank: Blank) -> list[ObjectiveBatch]:
    """One blank as the objective would ask it, tensors of one dimension.

    The encoder is asked once for each token, with those before it filled in: as long as all were
    right, that is what it reads when it fills from left to right.
    """
    before, word, after = (
        tokenizer.encode(text, add_special_tokens=False)
        for text in (blank.before, " " + blank.word, blank.after)
    )
    before, after = [tools.start_id, *before], [*after, tools.end_id]
    if tools.objective != "masked":
        return [tools.single_gap(before, word, after)]
    rows = []
    for place in range(len(word)):
        row = tools.single_gap(before + word[:place], word[place:], after)
        row.labels[len(before) + place + 1 :] = IGNORE
        rows.append(row)
    return rows


def word_sizes(tokenizer: PreTrainedTokenizerFast, asked: Sequence[Blank]) -> list[int]:
    """How many tokens each missing word has."""
    return [len(tokenizer.encode(f" {each.word}", add_special_tokens=False)) for each in asked]


def filled_by_size(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast, count: int
) -> dict[str, dict[str, float]]:
    """Half -> {tokens of the word: share right} over `count` blanks; the longest words together."""
    found = {}
    for half in HALVES:
        asked = blanks(count, half)
        right = fill_in(objective, model, tokenizer, asked)
        sizes = [min(size, MANY) for size in word_sizes(tokenizer, asked)]
        pairs = list(zip(sizes, right, strict=True))
        found[half] = {
            SIZES[size]: sum(r for s, r in pairs if s == size) / sizes.count(size)
            for size in sorted(set(sizes))
        }
    return found


def commonest_word(asked: Sequence[Blank], documents: int = 500) -> float:
    """The baseline of `fill_in`: always say the word that the town's text has most often."""
    texts = (document.text for document in islice(town_documents(0), documents))
    words = Counter(match.group() for text in texts for match in WORD.finditer(text))
    best = words.most_common(1)[0][0]
    return sum(blank.word == best for blank in asked) / len(asked)


@torch.no_grad()
def sentence_states(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]
) -> Float[Tensor, "B C"]:
    """Return one vector a text: the mean of the last hidden states of the stack that reads it."""
    start = [tokenizer.bos_token_id]
    rows = [
        torch.tensor(start + tokenizer.encode(text, add_special_tokens=False)) for text in texts
    ]
    groups = (rows[i : i + GROUP] for i in range(0, len(rows), GROUP))
    pad_id = tokenizer.pad_token_id
    batches = (collate([ObjectiveBatch(row, row) for row in group], pad_id) for group in groups)
    states = [_mean_states(objective, model, to_model_device(model, batch)) for batch in batches]
    return torch.cat(states).float().cpu()


def _mean_states(objective: str, model: nn.Module, batch: ObjectiveBatch) -> Tensor:
    """The mean over a text's real tokens."""
    states = hidden_states(objective, model, batch.inputs, batch.keep_mask)
    keep = batch.keep_mask[..., None]  # B T 1
    return (states * keep).sum(1) / keep.sum(1)


def hidden_states(
    objective: str,
    model: nn.Module,
    ids: Int[Tensor, "B T"],
    keep_mask: Bool[Tensor, "B T"] | None = None,
) -> Float[Tensor, "B T C"]:
    """Return the last hidden states of the stack that reads the ids.

    They are caught on their way out of the stack, before the output layer.
    """
    if objective != "causal":
        return model.encode(ids, keep_mask)
    seen: list[Tensor] = []
    hook = model.decoder.register_forward_hook(lambda _module, _inputs, out: seen.append(out))
    try:
        model(ids, keep_mask=keep_mask)
    finally:
        hook.remove()
    return seen[0]


def reviews(
    count: int, split: str = SEEN, about: str = "tone"
) -> tuple[list[str], Float[Tensor, " B"]]:
    """Reviews without their stars, and +1 or -1 for each: rude or polite, positive or negative.

    about: a key of VERDICTS; reviews with another verdict ("mixed") are left out.
    """
    verdicts = VERDICTS[about]
    found = (each for each in stream("review", split, PROBE_SEED))
    clear = list(islice((each for each in found if each.fields[about] in verdicts), count))
    texts = [each.text.rpartition("\n")[0] for each in clear]
    return texts, torch.tensor([verdicts[each.fields[about]] for each in clear])


def orders(count: int, split: str = SEEN) -> tuple[list[str], Float[Tensor, " B"]]:
    """`count` texts of the same words in two orders: +1 where the rude remark stands under "Rude",
    -1 where it has changed places with its polite version. No count of tokens tells them apart."""
    texts: list[str] = []
    for each in islice(stream("politeness", split, PROBE_SEED), count // 2):
        rude, polite = each.fields["rude"], each.fields["polite"]
        texts += [f"Rude: {rude}\nPolite: {polite}", f"Rude: {polite}\nPolite: {rude}"]
    return texts, torch.tensor([1.0, -1.0]).repeat(count // 2)


def question(about: str, split: str) -> tuple[list[str], Float[Tensor, " B"]]:
    """EXAMPLES texts and labels of a probe: about "tone", "sentiment" or "order"."""
    return orders(EXAMPLES, split) if about == "order" else reviews(EXAMPLES, split, about)


def token_counts(texts: Sequence[str], tokenizer: PreTrainedTokenizerFast) -> Float[Tensor, "B V"]:
    """How often each token stands in each text: what a model reads, without model or order."""
    rows = [torch.tensor(tokenizer.encode(text, add_special_tokens=False)) for text in texts]
    return torch.stack([torch.bincount(row, minlength=len(tokenizer)) for row in rows]).float()


def probe(
    train: Float[Tensor, "B C"],
    labels: Float[Tensor, " B"],
    test: Float[Tensor, "N C"],
    penalty: float = 10.0,
) -> Float[Tensor, " N"]:
    """Predict +1 or -1 for each test vector, by ridge regression on the training vectors.

    labels: +1 or -1 for each training vector. The vectors are standardised first, so the penalty
    means the same for every model.
    """
    mean, spread = train.mean(0), train.std(0).clamp(min=1e-6)
    x, y = (train - mean) / spread, (test - mean) / spread
    gram = x.T @ x + penalty * torch.eye(x.shape[1])
    weights = torch.linalg.solve(gram, x.T @ (labels - labels.mean()))
    return torch.where(y @ weights + labels.mean() >= 0, 1.0, -1.0)


def probe_shares(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast, about: str = "tone"
) -> dict[str, float]:
    """The share of texts about unknown people and things that a probe of the model's states gets
    right, {"many", "few"}: fitted on EXAMPLES labels, and on FEW of them (mean over DRAWS)."""
    (texts, labels), (new_texts, new_labels) = (question(about, s) for s in (SEEN, UNSEEN))
    states, new = (
        sentence_states(objective, model, tokenizer, each) for each in (texts, new_texts)
    )
    return _shares(states, labels, new, new_labels)


def counted_shares(tokenizer: PreTrainedTokenizerFast, about: str = "tone") -> dict[str, float]:
    """`probe_shares` of counted tokens instead of a model's states: no model is needed for it."""
    (texts, labels), (new_texts, new_labels) = (question(about, s) for s in (SEEN, UNSEEN))
    states, new = (token_counts(each, tokenizer) for each in (texts, new_texts))
    met = states.any(0)  # a token that no example has tells a probe nothing
    return _shares(states[:, met], labels, new[:, met], new_labels)


def _shares(states: Tensor, labels: Tensor, new: Tensor, new_labels: Tensor) -> dict[str, float]:
    def right(chosen: Tensor) -> float:
        said = probe(states[chosen], labels[chosen], new)
        return (said == new_labels).float().mean().item()

    draws = [torch.randperm(EXAMPLES, generator=generator(draw)) for draw in range(DRAWS)]
    few = sum(right(order[:FEW]) for order in draws) / DRAWS
    return {"many": right(torch.arange(EXAMPLES)), "few": few}
