"""The server of the town's tools: what a client sees, and how a town is chosen."""

import asyncio

import pytest
from mcp import Client

from workbook.react.mcp_server import chosen_town, make_server
from workbook.react.tasks import questions
from workbook.react.toolbox import Tool, Toolbox
from workbook.react.tools import town_tools
from workbook.town import build_town
from workbook.town.towns import held_out

CASE = questions(1)[0]  # about the first held-out town


def test_any_client_sees_one_text_argument_and_that_tools_only_read():
    async def listed():
        async with Client(make_server(town_tools(CASE.town))) as client:
            found = (await client.list_tools()).tools
            result = await client.call_tool("calculate", {"argument": "7 x 8"})
            return found, result.content[0].text

    tools, text = asyncio.run(listed())
    assert text == "56"
    for tool in tools:
        assert list(tool.input_schema["properties"]) == ["argument"]
        assert tool.input_schema["required"] == ["argument"]
        assert tool.annotations.read_only_hint is True


def test_towns_by_name():
    assert chosen_town("validation/3") is held_out("validation", 3)
    for name in ("moon", "test/x", "train/0"):
        with pytest.raises(ValueError):
            chosen_town(name)


def test_the_course_s_own_town_is_home():
    assert chosen_town("home") is build_town()
    with pytest.raises(ValueError, match='^a town is "home" or, .* "test/0", not \'moon\'[.]$'):
        chosen_town("moon")


def test_each_tool_is_run_by_its_own_name_and_says_what_it_does():
    """Guards against a loop whose last tool answers for all of them."""
    tools = Toolbox(
        Tool(name, f"{name}[x]", f"Help of {name}.", lambda x, name=name: f"{name} {x}", writes)
        for name, writes in (("first", False), ("second", True))
    )

    async def asked():
        async with Client(make_server(tools)) as client:
            found = {one.name: one for one in (await client.list_tools()).tools}
            said = [await client.call_tool(name, {"argument": "a"}) for name in found]
            return found, [one.content[0].text for one in said], client.instructions

    found, said, instructions = asyncio.run(asked())
    assert said == ["first a", "second a"]
    assert found["second"].description == "second[x]: Help of second."
    assert [one.annotations.read_only_hint for one in found.values()] == [True, False]
    assert tools.usage in instructions
