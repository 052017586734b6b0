"""Word problems: the program, the steps and the answer agree, and nothing held out leaks."""

import ast
import operator
import re

import pytest

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.problems.problem_stories import STORIES
from workbook.town.texts.problems.problems import calculate, problem
from workbook.town.writer import Writer

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}
STEP = re.compile(r"(\d+) ([-+x/]) (\d+) = (\d+)")


def made(town, split, count=400):
    return [problem(Writer(ChoiceSource(f"problem/{i}"), town, split)) for i in range(count)]


def run(program: str) -> int:
    """Evaluate a straight-line program of whole numbers without `eval`."""
    names: dict[str, int] = {}

    def value(node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return node.value
        if isinstance(node, ast.Name):
            return names[node.id]
        assert isinstance(node, ast.BinOp), ast.dump(node)
        return OPERATORS[type(node.op)](value(node.left), value(node.right))

    for line in ast.parse(program).body:
        assert isinstance(line, ast.Assign)
        names[line.targets[0].id] = value(line.value)
    return names["answer"]


@pytest.mark.parametrize("split", SPLITS)
def test_program_steps_and_answer_agree(town, split):
    for document in made(town, split):
        fields = document.fields
        assert str(run(fields["program"])) == fields["answer"]
        assert 1 <= len(fields["steps"]) <= 3
        assert fields["steps"][-1].endswith(f"= {fields['answer']}")
        for step, sign in zip(fields["steps"], fields["operations"], strict=True):
            left, shown, right, result = STEP.fullmatch(step).groups()
            assert shown == sign
            if sign == "/":  # the division comes out even
                assert int(left) == int(right) * int(result)
            else:
                does = {"+": operator.add, "-": operator.sub, "x": operator.mul}[sign]
                assert does(int(left), int(right)) == int(result)


def test_every_number_of_the_steps_is_in_the_question_or_an_earlier_step(town):
    """Guards against a story that hides a number the reader needs."""
    for document in made(town, "test"):
        known = set(re.findall(r"\d+", document.fields["question"]))
        for step in document.fields["steps"]:
            left, _, right, result = STEP.fullmatch(step).groups()
            assert {left, right} <= known, document.text
            known.add(result)


def test_true_numbers_are_the_towns(town):
    people = {p.name: p for p in town.people}
    places = {p.name: p for p in town.places}
    lines = {d.line: d for d in town.departures}
    seen = set()
    for document in made(town, "train", 800):
        for subject, relation, value in document.facts:
            row = people.get(subject) or places.get(subject) or lines[subject]
            assert str(getattr(row, relation)) == value
            if relation != "takes":
                assert subject in document.text
            assert re.search(rf"\b{value}\b", document.fields["question"])
            seen.add(relation)
    assert seen == {"birth_year", "opens", "closes", "founded", "takes"}


def test_there_are_many_stories_and_the_last_two_are_held_back(town):
    assert len(STORIES) >= 22
    texts = {split: "".join(d.text for d in made(town, split, 1500)) for split in SPLITS}
    assert "feet" in texts["validation"] and "feet" not in texts["train"] + texts["test"]
    assert "barrel" in texts["test"] and "barrel" not in texts["train"] + texts["validation"]


def test_uneven_division_is_refused():
    with pytest.raises(ValueError, match="come out even"):
        calculate(7, "/", 2)
    with pytest.raises(ValueError, match="come out even"):
        calculate(7, "/", 0)


def test_same_seed_same_text_and_no_slot_left_open(town):
    first, second = made(town, "train", 100), made(town, "train", 100)
    assert first == second
    assert not any("{" in d.text or "  " in d.text or not d.text.isascii() for d in first)


def test_train_names_nobody_held_out(town):
    held = [p.first for p in town.people if p.split != "train"]
    held += [p.name for p in town.places if p.split != "train"]
    words = set()
    for document in made(town, "train", 1000):
        words.update(re.findall(r"[A-Z]\w+", document.text))
        assert not any(name in document.text for name in held if " " in name)
    assert not words & {name for name in held if " " not in name}
