"""All that a page can say about a person, place, product or event, ready for its sentences.

A `PageSubject` lists details; each brings the words for a sentence's slots and the facts it states.
Whoever is mentioned belongs to the writer's split, as the town arranges it (except an employer
of somebody in validation or test, who may work in a place that training knows).
The pages themselves are in `pages.py`; the SQLite file holds the same facts.
"""

from typing import NamedTuple

from workbook.town.entities import Event, Person, Place, Product
from workbook.town.texts.pages import page_phrases_event as of_event
from workbook.town.texts.pages import page_phrases_person as of_person
from workbook.town.texts.pages import page_phrases_place as of_place
from workbook.town.texts.pages import page_phrases_product as of_product
from workbook.town.vocabulary import JOBS
from workbook.town.writer import Fact, Writer, an, hour, money, they


class Detail(NamedTuple):
    """Words for the slots of a sentence, and the facts that a sentence with them states."""

    slots: dict[str, str]
    facts: tuple[Fact, ...] = ()


class PageSubject(NamedTuple):
    """What a page is about: how to call it, and all that could be said (several friends, ...)."""

    about: str
    name: str
    full: str  # as it stands in a sentence: "the Golden Key Bakery"
    short: str  # "the bakery", or a first name
    pronouns: dict[str, str]
    details: dict[str, list[Detail]]


def _own(name: str, facts: dict[str, str]) -> dict[str, list[Detail]]:
    """The plain facts of an entity; each also gets a slot with an article ("a_pet")."""
    return {
        relation: [
            Detail(
                {relation.replace(" ", "_"): value, "a_" + relation: an(value)},
                (Fact(name, relation, value),),
            )
        ]
        for relation, value in facts.items()
    }


def _the(slot: str, thing: Place | Product | Event, *facts: Fact) -> Detail:
    """Something with a name that takes the article: “the Golden Key Bakery”."""
    return Detail({slot: f"the {thing.name}"}, facts)


def person(writer: Writer) -> PageSubject:
    p, town, split = writer.person(), writer.town, writer.split
    work = town.places[p.employer]
    facts = {
        "job": p.job, "street": p.street, "house": str(p.house),
        "birth year": str(p.birth_year), "hobby": p.hobby,
    }  # fmt: skip
    if p.pet:
        facts["pet"] = p.pet
    details = _own(p.name, facts)
    details["employer"] = [_the("employer", work, Fact(p.name, "employer", work.name))]
    details["duty"] = [Detail({"duty": JOBS[p.job][1], "a_job": an(p.job)})]
    details["habit"] = [Detail({"habit": habit}) for habit in of_person.HABITS[p.hobby]]
    details["pet habit"] = [Detail({"pet_habit": h}) for h in of_person.PET_HABITS.get(p.pet, ())]
    if work.owner == p.id:
        details["owns"] = [_the("owns", work, Fact(work.name, "owner", p.name))]
    favourite = town.products[p.favourite]
    details["favourite"] = [_the("favourite", favourite, Fact(p.name, "favourite", favourite.name))]
    details["makes"] = [
        _the("makes", g, Fact(g.name, "maker", p.name))
        for g in town.among("products", split)
        if g.maker == p.id
    ]
    details["organises"] = [
        _the("organises", e, Fact(e.name, "organiser", p.name))
        for e in town.among("events", split)
        if e.organiser == p.id
    ]
    details.update(_relatives(writer, p))
    return PageSubject("person", p.name, p.name, p.first, they(p.gender), details)


def _relatives(writer: Writer, p: Person) -> dict[str, list[Detail]]:
    """Family, friends, neighbour and colleagues; the word for each fits who they are."""
    people, place = writer.town.people, writer.town.places[p.employer]
    details: dict[str, list[Detail]] = {}

    def add(relation: str, other: Person, slots: dict[str, str], fact: Fact | None = None) -> None:
        fact = fact or Fact(p.name, relation, other.name)
        details.setdefault(relation, []).append(Detail({relation: other.name, **slots}, (fact,)))

    if p.spouse is not None:
        partner = "wife" if people[p.spouse].gender == "she" else "husband"
        add("spouse", people[p.spouse], {"partner": partner, "a_partner": an(partner)})
    if p.parent is not None:
        mother = "mother" if people[p.parent].gender == "she" else "father"
        add("parent", people[p.parent], {"mother": mother})
    for child in writer.town.among("people", writer.split):
        if child.parent == p.id:
            daughter = "daughter" if child.gender == "she" else "son"
            slots = {"daughter": daughter, "a_daughter": an(daughter)}
            add("child", child, slots, Fact(child.name, "parent", p.name))
    for friend in p.friends:
        add("friend", people[friend], {})
    if p.neighbour not in (None, p.spouse):
        add("neighbour", people[p.neighbour], {})
    for other in writer.town.employees(place, writer.split):
        if other.id not in (p.id, p.spouse):
            add("colleague", other, {})
    return details


def place(writer: Writer) -> PageSubject:
    p, town, split = writer.place(), writer.town, writer.split
    facts = {
        "kind": p.kind, "street": p.street, "founded": str(p.founded), "opens": hour(p.opens),
        "closes": hour(p.closes), "closed on": p.closed_on, "known for": p.known_for,
    }  # fmt: skip
    if p.owner is not None:
        facts["owner"] = town.people[p.owner].name
    details = _own(p.name, facts)
    details["scene"] = _scenes(of_place.SCENES[p.kind])
    details["near"] = [
        _the("near", other, Fact(p.name, "neighbour", other.name))
        for other in town.among("places", split)
        if other.street == p.street and other.id != p.id
    ]
    details["staff"] = [
        Detail(
            {"staff": worker.name, "job": worker.job, "a_job": an(worker.job)},
            (Fact(worker.name, "job", worker.job), Fact(worker.name, "employer", p.name)),
        )
        for worker in town.employees(p, split)
    ]
    goods = {g.id: g for g in town.goods(p) if g.split == split}
    details["sells"] = [_the("sells", g, Fact(g.name, "seller", p.name)) for g in goods.values()]
    details["sells for"] = [
        Detail(
            {"sells": f"the {g.name}", "price": money(g.price)},
            (Fact(g.name, "seller", p.name), Fact(g.name, "price", money(g.price))),
        )
        for g in goods.values()
    ]
    details["regular"] = [
        Detail(
            {"regular": fan.name, "favourite": f"the {goods[fan.favourite].name}"},
            (Fact(fan.name, "favourite", goods[fan.favourite].name),),
        )
        for fan in town.among("people", split)
        if fan.favourite in goods
    ]
    details["hosts"] = [
        _the("hosts", e, Fact(e.name, "place", p.name))
        for e in town.among("events", split)
        if e.place == p.id
    ]
    return _thing("place", p, details)


def product(writer: Writer) -> PageSubject:
    g, town, split = writer.product(), writer.town, writer.split
    shop, maker = town.places[g.seller], town.people[g.maker]
    details = _own(g.name, {
        "kind": g.kind, "colour": g.colour, "price": money(g.price), "maker": maker.name,
    })  # fmt: skip
    seller = {"seller": f"the {shop.name}"}
    sold = Fact(g.name, "seller", shop.name)
    details["seller"] = [Detail(seller, (sold,))]
    details["seller street"] = [
        Detail(
            {**seller, "seller_street": shop.street},
            (sold, Fact(shop.name, "street", shop.street)),
        )
    ]
    details["seller closed"] = [
        Detail(
            {**seller, "seller_closed": shop.closed_on},
            (sold, Fact(shop.name, "closed on", shop.closed_on)),
        )
    ]
    details["maker job"] = [_job("maker", maker, Fact(g.name, "maker", maker.name))]
    details["note"] = [Detail({"note": note}) for note in of_product.NOTES[g.kind]]
    details["fan"] = [
        Detail({"fan": fan.name}, (Fact(fan.name, "favourite", g.name),))
        for fan in town.among("people", split)
        if fan.favourite == g.id
    ]
    others = [other for other in town.among("products", split) if other.id != g.id]
    details["also"] = [
        Detail({**seller, "also": f"the {o.name}"}, (Fact(o.name, "seller", shop.name),))
        for o in others
        if o.seller == g.seller
    ]
    details["rival"] = [
        Detail({"rival": f"the {o.name}", "kind": g.kind}, (Fact(o.name, "kind", o.kind),))
        for o in others
        if o.kind == g.kind
    ]
    return _thing("product", g, details)


def event(writer: Writer) -> PageSubject:
    e, town = writer.event(), writer.town
    place, organiser = town.places[e.place], town.people[e.organiser]
    details = _own(e.name, {
        "kind": e.kind, "weekday": e.weekday, "date": f"{e.day} {e.month}", "hour": hour(e.hour),
        "first year": str(e.first_year), "organiser": organiser.name,
    })  # fmt: skip
    fee = Detail({"fee": money(e.fee)}, (Fact(e.name, "fee", money(e.fee)),))
    details["fee" if e.fee else "free"] = [fee]
    host = {"place": f"the {place.name}"}
    held = Fact(e.name, "place", place.name)
    details["place"] = [Detail(host, (held,))]
    details["place street"] = [
        Detail(
            {**host, "place_street": place.street},
            (held, Fact(place.name, "street", place.street)),
        )
    ]
    details["place known for"] = [
        Detail(
            {**host, "known_for": place.known_for},
            (held, Fact(place.name, "known for", place.known_for)),
        )
    ]
    details["organiser job"] = [
        _job("organiser", organiser, Fact(e.name, "organiser", organiser.name))
    ]
    details["scene"] = _scenes(of_event.SCENES[e.kind])
    return _thing("event", e, details)


def _thing(about: str, thing: Place | Product | Event, details: dict) -> PageSubject:
    """A subject that is no person: “the Golden Key Bakery”, “the bakery”, “it”."""
    pronouns = {"they": "it", "their": "its"}
    return PageSubject(
        about, thing.name, f"the {thing.name}", f"the {thing.kind}", pronouns, details
    )


def _job(slot: str, person: Person, *facts: Fact) -> Detail:
    """Somebody's job, said in passing."""
    job = Fact(person.name, "job", person.job)
    return Detail({slot: person.name, "a_job": an(person.job)}, (*facts, job))


def _scenes(scenes: tuple[str, ...]) -> list[Detail]:
    """Sentences that paint a picture, as a whole sentence and as the rest of one."""
    return [Detail({"scene": s, "scene_low": s[0].lower() + s[1:]}) for s in scenes]
