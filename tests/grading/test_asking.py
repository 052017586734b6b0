"""A lesson's checks run with a stand-in for the answer, and only plain values cross to it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.core.exercises import plain_values
from workbook.core.exercises.checks import Check
from workbook.core.exercises.exercise import Exercise
from workbook.grading import asking, manifest
from workbook.grading.asking import Ask, Reply, answer_with, by_accident, judge_value, replay

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


@pytest.mark.parametrize(("line", "kept"), [(3, 3), (True, None), ("3", None), (None, None)])
def test_an_error_is_read_with_an_end_to_its_words_and_a_line_that_is_a_number(line, kept):
    message = {"kind": "error", "type": "K" * 99, "text": "x" * 999, "line": line}
    assert Reply.read(message) == Reply("error", error=("K" * 60, "x" * 500, kept))
    assert Reply.read({"kind": "missing"}) == Reply("missing")


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


def test_what_an_answer_did_to_its_arguments_is_seen_by_the_check():
    def shown(answer, seed):
        items, table, tensor = [seed], {"a": 1}, torch.zeros(2)
        answer(items, table, tensor)
        return f"{items} {table} {tensor.tolist()}"

    asked = replace(SUCCESSOR, reference=lambda items, table, tensor: None)
    reply = Reply("result", None, ([7, 8], {"b": 2}, torch.ones(2)))
    assert replay(Check("x", shown), asked, 6, [reply]).wrong == "[7, 8] {'b': 2} [1.0, 1.0]"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply("error", error=("KeyError", "'x'", 3)), "it raised KeyError in its line 3: 'x'"),
        (Reply("error", error=("KeyError", "", None)), "it raised KeyError."),
        (Reply("none"), f"it raised ValueError: {asking.FORGED}"),
        (Reply("error", error=("NotImplementedError", "", 2)), "not answered"),
        (Reply("missing"), "not answered"),
    ],
)
def test_what_came_back_in_place_of_a_result_is_told(reply, words):
    assert replay(SUCCESSOR.checks[0], SUCCESSOR, 7, [reply]).wrong == words


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [
        (Reply("result", 3), None),
        (Reply("result", 4), "it is not three."),
        (Reply("result", None), "not answered"),
        (Reply("missing"), "not answered"),
        (Reply("none"), "its reply is not a plain value."),
        (Reply("error"), "its reply is not a plain value."),
    ],
)
def test_a_value_is_judged_as_it_came(reply, wrong):
    three = Check("is three", lambda given, seed: None if given == 3 else "it is not three.")
    assert judge_value(three, reply, 1).wrong == wrong


def test_an_argument_handed_back_or_a_constant_passes_by_accident():
    same = Check("gives it back", lambda answer, seed: None if answer(seed) == seed else "no.")
    assert by_accident(same, SUCCESSOR, 7)
    assert not by_accident(SUCCESSOR.checks[0], SUCCESSOR, 7)
    assert by_accident(SUCCESSOR.checks[0], SUCCESSOR, -1)  # the answer 1 is right there
    assert not by_accident(same, replace(SUCCESSOR, wants="value"), 7)


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


def test_the_right_kept_tokens_are_no_luck_but_the_shape_of_the_logits_is():
    """Guards against a form that is NaN where the reference is -inf: it told what is cut."""
    asked = manifest.exercises_of("sampling")["sampling.top_p"]
    kept = [check for check in asked.checks if not by_accident(check, asked, 5)]

    def right_set(*arguments):
        """The right tokens, with other logits."""
        return torch.where(asked.reference(*arguments) > -torch.inf, 0.5, -torch.inf)

    passed = [answer_with(right_set)(check, asked, 5).wrong is None for check in asked.checks]
    assert any(ok and check in kept for ok, check in zip(passed, asked.checks, strict=True))
