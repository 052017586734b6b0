"""What happens to the town between the language model's cutoff and today.

Jobs, homes, opening hours and prices of some old entities change; `world.build_both` applies it.
Newcomers are made by the same builder as everybody else.
"""

from dataclasses import replace

from workbook.town.choices import ChoiceSource
from workbook.town.entities import CUTOFF_YEAR, Person, Place, Product
from workbook.town.vocabulary import JOBS


def move_on(
    person: Person, places: list[Place], streets: tuple[str, ...], source: ChoiceSource
) -> Person:
    """After the cutoff a fifth of the old townspeople changed job, a sixth of the unmarried moved.

    Who owns a place keeps it, also with another job.
    """
    if person.since != CUTOFF_YEAR:
        return person
    if source.chance(0.2):
        options = [
            (job, place.id)
            for place in places
            if place.split == person.split and place.id != person.employer
            for job, (kinds, _) in JOBS.items()
            if place.kind in kinds and job != person.job
        ]
        job, employer = source.choice(options)
        person = replace(person, job=job, employer=employer)
    if person.spouse is None and source.chance(0.17):
        street = source.choice([s for s in streets if s != person.street])
        person = replace(person, street=street, house=source.integer(1, 48), neighbour=None)
    return person


def still_neighbours(people: list[Person]) -> tuple[Person, ...]:
    """Nobody is the neighbour of somebody who moved away."""
    return tuple(
        p
        if p.neighbour is None or people[p.neighbour].neighbour == p.id
        else replace(p, neighbour=None)
        for p in people
    )


def new_hours(place: Place, source: ChoiceSource) -> Place:
    """A fifth of the old places keep other hours."""
    if place.since == CUTOFF_YEAR and source.chance(0.2):
        opens = source.choice([h for h in range(6, 11) if h != place.opens])
        return replace(place, opens=opens, closes=opens + source.integer(7, 11))
    return place


def new_price(product: Product, source: ChoiceSource) -> Product:
    """Three in ten of the old goods cost more."""
    if product.since == CUTOFF_YEAR and source.chance(0.3):
        return replace(product, price=product.price + source.integer(1, 9) * 10)
    return product
