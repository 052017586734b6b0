"""From a stream of documents to rows of token ids, and the text this lesson reads.

Documents stand one behind the other, each between a begin and an end token, and the long ribbon
is cut into rows of one length: nothing is padded and nothing thrown away, but a row may begin in
the middle of a document (Brown et al. 2020 cut so too). `workbook.training.packing` is the other
way, which keeps documents whole. Lesson 02.

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

from workbook.town import Document, mixture
from workbook.training.tokenizer import RESERVED

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

LENGTH = 128  # tokens of a row
MIXTURE = {"review": 0.6, "politeness": 0.4}  # kinds of document this lesson reads, by number
SENTINELS = RESERVED[3:]  # of span corruption: eight of the tokenizer's spare tokens
SEEN, UNSEEN = "train", "validation"  # whom and how: townspeople and phrasings, known or new


def tokenizer() -> PreTrainedTokenizerFast:
    """The town's own, with or without a GPU: the entropy floor is a floor for the town's text."""
    from workbook.core.hub import load_tokenizer

    return load_tokenizer("bundled:town-lm")


def town_documents(seed: int, split: str = SEEN) -> Iterator[Document]:
    """The text of this lesson, for ever."""
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
