"""Arithmetic word problems about the town: small whole numbers, worked steps, an exact answer.

A problem is a `Story` (its patterns are in `problem_stories.py`) filled with numbers. The steps
are written twice from the same data: as a sum to read, and as a small Python program that sets
`answer`. Leaves out fractions and units. Lessons on reasoning and on program-aided answers use it.
"""

from workbook.town.entities import Person, Place
from workbook.town.names import visitor_first_name
from workbook.town.texts.problems.problem_stories import STORIES
from workbook.town.texts.problems.problem_words import GOODS, Story
from workbook.town.texts.slots import Slots
from workbook.town.writer import Document, Phrases, Writer, they, upper

SIGNS = {"x": "*", "/": "//", "+": "+", "-": "-"}  # sign on paper: operator of the program
PLACE_NUMBERS = {"place": ("opens", "closes"), "founded": ("founded",)}  # what a story tells
STORIES_BY_SPLIT = Phrases(*STORIES).by_split  # the last two stories are held back


def problem(writer: Writer) -> Document:
    """One word problem of one to three steps.

    Fields: question, steps (list of "3 x 4 = 12"), operations (list of signs), answer (str),
    program (Python source; running it leaves the answer in the variable `answer`).
    """
    story = writer.pick(STORIES_BY_SPLIT[writer.phrasings])
    slots = _cast(writer, story)
    values = _numbers(writer, story, slots)
    slots.set(**{name: str(value) for name, value in values.items()})
    question = upper(slots.say(story.patterns))
    steps, program = _work(story, values)
    answer = str(values["answer"])
    lines = [f"Step {i}: {step}" for i, step in enumerate(steps, 1)]
    text = "\n".join((f"Problem: {question}", *lines, f"Answer: {answer}"))
    return writer.document(
        "problem",
        text,
        question=question,
        steps=steps,
        operations=[sign for _, _, sign, _ in story.steps],
        answer=answer,
        program=program,
    )


def calculate(left: int, sign: str, right: int) -> int:
    """One sum with the signs + - x /; a division must come out even (ValueError if not)."""
    if sign == "/":
        if right == 0 or left % right:
            raise ValueError(f"{left} / {right} does not come out even; change the numbers")
        return left // right
    return {"+": left + right, "-": left - right, "x": left * right}[sign]


def _cast(writer: Writer, story: Story) -> Slots:
    """Who acts and what they handle, drawn when a pattern asks for it.

    An invented age never goes to a townsperson, whose true one is known.
    """
    slots = Slots(writer, other=lambda: visitor_first_name(writer.source))
    slots.set(**{name: lambda words=words: writer.pick(words) for name, words in GOODS.items()})

    def hero() -> None:
        if "age" not in story.numbers and writer.source.chance(0.4):
            person = writer.person()
            slots.set(who=person.first, **they(person.gender))
        else:
            gender = writer.pick(("she", "he"))
            slots.set(who=visitor_first_name(writer.source), **they(gender))

    slots.later(hero, "who", *they("she"))
    return slots


def _numbers(writer: Writer, story: Story, slots: Slots) -> dict[str, int]:
    """The numbers of a story; the names of the true things it is about go into the slots."""
    values = {name: writer.source.integer(*span) for name, span in story.numbers.items()}
    if story.about == "person":
        person = writer.person()
        slots.set(thing=person.name)
        _true(writer, values, person, "birth_year")
    elif story.about == "line":
        line = writer.pick(writer.town.departures)
        slots.set(vehicle=line.vehicle, origin=line.origin, destination=line.destination)
        values["takes"] = line.takes
        writer.fact(line.line, "takes", line.takes)
    elif story.about:
        place = writer.place()
        slots.set(thing=f"the {place.name}")
        _true(writer, values, place, *PLACE_NUMBERS[story.about])
    for name, left, sign, right in (*story.made, *story.steps):
        values[name] = calculate(values[left], sign, values[right])
    return values


def _true(writer: Writer, values: dict[str, int], thing: Person | Place, *relations: str) -> None:
    for relation in relations:
        values[relation] = getattr(thing, relation)
        writer.fact(thing.name, relation, values[relation])


def _work(story: Story, values: dict[str, int]) -> tuple[list[str], str]:
    """The steps as sums, and the same steps as a program that names every number."""
    results = {name for name, *_ in story.steps}
    given = dict.fromkeys(
        n for _, left, _, right in story.steps for n in (left, right) if n not in results
    )
    lines = [f"{name} = {values[name]}" for name in given]
    sums = []
    for name, left, sign, right in story.steps:
        sums.append(f"{values[left]} {sign} {values[right]} = {values[name]}")
        lines.append(f"{name} = {left} {SIGNS[sign]} {right}")
    return sums, "\n".join(lines)
