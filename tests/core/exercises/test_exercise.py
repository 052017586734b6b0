"""Exercises as a learner meets them: right, wrong, empty, endless; and what is shown each time."""

import pytest

import workbook
from workbook.core.exercises import attempts as log
from workbook.core.exercises import exercise as ex


@pytest.fixture
def shown(monkeypatch):
    """The texts shown; each is there as plain text and as HTML."""
    outputs = []

    def display(data, raw, metadata):
        assert raw and set(data) == {"text/plain", "text/html"}
        outputs.append(data["text/plain"])

    monkeypatch.setattr("IPython.display.display", display)
    return outputs


@pytest.fixture(autouse=True)
def on_a_topic_of_our_own(topic):
    """Every test here asks the two exercises of the topic in conftest.py."""


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


def test_wrong_parameters_are_told_before_anything_runs(shown):
    @ex.exercise("fake.double")
    def double(x, p):
        return x

    assert "its parameters are (x, p), they should be (x)." in shown[0]
    assert "it is of type int, not a function" in ex.check("fake.double", 3).findings[0].wrong


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
