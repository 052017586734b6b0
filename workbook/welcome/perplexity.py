"""Perplexity of each model on new text: chains of rising n, a language model, an entropy bound.

All are counted in the same tokens, so that their figures can be compared. The entropy bound
is what the town's own generator paid for its choices. Perplexity is e to the nats a token. Left
out: what the curve does with more text (lesson 06) and smoothing better than Witten and Bell's.
Lesson 00.

Shapes: T time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from workbook.core.runs import Interval
from workbook.inference import token_log_probs
from workbook.town import mixture
from workbook.welcome.markov import Chain, Mix

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from workbook.town import Document

ORDERS = (1, 2, 3, 4, 5)
MODEL, ENTROPY_BOUND = "the language model", "the town's generator (entropy bound)"
NEW_TEXT = 40_000  # added to a seed: streams that neither chain nor model has read


def documents(count: int, seed: int) -> list[Document]:
    """Documents of every kind about people and places that the town's model has read of."""
    return list(islice(mixture(seed=seed), count))


def token_chain(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[Document], n: int = max(ORDERS)
) -> Chain:
    """A chain over the ids of a tokenizer instead of words."""
    rows = (tokenizer.encode(one.text, add_special_tokens=False) for one in texts)
    return Chain(rows, n, vocabulary=len(tokenizer))


def model_nats(model: PreTrainedModel, ids: list[int], begin: int, end: int) -> float:
    """-ln p of a text and its end token under a model; `begin` stands before the text.

    A text longer than the model was built for is read in windows, one after the other. An
    encoder-decoder reads the begin token only, and its decoder writes the text.
    """
    import torch

    window = (getattr(model.config, "max_position_embeddings", None) or len(ids) + 2) - 1
    text, total = [*ids, end], 0.0
    for start in range(0, len(text), window):
        row = torch.tensor([[begin, *text[start : start + window]]], device=model.device)  # 1 T
        if not model.config.is_encoder_decoder:
            total -= token_log_probs(model, row, torch.ones_like(row)).sum().item()
            continue
        with torch.inference_mode():  # it moves the labels itself, by one place
            mean = model(input_ids=row[:, :1], labels=row[:, 1:]).loss
        total += mean.item() * (row.shape[1] - 1)
    return total


def perplexities(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    seed: int,
    read: int = 1000,
    new: int = 60,
    mix: Mix | None = None,
) -> dict[str, float]:
    """Perplexity a token on `new` documents: of chains that have read `read` others, of the model,
    and of the generator. The end of a text counts as a token. mix: as for `Chain.nats`."""
    chain = token_chain(tokenizer, documents(read, seed))
    end = tokenizer.eos_token_id or 0
    begin = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else end
    sums, tokens = dict.fromkeys([*map(chain_name, ORDERS), MODEL, ENTROPY_BOUND], 0.0), 0
    for document in documents(new, seed + NEW_TEXT):
        ids = tokenizer.encode(document.text, add_special_tokens=False)
        tokens += len(ids) + 1
        for n in ORDERS:
            sums[chain_name(n)] += chain.nats(ids, n, mix)
        sums[MODEL] += model_nats(model, ids, begin, end)
        sums[ENTROPY_BOUND] += document.nats
    return {name: math.exp(nats / tokens) for name, nats in sums.items()}


def compare(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    seeds: Sequence[int] = (0, 1, 2),
    mix: Mix | None = None,
    **sizes: int,
) -> pandas.DataFrame:
    """Mean perplexity with its 95 % interval over seeds, each with text of its own to read.

    mix: the chains' probabilities, as for `Chain.nats`.
    """
    import pandas as pd

    runs = pd.DataFrame([perplexities(model, tokenizer, seed, mix=mix, **sizes) for seed in seeds])
    intervals = {name: Interval.of_seeds(runs[name]) for name in runs}
    table = pd.DataFrame(intervals, index=["perplexity", "low", "high"]).T
    return table.rename_axis("who")


def chain_name(n: int) -> str:
    """Return the row of the table that a chain of order `n` has."""
    return f"Markov chain, n = {n}"
