"""Dialogues with a summary: two people settle something in 4 to 14 turns.

A scenario gives the turns; this file casts the speakers, adds greetings, hesitations and thanks,
and writes the summary underneath. The scenarios are in the `scenarios_*` modules.
The lessons on summarising, fine-tuning and reward use these documents.
"""

from workbook.town.texts.dialogues.scenario import NAME_SLOTS, Scenario, person_slots
from workbook.town.texts.dialogues.scenarios_everyday import SCENARIOS as EVERYDAY
from workbook.town.texts.dialogues.scenarios_services import SCENARIOS as SERVICES
from workbook.town.texts.dialogues.scenarios_town import SCENARIOS as TOWN
from workbook.town.texts.dialogues.scenarios_visits import SCENARIOS as VISITS
from workbook.town.writer import Document, Phrases, Writer

_GREETING = {
    "morning": Phrases(
        "Good morning, {other}!", "Good morning!", "Morning, {other}! Did you sleep well?",
        "Hello, {other}! You are up early.", "Good morning, {other}, what a fine day!",
        "A very good morning to you, {other}!",
    ),
    "afternoon": Phrases(
        "Good afternoon, {other}!", "Good afternoon!", "Hello, {other}!", "Hello there, {other}!",
        "Good day to you, {other}!", "Hello, {other}, good to see you!",
    ),
    "evening": Phrases(
        "Good evening, {other}!", "Good evening!", "Hello, {other}, how are things?",
        "Good evening, {other}, how nice to see you!", "Good evening to you, {other}!",
        "Hello, {other}, what a lovely evening!",
    ),
}  # fmt: skip
_GREETED = Phrases(
    "Hello, {other}! What can I do for you?", "Hello, {other}! What is new?", "Hello, {other}!",
    "Ah, {other}, there you are!", "Oh, hello, {other}! How are you?",
    "Hello, {other}! Nice to hear from you.",
)  # fmt: skip
_HESITATION = Phrases(
    "Hm, let me think.", "Well, let me see.", "Oh, one moment.", "Let me see.", "Hm.",
    "Now, wait a moment.", "Give me a second.",
)  # fmt: skip
_THANKS = Phrases(  # from the one who asked
    "Thank you, {other}.", "Many thanks, {other}!", "Thanks, {other}. Goodbye!",
    "Thank you, that is good to know.", "Thank you very much, {other}!",
    "Good, thank you. Goodbye, {other}!",
)  # fmt: skip
_WELCOME = Phrases(
    "You are welcome, {other}.", "Not at all, {other}. Take care!", "You are welcome. Goodbye!",
    "It was no trouble.", "Take care, {other}!", "You are welcome. See you soon!",
)  # fmt: skip
_PARTING = Phrases(  # from the one who was asked
    "Goodbye for now, {other}!", "See you, {other}!", "Very good. Take care, {other}!",
    "All right. Goodbye, {other}!", "Goodbye then, {other}!", "Right. Bye for now, {other}!",
)  # fmt: skip
_GOODBYE = Phrases(
    "Goodbye, {other}!", "Goodbye, {other}, and thank you!", "Take care!", "See you, {other}!",
    "Goodbye and take care!", "Bye, {other}!",
)  # fmt: skip


SCENARIOS = (*EVERYDAY, *SERVICES, *TOWN, *VISITS)


def dialogue(writer: Writer) -> Document:
    """A conversation and its summary.

    Fields: `dialogue` (the turns, one a line), `summary`, `scenario`, and `names`, the people and
    places that the summary names.
    """
    return act(writer, writer.pick(SCENARIOS))


def act(writer: Writer, scenario: Scenario) -> Document:
    """One performance of one scenario."""
    slots = _cast(writer)
    slots |= scenario.draw(writer, slots)
    turns = _join([*_opening(writer, slots), *_middle(writer, scenario, slots)])
    turns = _join([*turns, *_ending(writer, slots, last=turns[-1][0])])
    spoken = "\n".join(f"{slots[who.lower()]}: {words}" for who, words in turns)
    summary = writer.say(scenario.summary, **slots)
    return writer.document(
        "dialogue",
        f"Dialogue:\n{spoken}\nSummary: {summary}",
        dialogue=spoken,
        summary=summary,
        scenario=scenario.name,
        names=[slots[key] for key in NAME_SLOTS if key in slots and slots[key] in summary],
    )


def _cast(writer: Writer) -> dict[str, str]:
    """Two different speakers: both visitors in three cases of five, else mostly townspeople."""
    both = writer.source.chance(0.6)
    people = [
        writer.visitor() if both or writer.source.chance(0.25) else writer.person()
        for _ in range(2)
    ]
    while people[0].first == people[1].first:
        people[1] = writer.visitor()
    a, b = people
    return person_slots("a", a.first, a.gender) | person_slots("b", b.first, b.gender)


def _opening(writer: Writer, slots: dict) -> list[tuple[str, str]]:
    """No greeting, one, or one with an answer."""
    if not writer.source.chance(0.7):
        return []
    greeting = _GREETING[writer.pick(tuple(_GREETING))]
    turns = [("A", writer.say(greeting, other=slots["b"]))]
    if writer.source.chance(0.5):
        turns.append(("B", writer.say(_GREETED, other=slots["a"])))
    return turns


def _middle(writer: Writer, scenario: Scenario, slots: dict) -> list[tuple[str, str]]:
    """The scenario's steps; some are left out, some answers begin with a hesitation."""
    turns: list[tuple[str, str]] = []
    for who, phrases in scenario.script:
        if who.endswith("?") and not writer.source.chance(0.5):
            continue
        words = writer.say(phrases, **slots)
        if turns and turns[-1][1].endswith("?") and writer.source.chance(0.15):
            words = f"{writer.say(_HESITATION)} {words}"
        turns.append((who[0], words))
    return turns


def _ending(writer: Writer, slots: dict, last: str) -> list[tuple[str, str]]:
    """Thanks or a goodbye from the one who did not speak last, and perhaps an answer."""
    if not writer.source.chance(0.6):
        return []
    other = "B" if last == "A" else "A"
    said, answer = (_THANKS, _WELCOME) if other == "A" else (_PARTING, _GOODBYE)
    turns = [(other, writer.say(said, other=slots[last.lower()]))]
    if writer.source.chance(0.5):
        turns.append((last, writer.say(answer, other=slots[other.lower()])))
    return turns


def _join(turns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Turns of one speaker in a row become one turn."""
    joined: list[tuple[str, str]] = []
    for who, words in turns:
        if joined and joined[-1][0] == who:
            joined[-1] = (who, f"{joined[-1][1]} {words}")
        else:
            joined.append((who, words))
    return joined
