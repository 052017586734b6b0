"""Answers executed in a kernel: each exercise has its own findings or the cause of having none."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import torch
from released import RIGHT

from workbook.core.exercises.checks import Check
from workbook.core.exercises.exercise import Exercise
from workbook.grading import edition, manifest, session
from workbook.grading.session import Work
from workbook.grading.transplant import Answer

DOUBLES = Check("doubles", lambda f, seed: None if f(seed) == 2 * seed else "it is no double.")
TWICE = Check("twice", lambda f, seed: None if f(f(seed)) == 4 * seed else "twice is wrong.")
ZERO = Check("keeps 0", lambda f, seed: None if f(0) == 0 else "0 changes.")
FUNCTION = Exercise(
    "a.double", "Double", 1, 1, 1, (DOUBLES, TWICE, ZERO), ("a", "b", "c"), lambda n: 2 * n
)
IS_3 = Check("is 3", lambda given, seed: None if given == 3 else "it is another number.")
VALUE = replace(FUNCTION, id="a.three", checks=(IS_3,) * 3, reference=lambda: 3, wants="value")


def work(name, source, asked=FUNCTION, context=(), helpers=()):
    asked = replace(asked, id=f"a.{name}")
    answer = Answer(context, helpers, f'@exercise("a.{name}")\n{source}')
    return Work(asked, "double", answer, asked.checks)


def value(name, source):
    made = work(name, "", VALUE)
    return replace(made, answer=Answer((), (), source))


def wrongs(done):
    return [finding.wrong for finding in done.findings]


def test_each_exercise_of_a_submission_has_its_own_outcome(light_kernel):
    """One kernel for all, and a new one after an answer that ends it."""
    right = work("right", "def double(n): return scaled(n)", context=("FACTOR = 2",),
                 helpers=("def scaled(n): return FACTOR * n",))  # fmt: skip
    wrong = work("wrong", "def double(n): return n + 5")
    raises = work("raises", "def double(n): return 2 * n\n1 / 0")
    before = work("before", "def double(n): return 2 * n", context=("undefined",))
    three, open_one = value("three", 'answer("a.three", 3)'), value("open", "x = 3")
    ends = work("ends", "def double(n):\n    import os\n    os._exit(7)")
    after = work("after", "def double(n): return n + n")
    session.execute([right, wrong, raises, before, three, open_one, ends, after], light_kernel, 5)
    assert wrongs(right) == wrongs(after) == wrongs(three) == [None] * 3
    assert wrongs(wrong) == [None, "twice is wrong.", "0 changes."]
    assert wrongs(open_one) == ["not answered"] * 3
    assert raises.cause == "the answer's cell raised ZeroDivisionError: division by zero"
    assert before.cause == (
        "a cell before the answer raised NameError: name 'undefined' is not defined"
    )
    assert (ends.cause, ends.findings) == ("it ended with exit code 7", [])
    assert {each.cause for each in (right, wrong, three, open_one, after)} == {""}


def called(answer, seed):
    seen = []
    got = answer(lambda n: seen.append(n) or 10 * n, seed)
    return None if (got, seen) == (100 * seed, [seed, 10 * seed]) else f"{got}, {seen}"


def slope(answer, seed):
    x = torch.tensor([float(seed)], requires_grad=True)
    answer(lambda n: n, x).sum().backward()
    return None if x.grad is not None and x.grad.item() == 2 * seed else f"{x.grad}"


def together(answer, seed):
    got = [answer(lambda n: n, {n}) for n in range(99)]
    return None if got == [{n} for n in range(99)] else "a set is wrong."


def test_functions_gradients_and_many_questions_reach_a_kernel(light_kernel):
    checks = tuple(Check(each.__name__, each) for each in (called, slope, together))
    asked = replace(FUNCTION, checks=checks, reference=lambda function, n: n)
    source = (
        "def double(function, n):\n    if isinstance(n, set):\n        return n\n"
        "    return n * n if hasattr(n, 'grad') else function(function(n))"
    )
    right = work("right", source, asked)
    wrong = work("wrong", source.replace("n * n", "(n * n).detach()"), asked)
    session.execute([right, wrong], light_kernel, 5, 60)  # torch is imported in between
    assert wrongs(right) == [None] * 3
    assert wrongs(wrong)[0] is None and wrongs(wrong)[1].startswith("it raised RuntimeError")


def test_where_the_time_of_a_submission_is_up_nothing_more_is_started(light_kernel, monkeypatch):
    monkeypatch.setattr(session, "SandboxKernel", None)
    over = replace(light_kernel, limits=replace(light_kernel.limits, seconds=-1))
    late = work("late", "def double(n): return 2 * n")
    session.execute([late], over, 5)
    assert late.cause == "time limit: it ran longer than -1 s, with all exercises"
    assert not late.started and late.findings == []


def test_an_answer_that_asks_on_and_on_ends_with_the_time_of_its_submission(light_kernel):
    """Each question is quick, and each time all calls before it are made again on this side."""
    kept = []

    def slow(n):
        kept.append(n)
        time.sleep(0.2)
        return n

    check = Check("calls", lambda answer, seed: None if answer(slow, seed) else "no.")
    asked = replace(FUNCTION, checks=(check,) * 3, reference=lambda function, n: n)
    source = "def double(function, n):\n    while True: function(n)"
    endless, after = work("endless", source, asked), work("after", "def double(n): return 2 * n")
    short = replace(light_kernel, limits=replace(light_kernel.limits, seconds=8))
    session.execute([endless, after], short, 5)
    assert endless.cause == after.cause == "time limit: it ran longer than 8 s, with all exercises"
    assert len(kept) < session.asking.MOST_CALLS


def test_a_kernel_that_does_not_start_is_the_graders_fault_and_is_tried_again(monkeypatch):
    """Guards against a right answer without points on a machine that was short of something."""
    from workbook.grading import kernel, session
    from workbook.grading.transplant import Answer

    starts = []

    def fails(isolation):
        starts.append(isolation)
        raise kernel.KernelGone("the kernel did not start")

    monkeypatch.setattr(session, "SandboxKernel", fails)
    asked = manifest.exercises_of("sampling")["sampling.token_ranks"]
    work = session.Work(asked, "token_ranks", Answer((), (), RIGHT["s082"]), asked.checks)
    place = edition.package_folder()
    monkeypatch.setattr(session, "_place", lambda isolation: place / "grading" / "__init__.py")
    with pytest.raises(RuntimeError, match="no kernel starts in the sandbox"):
        session.execute([work], kernel.Isolation("sandbox", place), 1)
    assert len(starts) == session.STARTS and not work.findings
