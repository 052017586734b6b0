"""What each objective is good for: four tasks that all three models are put to.

Fill in a missing word; tell a rude review from a polite one by a linear probe on frozen states;
continue a text; rewrite a rude sentence politely after a short tuning. Every task has a floor (no
model, or the same model without the evidence) and a ceiling. A task that an architecture cannot do
gives None, with the reason in the lesson. Left out: fine-tuning for classification. Lesson 02.

Shapes: B batch, T time, C channels, V vocabulary. `keep_mask` is true on real tokens.
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
from jaxtyping import Float
from torch import Tensor, nn

from workbook.core.seeding import generator
from workbook.pretraining.data import SEEN, UNSEEN, town_documents
from workbook.pretraining.models import ARCHITECTURES, Corrupter
from workbook.pretraining.objectives import Corrupted, pad_rows, padded
from workbook.town import stream
from workbook.town.random import Source
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

BLANK_SEED, PROBE_SEED = 2021, 2022
EXAMPLES, FEW, DRAWS = 300, 64, 10  # labelled reviews of a probe; of one that has few; how often
VERDICTS = {"tone": {"rude": 1.0, "polite": -1.0}, "sentiment": {"positive": 1.0, "negative": -1.0}}
GROUP = 32  # texts at a time: their logits B T V are what memory goes to
WORD = re.compile(r"(?<= )[A-Za-z]+")


@dataclass(frozen=True)
class Blank:
    """A text with one word taken out; a space stands before it."""

    before: str
    word: str
    after: str


def blanks(count: int, split: str = SEEN) -> list[Blank]:
    """Texts new to every model, each without one word of its second half."""
    return list(islice(_blanks(split), count))


def _blanks(split: str) -> Iterator[Blank]:
    for number, document in enumerate(town_documents(BLANK_SEED, split)):
        text = document.text
        if len(text) > 320:  # with the longest names still less than a row
            continue
        source = Source(f"blank/{split}/{number}")
        found = [match for match in WORD.finditer(text) if match.start() > len(text) / 2]
        if found:
            match = source.choice(found)
            yield Blank(text[: match.start() - 1], match.group(), text[match.end() :])


@torch.no_grad()
def fill_in(
    objective: str,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerFast,
    asked: Sequence[Blank],
) -> list[bool]:
    """For each blank, whether greedy decoding says the whole word.

    The encoder is told how many tokens are missing; the decoder reads only what stands before.
    """
    groups = (asked[i : i + GROUP] for i in range(0, len(asked), GROUP))
    return [right for group in groups for right in _filled(objective, model, tokenizer, group)]


def _filled(objective: str, model: nn.Module, tokenizer, asked: Sequence[Blank]) -> list[bool]:
    """`fill_in` for one batch."""
    tools = Corrupter(objective, torch.zeros(1, 1), tokenizer)
    pairs = [_blank_ids(objective, tools, tokenizer, blank) for blank in asked]
    pad_id = tokenizer.pad_token_id
    batch = padded([pair.inputs for pair in pairs], [pair.labels for pair in pairs], pad_id)
    if objective == "spans":
        starts = [pair.decoder_inputs for pair in pairs]
        batch = batch._replace(decoder_inputs=pad_rows(starts, pad_id))
    said = model(batch.inputs, batch.decoder_inputs, batch.keep_mask).argmax(-1)  # B S
    return ((said == batch.labels) | (batch.labels == IGNORE)).all(1).tolist()


def _blank_ids(objective: str, tools: Corrupter, tokenizer, blank: Blank) -> Corrupted:
    """One blank as the objective would ask it, tensors of one dimension."""
    before, word, after = (
        tokenizer.encode(text, add_special_tokens=False)
        for text in (blank.before, " " + blank.word, blank.after)
    )
    before, after = [tools.start_id, *before], [*after, tools.end_id]
    if objective == "causal":
        inputs = [*before, *word[:-1]]
        labels = [IGNORE] * (len(before) - 1) + word
        return Corrupted(torch.tensor(inputs), torch.tensor(labels))
    if objective == "masked":
        inputs = [*before, *[tools.mask_id] * len(word), *after]
        labels = [IGNORE] * len(before) + word + [IGNORE] * len(after)
        return Corrupted(torch.tensor(inputs), torch.tensor(labels))
    first = tools.sentinels[0]
    inputs = [*before, first, *after]
    starts = [tools.start_id, first, *word[:-1]]
    labels = [IGNORE, *word]
    return Corrupted(torch.tensor(inputs), torch.tensor(labels), torch.tensor(starts))


def commonest_word(asked: Sequence[Blank], documents: int = 500) -> float:
    """The floor of `fill_in`: always say the word that the town's text has most often."""
    texts = (document.text for document in islice(town_documents(0), documents))
    words = Counter(match.group() for text in texts for match in WORD.finditer(text))
    best = words.most_common(1)[0][0]
    return sum(blank.word == best for blank in asked) / len(asked)


@torch.no_grad()
def sentence_states(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]
) -> Tensor:
    """One vector `B C` a text: the mean of the last hidden states of the stack that reads it."""
    start = [tokenizer.bos_token_id]
    rows = [
        torch.tensor(start + tokenizer.encode(text, add_special_tokens=False)) for text in texts
    ]
    groups = (rows[i : i + GROUP] for i in range(0, len(rows), GROUP))
    batches = (padded(group, group, tokenizer.pad_token_id) for group in groups)
    return torch.cat([_mean_states(objective, model, batch) for batch in batches])


def _mean_states(objective: str, model: nn.Module, batch: Corrupted) -> Tensor:
    """The stack's last hidden states are caught on their way out; the mean is over real tokens."""
    stack = model.decoder if ARCHITECTURES[objective] == "decoder" else model.encoder
    seen: list[Tensor] = []
    hook = stack.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    try:
        if objective == "causal":
            model(batch.inputs, keep_mask=batch.keep_mask)
        else:
            model.encode(batch.inputs, batch.keep_mask)
    finally:
        hook.remove()
    keep = batch.keep_mask[..., None]  # B T 1
    return (seen[0] * keep).sum(1) / keep.sum(1)


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


def probe(train: Tensor, labels: Tensor, test: Tensor, penalty: float = 10.0) -> Tensor:
    """+1 or -1 for each test vector, by ridge regression on the training vectors `B C`.

    The vectors are standardised first, so the penalty means the same for every model.
    """
    mean, spread = train.mean(0), train.std(0).clamp(min=1e-6)
    x, y = (train - mean) / spread, (test - mean) / spread
    gram = x.T @ x + penalty * torch.eye(x.shape[1])
    weights = torch.linalg.solve(gram, x.T @ (labels - labels.mean()))
    return (y @ weights + labels.mean()).sign()


def probe_shares(
    objective: str, model: nn.Module, tokenizer: PreTrainedTokenizerFast, about: str = "tone"
) -> dict[str, float]:
    """The share of reviews of unknown places and things that the probe gets right, {"many", "few"}:
    fitted on all EXAMPLES labels, and on FEW of them (the mean over DRAWS)."""
    texts, labels = reviews(EXAMPLES, SEEN, about)
    new_texts, new_labels = reviews(EXAMPLES, UNSEEN, about)
    states, new = (
        sentence_states(objective, model, tokenizer, each) for each in (texts, new_texts)
    )

    def right(chosen: Tensor) -> float:
        said = probe(states[chosen], labels[chosen], new)
        return (said == new_labels).float().mean().item()

    orders = [torch.randperm(EXAMPLES, generator=generator(draw)) for draw in range(DRAWS)]
    few = sum(right(order[:FEW]) for order in orders) / DRAWS
    return {"many": right(torch.arange(EXAMPLES)), "few": few}
