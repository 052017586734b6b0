"""Models that answer: greedy as transformers is, sure as they are, and with a memory."""

import json

import pytest
import torch
from typer.testing import CliRunner

from workbook import cli
from workbook.core.hub import load_model, load_tokenizer
from workbook.evaluation import suite, systems
from workbook.evaluation.suite_tasks import TASKS, cases
from workbook.training.town_quality import reply

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
    assert systems.fingerprint(town[0]) == systems.fingerprint(town[0])
    before = systems.fingerprint(tiny_llama)
    with torch.no_grad():
        tiny_llama.lm_head.weight[0, 0] += 1e-3
    assert systems.fingerprint(tiny_llama) != before


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


def test_the_command_scores_any_folder(tmp_path, town, monkeypatch):
    lm, tokenizer = town
    lm.save_pretrained(tmp_path / "mine")
    tokenizer.save_pretrained(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(suite, "recorded_path", lambda: tmp_path / "runs" / "suite.jsonl")
    arguments = ["--model", "mine", "--cases", "4", "--task", "sentiment", "--record"]
    result = CliRunner().invoke(cli.app, ["evaluate", *arguments])
    assert result.exit_code == 0, result.output
    assert "sentiment" in result.output and "the town suite" in result.output
    row = json.loads((tmp_path / "runs" / "suite.jsonl").read_text(encoding="utf-8"))
    assert (row["system"], row["task"], len(row["scores"]["plain"])) == ("mine", "sentiment", 4)
    assert row["made"]["versions"]["torch"] == torch.__version__
    assert (tmp_path / "home" / "answers.sqlite").exists()


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
