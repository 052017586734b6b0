"""The town's tools over the Model Context Protocol: a child process over stdio, and in-process."""

import asyncio

import pytest
from mcp import Client

from workbook.react.loop import run
from workbook.react.mcp_server import chosen_town, make_server
from workbook.react.mcp_tools import command_of_town, connect
from workbook.react.planner import Planner
from workbook.react.tasks import questions
from workbook.react.toolbox import Tool, Toolbox
from workbook.react.tools import town_tools
from workbook.town.towns import held_out

CASE = questions(1)[0]  # about the first held-out town


def test_the_loop_uses_a_server_in_a_child_process():
    ours = run(CASE.request, Planner(), town_tools(CASE.town, sql=True))
    with connect(command_of_town("test/0", sql=True)) as tools:
        assert tools.names == ("search", "look", "calculate", "sql")
        assert tools.usage == town_tools(CASE.town, sql=True).usage
        assert not any(tool.writes for tool in tools)
        trace = run(CASE.request, Planner(), tools)
        assert tools["sql"].run("DROP TABLE person").startswith("Not allowed")
    assert trace == ours and trace.answer == CASE.answer


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


def test_a_tool_that_fails_there_is_an_observation_here():
    def broken(_):
        raise OSError("no disk")

    server = make_server(Toolbox([Tool("bad", "bad[x]", "It fails.", broken, writes=True)]))
    with connect(server) as tools:
        assert tools["bad"].writes
        with pytest.raises(ValueError, match="bad"):
            tools["bad"].run("x")


def test_a_server_that_does_not_start_is_one_sentence():
    from mcp import StdioServerParameters

    gone = StdioServerParameters(command="/no/such/program", args=[])
    with pytest.raises(ValueError, match="the MCP server could not be reached"), connect(gone):
        pass


def test_towns_by_name():
    assert chosen_town("validation/3") is held_out("validation", 3)
    for name in ("moon", "test/x", "train/0"):
        with pytest.raises(ValueError):
            chosen_town(name)
