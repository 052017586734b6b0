"""Tools of a server of the Model Context Protocol in our loop: a child process, or in this one."""

import sys
import threading

import pytest
from mcp.server import MCPServer

from workbook.react.actions import Call
from workbook.react.loop import run
from workbook.react.mcp_server import make_server
from workbook.react.mcp_tools import command_of_town, connect
from workbook.react.planner import Planner
from workbook.react.tasks import questions
from workbook.react.toolbox import Tool, Toolbox
from workbook.react.tools import town_tools

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


def test_texts_of_a_tool_with_several_are_parted_by_semicolons():
    """A server that is not ours: no `usage: help`, nothing said about writing."""
    server = MCPServer("other")

    def add(first: str, second: str) -> str:
        """Says both."""
        return f"<{first}|{second}>"

    server.add_tool(add, structured_output=False)
    with connect(server) as tools:
        tool = tools["add"]
        assert (tool.usage, tool.help) == ("add[first; second]", "Says both.")
        assert tool.writes, "what does not say that it only reads may write"
        assert tool.run(" a b ; c; d ") == "<a b|c; d>"
        outcome = tools.use(Call("add", "one alone"))
        assert not outcome.valid and outcome.text.startswith("The tool add failed: ValueError")


def test_the_command_names_the_town_and_the_database_only_on_demand():
    plain, full = command_of_town(), command_of_town("test/3", sql=True)
    module = ["-m", "workbook", "mcp"]
    assert plain.args == [*module, "--town", "home"]
    assert full.args == [*module, "--town", "test/3", "--sql"]
    assert plain.command == full.command == sys.executable


def test_the_connection_ends_with_its_block_even_after_an_error():
    before = threading.active_count()
    server = make_server(town_tools(CASE.town))
    with pytest.raises(KeyError), connect(server) as tools:
        assert tools["calculate"].run("2 + 3") == "5"
        assert threading.active_count() > before
        raise KeyError("in the block")
    assert not [one for one in threading.enumerate() if one.name == "mcp client"]
