"""Models that answer: greedy as transformers is, sure as they are, and with a memory."""

import copy
import dataclasses
import json
import sqlite3
from contextlib import closing

import pytest
import torch
from typer.testing import CliRunner

from workbook import cli
from workbook.core.hub import load_model, load_tokenizer
from workbook.evaluation import memory, suite, systems
from workbook.evaluation.suite_tasks import TASKS, cases
from workbook.town_lm.quality import reply

TASK = TASKS["open_book"]


@pytest.fixture(scope="module")
def town():
    return load_model("bundled:town-instruct"), load_tokenizer("bundled:town-instruct")


def model(town, memory=None):
    return systems.Model(*town, "town", memory)


def test_answers_are_those_of_transformers(town):
    asked = cases("open_book", 9)
    ours = model(town).answer(TASK, asked)
    theirs = reply(*town, [case.prompt for case in asked], TASK.limit)
    assert [answer.text for answer in ours] == theirs


def test_confidence_is_the_probability_of_the_answer(town):
    """ln p of the tokens said, computed again in one pass over the whole text."""
    ours = model(town)
    lm, tokenizer = town
    asked = cases("open_book", 4)
    for case, answer in zip(asked, ours.answer(TASK, asked), strict=True):
        prompt = tokenizer.encode(ours.wrap(case.prompt), add_special_tokens=False)
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
    monkeypatch.setattr(systems, "greedy_answers", lambda *_: calls.append(1))
    assert model(town, file).answer(TASKS["sentiment"], asked) == first
    assert not calls


def test_a_killed_run_keeps_its_batches(town, tmp_path, monkeypatch):
    file, asked = tmp_path / "answers.sqlite", cases("sentiment", 6)
    monkeypatch.setattr(systems.Model, "BATCH", 2)
    real, calls = systems.greedy_answers, []

    def dies_at_the_third(*arguments):
        calls.append(len(arguments[2]))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(systems, "greedy_answers", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        model(town, file).answer(TASKS["sentiment"], asked)
    assert len(model(town, file).answer(TASKS["sentiment"], asked)) == 6
    assert calls == [2, 2, 2, 2], "the last batch only was asked again"


def test_another_model_has_another_memory(town, tiny_llama):
    """Every weight counts, the first and the last; guards against a hash of one of them."""
    tokenizer, weights = town[1], dict(tiny_llama.named_parameters())
    before = systems.fingerprint(tiny_llama, tokenizer)
    assert systems.fingerprint(tiny_llama, tokenizer) == before
    seen = {before}
    for name in (next(iter(weights)), "lm_head.weight"):
        with torch.no_grad():
            weights[name][0, 0] += 1e-3
        seen.add(systems.fingerprint(tiny_llama, tokenizer))
    assert len(seen) == 3


def test_a_buffer_of_one_number_counts(town, tiny_llama):
    """Guards against a RuntimeError: a tensor without dimensions cannot be viewed as bytes."""
    tiny_llama.register_buffer("step", torch.tensor(3.0))
    before = systems.fingerprint(tiny_llama, town[1])
    tiny_llama.step += 1
    assert systems.fingerprint(tiny_llama, town[1]) != before


def test_config_tokenizer_and_end_count_too(town, tiny_llama):
    """The same weights answer otherwise with another end, another merge, another theta."""
    tokenizer = copy.deepcopy(town[1])
    seen = [systems.fingerprint(tiny_llama, tokenizer)]
    tiny_llama.generation_config.eos_token_id = 7
    seen.append(systems.fingerprint(tiny_llama, tokenizer))
    tiny_llama.config.rope_parameters = {"rope_theta": 7.0, "rope_type": "default"}
    seen.append(systems.fingerprint(tiny_llama, tokenizer))
    tokenizer.add_tokens(["brinock"])
    seen.append(systems.fingerprint(tiny_llama, tokenizer))
    tiny_llama.generation_config.eos_token_id = None  # then the tokenizer says where a text ends
    seen.append(systems.fingerprint(tiny_llama, tokenizer))
    tokenizer.eos_token = "<|extra_7|>"
    seen.append(systems.fingerprint(tiny_llama, tokenizer))
    assert len(set(seen)) == 6
    tokenizer(["a", "a b"], padding=True)  # leaves its padding behind in the tokenizer
    tiny_llama.config._name_or_path = "elsewhere"
    assert systems.fingerprint(tiny_llama, tokenizer) == seen[-1]


def test_an_answer_is_known_by_model_limit_prompt_and_version(monkeypatch):
    """Guards against a summary cut at 8 tokens that answers for one of 110."""
    asked = [("m", 8, "Who?"), ("m", 9, "Who?"), ("n", 8, "Who?"), ("m", 8, "Why?")]
    before = [memory.key(*one) for one in asked]
    monkeypatch.setattr(memory, "VERSION", memory.VERSION + 1)
    after = [memory.key(*one) for one in asked]
    assert len({*before, *after}) == 8


def test_another_limit_is_asked_again(town, tmp_path):
    ours = model(town, tmp_path / "answers.sqlite")
    asked, short = cases("open_book", 3), dataclasses.replace(TASK, limit=2)
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
    prompts = [town[1].encode(ours.wrap(c.prompt), add_special_tokens=False) for c in asked]
    needed = max(map(len, prompts)) + TASK.limit
    monkeypatch.setattr(town[0].config, "max_position_embeddings", needed)
    assert len(ours.answer(TASK, asked)) == 3
    monkeypatch.setattr(town[0].config, "max_position_embeddings", needed - 1)
    with pytest.raises(ValueError, match=f"reads at most {needed - 1} tokens.* needs {needed} "):
        ours.answer(TASK, asked)


def test_a_model_without_chat_template_is_asked_too(town, monkeypatch):
    monkeypatch.setattr(town[1], "chat_template", None)
    ours = model(town)
    assert ours.wrap("Who?").endswith("Who?\n")
    assert len(ours.answer(TASK, cases("open_book", 2))) == 2


def test_an_encoder_decoder_is_asked_too(town):
    """Its answer begins in a text of its own: nothing of it is the prompt."""
    from transformers import GenerationConfig, T5Config, T5ForConditionalGeneration

    torch.manual_seed(3)
    config = T5Config(
        vocab_size=len(town[1]), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        decoder_start_token_id=0, eos_token_id=town[1].eos_token_id, pad_token_id=0,
    )  # fmt: skip
    lm = T5ForConditionalGeneration(config).eval()
    lm.generation_config = GenerationConfig(
        decoder_start_token_id=0, eos_token_id=town[1].eos_token_id, pad_token_id=0
    )
    prompts = ["Who lives in Needle Walk?", "A longer question about the town of Brindlemere: who?"]
    together = systems.greedy_answers(lm, town[1], prompts, 6)
    alone = [systems.greedy_answers(lm, town[1], [prompt], 6)[0] for prompt in prompts]
    for (text, log_prob, tokens), one in zip(together, alone, strict=True):
        assert (text, tokens) == (one[0], one[2]) and 1 <= tokens <= 6
        assert log_prob == pytest.approx(one[1], abs=1e-3) and log_prob < 0


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
    assert row["made"]["versions"]["torch"] == torch.__version__
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


def test_a_wrong_name_of_a_task_is_one_sentence():
    result = CliRunner().invoke(cli.app, ["evaluate", "--model", "floor", "--task", "poetry"])
    assert isinstance(result.exception, ValueError)
    assert str(result.exception).startswith("no task is called 'poetry'")


def test_recorded_results_are_those_of_the_shipped_model(town):
    """The record says what the model says: the first cases of each short task, asked again."""
    for result in suite.recorded()["town-instruct"]:
        if TASKS[result.task].limit < 10:
            again = suite.run_task(model(town), result.task, 16)
            pairs = zip(again.scores["plain"], result.scores["plain"], strict=False)
            assert sum(new == old for new, old in pairs) >= 15, "another chip may round once"
