"""Chats of several turns under a system line: facts to keep in mind and a rule of form to keep.

All that is asked was said before, by the system line or by the user, or the answer is that the
assistant does not know. `keeps` checks an answer against a rule. Leaves out tools and long answers.
The rules of form are in `turn_rules.py`, what the chats are about in `turn_things.py`. The lessons
on chat templates, system prompts and reward functions use these chats.
"""

from workbook.town.texts.chat import chat_document
from workbook.town.texts.turns import turn_phrases as say
from workbook.town.texts.turns.turn_rules import (
    CONSTRAINTS,
    check_kind,
    keeps,
)
from workbook.town.texts.turns.turn_talk import Talk
from workbook.town.writer import Document, Writer

__all__ = ["CONSTRAINTS", "keeps", "turns", "turns_chat"]

LABELS = {"system": "System", "user": "User", "assistant": "Assistant"}


def turns(writer: Writer, system: bool | None = None, constraint: str | None = None) -> Document:
    """Write a chat of 2 to 6 user turns as a script, one labelled line for each message.

    system: with a system line or without. constraint: one of `CONSTRAINTS`, stated in that line.
    Fields: constraint (with its word, or None), system (str or None), facts (subject, trait, value;
    a later one replaces an earlier one), values (what each answer must contain, or None), turns
    (pairs of user and assistant), answer. Raises ValueError for an unknown constraint, and for a
    constraint without a system line.
    """
    talk = _play(writer, system, constraint)
    script = "\n".join(f"{LABELS[m['role']]}: {m['content']}" for m in talk.messages())
    return writer.document("turns", script, answer=talk.turns[-1][1], **talk.fields())


def turns_chat(
    writer: Writer, system: bool | None = None, constraint: str | None = None
) -> Document:
    """Write the same as a chat with roles. Options, fields and errors as in `turns`."""
    talk = _play(writer, system, constraint)
    return chat_document(writer, "turns", talk.messages(), **talk.fields())


def _play(writer: Writer, system: bool | None, constraint: str | None) -> Talk:
    """Draw the system line, then the turns: an opening, questions, perhaps thanks."""
    source = writer.source
    if constraint is not None:
        check_kind(constraint)
        if system is False:
            raise ValueError("a constraint stands in the system line: leave system at None or True")
    if system is None:
        system = constraint is not None or source.chance(0.8)
    if system and constraint is None and source.chance(0.75):
        constraint = source.choice(CONSTRAINTS)
    talk = Talk(writer, constraint)
    if system:
        talk.introduce()
    count = source.weighted((2, 3, 4, 5, 6), (1, 2, 3, 4, 4) if system else (0, 0, 1, 1, 1))
    talk.begin()
    thanks = count > 2 and source.chance(0.35)
    for left in range(count - 1 - thanks, 0, -1):
        talk.go_on(must_ask=left == 1 and not any(talk.values))
    if thanks:
        talk.add(writer.say(say.THANKS), writer.say(say.THANKS_ANSWERS), "Welcome")
    return talk
