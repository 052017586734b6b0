"""Reviews: a customer writes about a place, a product or an event, with stars and a tone.

The stars decide how many of the clauses praise and how many complain; the tone (polite or rude)
is drawn on its own, so that there are polite bad reviews and rude good ones.
The lessons on prompting, classification and reward models read them; the sentences are in
`review_phrases.py`, the rude words in `politeness.py`.
"""

from workbook.town.texts.politeness.politeness import rude_slots
from workbook.town.texts.reviews import review_clauses_places as places
from workbook.town.texts.reviews import review_clauses_things as things
from workbook.town.texts.reviews import review_phrases as say
from workbook.town.texts.slots import Slots
from workbook.town.writer import Document, Phrases, Writer, upper

FOOD_PLACES = {
    "bakery", "tea house", "butcher's shop", "fish market", "dairy", "farm", "brewery", "inn",
}  # fmt: skip
SIGHTS = {"museum", "garden", "lighthouse", "theatre", "concert hall", "gallery", "harbour"}
SERVICES = {
    "library", "school", "clinic", "town hall", "post office", "railway station", "bank",
    "animal clinic", "bath house", "barber shop", "ferry company", "newspaper office",
}  # fmt: skip
EDIBLE = {"loaf", "cake", "tea", "syrup", "honey", "cheese", "butter", "pie", "eel", "cider"}
WORN = {"ring", "coat", "hat", "belt"}
STARS, STAR_WEIGHTS = (1, 2, 3, 4, 5), (3, 3, 3, 4, 4)


def review(writer: Writer) -> Document:
    """A review of 3 to 7 sentences; fields subject, author, stars, tone, sentiment, about."""
    source = writer.source
    author = (writer.visitor() if source.chance(0.5) else writer.person()).name
    about = source.weighted(("place", "product", "event"), (5, 4, 2))
    slots = rude_slots(Slots(writer, **say.details(writer)))
    subject, opening, fact, aspects = _SUBJECTS[about](writer, slots)
    stars = source.weighted(STARS, STAR_WEIGHTS)
    tone = writer.pick(("polite", "rude"))
    sentences = [slots.say(opening)]
    if source.chance(0.4):
        sentences.append(slots.say(fact))
    sentences += _judgements(slots, aspects, stars)
    remark = slots.say(say.TONES[tone, _sentiment(stars)])
    if source.chance(0.3):
        sentences.insert(0, remark)
    else:
        sentences.append(remark)
    if stars in (2, 4) or source.chance(0.4):
        sentences.append(slots.say(say.VERDICTS[stars]))
    writer.fact(author, "reviewed", subject)
    writer.fact(subject, "stars", stars)
    text = f"Review of the {subject} by {author}\n{' '.join(sentences)}\nStars: {stars}"
    return writer.document(
        "review", text, subject=subject, author=author, stars=stars, tone=tone,
        sentiment=_sentiment(stars), about=about,
    )  # fmt: skip


def _sentiment(stars: int) -> str:
    return "positive" if stars > 3 else "negative" if stars < 3 else "mixed"


def _judgements(slots: Slots, aspects: list[tuple[Phrases, Phrases]], stars: int) -> list[str]:
    """Two or three sentences on different aspects, praising or complaining as the stars say."""
    source = slots.writer.source
    count = source.integer(2, 3)
    good = {1: 0, 2: count - 2, 3: source.integer(1, count - 1), 4: 2, 5: count}[stars]
    marks = source.shuffled([True] * good + [False] * (count - good))
    clauses = [
        slots.say(praise if mark else complaint)
        for (praise, complaint), mark in zip(source.sample(aspects, count), marks, strict=True)
    ]
    turn = next((i for i in range(1, count) if marks[i] is not marks[0]), None)
    return [f"But {c}" if i == turn else upper(c) for i, c in enumerate(clauses)]


def _place(writer: Writer, slots: Slots) -> tuple:
    place = writer.place()
    slots.add_place(place)
    if place.kind in FOOD_PLACES:
        aspects = [places.FOOD, places.STAFF, places.PRICE, places.WAITING, places.ROOM]
    elif place.kind in SIGHTS:
        aspects = [places.SIGHT, places.STAFF, places.WAITING, places.ROOM]
    elif place.kind in SERVICES:
        aspects = [places.SERVICE, places.STAFF, places.WAITING, places.ROOM]
    else:
        aspects = [places.WORK, places.STAFF, places.PRICE, places.WAITING, places.ROOM]
    return place.name, say.PLACE_OPENINGS, say.PLACE_FACTS, aspects


def _product(writer: Writer, slots: Slots) -> tuple:
    product = writer.product()
    slots.add_product(product)
    aspects = [places.PRICE, things.SHOPPING, things.PARCEL]
    if product.kind in EDIBLE:
        aspects.append(things.TASTE)
    elif product.kind in WORN:
        aspects += [things.MAKE, things.FIT]
    else:
        aspects += [things.MAKE, things.LOOK]
    return product.name, say.PRODUCT_OPENINGS, say.PRODUCT_FACTS, aspects


def _event(writer: Writer, slots: Slots) -> tuple:
    event = writer.event()
    slots.add_event(event)
    aspects = [things.SHOW, things.HELPERS, places.WAITING, things.CROWD]
    return event.name, say.EVENT_OPENINGS, say.EVENT_FACTS, aspects


_SUBJECTS = {"place": _place, "product": _product, "event": _event}
