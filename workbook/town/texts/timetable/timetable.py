"""A small timetable or price list of the town, and questions that only need reading it.

The departures and prices are the true ones. Leaves out return journeys and reduced fares.
The lessons on retrieval and on tools use these as things to look up.
"""

from workbook.town.entities import Departure, Product
from workbook.town.texts.timetable.timetable_phrases import (
    LINE_HEADINGS,
    LINE_QUESTIONS,
    LIST_HEADINGS,
    PRICE_QUESTIONS,
)
from workbook.town.writer import Document, Writer, clock, money

TIMED = ("after", "before", "wait")  # sorts of question that name a time between departures
PAIRED = ("both", "difference")  # sorts of question that name two goods
RANKED = ("cheapest", "dearest")


def timetable(writer: Writer) -> Document:
    """A printed timetable or price list with two to four questions.

    Fields: context (the list), questions (list of str), answers (list of str, same order).
    """
    context, pairs = _departures(writer) if writer.source.chance(0.6) else _prices(writer)
    lines = [f"Question: {question}\nAnswer: {answer}" for question, answer in pairs]
    return writer.document(
        "timetable",
        "\n".join((context, *lines)),
        context=context,
        questions=[question for question, _ in pairs],
        answers=[answer for _, answer in pairs],
    )


def _departures(writer: Writer) -> tuple[str, list[tuple[str, str]]]:
    """One or two lines of the timetable, and questions about them."""
    names = sorted({row.line for row in writer.town.departures})
    context, possible = [writer.say(LINE_HEADINGS)], []
    for name in writer.source.sample(names, writer.source.integer(1, 2)):
        rows = [row for row in writer.town.departures if row.line == name]
        first = rows[0]
        times = ", ".join(clock(row.leaves) for row in rows)
        context.append(
            f"{name} from {first.origin} to {first.destination}\n"
            f"Leaves at {times}\nTakes {first.takes} minutes, costs {money(first.fare)}"
        )
        for row in rows:
            writer.fact(name, "leaves", clock(row.leaves))
        writer.fact(name, "takes", f"{first.takes} minutes")
        writer.fact(name, "fare", money(first.fare))
        possible += [(rows, sort) for sort in LINE_QUESTIONS]
    asked = writer.source.sample(possible, writer.source.integer(2, 4))
    return "\n".join(context), [_line_question(writer, rows, sort) for rows, sort in asked]


def _line_question(writer: Writer, rows: list[Departure], sort: str) -> tuple[str, str]:
    """A question of one sort about one line, and its answer."""
    first = rows[0]
    slots = {
        "line": first.line, "vehicle": first.vehicle, "origin": first.origin,
        "goal": first.destination,
    }  # fmt: skip
    if sort in TIMED:
        place = writer.source.integer(1, len(rows) - 1)
        before, after = rows[place - 1].leaves, rows[place].leaves
        time = before + 5 * writer.source.integer(1, (after - before) // 5 - 1)
        slots["time"] = clock(time)
        wait = f"{after - time} minutes"
        answer = {"after": clock(after), "before": clock(before), "wait": wait}[sort]
    elif sort == "arrive":
        ride = writer.pick(rows)
        slots["start"], answer = clock(ride.leaves), clock(ride.leaves + ride.takes)
    elif sort == "group":
        slots["people"] = people = writer.source.integer(2, 6)
        answer = money(people * first.fare)
    else:
        answer = {
            "first": clock(first.leaves),
            "last": clock(rows[-1].leaves),
            "long": f"{first.takes} minutes",
            "fare": money(first.fare),
            "where": first.destination,
        }[sort]
    return writer.say(LINE_QUESTIONS[sort], **slots), answer


def _prices(writer: Writer) -> tuple[str, list[tuple[str, str]]]:
    """What one place of the split sells, and questions about it."""
    seller = writer.town.places[writer.product().seller]
    goods = [good for good in writer.town.goods(seller) if good.split == writer.split]
    goods = writer.source.shuffled(goods)
    context = [writer.say(LIST_HEADINGS, place=seller.name)]
    context += [f"{good.name}: {money(good.price)}" for good in goods]
    for good in goods:
        writer.fact(good.name, "price", money(good.price))
        writer.fact(good.name, "seller", seller.name)
    clear = len({good.price for good in goods}) == len(goods)  # no two prices are the same
    several = len(goods) > 1
    sorts = [
        sort
        for sort in PRICE_QUESTIONS
        if (clear or sort not in (*RANKED, "which", "difference"))
        and (several or sort not in (*PAIRED, *RANKED, "count"))
    ]
    asked = writer.source.sample(sorts, min(len(sorts), writer.source.integer(2, 4)))
    return "\n".join(context), [_price_question(writer, goods, seller.name, s) for s in asked]


def _price_question(writer: Writer, goods: list[Product], place: str, sort: str) -> tuple[str, str]:
    """A question of one sort about a price list, and its answer."""
    slots: dict[str, object] = {"place": place}
    if sort in PAIRED:
        a, b = writer.source.sample(goods, 2)
        slots["a"], slots["b"] = f"the {a.name}", f"the {b.name}"
        answer = money(a.price + b.price if sort == "both" else abs(a.price - b.price))
    elif sort in RANKED:
        best = (min if sort == "cheapest" else max)(goods, key=lambda good: good.price)
        answer = f"The {best.name}"
    elif sort == "count":
        answer = str(len(goods))
    else:
        good = writer.pick(goods)
        slots["good"], slots["price"] = f"the {good.name}", money(good.price)
        answer = money(good.price) if sort == "price" else f"The {good.name}"
        if sort == "several":
            slots["many"] = many = writer.source.integer(2, 5)
            answer = money(many * good.price)
        elif sort == "change":
            slots["note"] = note = good.price // 100 + writer.source.integer(1, 5)
            answer = money(100 * note - good.price)
    return writer.say(PRICE_QUESTIONS[sort], **slots), answer
