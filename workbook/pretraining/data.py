"""From a stream of documents to rows of token ids, and the text this lesson reads.

Two ways. A ribbon: documents stand one behind the other, each between a begin and an end token,
and are cut into rows of one length; nothing is padded, but a row may begin in the middle of a
document (Brown et al. 2020 cut so too). Or a document a row: what a text says twice then stands in
one row, which a model needs that is to learn to look back. Left out: several whole documents in one
row (`workbook.training.packing`). Lesson 02.

Shapes: B batch, T time.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from workbook.town import Document, mixture
from workbook.training.tokenizer import RESERVED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

LENGTH = 128  # tokens of a row
MIXTURE = {"politeness": 0.7, "review": 0.3}  # kinds of document this lesson reads, by number
SENTINELS = RESERVED[3:]  # of span corruption: eight of the tokenizer's spare tokens
SEEN, UNSEEN = "train", "validation"  # whom and how: townspeople and phrasings, known or new


def tokenizer() -> PreTrainedTokenizerFast:
    """The town's own, with or without a GPU: the entropy bound is a bound for the town's text."""
    from workbook.core.hub import load_tokenizer

    return load_tokenizer("bundled:town-lm")


def town_documents(seed: int, split: str = SEEN) -> Iterator[Document]:
    """The text of this lesson, without end."""
    return mixture(MIXTURE, split, seed)


def text_rows(
    texts: Iterable[str], tokenizer: PreTrainedTokenizerFast, count: int, length: int = LENGTH
) -> Int[Tensor, "B T"]:
    """The first `count` rows of `length` tokens; ValueError if the texts end before that."""
    ribbon: list[int] = []
    for text in texts:
        ribbon += document_ids(text, tokenizer)
        if len(ribbon) >= count * length:
            return torch.tensor(ribbon[: count * length]).view(count, length)
    raise ValueError(
        f"the texts fill {len(ribbon) // length} rows of {length} tokens, not {count}: "
        "give more text or ask for fewer rows."
    )


def document_rows(
    documents: Iterable[Document],
    tokenizer: PreTrainedTokenizerFast,
    count: int,
    length: int = LENGTH,
) -> Int[Tensor, "B T"]:
    """The first `count` documents that fit into `length` tokens, one a row, padded on the right."""
    pairs = whole_documents(documents, tokenizer, count, length)
    rows = [torch.tensor(ids) for ids, _ in pairs]
    return pad_sequence(rows, batch_first=True, padding_value=tokenizer.pad_token_id)


def document_ids(text: str, tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """Begin token, the text's tokens, end token."""
    ids = tokenizer.encode(text, add_special_tokens=False)
    return [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]


def whole_documents(
    documents: Iterable[Document],
    tokenizer: PreTrainedTokenizerFast,
    count: int,
    length: int = LENGTH,
) -> list[tuple[list[int], Document]]:
    """The first `count` documents that fit into a row, with their ids."""
    fitting = ((document_ids(each.text, tokenizer), each) for each in documents)
    return list(islice((pair for pair in fitting if len(pair[0]) <= length), count))
