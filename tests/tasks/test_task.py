"""A case and a task: names, and that neither can be changed on the way."""

import dataclasses

import pytest

from workbook.tasks.task import Case, Task

RHYME = Task(
    "rhyme", "find a rhyme", "exact match", 8, False,
    lambda answer, case: float(answer == case.reference), lambda prompt: prompt,
)  # fmt: skip


def test_a_case_says_of_which_task_it_is():
    assert Case("open_book/17", "Who?", "Ada.").task == "open_book"
    assert Case("mine/a/b", "", "").task == "mine" and Case("bare", "", "").task == "bare"


def test_a_task_is_found_by_its_name_and_a_wrong_name_lists_all():
    tasks = {"rhyme": RHYME, "echo": dataclasses.replace(RHYME, name="echo")}
    assert Task.by_name(tasks, "echo") is tasks["echo"]
    with pytest.raises(ValueError, match="there is no task 'ryhme'; there are: rhyme, echo.") as no:
        Task.by_name(tasks, "ryhme")
    assert "\n" not in str(no.value)
    with pytest.raises(ValueError, match="there is no task 'x'"):
        Task.by_name({}, "x")


def test_a_case_and_a_task_stay_as_they_are():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Case("a/0", "", "").reference = "else"
    with pytest.raises(dataclasses.FrozenInstanceError):
        RHYME.score = None
    assert RHYME.write is None and RHYME.labels == (), "a lesson's own task needs neither"
