"""Prompting alone: what stands in each prompt, what fits the window, and what is read off."""

from statistics import fmean

import pytest
from tiny_tuning import tiny_model, tokenizer

from workbook.core.hub import load_model
from workbook.finetuning import families, prompted, templates
from workbook.finetuning.families import FAMILIES, cases
from workbook.town import build_town
from workbook.town.choices import ChoiceSource
from workbook.town.texts.dialogues.dialogues import dialogue
from workbook.town.writer import Writer


def test_the_dialogue_is_found_in_every_request():
    for index in range(60):
        seed = f"finetuning/cases/summarise/test/test/{families.SEED}/{index}"
        talk = dialogue(Writer(ChoiceSource(seed), build_town(), "test", "test")).fields
        case = cases("summarise", index + 1, phrasings="test")[index]
        assert case.reference == talk["summary"]
        assert prompted.dialogue_of(case.prompt) == talk["dialogue"]


def test_prompts_are_what_they_are_called():
    case = cases("summarise", 1)[0]
    talk = prompted.dialogue_of(case.prompt)
    pattern = f"Dialogue:\n{talk}\nSummary:"
    assert prompted.build_prompt("plain", case) == f"{case.prompt}\n"
    assert prompted.build_prompt("pattern", case) == pattern
    shots = prompted.build_prompt("few-shot", case, shots=2)
    assert shots.endswith(f"\n\n{pattern}") and shots.count("Summary: ") == 2
    with pytest.raises(ValueError, match="no way of prompting is called 'loud'"):
        prompted.prompted("loud", None, None, [case])


def test_solved_examples_are_dropped_where_the_window_is_too_small():
    """A talk of 216 tokens and a solved one of 199 once overran the window of 512."""
    case = cases("summarise", 1)[0]
    whole, none = (prompted.build_prompt("few-shot", case, shots) for shots in (3, 0))
    length = len(tokenizer().encode(whole, add_special_tokens=False))
    fitted = [prompted._fitting("few-shot", case, 3, tokenizer(), r) for r in (length, length - 1)]
    assert fitted[0] == whole and fitted[1] == prompted.build_prompt("few-shot", case, 2)
    assert prompted._fitting("few-shot", case, 3, tokenizer(), 1) == none
    asked = cases("summarise", 40)
    longest = [max(asked, key=lambda case: len(case.prompt))]
    assert prompted.prompted("few-shot", tiny_model(), tokenizer(), longest, shots=9)


def test_going_on_is_what_transformers_writes():
    """Parity of two engines: ours on the rendered chat, transformers' behind `ask`."""
    model, asked = load_model("bundled:town-lm"), cases("summarise", 4)
    theirs = prompted.prompted("chat", model, tokenizer(), asked)
    rendered = [f"<|user|>\n{case.prompt}<|end|>\n<|assistant|>\n" for case in asked]
    limit = FAMILIES["summarise"].max_new_tokens
    ours = prompted.go_on(model, tokenizer(), rendered, limit)
    assert [text.strip() for text in ours] == theirs


def test_the_pattern_beats_the_request_it_never_saw():
    """The lesson's surprise: the base model can summarise, it only does not know when."""
    model, asked = load_model("bundled:town-lm"), cases("summarise", 8)
    references = [case.reference for case in asked]
    scores = {
        way: fmean(families.rouge(
            prompted.prompted(way, model, tokenizer(), asked), references)["rouge1"])
        for way in ("chat", "pattern")
    }  # fmt: skip
    assert scores["pattern"] > scores["chat"] + 0.4


def test_new_words_ask_for_the_same_talks():
    """Most cases of the test split use known requests, so "new phrasings" were once mostly old."""
    asked = cases("summarise", 12)
    reworded = prompted.in_new_words(asked)
    known = {case.prompt for case in asked}
    new = templates.patterns("summarise", "test")[-1]
    for case, again in zip(asked, reworded, strict=True):
        assert (again.reference, again.id) == (case.reference, case.id)
        talk = prompted.dialogue_of(case.prompt)
        assert again.prompt == new.format(dialogue=talk) and again.prompt not in known
        assert prompted.dialogue_of(again.prompt) == talk
    of_the_split = cases("summarise", 24, phrasings="test")
    request = new.splitlines()[-1]
    assert sum(request in case.prompt for case in of_the_split) == 4


def test_an_answer_is_the_first_line_of_what_is_written(monkeypatch):
    """A base model goes on with the next talk; that is no part of the summary."""
    asked, given = cases("summarise", 2), []

    def go_on(model, tokenizer, prompts, limit):
        given.extend(prompts)
        return ["\n Ada is ill. \n\nDialogue:\nBo: Hi.", ""]

    monkeypatch.setattr(prompted, "go_on", go_on)
    said = prompted.prompted("pattern", tiny_model(), tokenizer(), asked)
    assert said == ["Ada is ill. ", ""]
    assert given == [prompted.build_prompt("pattern", case) for case in asked]


def test_answers_stay_with_their_prompts_whatever_the_batch(monkeypatch):
    """Prompts are read in the order of their lengths."""
    model = load_model("bundled:town-lm")
    prompts = [prompted.build_prompt("pattern", case) for case in cases("summarise", 3)]
    prompts.sort(key=len, reverse=True)
    together = prompted.go_on(model, tokenizer(), prompts, 6)
    monkeypatch.setattr(prompted, "BATCH", 1)
    alone = prompted.go_on(model, tokenizer(), prompts, 6)
    assert together == alone and len(set(alone)) == 3
