"""What the loop asks of a model, and the models that need no weights.

A model is a function from messages to a `Reply`; adapters for real ones are in `adapters.py`.
`Playback` says what was written before, whatever it sees: it tests the loop and replays a trace.
Left out: a model that reads (`planner.py`). Lesson 16.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from workbook.react.actions import cut_at_stop

Message = Mapping[str, str]  # role ("system", "user", "assistant" or "tool") and content
STOP = ("\nObservation",)  # observations come from tools: a model that goes on is stopped here


class NoReply(ValueError):
    """A model cannot reply. outcome: how this ends a trace, a key of `record.OUTCOMES`."""

    def __init__(self, reason: str, outcome: str = "model") -> None:
        super().__init__(reason)
        self.outcome = outcome


class Reply(NamedTuple):
    """What a model said, and what it cost."""

    text: str
    prompt_tokens: int = 0
    new_tokens: int = 0


class Model(Protocol):
    """Anything that can go on with a chat."""

    def __call__(
        self, messages: Sequence[Message], *, stop: Sequence[str], max_tokens: int
    ) -> Reply: ...


def count_words(text: str) -> int:
    """Return the number of words: what stands in for tokens where there is no tokenizer."""
    return len(text.split())


def word_reply(messages: Sequence[Message], text: str, stop: Sequence[str]) -> Reply:
    """Return a text as a model's reply, cut at its stop sequences, with words as its tokens."""
    text = cut_at_stop(text, list(stop))
    return Reply(text, sum(count_words(one["content"]) for one in messages), count_words(text))


class Playback:
    """A model that says given texts one after another; what it is asked makes no difference.

    Raises ValueError when it is asked for more than it was given.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts, self.said = list(texts), 0

    def __call__(
        self, messages: Sequence[Message], *, stop: Sequence[str] = STOP, max_tokens: int = 0
    ) -> Reply:
        if self.said == len(self.texts):
            raise ValueError(f"this playback has {len(self.texts)} replies, and all were given.")
        self.said += 1
        return word_reply(messages, self.texts[self.said - 1], stop)
