"""A tagging head on a pretrained model: which tokens of a review name a person, place, thing?

Named-entity recognition, the encoder's own trade (Devlin et al., 2018, section 5.3): a linear layer
on the hidden state of each token, tuned together with the model on a few labelled reviews by the
loss and the loop that pretrained it. The labels come from the generator's facts, so they are
complete. What counts is the F1 of whole entities. Left out: B- and I-tags, as no two entities of
one kind touch in the town's reviews. Lesson 02.

Shapes: B batch, T time, C channels.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from workbook.pretraining.data import LENGTH, SEEN, UNSEEN
from workbook.pretraining.models import to_model_device
from workbook.pretraining.objectives import ObjectiveBatch, collate, objective_loss
from workbook.pretraining.probing import hidden_states
from workbook.town import Document, stream
from workbook.training import FitConfig, fit
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from workbook.attention import Transformer

TAGS = ("other", "person", "place", "product", "event")
BY_RELATION = {  # of a fact -> the tag of its value
    "seller": "place", "place": "place", "street": "place", "maker": "person",
    "organiser": "person",
}  # fmt: skip
SEED = 2024
EXAMPLES, NEW = 120, 100  # reviews with labels; new ones, about unknown people and things
STEPS, BATCH = 60, 8


def entities(review: Document) -> list[tuple[int, int, str]]:
    """Return (start, stop, tag) of every name in a review, in characters, in order."""
    names = {review.fields["subject"]: review.fields["about"], review.fields["author"]: "person"}
    names |= {f.value: BY_RELATION[f.relation] for f in review.facts if f.relation in BY_RELATION}
    return sorted(
        (match.start(), match.end(), tag)
        for name, tag in names.items()
        for match in re.finditer(rf"\b{re.escape(name)}\b", review.text)
    )


def tagged(
    count: int, tokenizer: PreTrainedTokenizerFast, split: str = SEEN
) -> list[ObjectiveBatch]:
    """Return `count` reviews, one row `T` each: ids, and for each the number of its tag in TAGS."""
    return list(islice(_tagged(tokenizer, split), count))


def _tagged(tokenizer: PreTrainedTokenizerFast, split: str) -> Iterator[ObjectiveBatch]:
    for review in stream("review", split, SEED):
        found = tokenizer(review.text, add_special_tokens=False, return_offsets_mapping=True)
        if len(found.input_ids) >= LENGTH:
            continue
        tags = [0] * len(found.input_ids)
        for start, stop, tag in entities(review):
            for place, (first, last) in enumerate(found.offset_mapping):
                if first < stop and last > start:
                    tags[place] = TAGS.index(tag)
        ids = torch.tensor([tokenizer.bos_token_id, *found.input_ids])
        yield ObjectiveBatch(ids, torch.tensor([IGNORE, *tags]))


class Tagger(nn.Module):
    """A model with a new head: a linear layer from each token's hidden state to the tags."""

    def __init__(self, objective: str, model: Transformer) -> None:
        super().__init__()
        self.objective, self.body = objective, model
        self.head = nn.Linear(model.embedding.embedding_dim, len(TAGS))

    def forward(
        self, ids: Tensor, decoder_ids: None = None, keep_mask: Tensor | None = None
    ) -> Tensor:
        """Return logits `B T` x tags."""
        return self.head(hidden_states(self.objective, self.body, ids, keep_mask))


def tuned_tagger(
    objective: str,
    model: Transformer,
    tokenizer: PreTrainedTokenizerFast,
    seed: int = 0,
    examples: int = EXAMPLES,
) -> Tagger:
    """Return a copy of the model with a head, both tuned on labelled reviews."""
    rows = tagged(examples, tokenizer)
    groups = [
        [rows[(i + j) % len(rows)] for j in range(BATCH)] for i in range(0, STEPS * BATCH, BATCH)
    ]
    batches = [collate(group, tokenizer.pad_token_id) for group in groups]
    torch.manual_seed(seed)
    tagger = Tagger(objective, copy.deepcopy(model))
    config = FitConfig(steps=STEPS, learning_rate=3e-3, decay_fraction=0.5, seed=seed)
    fit(tagger, batches, objective_loss, config, progress=False)
    return tagger.eval()


@torch.no_grad()
def predicted_tags(
    tagger: nn.Module, rows: Sequence[ObjectiveBatch], pad_id: int
) -> list[list[int]]:
    """Return the likeliest tag of each token of each row, begin token included."""
    found = []
    for start in range(0, len(rows), 25):
        batch = to_model_device(tagger, collate(rows[start : start + 25], pad_id))
        tags = tagger(batch.inputs, keep_mask=batch.keep_mask).argmax(-1).cpu()
        tags[:, 0] = 0  # the begin token names nothing, and no label says so
        found += [row[keep].tolist() for row, keep in zip(tags, batch.keep_mask.cpu(), strict=True)]
    return found


def spans_of(tags: Sequence[int]) -> set[tuple[int, int, int]]:
    """Return the runs of one tag as (start, stop, tag); "other" and IGNORE are no entities."""
    runs, place = set(), 0
    for tag, run in groupby(tags):
        stop = place + len(list(run))
        if tag > 0:
            runs.add((place, stop, tag))
        place = stop
    return runs


def entity_f1(predicted: Sequence[Sequence[int]], truth: Sequence[Sequence[int]]) -> float:
    """Return the F1 of whole entities: both ends and the tag must be right."""
    pairs = [(spans_of(p), spans_of(t)) for p, t in zip(predicted, truth, strict=True)]
    right = sum(len(p & t) for p, t in pairs)
    return 2 * right / max(1, sum(len(p) + len(t) for p, t in pairs))


def tagging_f1(tagger: nn.Module, tokenizer: PreTrainedTokenizerFast) -> float:
    """Return the F1 on reviews about people and things that no model has met."""
    rows = tagged(NEW, tokenizer, UNSEEN)
    predicted = predicted_tags(tagger, rows, tokenizer.pad_token_id)
    return entity_f1(predicted, [row.labels.tolist() for row in rows])


def dictionary_f1(tokenizer: PreTrainedTokenizerFast) -> float:
    """Return the baseline's F1: each token gets the tag it has most often in the examples."""
    counts: dict[int, Counter[int]] = {}
    for row in tagged(EXAMPLES, tokenizer):
        for token, tag in zip(row.inputs.tolist()[1:], row.labels.tolist()[1:], strict=True):
            counts.setdefault(token, Counter())[tag] += 1
    best = {token: tags.most_common(1)[0][0] for token, tags in counts.items()}
    rows = tagged(NEW, tokenizer, UNSEEN)
    predicted = [[best.get(token, 0) for token in row.inputs.tolist()] for row in rows]
    return entity_f1(predicted, [row.labels.tolist() for row in rows])
