"""A customer's message, a clerk's note, and the reply or a summary: the answer may turn rude.

Half of the customers are rude. About a third of the answers to them are rude too, and no answer to
anybody else is, so a model tuned on these texts has a habit that training can take away.
The fact from the note is right in both tones. Lessons on preferences and reinforcement use it.
"""

from typing import NamedTuple

from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.customers import tone_phrases as say
from workbook.town.texts.customers.customer_phrases import Topic
from workbook.town.texts.customers.customers import (
    ALL_TOPICS,
    customer_name,
    desk_of,
    topic_slots,
    with_another,
)
from workbook.town.texts.politeness.politeness import rude_slots
from workbook.town.texts.politeness.politeness_phrases import RUDE_NOUNS
from workbook.town.texts.slots import Slots
from workbook.town.writer import Document, Writer, upper

TASKS = ("reply", "summary")
MIRRORED = 0.35  # share of the answers to rude customers that are rude themselves
OAFS = tuple(f"{noun}s" for noun in RUDE_NOUNS)


class Letter(NamedTuple):
    """A message, the note beside it, and what was written in answer."""

    message: str
    note: str
    answer: str
    desk: str
    fields: dict[str, object]


def tone(writer: Writer, rude: bool | None = None, task: str | None = None) -> Document:
    """Write a message with a note, and the reply or the summary, as three labelled lines.

    Fields: rude, mirrored, task, topic, message, note, answer, value (the fact in the answer).
    Raises ValueError for an unknown task.
    """
    letter = _letter(writer, rude, task)
    label = upper(letter.fields["task"])
    text = f"Message: {letter.message}\nNote: {letter.note}\n{label}: {letter.answer}"
    return writer.document("tone", text, answer=letter.answer, **letter.fields)


def tone_chat(writer: Writer, rude: bool | None = None, task: str | None = None) -> Document:
    """Ask for the reply or the summary in a chat. Options, fields and errors as in `tone`."""
    letter = _letter(writer, rude, task)
    requests = say.REPLY_REQUESTS if letter.fields["task"] == "reply" else say.SUMMARY_REQUESTS
    request = writer.say(requests, message=letter.message, note=letter.note, desk=letter.desk)
    messages = exchange((request, letter.answer))
    return chat_document(writer, "tone", messages, **letter.fields)


def _letter(writer: Writer, rude: bool | None, task: str | None) -> Letter:
    """Draw everything, in the order in which it is read: message, note, answer."""
    if task not in (None, *TASKS):
        raise ValueError(f"no task {task!r}; choose one of {', '.join(TASKS)}")
    source = writer.source
    topic = writer.pick(ALL_TOPICS)
    slots = rude_slots(topic_slots(writer, topic))
    slots.set(oafs=lambda: writer.pick(OAFS))
    rude = source.chance(0.5) if rude is None else rude
    slots.set(ask=slots.say(topic.ask))
    message = slots.say(say.RUDE_MESSAGES if rude else say.POLITE_MESSAGES)
    name = customer_name(writer, slots.value(topic.slot)) if source.chance(0.6) else ""
    if name:
        message = writer.say(say.SIGNED, message=message, name=name)
    clause = slots.say(topic.note)
    note = with_another(writer, topic, slots, clause)
    task = source.weighted(TASKS, (3, 2)) if task is None else task
    mirrored = bool(rude) and source.chance(MIRRORED)
    slots.set(desk=desk_of(topic, slots), note=clause)
    write = _reply if task == "reply" else _summary
    answer = write(topic, slots, name, mirrored)
    fields = {
        "rude": bool(rude), "mirrored": mirrored, "task": task, "topic": topic.name,
        "message": message, "note": note, "value": slots.value(topic.slot),
    }  # fmt: skip
    return Letter(message, note, answer, slots.value("desk"), fields)


def _reply(topic: Topic, slots: Slots, name: str, rude: bool) -> str:
    fact = slots.say(topic.fact)
    slots.set(fact=fact, Fact=upper(fact), desk_upper=upper(slots.value("desk")))
    slots.set(to_name=f", {name.split()[0]}" if name else "")
    return slots.say(say.RUDE_REPLIES if rude else say.POLITE_REPLIES)


def _summary(topic: Topic, slots: Slots, name: str, rude: bool) -> str:
    who = name or "a customer"
    frame = Slots(slots.writer, **slots.values)  # {who} may be a slot of the topic as well
    frame.set(
        who=who,
        Who=upper(who),
        asks=lambda: slots.writer.pick(say.ASKS),
        want=lambda: slots.say(topic.want),
    )
    return upper(frame.say(say.RUDE_SUMMARIES if rude else say.POLITE_SUMMARIES))
