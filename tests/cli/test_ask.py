"""`workbook ask`: a trace, as text and as JSON; `workbook mcp`: whose tools are served."""

import pytest
from typer.testing import CliRunner

from workbook import cli
from workbook.react import Trace, agent, mcp_server, town_tools
from workbook.react.pal import isolation
from workbook.react.tasks import questions
from workbook.town import build_town
from workbook.town.towns import held_out

CASE = questions(1)[0]


def invoke(*arguments):
    result = CliRunner().invoke(cli.app, list(arguments))
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def ask(*arguments):
    return invoke("ask", *arguments)


def test_without_the_tuned_agent_rules_act_and_the_command_says_so(monkeypatch):
    monkeypatch.setattr(agent, "is_made", lambda: False)
    code, text = ask("--agent", "--town", "test/0", CASE.question)
    assert code == 0 and f"finish[{CASE.answer}]" in text and "Observation 1: " in text
    assert "rules act in its place" in text and f"would run in the {isolation()}" in text


def test_json_is_the_record():
    code, text = ask("--agent", "--model", "planner", "--town", "test/0", "--json", CASE.question)
    trace = Trace.from_json(text)
    assert code == 0 and trace.answer == CASE.answer and "python" in trace.tools


def test_mistakes_are_one_sentence(monkeypatch):
    with pytest.raises(ValueError, match='a town is "home"'):
        ask("--agent", "--model", "planner", "--town", "moon", "Who?")
    monkeypatch.setattr(agent, "is_made", lambda: False)
    with pytest.raises(ValueError, match="has not been made here yet"):
        monkeypatch.setattr(agent, "ADAPTER_FILE", "no_such_file.json")
        ask("--agent", "--model", "town-agent", "Who?")


def test_from_memory_the_bundled_model_answers():
    code, text = ask("--model", "bundled:town-instruct", "Who?")
    assert code == 0 and text.strip()


@pytest.mark.parametrize(
    ("options", "town", "names"),
    [
        ([], build_town, ("search", "look", "calculate")),
        (["--town", "test/1", "--sql"], lambda: held_out("test", 1),
         ("search", "look", "calculate", "sql")),
    ],
)  # fmt: skip
def test_the_server_offers_the_tools_of_the_town_that_is_named(options, town, names, monkeypatch):
    served = []

    class Server:
        def run(self, transport):
            served.append(transport)

    monkeypatch.setattr(mcp_server, "make_server", lambda tools: served.append(tools) or Server())
    code, text = invoke("mcp", *options)
    assert (code, text) == (0, ""), "stdout is the protocol's"
    tools, transport = served
    assert transport == "stdio" and tools.names == names
    person = town().people[0]
    assert tools["look"].run(f"{person.name}; job") == town_tools(town())["look"].run(
        f"{person.name}; job"
    )
    assert person.job in tools["look"].run(f"{person.name}; job")


def test_an_unknown_town_ends_the_server():
    with pytest.raises(ValueError, match='a town is "home"'):
        invoke("mcp", "--town", "moon")
