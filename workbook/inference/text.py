"""From text to token ids and back, with the begin and end tokens that a model was trained with.

`text_ids` reads plain text, `chat_ids` a question in the model's chat template, `encode` a batch of
texts. A begin token stands in front exactly once, whatever the tokenizer does by itself. Left out:
what a token is (lesson 01) and what a chat template does (lesson 08).

Shapes: B batch, T time. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from workbook.inference.padding import pad

if TYPE_CHECKING:
    from jaxtyping import Bool, Int
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Chat = Sequence[Mapping[str, str]]  # messages with role and content


def text_ids(tokenizer: PreTrainedTokenizerBase, text: str, two_parts: bool = False) -> list[int]:
    """Return the token ids of a text that a model is to go on from.

    two_parts: for an encoder-decoder, whose encoder reads the text just as the tokenizer writes it.
    A decoder goes on after the last token, so that there only the beginning is the tokenizer's: its
    own begin tokens, or else `bos_token`, in front of which many models were trained though their
    tokenizers leave it out. A text that brings its begin token gets no other.
    """
    bare = list(tokenizer.encode(text, add_special_tokens=False))
    begin = begin_ids(tokenizer)
    brings = bool(begin) and bare[: len(begin)] == begin
    if not two_parts:
        return bare if brings else begin + bare
    ids = list(tokenizer.encode(text, add_special_tokens=True))
    return ids[len(begin) :] if brings and ids[: 2 * len(begin)] == 2 * begin else ids


def begin_ids(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Return the tokens that a text begins with: the tokenizer's own, or else its begin token."""
    letter, whole = (list(tokenizer.encode("a", add_special_tokens=own)) for own in (False, True))
    for start in range(1, len(whole) - len(letter) + 1):
        if whole[start : start + len(letter)] == letter:
            return whole[:start]
    return [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]


def chat_ids(
    tokenizer: PreTrainedTokenizerBase, prompt: str | Chat, two_parts: bool = False
) -> list[int]:
    """Return the token ids of a question (a text) or of a chat, up to where the answer begins.

    A tokenizer without a chat template gives plain text, the messages line by line; an answer then
    begins on a line of its own. two_parts: as in `text_ids`.
    Raises ValueError where the template refuses the chat.
    """
    said = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
    chat = [dict(message) for message in said]
    if not tokenizer.chat_template:
        text = "\n".join(message["content"] for message in chat)
        return text_ids(tokenizer, text if two_parts else f"{text}\n", two_parts)
    from jinja2 import TemplateError

    try:
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=False)
        return cast(list[int], ids)
    except TemplateError as error:
        roles = ", ".join(message["role"] for message in chat)
        raise ValueError(f"the chat template refuses a chat of {roles} ({error}).") from error


def encode(
    tokenizer: PreTrainedTokenizerBase, texts: str | Sequence[str], device: str = "cpu"
) -> tuple[Int[Tensor, "B T"], Bool[Tensor, "B T"]]:
    """Return (ids, keep_mask) of texts, both `B T`, padded on the left: see `text_ids`.

    For an encoder-decoder that is called as a decoder is (`workbook.sampling.families`) each text
    ends with its end token. Raises ValueError if there is no text.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    if not texts:
        raise ValueError("There is no text to encode; give at least one.")
    end = [tokenizer.prompt_end_id] if hasattr(tokenizer, "prompt_end_id") else []
    rows = [text_ids(tokenizer, text, two_parts=bool(end)) for text in texts]
    rows = [row if row[-1:] == end else row + end for row in rows]
    ids, keep_mask = pad(rows, tokenizer.pad_token_id or 0, "left")
    return ids.to(device), keep_mask.to(device)


def decode(
    tokenizer: PreTrainedTokenizerBase, ids: Int[Tensor, "B T"], start: int = 0
) -> list[str]:
    """Return the texts of a batch `B T` from position `start` on, without special tokens."""
    return [str(tokenizer.decode(row[start:], skip_special_tokens=True)) for row in ids.tolist()]


def check_vocabulary(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Raise ValueError, in one sentence, where a tokenizer has more ids than the model has rows."""
    check_ids(model, tokenizer.get_vocab().values())


def check_ids(model: PreTrainedModel, ids: Iterable[int]) -> None:
    """Raise ValueError, in one sentence, where the model has no row for a token id."""
    rows = len(cast("Tensor", model.get_input_embeddings().weight))
    largest = max(ids, default=0)
    if largest >= rows:
        raise ValueError(
            f"the tokenizer's ids go up to {largest:,}, but the model has rows for {rows:,} ids "
            "only: take the tokenizer that was saved with the model."
        )
