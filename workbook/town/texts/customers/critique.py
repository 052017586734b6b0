"""A request, an answer, a rule for answers: what the rule says against it, and a revised answer.

In three cases of four the first answer breaks the rule, and the critique quotes the place; else
the critique says that the rule is kept, and the revision is the same answer. The revision keeps
the fact that was asked for. The lesson on constitutional training uses these texts.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.customers import critique_frame_phrases as say
from workbook.town.texts.customers import tone_phrases as tones
from workbook.town.texts.customers.critique_phrases import PRINCIPLES
from workbook.town.texts.customers.customer_phrases import Topic
from workbook.town.texts.customers.customers import (
    ALL_TOPICS,
    customer_name,
    desk_of,
    topic_slots,
    with_another,
)
from workbook.town.texts.politeness.politeness import RUDE_WORDS, rude_slots
from workbook.town.texts.slots import Slots
from workbook.town.writer import Document, Writer, upper

PARTS = ("critique", "revision", "both")
BROKEN = 0.75  # share of first answers that break the rule
COUNTS = {3: "three", 4: "four", 5: "five"}


class CritiqueCase(NamedTuple):
    """One request with everything that is written about it."""

    request: str
    note: str
    first: str
    rule: str
    critique: str
    revision: str
    fields: dict[str, object]

    def lines(self) -> dict[str, str]:
        """The parts as slots for a request of the chat."""
        return {
            "request": self.request, "note": self.note, "answer": self.first, "rule": self.rule,
        }  # fmt: skip


def critique(
    writer: Writer,
    principle: str | None = None,
    broken: bool | None = None,
    part: str | None = None,
) -> Document:
    """Write a case as labelled lines: Request, Note, Answer, Rule, Critique, Revision.

    principle: one of `PRINCIPLES`. broken: whether the first answer breaks it. part: "critique"
    or "revision" writes only that of the last two lines; None means "both".
    Fields: principle, broken, quote, rule, request, note, first, critique, revision, value, topic,
    part, answer (the last line). Raises ValueError for an unknown principle or part.
    """
    part = _known_part(part or "both")
    case = _case(writer, principle, broken)
    lines = {
        "Request": case.request, "Note": case.note, "Answer": case.first, "Rule": case.rule,
    }  # fmt: skip
    if part != "revision":
        lines["Critique"] = case.critique
    if part != "critique":
        lines["Revision"] = case.revision
    text = "\n".join(f"{label}: {words}" for label, words in lines.items())
    answer = case.critique if part == "critique" else case.revision
    return writer.document("critique", text, part=part, answer=answer, **case.fields)


def critique_chat(
    writer: Writer,
    principle: str | None = None,
    broken: bool | None = None,
    part: str | None = None,
) -> Document:
    """Ask for the critique, and then for the revision, in a chat.

    part: "critique" or "revision" asks for that alone; drawn when it is None, mostly "both".
    Other options, fields and errors as in `critique`.
    """
    if part is None:
        part = writer.source.weighted(PARTS, (1, 1, 3))
    _known_part(part)
    case = _case(writer, principle, broken)
    if part == "revision":
        turns = [(writer.say(say.REVISION_REQUESTS, **case.lines()), case.revision)]
    else:
        turns = [(writer.say(say.CRITIQUE_REQUESTS, **case.lines()), case.critique)]
    if part == "both":
        turns.append((writer.say(say.THEN_REVISE), case.revision))
    return chat_document(writer, "critique", exchange(*turns), part=part, **case.fields)


def _known_part(part: str) -> str:
    if part not in PARTS:
        raise ValueError(f"no part {part!r}; choose one of {', '.join(PARTS)}")
    return part


def _case(writer: Writer, principle: str | None, broken: bool | None) -> CritiqueCase:
    """Draw a case in the order in which it is read."""
    if principle not in (None, *PRINCIPLES):
        raise ValueError(f"no principle {principle!r}; choose one of {', '.join(PRINCIPLES)}")
    source = writer.source
    topic = writer.pick(ALL_TOPICS)
    principle = writer.pick(tuple(PRINCIPLES)) if principle is None else principle
    broken = source.chance(BROKEN) if broken is None else broken
    slots = topic_slots(writer, topic)
    slots.set(ask=slots.say(topic.ask))
    request = slots.say(tones.POLITE_MESSAGES)
    name = ""
    if principle == "by name" or source.chance(0.3):
        name = customer_name(writer, slots.value(topic.slot))
        request = writer.say(tones.SIGNED, message=request, name=name)
    clause = slots.say(topic.note)
    note = with_another(writer, topic, slots, clause)
    slots.set(desk=desk_of(topic, slots), first=name.split()[0] if name else "")
    slots.set(want=lambda: slots.say(topic.want))
    good = _good(topic, slots, "{Fact}." if principle == "short" else None, principle == "by name")
    first, quote = _broken(topic, slots, principle, good) if broken else (good, "")
    rule = writer.say(PRINCIPLES[principle].rule)
    verdict = _verdict(slots, principle, quote) if broken else slots.say(say.FINE)
    fields = {
        "principle": principle, "broken": bool(broken), "quote": quote, "rule": rule,
        "request": request, "note": note, "first": first, "critique": verdict, "revision": good,
        "value": slots.value(topic.slot), "topic": topic.name,
    }  # fmt: skip
    return CritiqueCase(request, note, first, rule, verdict, good, fields)


def _good(topic: Topic, slots: Slots, frame: str | None, named: bool) -> str:
    """An answer that keeps every principle."""
    fact = slots.say(topic.fact)
    slots.set(fact=fact, Fact=upper(fact))
    if frame:
        return frame.format(Fact=upper(fact))
    return slots.say(say.NAMED if named else say.GOOD)


def _verdict(slots: Slots, principle: str, quote: str) -> str:
    """The critique of a broken answer, half of the time with a sentence that draws the lesson."""
    slots.set(quote=quote, many=quote, name=slots.values["first"])
    if principle == "true":
        slots.set(value=slots.values["right"])
    verdict = slots.say(PRINCIPLES[principle].critique)
    if slots.writer.source.chance(0.5):
        verdict = f"{verdict} {slots.writer.say(say.ADVICE)}"
    return verdict


# ---- how an answer breaks a principle: the answer, and what a critic quotes ----


def _broken(topic: Topic, slots: Slots, principle: str, good: str) -> tuple[str, str]:
    return _SPOILERS.get(principle, _with_extra)(topic, slots, principle, good)


def _rude(topic: Topic, slots: Slots, principle: str, good: str) -> tuple[str, str]:
    """Say the same rudely; the first rude word is quoted."""
    rude_slots(slots).set(to_name="")
    text = slots.say(tones.RUDE_REPLIES)
    return text, next(w for w in re.findall("[A-Za-z]+", text) if w.lower() in RUDE_WORDS)


def _untrue(topic: Topic, slots: Slots, principle: str, good: str) -> tuple[str, str]:
    """Put the value of another place, product or errand in the place of the right one."""
    right = wrong = slots.value(topic.slot)
    while wrong == right or wrong in good or right in wrong:
        other = topic_slots(slots.writer, topic)
        other.truths.clear()  # it is no fact of this text
        wrong = other.value(topic.slot)
    slots.set(right=right)
    return upper(good.replace(right, wrong).replace(upper(right), upper(wrong))), wrong


def _with_extra(topic: Topic, slots: Slots, principle: str, good: str) -> tuple[str, str]:
    """Add a sentence before or after; the piece between the stars is quoted."""
    extra = _extra(slots, principle)
    plain = extra.replace("*", "")
    text = f"{good} {plain}" if slots.writer.source.chance(0.5) else f"{plain} {good}"
    return text, extra.split("*")[1]


def _unhelpful(topic: Topic, slots: Slots, principle: str, good: str) -> tuple[str, str]:
    """Say nothing of use in place of the answer."""
    extra = _extra(slots, principle)
    return extra.replace("*", ""), extra.split("*")[1]


def _extra(slots: Slots, principle: str) -> str:
    """The sentence that breaks the principle."""
    writer = slots.writer
    slots.set(other=lambda: writer.visitor().name, shop=lambda: writer.made_up_place().name)
    return upper(slots.say(PRINCIPLES[principle].extras))


def _long(topic: Topic, slots: Slots, principle: str, good: str) -> tuple[str, str]:
    """Add two to four sentences around the answer; their number in words is quoted."""
    source, extras = slots.writer.source, PRINCIPLES[principle].extras
    added = source.sample(extras.by_split[slots.writer.phrasings], source.integer(2, 4))
    added.insert(source.below(len(added) + 1), good)
    return " ".join(added), COUNTS[len(added)]


def _loud(topic: Topic, slots: Slots, principle: str, good: str) -> tuple[str, str]:
    """Write the answer in capitals; the clause with the fact is quoted."""
    return good.upper(), slots.value("fact").upper()


def _nameless(topic: Topic, slots: Slots, principle: str, good: str) -> tuple[str, str]:
    """Leave out the name; what is missing is quoted."""
    return slots.say(say.GOOD), slots.value("first")


_SPOILERS: dict[str, Callable[[Topic, Slots, str, str], tuple[str, str]]] = {
    "polite": _rude,
    "true": _untrue,
    "helpful": _unhelpful,
    "short": _long,
    "quiet": _loud,
    "by name": _nameless,
}
