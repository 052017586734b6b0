"""Tools: what they say is true of the town, short, and never an exception."""

import pytest

from workbook.town.choices import ChoiceSource
from workbook.town.texts.multihop.tools import (
    RELATIONS,
    SHOWN,
    TABLES,
    USAGE,
    Finish,
    Observation,
    act,
    amount,
    calculate,
    find,
    look,
    search,
)
from workbook.town.texts.questions.recall import facts_of
from workbook.town.world import build_both, build_town
from workbook.town.writer import hour

TOWN = build_town(7)
ROWS = (*TOWN.people, *TOWN.places, *TOWN.products, *TOWN.events)


def test_look_says_what_recall_says():
    for thing in ROWS:
        for fact in facts_of(TOWN, thing):
            assert look(TOWN, fact.name, fact.trait) == fact.answer
            assert look(TOWN, f" {thing.name.upper()} ", fact.trait.title()) == fact.answer


def test_look_knows_the_other_relations_of_people_and_events():
    by_name = {row.name: row for row in ROWS}
    for person in TOWN.people:
        parent, neighbour = (look(TOWN, person.name, r) for r in ("parent", "neighbour"))
        favourite = TOWN.products[person.favourite].name
        assert look(TOWN, person.name, "favourite") == f"{person.name} likes the {favourite} best."
        if person.parent is None:
            assert parent == f"No parent is known for {person.name}."
        else:
            assert parent.endswith(f"is a child of {TOWN.people[person.parent].name}.")
        if person.neighbour is not None:
            assert by_name[neighbour.split(" is a neighbour of ")[1][:-1]].id == person.neighbour
    for event in TOWN.events:
        assert look(TOWN, event.name, "first_year").endswith(
            f"was first held in {event.first_year}."
        )
        assert event.weekday in look(TOWN, event.name, "weekday")
        assert hour(event.hour) in look(TOWN, event.name, "hour")


def test_unknown_names_and_relations_give_one_clear_sentence():
    person, place = TOWN.people[0], TOWN.places[0]
    assert look(TOWN, "Zob Nix", "job") == "Nobody and nothing in town has the full name Zob Nix."
    assert find(TOWN, person.first) is None and find(TOWN, f"the {place.name}") is place
    for thing in (person, place, TOWN.products[0], TOWN.events[0]):
        said = look(TOWN, thing.name, "shoe size")
        assert "you can look up" in said and said.count(".") == 1
        assert all(relation in said for relation in RELATIONS[TABLES[type(thing)]])


def test_search_finds_everything_by_its_name_and_stays_short():
    for thing in ROWS:
        said = search(TOWN, thing.name)
        assert thing.name in said.partition(". ")[0]
        assert len(said) / 3.3 < 60 and 2 <= said.count(". ") + 1 <= 3
        assert said == search(TOWN, f"the {thing.name.lower()}")
        pronoun = {"she": "She", "he": "He"}.get(getattr(thing, "gender", None), "It")
        for relation in SHOWN[TABLES[type(thing)]]:
            fact = look(TOWN, thing.name, relation)
            short = fact.replace(thing.name, pronoun).replace(f"The {pronoun}", pronoun)
            assert fact in said or short in said or fact.startswith("No ")


def test_search_reads_questions_and_forgives_a_slip():
    for person in TOWN.people[:60]:
        said = search(TOWN, person.name)
        assert search(TOWN, person.first) == said
        assert search(TOWN, f"Where does {person.name} work?") == said
        assert search(TOWN, f"What is {person.name}'s job?") == said
    assert search(TOWN, "9").startswith("No name in town has any of these words: 9")
    slip = max((p.first for p in TOWN.people), key=len)
    assert slip in search(TOWN, slip[:3] + slip[4:])


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("7 x 8 + 2 - 10 / 5", "56"),
        ("3+4*2", "11"),
        ("5 - 9", "-4"),
        ("1962 < 1971", "yes"),
        ("1962 > 1971", "no"),
        ("8 in the morning < noon", "yes"),
        ("12.50 crowns > 7.20 crowns", "yes"),
        ("Copper Row = copper row", "yes"),
        ("the Golden Key Bank = the Golden Key Inn", "no"),
        ("min 1962, 1971", "1962"),
        ("max 1962 1971 1938", "1971"),
        ("max 9.90 crowns, 12.50 crowns", "12.50 crowns"),
        ("min 10 in the morning, 5 in the afternoon", "10 in the morning"),
        ("min 6 in the evening, noon", "noon"),
    ],
)
def test_calculate(expression, result):
    assert calculate(expression) == result


@pytest.mark.parametrize(
    "expression",
    ["", "7", "7 x", "x 7", "1 2", "7 / 2", "7 / 0", "2 ** 3", "9" * 40, "min", "min a, b", "a < b",
     "1 < 2 < 3", "min 3, noon", "max 3, 2.00 crowns", "__import__('os')", "(1 + 2) x 3", "1e9"],
)  # fmt: skip
def test_what_cannot_be_calculated_gives_a_sentence(expression):
    said = calculate(expression)
    if expression == "7":
        assert said == "7"
    else:
        assert said.startswith("Cannot calculate ") and said.endswith(".") and len(said) < 220


def test_sums_agree_with_python():
    source = ChoiceSource("sums")
    for _ in range(300):
        numbers = [source.integer(0, 99) for _ in range(source.integer(2, 5))]
        text = str(numbers[0])
        for number in numbers[1:]:
            text += f" {source.choice('+-x')} {number}"
        assert calculate(text) == str(eval(text.replace("x", "*")))


def test_amounts_keep_their_unit():
    assert amount("1962") == ("number", 1962)
    assert amount("2.50 crowns") == ("crowns", 250)
    assert [amount(hour(h)) for h in (8, 12, 20)] == [("hour", 8), ("hour", 12), ("hour", 20)]
    assert amount("Monday") is None and amount("") is None


def test_act_runs_the_tool_that_is_named():
    name = TOWN.people[3].name
    assert act(TOWN, f"look[{name}; job]") == Observation(look(TOWN, name, "job"))
    assert act(TOWN, f"Action: look[ {name} ;job ]\n") == Observation(look(TOWN, name, "job"))
    assert act(TOWN, f"search[{name}]") == Observation(search(TOWN, name))
    assert act(TOWN, "calculate[min 3, 5]") == Observation("3")
    assert act(TOWN, "finish[ The Golden Key Bank ]") == Finish("The Golden Key Bank")


@pytest.mark.parametrize(
    "line", ["", "finish", "finish[]", "search[ ]", "dance[x]", "look(x; y)", "I look[x; y] up",
             "look[x; y]\nlook[x; z]", "Finish[x]", "calculate[1 + 1"]
)  # fmt: skip
def test_a_malformed_action_is_answered_by_the_usage(line):
    assert act(TOWN, line) == Observation(USAGE)


@pytest.mark.parametrize("line", ["look[x]", "look[x;]", "look[; job]"])
def test_a_look_without_its_two_parts_is_told_so(line):
    assert act(TOWN, line).text == "A look needs a name and a relation, as in look[NAME; relation]."


def test_each_town_and_each_snapshot_answers_for_itself():
    then, now = build_both(0)
    moved = next(p for p in then.people if now.people[p.id].street != p.street)
    assert moved.street in look(then, moved.name, "street")
    assert now.people[moved.id].street in look(now, moved.name, "street")
    newcomer = now.people[-1].name
    assert "Nobody and nothing" in look(then, newcomer, "job")
    assert newcomer in look(now, newcomer, "job")
