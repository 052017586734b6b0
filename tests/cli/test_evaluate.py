"""`workbook evaluate`: which tasks a system is asked, what becomes of the results; `score`."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.evaluation import score_csv, suite, suite_report


def test_evaluate_refuses_an_unknown_task_before_any_bar_or_model(monkeypatch, call):
    """C12"""
    monkeypatch.setattr(suite, "open_system", lambda asked: pytest.fail("a model was loaded"))
    with pytest.raises(ValueError, match="there is no task 'foo'; there are: "):
        call("evaluate", "--task", "foo")
    with pytest.raises(ValueError, match="there is no task 'foo'"):
        suite.run(suite.Baseline(), 1, ["foo"])


@pytest.fixture
def asked(monkeypatch):
    """What the suite was asked for, in order; nothing is measured."""
    calls = []

    def run(*given):
        calls.append(("run", *given))
        return ["a result"]

    def save(results):
        calls.append(("save", results))
        return Path("mine/suite.jsonl")

    monkeypatch.setattr(suite, "open_system", lambda name: name.upper())
    monkeypatch.setattr(suite, "run", run)
    monkeypatch.setattr(suite, "save", save)
    monkeypatch.setattr(suite_report, "printed", lambda results: f"the table of {results}")
    return calls


def test_all_tasks_are_asked_by_default_and_nothing_is_kept(asked, call):
    code, printed = call("evaluate")
    assert (code, printed) == (0, "the table of ['a result']\n")
    assert asked == [("run", "BUNDLED:TOWN-INSTRUCT", suite.CASES, tuple(suite.ALL))]


def test_tasks_keep_the_order_in_which_they_are_asked_for(asked, call):
    second, first = suite.ALL[1], suite.ALL[0]
    words = ("--model", "ceiling", "--cases", "3", "--task", second, "--task", first, "--record")
    code, printed = call("evaluate", *words)
    assert code == 0 and printed.endswith("\nrecorded in mine/suite.jsonl\n")
    assert asked == [("run", "CEILING", 3, (second, first)), ("save", ["a result"])]
    assert call("evaluate", "--cases", "0")[0] == 2 and len(asked) == 2


def test_a_rule_is_measured_and_recorded_beside_the_learners_progress(call, monkeypatch, tmp_path):
    monkeypatch.setattr(suite, "own_path", lambda: tmp_path / "suite.jsonl")
    words = ("--model", "ceiling", "--cases", "2", "--task", suite.ALL[0], "--record")
    code, printed = call("evaluate", *words)
    assert code == 0 and "ceiling" in printed and "1.00" in printed
    (results,) = suite.recorded(tmp_path / "suite.jsonl").values()
    assert [(each.task, each.scores["plain"]) for each in results] == [(suite.ALL[0], [1.0, 1.0])]


def test_a_model_that_is_not_there_is_one_sentence(call):
    with pytest.raises(ValueError, match="^there is no model at 'bundled:nobody': give a folder"):
        call("evaluate", "--model", "bundled:nobody")


def test_score_prints_the_scores_of_a_table(call, tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("human_baseline_summaries,my_summaries\nA goose,A goose\n", encoding="utf-8")
    code, printed = call("score", str(file), "--seed", "7")
    assert code == 0 and printed.splitlines() == score_csv.score_lines(file, 7)
    with pytest.raises(ValueError, match="there is no table at"):
        call("score", str(tmp_path / "none.csv"))
