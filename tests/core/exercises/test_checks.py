"""Checks: what is said of an answer, how long it may take, and that it spoils nothing."""

import threading

import numpy as np
import pytest
import torch

from workbook.core.exercises import checks
from workbook.core.exercises import exercise as ex
from workbook.core.exercises.checks import Check


def test_error_in_the_answer_names_its_line(topic):
    def double(x):
        y = x
        return y / 0

    (first, *_) = ex.check("fake.double", double).findings
    assert first.wrong.startswith("it raised ZeroDivisionError in its line 3: ")


def endless(x):
    while True:
        x += 1


def stubborn(x):
    """Catches everything a learner can be expected to catch."""
    while True:
        try:
            x += 1
        except Exception:
            continue


@pytest.mark.parametrize("function", [endless, stubborn])
@pytest.mark.parametrize("thread", [False, True], ids=["main thread", "other thread"])
def test_endless_loop_is_stopped(function, thread, topic, monkeypatch):
    """Guards against a notebook that hangs in its check, and against a leftover alarm."""
    monkeypatch.setattr(ex, "CHECK_SECONDS", 0.2)
    results = []

    def run():
        results.append(ex.check("fake.double", function))

    if thread:
        runner = threading.Thread(target=run)
        runner.start()
        runner.join(20)
    else:
        run()
    (result,) = results
    assert result.status == "wrong" and len(result.findings) == 1, "the others are not waited for"
    assert "did not finish within 0.2 s" in result.findings[0].wrong


@pytest.mark.parametrize("thread", [False, True])
def test_time_that_others_take_does_not_count(monkeypatch, thread):
    """Guards against a busy machine that tells a right answer that its loops do not end."""
    monkeypatch.setattr(checks.time, "thread_time", lambda: 0.0)
    monkeypatch.setattr(checks.time, "process_time", lambda: 0.0)

    def waits():
        return checks.limited(lambda: threading.Event().wait(0.3) or 7, 0.1)

    outcome = []
    if thread:
        runner = threading.Thread(target=lambda: outcome.append(waits()))
        runner.start()
        runner.join(20)
    else:
        outcome.append(waits())
    assert outcome == [7]
    monkeypatch.setattr(checks, "PATIENCE", 2)
    with pytest.raises(checks.TooSlow):
        waits()


def test_alarm_leaves_the_signal_as_it_was():
    import signal

    def mine(*_):
        raise AssertionError

    before = signal.signal(signal.SIGALRM, mine)
    try:
        assert checks.limited(lambda: 3, 5.0) == 3
        with pytest.raises(checks.TooSlow):
            checks.limited(lambda: endless(0), 0.05)
        assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_interrupting_the_kernel_still_works(topic):
    def double(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ex.check("fake.double", double)


def test_an_answer_that_exits_is_just_wrong(topic):
    def double(x):
        raise SystemExit(1)

    assert "SystemExit" in ex.check("fake.double", double).findings[0].wrong


@pytest.mark.parametrize(
    "got, want, says",
    [
        (None, 1.0, "is None; is a return missing"),
        ("abc", 1.0, "is of type str and does not hold numbers"),
        (torch.zeros(2, 3), torch.zeros(3, 2), r"has shape \(2, 3\)"),
        (float("nan"), 1.0, "not a number"),
        ([1.0, 9.0, 9.0], [1.0, 2.0, 2.0], "too large in 2 of 3 places"),
        (np.array([0.0, 9.0]), np.array([1.0, 2.0]), "wrong in 2 of 2 places"),
        (torch.tensor([-1.0], dtype=torch.bfloat16), [0.0], "too small"),
    ],
)
def test_compare_names_the_quantity_and_what_is_off(got, want, says):
    import re

    message = checks.compare("the mass", got, want)
    assert message.startswith("the mass ") and re.search(says, message)


def test_compare_accepts_what_is_equal_infinities_included():
    filtered = torch.tensor([1.0, -torch.inf])
    assert checks.compare("logits", filtered, filtered.clone()) is None
    wrong = checks.compare("the logit", [1.0, 0.0], filtered)
    assert wrong == "the logit is too large in 1 of 2 places."


@pytest.mark.parametrize("answer", [lambda x: x.tolist(), lambda x: x.numpy()])
def test_a_list_or_an_array_is_told_that_it_is_no_tensor(answer):
    """Guards the old message, which found fault with a shape that was right."""
    check = checks.like("returns x", "x", lambda x: x, lambda seed: (torch.arange(3),))
    said = check.test(answer, 0)
    assert "not a tensor" in said and "shape" not in said
    assert "None" in check.test(lambda x: None, 0)
    assert check.test(lambda x: x, 0) is None


def test_an_answer_is_right_only_if_every_check_has_run_and_found_nothing():
    def good(answer, seed):
        return None if answer == seed else "it is another number."

    def bad(answer, seed):
        return "it is odd."

    right = checks.run_checks((Check("a", good),) * 2, 5, 5, 1.0)
    assert (right.status, right.seed, right.passed) == ("right", 5, 2)
    wrong = checks.run_checks((Check("a", good), Check("b", bad)), 5, 5, 1.0)
    assert (wrong.status, wrong.passed) == ("wrong", 1)
    assert [(f.says, f.wrong) for f in wrong.findings] == [("a", None), ("b", "it is odd.")]
    assert checks.run_checks((Check("a", good),), 4, 5, 1.0).passed == 0

    def empty(answer, seed):
        raise NotImplementedError

    open_ = checks.run_checks((Check("b", bad), Check("c", empty)), 5, 5, 1.0)
    assert (open_.status, open_.findings) == ("unanswered", ())


def test_parameters_are_compared_by_name_and_order():
    assert checks.same_parameters(lambda a, b: 0, lambda a, b: 1) is None
    swapped = checks.same_parameters(lambda a, b: 0, lambda b, a: 1)
    assert swapped == "its parameters are (b, a), they should be (a, b)."
    assert checks.same_parameters(lambda a: 0, "text") == "it is of type str, not a function."


def test_an_answer_that_changes_what_it_was_given_is_told_so():
    def inputs(seed):
        return torch.arange(3), [seed, 2]

    check = checks.untouched(inputs)
    assert check.test(lambda x, rows: (x + 1, rows + [3]), 7) is None
    assert check.test(lambda x, rows: x.add_(1), 7) == (
        "the tensor that was passed in has changed; make a new one."
    )
    assert check.test(lambda x, rows: rows.append(3), 7) == (
        "a list that was passed in has changed; make a new one."
    )


def test_an_answer_cannot_spoil_what_it_is_compared_with():
    """The answer and the reference each get inputs of their own."""
    given = (torch.ones(2),)
    check = checks.like("doubles", "the double", lambda x: 2 * x, lambda seed: given)
    assert check.test(lambda x: x.mul_(2), 0) is None
    assert given[0].tolist() == [1.0, 1.0]
    assert check.test(lambda x: 3 * x, 0) == "the double is too large in 2 of 2 places."
    first = checks.like("first", "the first", lambda x: 2 * x, lambda seed: given, lambda x: x[0])
    assert first.test(lambda x: torch.tensor([2.0, 9.0]), 0) is None


def test_one_of_several_predicted_numbers_is_judged_at_its_place():
    second = checks.predicted(1, "the spans", "the spans", lambda: (3, 40.0), "(tokens, spans)")
    assert second.test((0, 40.0), 0) is None
    assert second.test([3, 41.0], 0) == "the spans is too large."
    for other in (40.0, (40.0,), None):
        assert second.test(other, 0) == "the answer has another form than (tokens, spans)."
    rough = checks.predicted(0, "a", "a", lambda: (100.0,), "(a,)", tolerance=0.1)
    assert rough.test((109.0,), 0) is None and rough.test((112.0,), 0) == "a is too large."


def test_a_mask_of_numbers_is_no_mask():
    """Guards against a mask of ones and zeros, which attention would add to its scores."""
    import torch

    mask = torch.tensor([True, False])
    assert checks.tensor_form(mask, mask) is None and checks.tensor_form(mask.float(), 1.0) is None
    assert checks.tensor_form(mask.float(), mask) == (
        "the result holds numbers; it should hold truth values (torch.bool)."
    )
    assert checks.tensor_form(mask, mask.float()) is None
