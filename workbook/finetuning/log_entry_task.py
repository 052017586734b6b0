"""The new task of lesson 08: a conversation as an entry of the harbour's log book.

The harbour office wants three lines of every talk: who was present, who else was named, and where
it is to be. They are computed from what the town wrote, so an answer is right or wrong line by
line. No bundled model has seen the task, but all of them have read such talks. Left out: what was
agreed, which is what a summary is for.
"""

from __future__ import annotations

from workbook.town.texts.dialogues.dialogues import dialogue
from workbook.town.writer import Document, Phrases, Writer

NOBODY = "none"
REQUESTS = Phrases(  # the last but one is for validation, the last for the test split
    "Enter this conversation in the log book.\n{dialogue}",
    "{dialogue}\n\nLog book entry, please.",
    "Write the harbour office's log entry for this talk.\n{dialogue}",
    "Make an entry in the log of the harbour.\n{dialogue}",
    "Conversation:\n{dialogue}\n\nThe entry for the log book:",
    "For the log book of the harbour office:\n{dialogue}",
    "Please log this conversation.\n\n{dialogue}",
    "How would the harbour office log this talk?\n{dialogue}",
)


def log_entry(talk: Document) -> str:
    """The entry of a dialogue of the town, in three lines: "Present: Ada, Bo", "Named: ..." ...

    Named and Place are the people and the places of its summary, in the order of the talk.
    """
    spoken = talk.fields["dialogue"]
    present = list(dict.fromkeys(turn.partition(":")[0] for turn in spoken.splitlines()))
    others = sorted({name for name in talk.fields["names"] if name not in present}, key=spoken.find)
    named = [name for name in others if " " not in name]  # a place's name has at least two words
    places = [name for name in others if " " in name]
    lines = {"Present": present, "Named": named, "Place": places}
    return "\n".join(f"{field}: {', '.join(who) or NOBODY}" for field, who in lines.items())


def log_chat(writer: Writer) -> list[dict[str, str]]:
    """A talk to be logged and its entry, as messages of a chat."""
    talk = dialogue(writer)
    request = writer.say(REQUESTS, dialogue=talk.fields["dialogue"])
    return [
        {"role": "user", "content": request},
        {"role": "assistant", "content": log_entry(talk)},
    ]
