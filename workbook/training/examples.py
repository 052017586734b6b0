"""Token ids and labels: of a raw document, and of a chat of the town with the prompt masked.

Packing them into rows is the business of `packing.py`. Lesson 02 reads the first kind, lesson 08
the second.
"""

from typing import TYPE_CHECKING

from workbook.training.packing import IGNORE, Example
from workbook.training.tokenizer import ASSISTANT

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def raw_example(tokenizer: "PreTrainedTokenizerBase", text: str) -> Example:
    """Return a document for pretraining: begin, the text, end; loss on all but the begin token.

    A tokenizer without a begin token of its own (in GPT-2's it is the end token) writes none.
    """
    ids = [*tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id]
    if tokenizer.bos_token_id in (None, tokenizer.eos_token_id):
        return Example(ids, ids)
    return Example([tokenizer.bos_token_id, *ids], [IGNORE, *ids])


def mask_prompt(tokenizer: "PreTrainedTokenizerBase", text: str) -> Example:
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
