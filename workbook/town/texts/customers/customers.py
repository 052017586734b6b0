"""Customers and what they ask for: the facts behind the messages of `tone.py` and `critique.py`.

Draws a topic of the `customer_*_phrases` tables, the values of its slots and the clerk's note.
Facts of places, goods and events are the town's own, those of errands are made for the message.
"""

from workbook.town.names import fresh, place_name, visitor_family_name
from workbook.town.texts.customers import customer_errand_phrases as errand
from workbook.town.texts.customers import customer_visit_phrases as visit
from workbook.town.texts.customers.customer_phrases import TOPICS, Topic
from workbook.town.texts.dialogues.scenario import meeting_place
from workbook.town.texts.extraction.extraction_phrases import COLOURED
from workbook.town.texts.slots import Slots
from workbook.town.vocabulary import COLOURS, HOBBIES, WEEKDAYS
from workbook.town.writer import SOUNDS_LIKE_TOWN, Writer, clock, hour, money, upper

ALL_TOPICS = TOPICS + errand.ERRANDS + visit.VISITS


def with_another(writer: Writer, topic: Topic, slots: Slots, clause: str) -> str:
    """The note as sentences: the clause, and for a known thing sometimes a fact nobody asked for.

    It comes first or second, so that the right fact must be found by what it says.
    """
    others = [other for other in TOPICS if other.about == topic.about and other is not topic]
    sentences = [f"{upper(clause)}."]
    if others and writer.source.chance(0.4):
        extra = f"{upper(slots.say(writer.pick(others).note))}."
        sentences.insert(writer.source.below(2), extra)
    return " ".join(sentences)


def customer_name(writer: Writer, value: str) -> str:
    """Somebody who writes a message, mostly a visitor; never the person who is asked for."""
    while True:
        who = writer.visitor() if writer.source.chance(0.75) else writer.person()
        if who.first not in value:
            return who.name


def desk_of(topic: Topic, slots: Slots) -> str:
    """Who answers, as it stands in a sentence."""
    desks = {"product": "the shop", "event": "the ticket office", "ticket": "the ticket office"}
    return desks.get(topic.about) or f"the {slots.value('place')}"


def topic_slots(writer: Writer, topic: Topic) -> Slots:
    """Values for the slots of a topic: the town's own facts, or facts made up for an errand."""
    slots = Slots(writer)
    if topic.about == "product":
        slots.add_product(writer.product())
    elif topic.about == "event":
        slots.add_event(writer.event())
    elif topic.about == "place":
        slots.add_place(writer.place())
    else:
        _add_errand(writer, topic, slots)
    return slots


def _add_errand(writer: Writer, topic: Topic, slots: Slots) -> None:
    pick, number = writer.pick, writer.source.integer
    slots.set(
        place=lambda: _host(writer, topic.about),
        event=lambda: writer.event().name,
        lost=lambda: f"{pick(COLOURS)} {pick(COLOURED)}",
        mended=lambda: pick(errand.MENDED),
        broken=lambda: pick(visit.BROKEN),
        matter=lambda: pick(visit.MATTERS),
        expert=lambda: pick(visit.EXPERTS),
        book=lambda: pick(visit.BOOKS),
        hobby=lambda: pick(HOBBIES),
        spot=lambda: pick(errand.SPOTS),
        spot_outside=lambda: pick(visit.MEETING_POINTS),
        weekday=lambda: pick(WEEKDAYS),
        who=lambda: writer.visitor().name,
        time=lambda: clock(number(36, 80) * 15),
        late=lambda: hour(number(20, 23)),
        sum=lambda: money(number(4, 120) * 25),
        people=lambda: str(number(3, 12)),
        nights=lambda: str(number(2, 9)),
        count=lambda: f"{number(2, 40)} tickets",
        row=lambda: f"row {number(2, 24)}",
        minutes=lambda: f"{number(6, 55)} minutes",
        berth=lambda: f"berth {number(2, 60)}",
        room=lambda: f"room {number(2, 60)}",
    )


def _host(writer: Writer, noun: str) -> str:
    """A place for an errand: any place, or one made up with the right noun in its name."""
    if noun == "any":
        return meeting_place(writer).name
    if writer.source.chance(SOUNDS_LIKE_TOWN):
        return fresh(lambda: place_name(writer.source, noun), writer.town.reserved)
    return f"{visitor_family_name(writer.source)} {noun}"
