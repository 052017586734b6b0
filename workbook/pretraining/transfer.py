"""A town model goes to the harbour: the same steps from what is known, or from nothing.

`adapt` trains a decoder on a mixture of harbour log and town text and watches both losses, so one
function shows transfer (what the old knowledge saves), domain mix (51 % of BloombergGPT's tokens
were financial, 49 % general) and forgetting (what becomes of the old domain without them). Left
out: the remedies for forgetting, which are lesson 08. Lesson 02.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Int
from torch import Tensor

from workbook.pretraining import data
from workbook.pretraining.entropy_bound import HeldOut, causal_loss_on, held_out
from workbook.pretraining.harbour import harbour_documents
from workbook.pretraining.models import ObjectiveBatches, build, train
from workbook.town.choices import ChoiceSource

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from workbook.attention import Transformer

STEPS, BATCH = 60, 4  # rows of a step
SHARES = (0.0, 0.25, 0.51, 0.75, 1.0)  # of harbour log among the rows
GENTLER = {"learning_rate": 0.005, "muon_learning_rate": 0.015}  # half the peaks of a first run


def mixed_rows(
    share: float, tokenizer: PreTrainedTokenizerFast, count: int, seed: int
) -> Int[Tensor, "B T"]:
    """Return `count` rows, each of one domain, harbour with probability `share`."""
    if not 0 <= share <= 1:
        raise ValueError(f"the harbour's share of the rows is between 0 and 1, not {share}.")
    source = ChoiceSource(f"mix/{share}/{seed}")
    from_harbour = [source.chance(share) for _ in range(count)]
    ribbons = {
        True: _rows(harbour_documents(seed), tokenizer, sum(from_harbour)),
        False: _rows(data.town_documents(seed + 1000), tokenizer, count - sum(from_harbour)),
    }
    return torch.stack([next(ribbons[each]) for each in from_harbour])


def _rows(documents, tokenizer: PreTrainedTokenizerFast, count: int) -> Iterator[Tensor]:
    if count:
        yield from data.text_rows((each.text for each in documents), tokenizer, count)


def judges(tokenizer: PreTrainedTokenizerFast, count: int = 48) -> dict[str, HeldOut]:
    """Documents of both domains that no model has read: harbour with new ships, and town."""
    return {
        "harbour": held_out(harbour_documents(777, "validation"), tokenizer, count),
        "town": held_out(data.town_documents(777), tokenizer, count),
    }


def adapt(
    model: Transformer | None,
    share: float,
    tokenizer: PreTrainedTokenizerFast,
    seed: int,
    texts: dict[str, HeldOut],
    steps: int = STEPS,
    progress: bool = True,
) -> dict[str, Any]:
    """Both losses at milestones, while a copy of `model` (None: a new one) reads the mixture.

    Returns {"steps": [...], "harbour": [...], "town": [...]}, nats a token, from step 0 on.
    """
    learner = build("causal", tokenizer, seed) if model is None else copy.deepcopy(model)
    settings = {} if model is None else GENTLER
    rows = mixed_rows(share, tokenizer, steps * BATCH, seed)
    run = train(
        "causal", rows, tokenizer, steps, seed=seed, model=learner, progress=progress,
        watched={name: partial(causal_loss_on, texts=each) for name, each in texts.items()},
        batches=ObjectiveBatches("causal", rows, tokenizer, BATCH, seed), **settings,
    )  # fmt: skip
    return {"steps": run.steps, **run.seen}
