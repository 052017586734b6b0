"""A result holds what JSON knows, a reason is one short line, and inputs are checked by name."""

from __future__ import annotations

import pytest

from workbook.sandbox.result import (
    LONGEST_ANSWER,
    NO_ANSWER,
    TOO_LONG,
    Result,
    answered,
    checked_inputs,
    shortened,
)


def test_an_answer_comes_back_as_json_has_it():
    value = {"pair": (1, 2.5), 3: None, "text": "\u2028"}
    wanted = {"pair": [1, 2.5], "3": None, "text": "\u2028"}
    assert answered(value, "said") == Result(True, wanted, "said", "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({1, 2}, "the answer is not JSON: Object of type set is not JSON serializable"),
        (float("nan"), "the answer is not JSON: Out of range float values"),
        ({(1, 2): 3}, "the answer is not JSON: keys must be str, int, float, bool or None"),
    ],
)
def test_what_is_not_json_is_no_answer(answer, reason):
    result = answered(answer, "said")
    assert (result.ok, result.value, result.output) == (False, None, "said")
    assert result.reason.startswith(reason)


def test_an_answer_may_be_exactly_as_long_as_the_limit():
    longest = "x" * (LONGEST_ANSWER - 2)  # and two quotation marks
    assert answered(longest, "") == Result(True, longest, "", "")
    assert answered(longest + "x", "") == Result(False, None, "", TOO_LONG)
    assert TOO_LONG.endswith("more than 32,768 characters") and "`answer`" in NO_ANSWER


def test_a_reason_is_one_line_of_at_most_300_characters():
    assert shortened(" two\n lines\twith  spaces ") == "two lines with spaces"
    assert shortened("x" * 300) == "x" * 300
    assert shortened("x" * 301) == "x" * 297 + "..."


def test_inputs_are_a_copy_as_json_has_it():
    inputs = {"items": [1, (2, 3)], "täg": {"a": True}}
    made = checked_inputs(inputs)
    assert made == {"items": [1, [2, 3]], "täg": {"a": True}}
    made["items"].append(4)
    assert inputs["items"] == [1, (2, 3)] and checked_inputs(None) == {}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"": 1}, "'' cannot be the name of a variable.$"),
        ({"2x": 1}, "'2x' cannot be the name of a variable.$"),
        ({7: 1}, "7 cannot be the name of a variable.$"),
        ({"None": 1}, "'None' cannot be the name of a variable.$"),
        ({"__builtins__": {}}, "'__builtins__' is reserved for Python itself.$"),
        ({"a": float("inf")}, "the inputs of a program have to be JSON: Out of range float"),
    ],
)
def test_inputs_that_no_program_could_use_are_refused(inputs, message):
    with pytest.raises(ValueError, match=message):
        checked_inputs(inputs)
