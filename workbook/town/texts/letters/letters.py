"""Letters between townspeople and visitors: thanks, apologies, invitations, complaints and more.

The facts of places, goods and events are true, and so are street and job of a townsperson; the
occasion itself is invented for the letter. The lessons on summaries and extraction read them;
the sentences are in `letter_phrases.py`.
"""

from workbook.town.entities import Person
from workbook.town.texts.letters import letter_phrases as say
from workbook.town.texts.slots import Slots
from workbook.town.vocabulary import COLOURS, WEEKDAYS
from workbook.town.writer import Document, Visitor, Writer, an, hour, money, upper

OCCASIONS = tuple(say.OCCASIONS)


def letter(writer: Writer) -> Document:
    """A letter of 4 to 9 sentences; fields sender, receiver (as printed), occasion."""
    source = writer.source
    sender, receiver = _correspondents(writer)
    occasion = writer.pick(OCCASIONS)
    slots = _slots(writer, sender)
    body = [slots.say(part) for part in say.OCCASIONS[occasion]]
    if source.chance(0.5):
        body.insert(0, slots.say(say.GREETINGS))
    if len(body) < 4 or source.chance(0.4):
        body.append(_slots(writer, sender).say(say.CHAT))
    if source.chance(0.6):
        body.append(slots.say(say.FAREWELLS))
    called = receiver.name if occasion in say.FORMAL else receiver.first
    end = writer.pick(say.FORMAL_ENDS if occasion in say.FORMAL else say.WARM_ENDS)
    writer.fact(sender.name, "writes to", called)
    text = f"Dear {called},\n{' '.join(map(upper, body))}\n{end}, {sender.name}"
    return writer.document("letter", text, sender=sender.name, receiver=called, occasion=occasion)


def _correspondents(writer: Writer) -> tuple[Person | Visitor, Person | Visitor]:
    """A sender and a receiver, at least one of whom is a visitor in two letters out of three."""
    source = writer.source
    kind = source.below(3)
    if kind == 0:
        sender = writer.person()
        receiver = writer.town.people[source.choice(sender.friends)]
        return sender, receiver
    if kind == 1:
        return writer.visitor(), writer.visitor()
    pair = (writer.person(), writer.visitor())
    return pair if source.chance(0.5) else pair[::-1]


def _slots(writer: Writer, sender: Person | Visitor) -> Slots:
    """Everything a letter may mention; what is not asked for is not drawn."""
    source, pick = writer.source, writer.pick
    slots = Slots(
        writer,
        hue=lambda: pick(COLOURS),
        weekday=lambda: pick(WEEKDAYS),
        o_clock=lambda: hour(source.integer(8, 20)),
        number=lambda: str(source.integer(3, 30)),
        sum=lambda: money(source.integer(2, 60) * 50),
    )
    slots.set(**{name: (lambda o=options: pick(o)) for name, options in say.DETAILS.items()})
    slots.set(other_dish=lambda: pick([d for d in say.DETAILS["dish"] if d != slots.value("dish")]))
    slots.later_place()
    slots.later_product()
    slots.later_event()
    slots.later(lambda: _add_third(slots), "third", "third_job", "home")
    slots.truth("my_street", sender.name, "street", sender.street)
    slots.truth("my_job", sender.name, "job", sender.job, an(sender.job))
    return slots


def _add_third(slots: Slots) -> None:
    """Somebody else the letter talks about."""
    third = slots.writer.visitor()
    slots.set(third=third.first, third_job=an(third.job), home=third.home)
