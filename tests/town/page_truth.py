"""All that the pages of an encyclopedia may state, read off the town's own records."""

from workbook.town.writer import hour, money


def person_truth(town):
    people, places, products = town.people, town.places, town.products
    for p in people:
        yield p.name, "job", p.job
        yield p.name, "employer", places[p.employer].name
        yield p.name, "street", p.street
        yield p.name, "house", str(p.house)
        yield p.name, "birth year", str(p.birth_year)
        yield p.name, "hobby", p.hobby
        yield p.name, "pet", p.pet
        yield p.name, "favourite", products[p.favourite].name
        for relation, others in (
            ("spouse", [p.spouse]),
            ("parent", [p.parent]),
            ("friend", p.friends),
            ("neighbour", [p.neighbour]),
            ("colleague", [q.id for q in people if q.employer == p.employer and q != p]),
        ):
            for other in others:
                if other is not None:
                    yield p.name, relation, people[other].name


def other_truth(town):
    people, places = town.people, town.places
    for p in places:
        yield from (
            (p.name, "kind", p.kind), (p.name, "street", p.street),
            (p.name, "founded", str(p.founded)), (p.name, "opens", hour(p.opens)),
            (p.name, "closes", hour(p.closes)), (p.name, "closed on", p.closed_on),
            (p.name, "known for", p.known_for),
        )  # fmt: skip
        if p.owner is not None:
            yield p.name, "owner", people[p.owner].name
        for other in places:
            if other != p and other.street == p.street:
                yield p.name, "neighbour", other.name
    for g in town.products:
        yield from (
            (g.name, "kind", g.kind), (g.name, "seller", places[g.seller].name),
            (g.name, "price", money(g.price)), (g.name, "colour", g.colour),
            (g.name, "maker", people[g.maker].name),
        )  # fmt: skip
    for e in town.events:
        yield from (
            (e.name, "kind", e.kind), (e.name, "place", places[e.place].name),
            (e.name, "organiser", people[e.organiser].name), (e.name, "weekday", e.weekday),
            (e.name, "date", f"{e.day} {e.month}"), (e.name, "hour", hour(e.hour)),
            (e.name, "fee", money(e.fee)), (e.name, "first year", str(e.first_year)),
        )  # fmt: skip


def page_truths(town):
    """(subject, relation, value) of every fact that a page may state."""
    return {*person_truth(town), *other_truth(town)}
