"""News items of the town's paper: a headline, a date, and four to eight sentences.

What is said about people, places, goods and events of the town is true; what happened that day
happened to visitors and to the weather, and is invented for the item. Years are 2019 to 2023.
The lessons on prompting and retrieval read them; the sentences are in `news_phrases.py`.
"""

from workbook.town.entities import Event
from workbook.town.texts.news import news_phrases as say
from workbook.town.texts.slots import Slots
from workbook.town.vocabulary import COLOURS, DAYS_IN_MONTH, MONTHS, PETS
from workbook.town.writer import Document, Writer, an, hour, money, they, upper

FIRST_YEAR, LAST_YEAR = 2019, 2023


def news(writer: Writer) -> Document:
    """A news item; fields headline, topic, date."""
    source = writer.source
    topic = writer.pick(TOPICS)
    headline_phrases, *parts = say.STORIES[topic]
    slots, event = _slots(writer, hours=topic == "hours"), None
    if topic in ("race", "report", "preview"):
        event = _event(writer, race=topic == "race")
        slots.add_event(event)
    date = _date(writer, event, before=topic == "preview")
    headline = upper(slots.say(headline_phrases))
    sentences = [slots.say(part) for part in parts]
    if len(sentences) < 4 or source.chance(0.4):
        sentences.append(slots.say(say.QUOTES))
    if source.chance(0.3):
        sentences.append(slots.say(say.ENDINGS))
    text = f"{headline}\n{date}\n{' '.join(sentences)}"
    return writer.document("news", text, headline=headline, topic=topic, date=date)


TOPICS = tuple(say.STORIES)


def _event(writer: Writer, race: bool) -> Event:
    """An event of the split that was already held in the paper's first year."""
    events = writer.town.among("events", writer.split)
    old = [event for event in events if event.first_year < FIRST_YEAR]
    races = [event for event in old if event.kind == "race"]
    return writer.pick(races if race and races else old)


def _date(writer: Writer, event: Event | None, before: bool) -> str:
    """The paper's date: the day after the event, or in the month before it, or any day."""
    source = writer.source
    year = source.integer(FIRST_YEAR + 1, LAST_YEAR)
    month, day = (MONTHS.index(event.month), event.day) if event else (source.below(12), 0)
    if event is None or before:
        month = month - 1 if before else month
        day = source.integer(1, DAYS_IN_MONTH[month])
    else:
        day += 1
        if day > DAYS_IN_MONTH[month]:
            month, day = month + 1, 1
    year += month // 12  # -1 is December of the year before, 12 is January of the year after
    return f"{day} {MONTHS[month % 12]} {min(year, LAST_YEAR)}"


def _slots(writer: Writer, hours: bool) -> Slots:
    """Everything a news item may mention; what is not asked for is not drawn."""
    source, pick = writer.source, writer.pick
    slots = Slots(
        writer,
        age=lambda: str(source.integer(19, 80)),
        pet=lambda: pick(PETS),
        number=lambda: str(source.integer(3, 95)),
        minutes=lambda: str(source.integer(11, 59)),
        hue=lambda: pick(COLOURS),
        sum=lambda: money(source.integer(4, 200) * 50),
    )
    slots.set(**{name: (lambda o=options: pick(o)) for name, options in say.DETAILS.items()})
    slots.later_place()
    slots.later_product()
    slots.later(lambda: _add_guest(slots), "guest", "first", "home", "guest_job", *they("she"))
    slots.later(lambda: _add_rival(slots), "rival", "rival_home")
    slots.later(lambda: _add_speaker(slots), "speaker", "speaker_job", "speaker_street")
    if hours:
        _add_old_hours(slots)
    return slots


def _add_old_hours(slots: Slots) -> None:
    """The place opens earlier and closes later than it used to; the new hours are the true ones."""
    place, source = slots.writer.place(), slots.writer.source
    slots.add_place(place)
    slots.set(old_opens=lambda: hour(place.opens + source.integer(1, 3)))
    slots.set(old_closes=lambda: hour(place.closes - source.integer(1, 3)))


def _add_guest(slots: Slots) -> None:
    guest = slots.writer.visitor()
    slots.set(guest=guest.name, first=guest.first, home=guest.home, **they(guest.gender))
    slots.set(guest_job=an(guest.job))


def _add_rival(slots: Slots) -> None:
    rival = slots.writer.visitor()
    slots.set(rival=rival.name, rival_home=rival.home)


def _add_speaker(slots: Slots) -> None:
    speaker = slots.writer.person()
    slots.set(speaker=speaker.name)
    slots.truth("speaker_job", speaker.name, "job", speaker.job, an(speaker.job))
    slots.truth("speaker_street", speaker.name, "street", speaker.street)
