"""Small parts of the grader: values across the boundary, checks by stand-in, refusals, likeness."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from released import RIGHT

from workbook.core.exercises import plain_values
from workbook.core.exercises.checks import Check
from workbook.core.exercises.exercise import Exercise
from workbook.grading import asking, edition, exports, isolation, manifest, similarity
from workbook.grading.asking import Ask, Reply, answer_with, by_accident, replay
from workbook.sandbox import process

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(PLAIN)
def test_plain_values_come_back_as_they_were(value):
    assert plain_values.decode(plain_values.encode(value)) == value


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.bool])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (3, 0, 2)])
def test_arrays_come_back_bit_for_bit(dtype, shape):
    tensor = (10 * torch.randn(shape)).to(dtype)
    back = plain_values.decode(plain_values.encode(tensor))
    assert back.dtype == dtype and torch.equal(back, tensor)
    array = plain_values.decode(plain_values.encode(tensor.numpy()))
    assert isinstance(array, np.ndarray) and np.array_equal(array, tensor.numpy())


def test_what_is_no_plain_value_is_only_a_name():
    class Yes:
        def __eq__(self, other):
            return True

    back = plain_values.decode(plain_values.encode([Yes(), lambda: 0, np.array([object()])]))
    assert [type(item).__name__ for item in back] == ["Yes", "function", "ndarray"]
    assert back[0] != 1 and not math.isfinite(plain_values.decode({"t": "float", "v": "inf"}))


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(["t", "v", "dtype", "shape"]), PLAIN | st.sampled_from(
    ["tensor", "array", "float32", "list", "int", "object"])))  # fmt: skip
def test_a_forged_value_is_refused_or_harmless(coded):
    reply = Reply.read({"kind": "result", "result": coded, "arguments": []})
    assert reply.kind in ("result", "none")
    assert Reply.read(coded).kind == Reply.read(None).kind == "none"


def chained(answer, seed):
    first = answer(seed)
    return None if answer(first) == seed + 2 else "the second result is wrong."


SUCCESSOR = Exercise(
    "a.b", "Successor", 1, 1, 1, (Check("twice", chained),) * 3, ("a", "b", "c"), lambda n: n + 1
)


def test_a_check_that_asks_twice_sends_the_students_own_first_result():
    """Nothing that the reference made is sent: 100 is the student's, 8 would not be."""
    check = SUCCESSOR.checks[0]
    assert replay(check, SUCCESSOR, 7, []) == Ask([7])
    assert replay(check, SUCCESSOR, 7, [Reply("result", 100)]) == Ask([100])
    wrong = replay(check, SUCCESSOR, 7, [Reply("result", 100), Reply("result", 101)])
    assert wrong.wrong == "the second result is wrong."
    assert answer_with(lambda n: n + 1)(check, SUCCESSOR, 7).wrong is None


def test_a_check_that_never_stops_asking_is_stopped():
    def endless(answer, seed):
        while True:
            answer(seed)

    replies = [Reply("result", 0)] * asking.MOST_CALLS
    assert "too many times" in replay(Check("x", endless), SUCCESSOR, 7, replies).wrong


@pytest.mark.parametrize("topic", ["sampling", "finetuning"])
def test_the_stand_in_judges_as_the_lesson_does(topic):
    for asked in manifest.exercises_of(topic).values():
        for check in asked.checks if asked.wants == "function" else ():
            assert answer_with(asked.reference)(check, asked, 5).wrong is None
            wrong = answer_with(lambda *a: torch.zeros(1))(check, asked, 5).wrong
            assert wrong or by_accident(check, asked, 5)


def test_each_exercise_has_a_check_that_luck_does_not_pass():
    for topic in ("sampling", "finetuning"):
        for asked in manifest.exercises_of(topic).values():
            lucky = [by_accident(check, asked, 5) for check in asked.checks]
            assert not all(lucky), asked.id
    last = manifest.exercises_of("sampling")["sampling.no_repeat"].checks[-1]
    assert by_accident(last, manifest.exercises_of("sampling")["sampling.no_repeat"], 5)


def test_no_answer_is_run_without_a_sandbox_unless_told_so(monkeypatch):
    monkeypatch.setattr(process, "problem", lambda: "bubblewrap is missing.")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    with pytest.raises(ValueError, match="bubblewrap is missing.*`--isolation none`"):
        isolation.refuse_without_sandbox("sandbox")
    isolation.refuse_without_sandbox("none")
    with pytest.raises(ValueError, match='"sandbox" or "none"'):
        isolation.refuse_without_sandbox("maybe")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_would_be_a_formula_is_text(cell):
    assert exports._csv([[cell]]).lstrip('"').startswith("'")


def renamed(source):
    """The same code with other names and another layout."""
    names = {}

    class Rename(ast.NodeTransformer):
        def visit_Name(self, node):
            if isinstance(node.ctx, ast.Store):
                names.setdefault(node.id, f"x{len(names)}")
            return node

        def visit_arg(self, node):
            names.setdefault(node.arg, f"x{len(names)}")
            return node

    tree = ast.parse(source)
    Rename().visit(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = names[node.arg]
    return "# my own work\n\n" + ast.unparse(tree).replace("    ", "  ")


def test_a_renamed_copy_is_alike_and_independent_answers_are_not():
    secret = edition.seal(
        (edition.package_folder() / "sampling" / "exercises.py").read_text(encoding="utf-8"),
        "sampling",
    ).secrets
    own = {"sampling.no_repeat": RIGHT["s040"], "sampling.token_ranks": RIGHT["s082"]}
    for name, source in own.items():
        prints = similarity.fingerprints(source)
        assert similarity.similarity(prints, similarity.fingerprints(renamed(source))) > 0.8
        reference = similarity.fingerprints("\n".join(secret[name]))
        assert similarity.similarity(prints, reference) < 0.5
    answers = {"sampling.no_repeat": {"ada": RIGHT["s040"], "bo": renamed(RIGHT["s040"])}}
    copied = {"sampling.no_repeat": "\n".join(secret["sampling.no_repeat"])}
    answers["sampling.no_repeat"]["eve"] = renamed(copied["sampling.no_repeat"])
    found = similarity.pairs(answers, copied)
    assert {(pair.one, pair.other) for pair in found} == {
        ("ada", "bo"), ("eve", similarity.REFERENCE),
    }  # fmt: skip


def test_short_answers_are_not_compared():
    assert similarity.fingerprints("def f(x):\n    return x") == frozenset()


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
