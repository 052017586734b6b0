"""Programs: run and recomputed, costs by hand, and shapes and pairs held apart by split."""

import math
import re

import pytest
from worked_programs import made, run
from worked_sums import PAIR, owner

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.problems.problem_chats import problem_chat, worked_problem
from workbook.town.texts.problems.program_phrases import LATER_PROGRAM, READ_PROGRAM, SHAPES
from workbook.town.texts.problems.programs import TASKS, program, program_chat
from workbook.town.writer import Writer


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("task", TASKS)
def test_raw_programs_give_their_results(town, task, split):
    for document in made(town, program, split, task=task):
        fields, parts = document.fields, document.text.split("\n\n")
        assert len(parts) in ((1, 2) if task == "write" else (2, 3, 4))
        for part, code, result in zip(parts, fields["programs"], fields["results"], strict=True):
            shown = re.fullmatch(r"(?:Problem: (.*)\n)?Program:\n(.*)\nResult: (\d+)", part, re.S)
            assert shown[2] == code and shown[3] == result == run(code)
            assert (shown[1] is None) == (task == "read")
            if task == "write":
                assert shown[1] in fields["questions"]
                numbers = re.findall(r"= (\d+)", code)  # all that is needed stands in the question
                assert set(numbers) <= set(re.findall(r"\d+", shown[1]))
        assert fields["answer"] == fields["results"][-1] and fields["task"] == task
        assert len(document.text) < 1200 and document.text.isascii() and document.nats > 0


@pytest.mark.parametrize("task", TASKS)
def test_program_chats_agree_with_their_fields(town, task):
    turns = set()
    for document in made(town, program_chat, task=task):
        fields = document.fields
        contents = [m["content"] for m in fields["messages"]]
        turns.add(len(contents) // 2)
        rows = zip(
            contents[::2], contents[1::2], fields["programs"], fields["results"], strict=True
        )
        for asked, answer, code, result in rows:
            assert run(code) == result
            assert answer == (code if task == "write" else result)
            assert (fields["questions"][0] if task == "write" else code) in asked
        assert fields["family"] == "program" and fields["answer"] == contents[-1]
    assert turns == ({1} if task == "write" else {1, 2, 3})


def test_training_never_shows_a_kept_pair(town):
    for make in (problem_chat, worked_problem, program, program_chat):
        for document in made(town, make, count=400):
            for step in document.fields.get("steps", ()):
                left, _, right = step.split()[:3]
                assert min(int(left), int(right)) < 10 or owner(int(left), int(right)) == "train"
            for left, right in PAIR.findall(document.text):
                assert owner(int(left), int(right)) == "train", document.text


def test_nats_of_a_chat_about_one_program(town):
    """By hand for `answer = 1 ... * 2`: one of three lengths, a shape, a count, a request."""
    documents = made(town, program_chat, count=600, task="read")
    doubled = [d for d in documents if [c.count("* 2") for c in d.fields["programs"]] == [1]]
    hand = math.log(3 * (len(SHAPES) - 2) * 7 * (len(READ_PROGRAM.all) - 2))
    doubled = [d for d in doubled if d.fields["programs"][0].startswith("answer = 1\nfor day")]
    assert doubled and all(d.nats == pytest.approx(hand) for d in doubled)


def test_shapes_and_requests_are_held_back(town):
    def texts(split):
        return "\n".join(d.text for d in made(town, program_chat, split, count=300, task="read"))

    marks = {
        "validation": r"else:\n    answer = \w+ - \w+",
        "test": r"    if \w+ < \d+:\n        answer = answer \+ [a-z]",
    }
    for owner_split, mark in marks.items():
        assert [s for s in SPLITS if re.search(mark, texts(s))] == [owner_split]
    for phrases in (READ_PROGRAM, LATER_PROGRAM):
        for split, pattern in zip(("validation", "test"), phrases.all[-2:], strict=True):
            words = re.sub(r"\n?\{program\}\n*", "", pattern)
            assert [s for s in SPLITS if words in texts(s)] == [split]


@pytest.mark.parametrize(
    "make, option", [(program, "task"), (program_chat, "task"), (problem_chat, "way")]
)
def test_bad_options_are_refused(town, make, option):
    with pytest.raises(ValueError, match="choose one of"):
        make(Writer(ChoiceSource(0), town, "train"), **{option: "sing"})


@pytest.mark.parametrize("make", (program, program_chat, problem_chat, worked_problem))
def test_seeds_repeat_and_texts_differ(town, make):
    documents = made(town, make, count=2000)
    assert documents[:50] == made(town, make, count=50)
    assert len({re.sub(r"\d+|[A-Z]\w+", "0", d.text) for d in documents}) > 500
    assert len({d.text for d in documents}) > 1950
    assert not any(re.search(r"\{|\}|[a-z]  | [.]", d.text) for d in documents)


def test_training_names_nobody_held_out(town):
    held = [p.name for p in town.people if p.split != "train"]
    held += [p.name for p in town.places if p.split != "train"]
    text = "\n".join(d.text for d in made(town, program, count=400, task="write"))
    assert not any(name in text for name in held)
