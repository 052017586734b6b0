"""A lesson's checks run with a stand-in for the answer, and only plain values cross to it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import LESSONS
from workbook.core.exercises import plain_values
from workbook.core.exercises.checks import Check
from workbook.core.exercises.exercise import Exercise
from workbook.grading import asking, manifest
from workbook.grading.asking import (
    Ask,
    Question,
    Reply,
    answer_with,
    by_accident,
    judge_value,
    replay,
)

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
    hundred = Reply("result", 100)
    assert replay(check, SUCCESSOR, 7, []) == Ask((Question([7]),))
    assert replay(check, SUCCESSOR, 7, [hundred]) == Ask((Question([100]),), (hundred,))
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


def test_what_a_check_asks_before_it_looks_is_asked_together():
    def looks_late(answer, seed):
        got = [answer(n) for n in range(4)]
        return None if got == [1, 2, 3, 4] and answer(got[0]) == 2 else "no."

    check, asked = Check("x", looks_late), []

    def put(questions):
        asked.append([question.arguments for question in questions])
        return [Reply("result", question.arguments[0] + 1) for question in questions]

    assert asking.find(check, SUCCESSOR, 7, put).wrong is None
    assert asked == [[[0], [1], [2], [3]], [[1]]]


def test_a_result_that_is_not_known_yet_cannot_be_looked_at():
    """Else a check would go on with it, and what it asks then would tell how."""
    looks = [bool, len, list, str, float, lambda x: x + 1, lambda x: x == 3, lambda x: x.shape]
    looks += [lambda x: x[0], np.asarray, torch.as_tensor, lambda x: {x}, lambda x: 2.0 * x]
    for look in looks:
        asked = []

        def looking(answer, seed, look=look):
            look(answer(1))
            return None if answer(2) == 3 else "no."

        def put(questions, asked=asked):
            asked.append([question.arguments for question in questions])
            return [Reply("result", question.arguments[0] + 1) for question in questions]

        asking.find(Check("x", looking), SUCCESSOR, 7, put)
        assert asked[0] == [[1]], look


def test_a_check_that_draws_anew_each_time_ends():
    draws = iter(range(10**6))
    check = Check("x", lambda answer, seed: None if answer(next(draws)) else "no.")
    found = asking.find(check, SUCCESSOR, 7, lambda asked: [Reply("result", 0)] * len(asked))
    assert found.wrong == "it was asked too many times."


def apply_twice(function, x):
    return function(function(x, 1), times=2)


class Noting:
    def __init__(self):
        self.seen = []

    def __call__(self, x, times=1):
        self.seen.append((x, times))
        return x * 10 + times


def noted(answer, seed):
    tool = Noting()
    got = answer(tool, seed)
    return f"{got} {tool.seen[-2:]}"


TWICE = replace(SUCCESSOR, reference=apply_twice)


def test_a_function_that_a_check_passes_is_called_on_this_side():
    """The check's own object notes each call once, as in the lesson."""
    check = Check("x", noted)
    for answer in (apply_twice, lambda function, x: function(1) and None):
        direct = noted(answer, 7)
        assert answer_with(answer)(check, TWICE, 7).wrong == direct
    wrong = answer_with(lambda function, x: function(1, 2, 3))(check, TWICE, 7).wrong
    assert wrong.startswith("it raised TypeError in its line 1: ")


def test_an_answer_that_never_stops_calling_is_told_so():
    def forever(function, x):
        while True:
            function(1)

    found = answer_with(forever)(Check("x", noted), TWICE, 7)
    assert found.wrong == "it called what it was given 300 times and did not end."


@pytest.mark.parametrize(
    "message",
    [
        {"which": 9, "arguments": {"t": "list", "v": []}, "named": {"t": "dict", "v": []}},
        {"which": True, "arguments": {"t": "list", "v": []}, "named": {"t": "dict", "v": []}},
        {"which": 0, "arguments": {"t": "dict", "v": []}, "named": {"t": "dict", "v": []}},
        {"which": 0, "arguments": {"t": "list", "v": []}, "named": {"t": "dict", "v": [[1, 2]]}},
        {"which": 0, "arguments": {"t": "list", "v": [{"t": "pickle"}]}, "named": None},
        {"which": 1, "arguments": {"t": "list", "v": []}, "named": {"t": "dict", "v": []}},
    ],
)
def test_a_forged_call_reaches_no_function(message):
    """Number 1 is there and no function: that call fails as any other does."""
    reply = Reply.read({"kind": "called", **message})
    outcome = replay(Check("x", noted), TWICE, 7, [reply])
    if reply.kind == "called":
        assert outcome.questions[0].gave[0]["error"][0] == "TypeError"
    else:
        assert outcome.wrong == f"it raised ValueError: {asking.FORGED}"


def slope(answer, seed):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (3 * answer({"x": x})).sum().backward()
    return None if x.grad is not None and x.grad.tolist() == [6.0, 12.0] else f"{x.grad}"


def test_a_gradient_is_the_answers_own():
    asked, check = replace(SUCCESSOR, reference=lambda table: None), Check("x", slope)
    assert answer_with(lambda table: table["x"] ** 2)(check, asked, 7).wrong is None
    assert answer_with(lambda table: table["x"] * 5)(check, asked, 7).wrong == "tensor([15., 15.])"
    cut = answer_with(lambda table: (table["x"] ** 2).detach())(check, asked, 7)
    assert cut.wrong.startswith("it raised RuntimeError")


def test_a_forged_gradient_is_refused():
    asked, check = replace(SUCCESSOR, reference=lambda table: None), Check("x", slope)
    result = torch.ones(2, requires_grad=True)
    for forged in (5, [], [torch.ones(3)], [torch.ones(2).double()]):
        found = replay(check, asked, 7, [Reply("result", result), Reply("result", forged)])
        assert "another form" in found.wrong, forged


def test_what_an_answer_takes_from_a_generator_or_an_iterator_is_gone():
    def shown(answer, seed):
        source, items, known = torch.Generator().manual_seed(seed), iter([1, 2, 3]), {1}
        answer(source, items, known)
        return f"{torch.rand(2, generator=source).tolist()} {list(items)} {known}"

    def takes(source, items, known):
        torch.rand(5, generator=source)
        known.add(next(items))
        known.add(next(items))

    asked = replace(SUCCESSOR, reference=lambda source, items, known: None)
    assert answer_with(takes)(Check("x", shown), asked, 7).wrong == shown(takes, 7)


TOPICS = [lesson.topic for lesson in LESSONS if lesson.ready]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_stand_in_judges_as_the_lesson_does(topic):
    """Of every lesson: else a right solution would lose its points when it is handed in."""
    for asked in manifest.exercises_of(topic).values():
        for check in asked.checks if asked.wants == "function" else ():
            found = answer_with(asked.reference)(check, asked, 5)
            assert found.wrong is None, f"{asked.id}, {check.says}: {found.wrong}"


@pytest.mark.parametrize("topic", TOPICS)
def test_each_exercise_has_a_check_that_luck_does_not_pass(topic):
    """Without one nothing but a whole answer earns points."""
    for asked in manifest.exercises_of(topic).values():
        lucky = [by_accident(check, asked, 5) for check in asked.checks]
        assert not all(lucky), asked.id


def test_no_luck_passes_what_only_some_constant_gets_right():
    asked = manifest.exercises_of("sampling")["sampling.no_repeat"]
    assert by_accident(asked.checks[-1], asked, 5)
    for constant in ({}, (), [], False, True, ""):
        is_it = Check("x", lambda answer, seed, c=constant: None if answer(seed) == c else "no.")
        assert by_accident(is_it, SUCCESSOR, 5), constant
    for result in ("text", {"a": 1}, {5}):  # of such a result the form tells nothing
        asked = replace(SUCCESSOR, reference=lambda n, r=result: r)
        gives = Check("x", lambda answer, seed, r=result: None if answer(seed) == r else "no.")
        assert not by_accident(gives, asked, 5), result


def test_the_right_kept_tokens_are_no_luck_but_the_shape_of_the_logits_is():
    """Guards against a form that is NaN where the reference is -inf: it told what is cut."""
    asked = manifest.exercises_of("sampling")["sampling.top_p"]
    kept = [check for check in asked.checks if not by_accident(check, asked, 5)]

    def right_set(*arguments):
        """The right tokens, with other logits."""
        return torch.where(asked.reference(*arguments) > -torch.inf, 0.5, -torch.inf)

    passed = [answer_with(right_set)(check, asked, 5).wrong is None for check in asked.checks]
    assert any(ok and check in kept for ok, check in zip(passed, asked.checks, strict=True))
