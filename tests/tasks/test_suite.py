"""Tasks and their scores: one mark for an answer everywhere, and cases that stay the same."""

import pytest

from workbook.evaluation import suite
from workbook.finetuning import families
from workbook.tasks import TASKS, Case, cases, score, task_named
from workbook.tasks.suite import draw_cases

STEPS = "3 x 4 = 12\n12 + 7 = 19\nAnswer: 19"
MARKS = [  # task, reference, answer, mark
    ("entailment", "Yes.", "Yes", 1.0),
    ("entailment", "Yes.", "yes.", 1.0),
    ("entailment", "Yes.", "No.", 0.0),
    ("sentiment", "Mixed.", " Mixed\n", 1.0),
    ("open_book", "The Old Oar Inn.", "Old Oar Inn", 1.0),
    ("translate", "Zo it be.", "zo it be", 1.0),
    ("arithmetic", STEPS, "Answer: 19", 1.0),
    ("arithmetic", STEPS, "12 + 7:\n  12\n+  7\n  19\nAnswer: 19.", 1.0),
    ("arithmetic", STEPS, "It is 19", 1.0),
    ("arithmetic", STEPS, "Answer: 12\nNo. Answer: 19 boats", 1.0),
    ("arithmetic", STEPS, "3 x 4 = 12\n12 + 7 = 19\nAnswer: 12", 0.0),
    ("arithmetic", STEPS, "3 x 4 = 12\n12 + 7 = 19\nAnswer:", 0.0),
    ("arithmetic", STEPS, "", 0.0),
    ("arithmetic", STEPS, "Answer: -19", 0.0),
    ("arithmetic", STEPS, "Answer: 12+7=19", 1.0),
    ("arithmetic", STEPS, "Answer: 31-12 = £19.", 1.0),
    ("arithmetic", "Answer: 1204", "Answer: 1,204", 1.0),
    ("extract", "name: Ada Hull\nday: Friday", "day: Friday\nname: Ada", 0.5),
]


@pytest.mark.parametrize(("task", "reference", "answer", "mark"), MARKS)
def test_an_answer_gets_one_mark_everywhere(task, reference, answer, mark):
    """Fault A17: "Yes" for "Yes." was 0.0 in lesson 08 and 1.0 in lesson 09."""
    case = Case(task, "", reference)
    assert score(task, [answer], [case]) == [pytest.approx(mark)]
    assert families.score(task, [answer], [case]) == [pytest.approx(mark)]
    assert suite.TASKS[task] is families.FAMILIES[task] is TASKS[task]


@pytest.mark.parametrize("task", ["entailment", "sentiment", "translate", "arithmetic"])
def test_the_bars_of_the_towns_models_give_the_same_marks(task):
    """Fault A17, in the third suite: the bars compared word for word."""
    from workbook.town_lm import bars_cases

    for name, reference, answer, mark in MARKS:
        if name == task:
            assert bars_cases.task_right(task, answer, reference) is (mark == 1.0)


@pytest.mark.parametrize("task", TASKS)
def test_the_reference_gets_one_and_silence_and_the_baseline_less(task):
    asked = cases(task, 30)
    assert asked == cases(task, 30) and asked[:10] == cases(task, 10)
    assert {case.task for case in asked} == {task}
    assert score(task, [case.reference for case in asked], asked) == [1.0] * 30
    assert score(task, [""] * 30, asked) == [0.0] * 30
    baseline = score(task, [TASKS[task].baseline(case.prompt) for case in asked], asked)
    assert 0 <= sum(baseline) < 21


def test_answers_of_column_work_fit():
    """The steps of a word problem carry their columns: 60 tokens cut them off before the answer."""
    from workbook.core.hub import load_tokenizer

    tokenizer = load_tokenizer("bundled:town-instruct")
    longest = max(len(tokenizer.encode(case.reference)) for case in cases("arithmetic", 60))
    assert longest < TASKS["arithmetic"].max_new_tokens


def test_a_stream_of_ones_own_draws_other_cases():
    task = task_named("polite")
    first = draw_cases(task, 5, "mine")
    assert first == draw_cases(task, 9, "mine")[:5] != draw_cases(task, 5, "yours")
    assert first != draw_cases(task, 5, "mine", "train")


def test_mistakes_are_one_sentence():
    for call, says in (
        (lambda: cases("poetry", 3), "there is no task 'poetry'; there are: open_book, "),
        (lambda: cases("polite", 0), "at least one case"),
        (lambda: score("polite", ["a", "b"], cases("polite", 3)), "3 cases need as many answers"),
    ):
        with pytest.raises(ValueError, match=says) as error:
            call()
        assert "\n" not in str(error.value)
