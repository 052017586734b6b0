"""`workbook ask`: a trace of the planner, as text and as JSON, and mistakes in one sentence."""

import pytest
from typer.testing import CliRunner

from workbook import cli
from workbook.react import Trace, agent
from workbook.react.pal import isolation
from workbook.react.tasks import questions

CASE = questions(1)[0]


def ask(*arguments):
    result = CliRunner().invoke(cli.app, ["ask", *arguments])
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


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
