"""Models that answer: greedy as transformers is, sure as they are, and with a memory."""

import dataclasses
import json
import sqlite3
from contextlib import closing

import pytest
import torch
from typer.testing import CliRunner

from workbook import cli
from workbook.core.hub import load_model, load_tokenizer
from workbook.evaluation import suite, systems
from workbook.inference import chat_ids, complete
from workbook.tasks import TASKS, cases

TASK = TASKS["open_book"]


@pytest.fixture(scope="module")
def town():
    return load_model("bundled:town-instruct"), load_tokenizer("bundled:town-instruct")


def model(town, cache=None):
    return systems.Model(*town, "town", cache)


def test_answers_are_those_of_transformers(town):
    asked = cases("open_book", 9)
    ours = model(town).answer(TASK, asked)
    theirs = complete(*town, [case.prompt for case in asked], TASK.max_new_tokens)
    assert [answer.text for answer in ours] == [answer.text for answer in theirs]


def test_confidence_is_the_probability_of_the_answer(town):
    """ln p of the tokens said, computed again in one pass over the whole text."""
    ours = model(town)
    lm, tokenizer = town
    asked = cases("open_book", 4)
    for case, answer in zip(asked, ours.answer(TASK, asked), strict=True):
        prompt = chat_ids(tokenizer, case.prompt)
        said = tokenizer.encode(answer.text, add_special_tokens=False) + [tokenizer.eos_token_id]
        assert len(said) == answer.tokens
        with torch.no_grad():
            logits = lm(torch.tensor([prompt + said])).logits[0].log_softmax(-1)
        places = range(len(prompt) - 1, len(prompt) + len(said) - 1)
        log_prob = sum(logits[i, t].item() for i, t in zip(places, said, strict=True))
        assert answer.log_prob == pytest.approx(log_prob, abs=1e-3)


def test_a_batch_of_one_gives_the_same_answers(town):
    asked = cases("extract", 5)
    together = model(town).answer(TASKS["extract"], asked)
    alone = [model(town).answer(TASKS["extract"], [case])[0] for case in asked]
    assert [a.text for a in together] == [a.text for a in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.log_prob == pytest.approx(other.log_prob, abs=1e-3)


def test_what_was_answered_is_not_asked_again(town, tmp_path, monkeypatch):
    file, asked = tmp_path / "answers.sqlite", cases("sentiment", 6)
    first = model(town, file).answer(TASKS["sentiment"], asked)
    calls = []
    monkeypatch.setattr(systems, "complete_ids", lambda *_: calls.append(1))
    assert model(town, file).answer(TASKS["sentiment"], asked) == first
    assert not calls


def test_a_killed_run_keeps_its_batches(town, tmp_path, monkeypatch):
    file, asked = tmp_path / "answers.sqlite", cases("sentiment", 6)
    monkeypatch.setattr(systems.Model, "BATCH", 2)
    real, calls = systems.complete_ids, []

    def dies_at_the_third(*arguments):
        calls.append(len(arguments[2]))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(systems, "complete_ids", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        model(town, file).answer(TASKS["sentiment"], asked)
    assert len(model(town, file).answer(TASKS["sentiment"], asked)) == 6
    assert calls == [2, 2, 2, 2], "the last batch only was asked again"


def test_another_limit_is_asked_again(town, tmp_path):
    ours = model(town, tmp_path / "answers.sqlite")
    asked, short = cases("open_book", 3), dataclasses.replace(TASK, max_new_tokens=2)
    assert [answer.tokens for answer in ours.answer(short, asked)] == [2, 2, 2]
    assert all(answer.tokens > 2 for answer in ours.answer(TASK, asked))


@pytest.mark.parametrize("fault", ["damaged", "foreign", "no folder"])
def test_a_memory_that_cannot_be_used_is_a_warning_once(town, tmp_path, fault):
    file = tmp_path / "answers.sqlite"
    if fault == "damaged":
        file.write_bytes(b"no database at all, " * 100)
    elif fault == "foreign":
        with closing(sqlite3.connect(file)) as store, store:
            store.execute("CREATE TABLE answers (other TEXT)")
    else:
        (tmp_path / "home").write_text("a file where a folder should be", encoding="utf-8")
        file = tmp_path / "home" / "answers.sqlite"
    ours, asked = model(town, file), cases("sentiment", 2)
    with pytest.warns(UserWarning, match="Answers are not kept") as found:
        said = ours.answer(TASKS["sentiment"], asked)
    assert len(found) == 1 and "\n" not in str(found[0].message)
    again = model(town).answer(TASKS["sentiment"], asked)
    assert [answer.text for answer in said] == [answer.text for answer in again]


def test_a_question_too_long_for_the_window_is_refused_before_it_is_asked(town, monkeypatch):
    """Guards against an IndexError from inside a model with learned positions."""
    ours, asked = model(town), cases("open_book", 3)
    prompts = [chat_ids(town[1], case.prompt) for case in asked]
    needed = max(map(len, prompts)) + TASK.max_new_tokens
    monkeypatch.setattr(town[0].config, "max_position_embeddings", needed)
    assert len(ours.answer(TASK, asked)) == 3
    monkeypatch.setattr(town[0].config, "max_position_embeddings", needed - 1)
    with pytest.raises(ValueError, match=f"reads at most {needed - 1} tokens.* needs {needed} "):
        ours.answer(TASK, asked)


def test_a_model_without_chat_template_is_asked_too(town, monkeypatch):
    monkeypatch.setattr(town[1], "chat_template", None)
    ours = model(town)
    assert len(ours.answer(TASK, cases("open_book", 2))) == 2


def test_the_command_scores_any_folder_and_keeps_it_apart(tmp_path, town, monkeypatch):
    """Guards against two faults: a learner's run of four cases that replaced the course's 200, and
    every training run recorded as "final"."""
    lm, tokenizer = town
    lm.save_pretrained(tmp_path / "mine" / "final")
    tokenizer.save_pretrained(tmp_path / "mine" / "final")
    monkeypatch.chdir(tmp_path / "mine")
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path / "home"))
    before = suite.recorded_path().read_bytes()
    arguments = ["--model", "final", "--cases", "4", "--task", "sentiment", "--record"]
    result = CliRunner().invoke(cli.app, ["evaluate", *arguments])
    assert result.exit_code == 0, result.output
    assert "sentiment" in result.output and "the town suite" in result.output
    file = tmp_path / "home" / "suite.jsonl"
    row = json.loads(file.read_text(encoding="utf-8"))
    assert (row["system"], row["task"]) == ("mine/final", "sentiment")
    assert len(row["scores"]["plain"]) == 4 and str(file) in result.output.replace("\n", "")
    assert row["stamp"]["versions"]["torch"] == torch.__version__
    assert (tmp_path / "home" / "answers.sqlite").exists()
    assert suite.recorded_path().read_bytes() == before


@pytest.mark.parametrize("asked", ["nothing-here", "bundled:", "bundled:nobody", "./no/such", ""])
def test_a_wrong_name_says_what_may_be_named(asked):
    with pytest.raises(ValueError, match="^there is no model at .*owner/name@revision") as error:
        suite.open_system(asked)
    assert "\n" not in str(error.value) and "WORKBOOK" not in str(error.value)


def test_a_hub_id_needs_its_revision():
    with pytest.raises(ValueError, match="needs its revision"):
        suite.open_system("owner/name")


def test_a_model_without_tokenizer_is_told_so(tmp_path, tiny_llama):
    tiny_llama.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="has no tokenizer that can be read; save it") as error:
        suite.open_system(str(tmp_path))
    assert "\n" not in str(error.value)


def test_a_tokenizer_that_fits_another_model_is_one_sentence(tmp_path, town, tiny_llama):
    """Fault A12: an IndexError from inside the model; right is one sentence and exit code 2."""
    tiny_llama.save_pretrained(tmp_path)
    town[1].save_pretrained(tmp_path)
    result = CliRunner().invoke(cli.app, ["evaluate", "--model", str(tmp_path), "--cases", "1"])
    assert isinstance(result.exception, ValueError) and not result.output
    said = str(result.exception)
    assert "the tokenizer's ids go up to" in said and "has rows for 97 ids" in said
    assert "\n" not in said


def test_a_wrong_name_of_a_task_is_one_sentence():
    result = CliRunner().invoke(cli.app, ["evaluate", "--model", "baseline", "--task", "poetry"])
    assert isinstance(result.exception, ValueError)
    assert str(result.exception).startswith("there is no task 'poetry'")


def test_recorded_results_are_those_of_the_shipped_model(town):
    """The record says what the model says: the first cases of each short task, asked again."""
    for result in suite.recorded()["town-instruct"]:
        if TASKS[result.task].max_new_tokens < 10:
            again = suite.run_task(model(town), result.task, 16)
            pairs = zip(again.scores["plain"], result.scores["plain"], strict=False)
            assert sum(new == old for new, old in pairs) >= 15, "another chip may round once"
