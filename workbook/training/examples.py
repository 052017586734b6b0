"""Token ids and labels for the town's models: raw documents, and chats with the prompt masked.

Both kinds are numbered streams, so that a killed run can go on where it was. Packing them into
rows is the business of `packing.py`. Lesson 02 reads the first kind, lesson 08 the second.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from workbook.town import RAW_MIXTURE, mixture, stream
from workbook.training.packing import IGNORE, Example
from workbook.training.tokenizer import ASSISTANT

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

Examples = Callable[[int], Iterator[Example]]  # from number `start` on, the same every time


def raw_examples(tokenizer: "PreTrainedTokenizerFast", seed: int) -> Examples:
    """Examples for pretraining: begin, a document, end; loss on all but the begin token."""

    def examples(start: int) -> Iterator[Example]:
        for document in mixture(RAW_MIXTURE, "train", seed, start):
            ids = tokenizer.encode(document.text, add_special_tokens=False)
            yield Example(
                [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id],
                [IGNORE, *ids, tokenizer.eos_token_id],
            )

    return examples


def chat_examples(tokenizer: "PreTrainedTokenizerFast", seed: int) -> Examples:
    """Examples for instruction tuning: loss on the assistant's words and the end token only."""

    def examples(start: int) -> Iterator[Example]:
        for document in stream("instruction", "train", seed, start):
            yield mask_prompt(tokenizer, document.text)

    return examples


def mask_prompt(tokenizer: "PreTrainedTokenizerFast", text: str) -> Example:
    """Token ids of a rendered chat; labels only from each "assistant" line to its end token."""
    ids = [tokenizer.bos_token_id, *tokenizer.encode(text, add_special_tokens=False)]
    assistant = tokenizer.convert_tokens_to_ids(ASSISTANT)
    labels, speaking, newline = [], False, False
    for token in ids:
        labels.append(token if speaking and not newline else IGNORE)
        if newline:
            newline = False
        elif token == assistant:
            speaking = newline = True
        elif token == tokenizer.eos_token_id:
            speaking = False
    return Example(ids, labels)
