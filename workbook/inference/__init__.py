"""Inference: put a question to any model, and ask it how likely a text is.

`chat_ids` and `encode` turn a question into token ids, `complete` has it answered,
`token_log_probs` scores given tokens, `pad` makes a batch of rows, `answer_cache` keeps answers on
the disk. Left out: our own loops over tokens, which lesson 03 builds (`workbook.sampling`).
Importing this loads neither torch nor transformers.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.inference.completion import (
        Completion,
        complete,
        complete_ids,
        end_ids,
        listen_for,
    )
    from workbook.inference.padding import pad, positions
    from workbook.inference.scoring import first_position, padded_logits, token_log_probs
    from workbook.inference.text import chat_ids, check_vocabulary, decode, encode, text_ids

__all__ = [
    "Completion", "chat_ids", "check_vocabulary", "complete", "complete_ids", "decode", "encode",
    "end_ids", "first_position", "listen_for", "pad", "padded_logits", "positions",
    "text_ids", "token_log_probs",
]  # fmt: skip

load_when_used(__name__)
