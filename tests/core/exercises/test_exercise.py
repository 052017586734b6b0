"""Exercises as a learner meets them: right, wrong, empty, endless; and what is shown each time."""

import inspect
import linecache
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

import workbook
from workbook.core.exercises import attempts as log
from workbook.core.exercises import checks, regrading
from workbook.core.exercises import exercise as ex
from workbook.core.runs import records

TOPIC = """
from workbook.core.exercises.exercise import Check, Exercise, compare
import random

def double(x):
    return 2 * x

def on(make):
    def test(answer, seed):
        x = make(random.Random(seed))
        return compare("the double", answer(x), double(x))
    return test

def value(answer, seed):
    return compare("the length", answer, 7)

HINTS = ("Think of addition.", "x + x", "return x + x")
EXERCISES = {e.id: e for e in [
    Exercise("fake.double", "Twice as much", 2, 1, 3,
        (Check("whole numbers", on(lambda r: r.randrange(1, 99))),
         Check("negative numbers", on(lambda r: -r.randrange(1, 99))),
         Check("fractions", on(lambda r: r.random()))), HINTS, double),
    Exercise("fake.length", "A measured length", 1, 2, 5,
        (Check("it is a number", value), Check("sign", value), Check("size", value)),
        HINTS, lambda: 7, wants="value"),
]}
"""


@pytest.fixture(autouse=True)
def topic(tmp_path, monkeypatch):
    """A topic of our own beside the course's, and a home for the log."""
    folder = tmp_path / "topics" / "fake"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "exercises.py").write_text(TOPIC, encoding="utf-8")
    monkeypatch.setattr(workbook, "__path__", [*workbook.__path__, str(folder.parent)])
    monkeypatch.setattr(
        workbook, "LESSONS", (*workbook.LESSONS, workbook.Lesson(99, "fake", "Fake", "ready"))
    )
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path / "home"))


@pytest.fixture
def shown(monkeypatch):
    """The texts shown; each is there as plain text and as HTML."""
    outputs = []

    def display(data, raw, metadata):
        assert raw and set(data) == {"text/plain", "text/html"}
        outputs.append(data["text/plain"])

    monkeypatch.setattr("IPython.display.display", display)
    return outputs


def reference():
    return ex.find("fake.double").reference


def test_right_answer_is_handed_on(shown):
    @ex.exercise("fake.double")
    def double(x):
        return x + x

    assert double is not reference() and double(4) == 8
    assert shown[0].startswith("✓ Twice as much: right, 2 points"), "the title first, not the id"
    assert shown[0].count("right: ") == 3
    assert log.standings()["fake.double"].solved


def test_untouched_stub_is_not_answered_yet_and_the_reference_goes_on(shown):
    @ex.exercise("fake.double")
    def double(x):
        raise NotImplementedError

    assert double is reference()
    assert "not answered yet" in shown[0] and 'hint("fake.double")' in shown[0]
    assert "Difficulty 1 of 5, 3 minutes, 2 points." in shown[0]
    assert log.standings() == {}, "running all cells is no attempt"


def test_wrong_answer_is_named_not_given_away(shown):
    @ex.exercise("fake.double")
    def double(x):
        return 3 * x

    assert double is reference()
    assert "not right yet" in shown[0]
    assert "wrong: whole numbers: the double is too large." in shown[0]
    assert "wrong: negative numbers: the double is too small." in shown[0]
    assert log.standings()["fake.double"] == log.Standing(solved=False, attempts=1, hints=0)


def test_the_seed_makes_the_same_inputs_and_every_attempt_has_its_own():
    seen = []

    def spy(x):
        seen.append(x)
        return 2 * x

    ex.check("fake.double", spy, seed=5)
    ex.check("fake.double", spy, seed=5)
    assert seen[:3] == seen[3:]
    assert len({ex.check("fake.double", spy).seed for _ in range(5)}) == 5


def test_error_in_the_answer_names_its_line():
    def double(x):
        y = x
        return y / 0

    (first, *_) = ex.check("fake.double", double).findings
    assert first.wrong.startswith("it raised ZeroDivisionError in its line 3: ")


def test_wrong_parameters_are_told_before_anything_runs(shown):
    @ex.exercise("fake.double")
    def double(x, p):
        return x

    assert "its parameters are (x, p), they should be (x)." in shown[0]
    assert "it is of type int, not a function" in ex.check("fake.double", 3).findings[0].wrong


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
def test_endless_loop_is_stopped(function, thread, monkeypatch):
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


def test_interrupting_the_kernel_still_works():
    def double(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ex.check("fake.double", double)


def test_an_answer_that_exits_is_just_wrong():
    def double(x):
        raise SystemExit(1)

    assert "SystemExit" in ex.check("fake.double", double).findings[0].wrong


@pytest.mark.parametrize("value", [None, ...])
def test_value_left_out_is_not_answered(value, shown):
    assert ex.answer("fake.length", value) == 7
    assert "not answered yet" in shown[0]


def test_value_right_and_wrong(shown):
    assert ex.answer("fake.length", 7.0) == 7.0
    assert ex.answer("fake.length", 9) == 7
    assert "right, 1 point" in shown[0] and "the length is too large" in shown[1]
    assert "7" not in shown[1], "the expected value is never shown, nor a seed that nobody can use"
    assert log.standings()["fake.length"] == log.Standing(solved=True, attempts=2)


def test_hints_come_one_by_one_and_survive_a_restart(shown):
    for _ in range(4):
        ex.hint("fake.double")
    assert [text.count("Hint ") for text in shown] == [1, 2, 3, 3]
    assert "x + x" not in shown[0]
    assert "workbook/fake/exercises.py" in shown[3] and "exercises.py" not in shown[2]
    assert log.standings()["fake.double"].hints == 4


def test_one_error_in_every_check_is_told_once(shown):
    """Guards against C10: one NameError was told once for each check."""

    @ex.exercise("fake.double")
    def double(x):
        return undefined_name  # noqa: F821

    assert shown[0].count("NameError") == 1 and "wrong, in 3 checks: it raised" in shown[0]
    assert len(ex.check("fake.double", lambda x: 1 / 0).findings) == 3, "each check has its finding"


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: ex.hint(), 'in quotation marks: "topic.name"'),
        (lambda: ex.exercise(), 'in quotation marks: "topic.name"'),
        (lambda: ex.answer(), 'in quotation marks: "topic.name"'),
        (lambda: ex.hint("double"), "Write the lesson's topic before the name: 'fake.double'"),
        (lambda: ex.hint(ex.hint), "in quotation marks"),
        (lambda: ex.exercise(lambda x: 2 * x), r'write @exercise\("topic.name"\)'),
        (lambda: ex.answer("fake.", 3), "there are: fake.double"),
        (lambda: ex.hint("fake.tripel"), "there are: fake.double"),
    ],
)
def test_a_call_that_names_no_exercise_ends_in_one_sentence(call, says, monkeypatch):
    """Guards against C10: they ended in our own traceback."""
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setattr(ex, "catalogue", lambda: ex.importlib.import_module(
        "workbook.fake.exercises").EXERCISES)  # fmt: skip
    with pytest.raises(ValueError, match=says) as refusal:
        call()
    printed = []
    shell = InteractiveShell()
    monkeypatch.setattr(shell, "_showtraceback", lambda kind, value, lines: printed.extend(lines))
    shell.showtraceback((refusal.type, refusal.value, refusal.tb))
    assert printed == [str(refusal.value)] and "\n" not in printed[0]


def test_progress_shows_this_lesson_first_then_the_courses_order(monkeypatch):
    """Guards against C10: the table was in the alphabetical order of the topics."""
    double = ex.find("fake.double")
    ids = ["welcome.a", "attention.b", "sampling.c", "fake.double"]
    named = {n: ex.Exercise(n, n, 1, 1, 1, double.checks, double.hints, double) for n in ids}
    monkeypatch.setattr(ex, "catalogue", lambda: named)
    ex.open_lesson("sampling")
    try:
        assert ex.progress().frame()["exercise"].tolist() == [
            "sampling.c", "welcome.a", "attention.b", "fake.double",
        ]  # fmt: skip
    finally:
        ex.open_lesson(None)
    assert ex.progress().frame()["exercise"].tolist() == ids


def test_the_courses_order_is_that_of_its_table():
    topics = [each.partition(".")[0] for each in ex.catalogue()]
    ready = [lesson.topic for lesson in workbook.LESSONS if lesson.ready]
    assert list(dict.fromkeys(topics)) == ready


def test_progress_lists_every_exercise_of_the_course():
    log.note("fake.double", "right")
    log.note("fake.length", "wrong")
    table = ex.progress()
    rows = table.frame().set_index("exercise")
    assert rows.loc["fake.double", "standing"] == "solved"
    assert rows.loc["fake.length", ["standing", "attempts", "hints"]].tolist() == ["tried", 1, 0]
    assert "1 of " in table.summary and "fake.double" in str(table)
    assert "<table" in table._repr_html_() and "<script" not in table._repr_html_()


@pytest.mark.parametrize(
    "wrong_id, says",
    [("nowhere.x", "No topic 'nowhere'.*fake"), ("fake.tripel", "fake.double, fake.length")],
)
def test_a_misspelt_id_lists_what_there_is(wrong_id, says):
    with pytest.raises(ValueError, match=says):
        ex.exercise(wrong_id)


def test_asking_the_wrong_way_says_the_right_one():
    with pytest.raises(ValueError, match=r'write answer\("fake.length"'):
        ex.exercise("fake.length")
    with pytest.raises(ValueError, match=r'write @exercise\("fake.double"\)'):
        ex.answer("fake.double", 3)


@pytest.mark.parametrize(
    "change, rule",
    [
        ({"id": "nodot"}, "topic.name"),
        ({"difficulty": 6}, "difficulty"),
        ({"minutes": 0}, "minutes"),
        ({"checks": ()}, "three checks"),
        ({"hints": ("a", "", "c")}, "three hints"),
        ({"wants": "essay"}, "wants"),
    ],
)
def test_an_exercise_that_lacks_something_cannot_be_written(change, rule):
    import dataclasses

    with pytest.raises(ValueError, match=rule):
        dataclasses.replace(ex.find("fake.double"), **change)


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


def test_the_log_and_the_output_keep_what_checking_again_needs(monkeypatch):
    """The same seed gives the same inputs: an attempt can be checked again as it was."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append(more))
    ex.exercise("fake.double")(lambda x: abs(2 * x))
    ex.answer("fake.length", 7)
    wrong, right = records.read(log.log_path())
    assert (wrong["exercise"], wrong["event"], wrong["passed"], wrong["checks"]) == (
        "fake.double", "wrong", 2, 3,
    )  # fmt: skip
    assert right["passed"] == right["checks"] == 3
    again = ex.check("fake.double", lambda x: abs(2 * x), seed=wrong["seed"])
    assert (again.status, again.passed) == ("wrong", wrong["passed"])
    for event, output in zip((wrong, right), shown, strict=True):
        assert event["package"] == workbook.__version__
        assert event["version"] == regrading.version_of(ex.find(event["exercise"]))
        carried = output["metadata"]["workbook"]
        assert carried.items() <= event.items() and len(carried) == 6


def test_the_version_of_an_exercise_changes_with_its_code_and_not_with_its_layout():
    asked = ex.find("fake.double")
    before = regrading.version_of(asked)
    file = Path(inspect.getsourcefile(asked.reference))
    versions = {}
    for name, text in {"layout": "# a comment\n\n" + TOPIC,
                       "code": TOPIC.replace("2 * x", "x + x")}.items():  # fmt: skip
        file.write_text(text, encoding="utf-8")
        linecache.checkcache()
        versions[name] = regrading.version_of(asked)
    file.write_text(TOPIC, encoding="utf-8")
    linecache.checkcache()
    assert versions["layout"] == before != versions["code"]
