"""Encyclopedia pages about the people, places, goods and yearly events of Brindlemere.

A page is a title line and one or two paragraphs: an opening that says what the subject is, then
some of its facts, one sentence each, roughly in the usual order. Subset, order and phrasing are
drawn afresh every time. What can be said is in `page_subjects.py`, how in `page_phrases_*.py`.
Pages are what the town's language model learns the town from (lessons 01 to 03).
"""

from collections.abc import Iterable
from typing import NamedTuple

from workbook.town.choices import ChoiceSource
from workbook.town.texts.pages import page_phrases_event as of_event
from workbook.town.texts.pages import page_phrases_person as of_person
from workbook.town.texts.pages import page_phrases_place as of_place
from workbook.town.texts.pages import page_phrases_product as of_product
from workbook.town.texts.pages.page_subjects import (
    Detail,
    PageSubject,
    event,
    person,
    place,
    product,
)
from workbook.town.writer import Document, Phrases, Writer, upper


class PageTopic(NamedTuple):
    """One thing a page can say."""

    phrases: Phrases
    uses: tuple[str, ...]  # the details it needs
    core: bool = False  # a fact that pages state often
    drifts: bool = False  # it names somebody or something else, so no pronoun may follow


PERSON_TOPICS = (
    PageTopic(of_person.BORN, ("birth year",), core=True),
    PageTopic(of_person.EMPLOYER, ("employer",), core=True),
    PageTopic(of_person.TRADE, ("duty",)),
    PageTopic(of_person.OWNS, ("owns",)),
    PageTopic(of_person.COLLEAGUE, ("colleague",), drifts=True),
    PageTopic(of_person.HOME, ("house", "street"), core=True),
    PageTopic(of_person.STREET, ("street",), core=True),
    PageTopic(of_person.SPOUSE, ("spouse",), core=True, drifts=True),
    PageTopic(of_person.PARENT, ("parent",), drifts=True),
    PageTopic(of_person.CHILD, ("child",), drifts=True),
    PageTopic(of_person.FRIEND, ("friend",), drifts=True),
    PageTopic(of_person.NEIGHBOUR, ("neighbour",), drifts=True),
    PageTopic(of_person.HOBBY, ("hobby",), core=True),
    PageTopic(of_person.HABIT, ("habit",)),
    PageTopic(of_person.PET, ("pet",), core=True),
    PageTopic(of_person.PET_HABIT, ("pet habit", "pet"), drifts=True),
    PageTopic(of_person.FAVOURITE, ("favourite",), core=True),
    PageTopic(of_person.MAKES, ("makes",)),
    PageTopic(of_person.ORGANISES, ("organises",)),
)
PLACE_TOPICS = (
    PageTopic(of_place.STREET, ("street",), core=True),
    PageTopic(of_place.NEAR, ("near",), drifts=True),
    PageTopic(of_place.FOUNDED, ("founded",), core=True),
    PageTopic(of_place.OWNER, ("owner",), core=True, drifts=True),
    PageTopic(of_place.STAFF, ("staff",), drifts=True),
    PageTopic(of_place.HOURS, ("opens", "closes"), core=True),
    PageTopic(of_place.OPENS, ("opens",), core=True),
    PageTopic(of_place.CLOSES, ("closes",), core=True),
    PageTopic(of_place.CLOSED, ("closed on",), core=True),
    PageTopic(of_place.KNOWN, ("known for",), core=True),
    PageTopic(of_place.SCENE, ("scene",), drifts=True),
    PageTopic(of_place.SELLS, ("sells",), drifts=True),
    PageTopic(of_place.SELLS_FOR, ("sells for",), drifts=True),
    PageTopic(of_place.REGULAR, ("regular",), drifts=True),
    PageTopic(of_place.HOSTS, ("hosts",), drifts=True),
)
PRODUCT_TOPICS = (
    PageTopic(of_product.COLOUR, ("colour",), core=True),
    PageTopic(of_product.SELLER, ("seller",), core=True, drifts=True),
    PageTopic(of_product.PRICE, ("price",), core=True),
    PageTopic(of_product.SHOP_STREET, ("seller street",), drifts=True),
    PageTopic(of_product.SHOP_CLOSED, ("seller closed",), drifts=True),
    PageTopic(of_product.ALSO, ("also",), drifts=True),
    PageTopic(of_product.MAKER, ("maker",), core=True, drifts=True),
    PageTopic(of_product.MAKER_JOB, ("maker job",), drifts=True),
    PageTopic(of_product.NOTE, ("note",)),
    PageTopic(of_product.FAN, ("fan",), drifts=True),
    PageTopic(of_product.RIVAL, ("rival",), drifts=True),
)
EVENT_TOPICS = (
    PageTopic(of_event.PLACE, ("place",), core=True, drifts=True),
    PageTopic(of_event.PLACE_STREET, ("place street",), drifts=True),
    PageTopic(of_event.WEEKDAY, ("weekday",), core=True),
    PageTopic(of_event.DATE, ("date",), core=True),
    PageTopic(of_event.HOUR, ("hour",), core=True),
    PageTopic(of_event.FEE, ("fee",), core=True),
    PageTopic(of_event.FREE, ("free",), core=True),
    PageTopic(of_event.FIRST_YEAR, ("first year",), core=True),
    PageTopic(of_event.SCENE, ("scene",), drifts=True),
    PageTopic(of_event.PLACE_KNOWN, ("place known for",), drifts=True),
    PageTopic(of_event.ORGANISER, ("organiser",), core=True, drifts=True),
    PageTopic(of_event.ORGANISER_JOB, ("organiser job",), drifts=True),
)
# for each kind of subject: its openings and its other topics, in the usual order
TOPICS = {
    "person": (of_person.OPENINGS, PERSON_TOPICS),
    "place": (of_place.OPENINGS, PLACE_TOPICS),
    "product": (of_product.OPENINGS, PRODUCT_TOPICS),
    "event": (of_event.OPENINGS, EVENT_TOPICS),
}


def page(writer: Writer) -> Document:
    """A page about a random person, place, product or event of the writer's split.

    Fields: `subject` (the name) and `about` ("person", "place", "product" or "event").
    """
    draw = writer.source.weighted((person, place, product, event), (0.5, 0.2, 0.15, 0.15))
    subject = draw(writer)
    openings, topics = TOPICS[subject.about]
    key = writer.source.choice(tuple(openings))
    paragraphs = [[_sentence(writer, subject, openings[key], key, "full")]]
    told = set(key)
    plan = _plan(writer.source, topics, subject.details, told)
    break_at = len(plan) // 2 if len(plan) > 5 and writer.source.chance(0.35) else -1
    drifted = False
    for i, topic in enumerate(plan):
        if told.issuperset(topic.uses):
            continue
        if i == break_at:
            paragraphs.append([])
        voice = _voice(writer.source, topic.core, drifted or i == break_at)
        paragraphs[-1].append(_sentence(writer, subject, topic.phrases, topic.uses, voice))
        told.update(topic.uses)
        drifted = topic.drifts
    text = "\n".join([upper(subject.name), *(" ".join(p) for p in paragraphs if p)])
    return writer.document("page", text, subject=subject.name, about=subject.about)


def _plan(
    source: ChoiceSource,
    topics: tuple[PageTopic, ...],
    details: dict[str, list[Detail]],
    told: set[str],
) -> list[PageTopic]:
    """Which topics to write about, in the usual order but for one that may be out of place."""
    known = [
        topic
        for topic in topics
        if all(details.get(use) for use in topic.uses) and not told.issuperset(topic.uses)
    ]
    core = [topic for topic in known if topic.core]
    rest = [topic for topic in known if not topic.core]
    chosen = source.sample(core, source.integer(min(5, len(core)), min(7, len(core))))
    chosen += source.sample(rest, source.integer(min(3, len(rest)), min(4, len(rest))))
    plan = [topic for topic in known if topic in chosen]
    if source.chance(0.3):
        plan.insert(source.below(len(plan)), plan.pop(source.below(len(plan))))
    return plan[:8]


def _voice(source: ChoiceSource, core: bool, must_name: bool) -> str:
    """Call the subject by its whole name (mostly so for core facts), a short one or a pronoun."""
    weights = (0.7, 0.2, 0.1) if core else (0.2, 0.45, 0.35)
    return source.weighted(("full", "short", "they")[: 3 - must_name], weights[: 3 - must_name])


def _sentence(
    writer: Writer, subject: PageSubject, phrases: Phrases, uses: Iterable[str], voice: str
) -> str:
    """One sentence about the subject; the facts it states are noted."""
    name = subject.full if voice == "full" else subject.short
    slots = {"full": subject.full, "name": name, **subject.pronouns}
    slots["who"] = subject.pronouns["they"] if voice == "they" else name
    for use in uses:
        detail = writer.source.choice(subject.details[use])
        slots.update(detail.slots)
        writer.facts.extend(detail.facts)
    return upper(writer.say(phrases, **slots))
