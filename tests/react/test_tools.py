"""The tools over a town: they say what the town's own functions say, and they only read."""

import pytest

from workbook.react.actions import Call
from workbook.react.tools import town_tools
from workbook.town import build_town
from workbook.town.texts.multihop import tools as functions
from workbook.town.towns import held_out

TOWN = build_town()
TOOLS = town_tools(TOWN)


def test_the_usage_is_the_one_that_the_tuning_texts_list():
    assert TOOLS.names == ("search", "look", "calculate")
    assert TOOLS.usage == ", ".join(functions.ACTIONS)
    assert not any(tool.writes for tool in TOOLS)
    assert all(tool.help.endswith(".") for tool in TOOLS)


def test_each_tool_is_the_town_s_function_of_its_name():
    for person in TOWN.people[:5]:
        assert TOOLS["look"].run(f" {person.name} ;  job ") == functions.look(
            TOWN, person.name, "job"
        )
        assert person.job in TOOLS["look"].run(f"{person.name}; job")
        assert TOOLS["search"].run(person.name) == functions.search(TOWN, person.name)
    assert TOOLS["calculate"].run("2 + 3 x 4") == "14"
    assert TOOLS["calculate"].run("max 2.50 crowns, 9.00 crowns") == "9.00 crowns"


def test_a_tool_knows_its_own_town_only():
    other = held_out("test", 0)
    name = next(p.name for p in other.people if functions.find(TOWN, p.name) is None)
    assert "has the full name" in TOOLS["look"].run(f"{name}; job")
    assert "has the full name" not in town_tools(other)["look"].run(f"{name}; job")


@pytest.mark.parametrize("argument", ["Vella Oskmere", "; job", "Vella Oskmere;", ";"])
def test_half_a_look_is_told_what_a_look_needs(argument):
    said = "A look needs a name and a relation, as in look[NAME; relation]."
    assert TOOLS["look"].run(argument) == said
    assert TOOLS.use(Call("look", argument)).valid, "it is no fault of the tool"


def test_a_look_with_more_semicolons_has_no_such_relation():
    person = TOWN.people[0]
    assert "you can look up" in TOOLS["look"].run(f"{person.name}; job; street")


def test_the_database_is_there_on_demand_and_is_that_of_the_town():
    tools = town_tools(TOWN, sql=True)
    assert "sql" not in TOOLS and tools["sql"].run("SELECT count(*) AS n FROM person") == (
        f"n = {len(TOWN.people)}"
    )
