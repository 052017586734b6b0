"""Token ids and labels of a chat in a tokenizer's own template: loss on what the assistant says.

A chat is rendered and tokenized as a whole, so that its ids are those of `apply_chat_template`;
where an answer begins and ends is found by rendering its beginnings. An answer ends with a token
that generation can stop at, or the chat is refused. Left out: the town's own template, which
`examples.mask_prompt` reads faster. Lesson 08.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from workbook.training.packing import IGNORE, Example

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Messages = list[dict[str, str]]
PROBE = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Good day."}]
MARK = "\ufdd0"  # no text has this character


def chat_example(tokenizer: PreTrainedTokenizerBase, messages: Messages) -> Example:
    """Return the ids of `apply_chat_template`; labels on each answer and the token that ends it.

    What a template writes before an answer (the role) and after its end is not learned.
    Raises ValueError where the tokenizer has no template, or one that refuses the chat, rewrites
    earlier turns or ends no answer.
    """
    if not tokenizer.chat_template:
        raise ValueError("this model's tokenizer has no chat template: tune an instruct model.")
    text = _render(tokenizer, messages)
    turns = [turn for turn, message in enumerate(messages) if message["role"] == "assistant"]
    spans = [_answer_span(tokenizer, messages, turn, text) for turn in turns]
    ids, numbers = _tokenize(tokenizer, text, [place for span in spans for place in span])
    labels = [IGNORE] * len(ids)
    for start, stop in zip(numbers[::2], numbers[1::2], strict=True):
        labels[start:stop] = ids[start:stop]
    return Example(ids, labels)


def end_of_turn(tokenizer: PreTrainedTokenizerBase) -> int:
    """Return the id that the template ends an answer with, which generation must stop at.

    Raises ValueError where that is no token of its own: text that only looks like one cannot stop.
    """
    labels = chat_example(tokenizer, PROBE).labels
    end = next(label for label in reversed(labels) if label != IGNORE)
    own = {*tokenizer.all_special_ids, *tokenizer.get_added_vocab().values()}
    if end not in own:
        raise ValueError(
            "this chat template ends an answer with ordinary text, at which generation cannot "
            f"stop: end it with {tokenizer.eos_token!r}, or make its mark a special token."
        )
    return end


def _answer_span(
    tokenizer: PreTrainedTokenizerBase, messages: Messages, turn: int, text: str
) -> tuple[int, int]:
    """Return where the answer of a turn begins and where its end mark stops, in characters."""
    until = messages[: turn + 1]
    answered = text if len(until) == len(messages) else _render(tokenizer, until)
    if not text.startswith(answered):
        raise ValueError("this chat template rewrites earlier turns; give it one-turn chats.")
    start = _answer_start(tokenizer, until, answered)
    content, written = messages[turn]["content"].strip(), answered[start:].strip()
    if not written.removeprefix(content):
        raise ValueError(
            "this chat template writes no end after an answer, so that the model would not learn "
            f"to stop: let it write {tokenizer.eos_token!r} after each."
        )
    return start, len(answered.rstrip())


def _answer_start(tokenizer: PreTrainedTokenizerBase, chat: Messages, answered: str) -> int:
    """Return where the last answer of a chat begins: behind what the template asks for it with.

    Where the template ignores `add_generation_prompt` (or nothing comes before), behind its role.
    """
    before = chat[:-1]
    asked = _render(tokenizer, before, add_generation_prompt=True) if before else ""
    bare = _render(tokenizer, before) if before else ""
    if not answered.startswith(bare):
        raise ValueError("this chat template rewrites earlier turns; give it one-turn chats.")
    if not answered.startswith(asked):
        raise ValueError(
            f"this chat template asks for an answer with {asked.removeprefix(bare)!r}, but writes "
            "something else before one: what is learned would not be what is asked for."
        )
    if asked != bare:
        return len(asked)
    hollow = _render(tokenizer, [*before, {**chat[-1], "content": MARK}])
    header = hollow[len(bare) :].partition(MARK)[0]
    return len(bare) + (len(header) if header.strip() else 0)


def _render(tokenizer: PreTrainedTokenizerBase, messages: Messages, **options: Any) -> str:
    from jinja2 import TemplateError

    try:
        return cast(str, tokenizer.apply_chat_template(messages, tokenize=False, **options))
    except (TemplateError, TypeError, LookupError) as error:
        roles = ", ".join(message["role"] for message in messages)
        raise ValueError(f"the chat template refuses a chat of {roles} ({error}).") from error


def _tokenize(
    tokenizer: PreTrainedTokenizerBase, text: str, places: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Return token ids, and for each place in the text the number of the first token from there on.

    A tokenizer without offsets is asked for the ids of the text up to each place.
    """
    options = {"add_special_tokens": False, "verbose": False}
    if tokenizer.is_fast:
        found = tokenizer(text, return_offsets_mapping=True, **options)
        starts = [start for start, _ in found["offset_mapping"]]
        return found["input_ids"], [bisect_left(starts, place) for place in places]
    ids = tokenizer(text, **options)["input_ids"]
    heads = [tokenizer(text[:place], **options)["input_ids"] for place in places]
    return ids, [_shared(ids, head) for head in heads]


def _shared(one: Sequence[int], two: Sequence[int]) -> int:
    """Return how many ids two lists begin with alike."""
    pairs = enumerate(zip(one, two, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(two)))
