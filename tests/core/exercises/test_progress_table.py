"""The table of a learner's standing: its counts, its rows, and what a notebook shows of it."""

from workbook.core.exercises.attempts import Standing
from workbook.core.exercises.checks import Check
from workbook.core.exercises.definition import Exercise
from workbook.core.exercises.progress_table import Progress


def asked(name: str, points: int, title: str = "A title") -> Exercise:
    checks = (Check("x", lambda answer, seed: None),) * 3
    return Exercise(name, title, points, 2, 7, checks, ("a", "b", "c"), lambda: 1, wants="value")


ROWS = (
    (asked("a.one", 2, "More <b>or</b> less"), Standing(solved=True, attempts=3, hints=1)),
    (asked("a.two", 3), Standing(solved=False, attempts=1, hints=0)),
    (asked("b.three", 5), Standing(hints=2)),
)


def test_the_summary_counts_what_is_solved_and_its_points():
    assert Progress(ROWS).summary == "1 of 3 exercises solved, 2 of 10 points"
    assert Progress(()).summary == "0 of 0 exercises solved, 0 of 0 points"


def test_guesses_are_counted_where_there_are_any():
    assert Progress(ROWS, 1).summary.endswith("2 of 10 points, 1 guess written down")
    assert Progress(ROWS, 2).summary.endswith(", 2 guesses written down")


def test_each_exercise_is_a_row_in_the_order_given():
    frame = Progress(ROWS).frame()
    assert frame["exercise"].tolist() == ["a.one", "a.two", "b.three"]
    assert frame["standing"].tolist() == ["solved", "tried", "open"], "a hint is no attempt"
    assert frame[["points", "attempts", "hints"]].to_numpy().tolist() == [
        [2, 3, 1], [3, 1, 0], [5, 0, 2],
    ]  # fmt: skip
    assert frame[["difficulty", "minutes"]].to_numpy().tolist() == [[2, 7]] * 3


def test_a_terminal_and_a_notebook_show_the_same_table():
    table = Progress(ROWS, 1)
    first, *lines = repr(table).splitlines()
    assert first == table.summary and len(lines) == 4 and lines[1].split()[0] == "a.one"
    page = table._repr_html_()
    assert page.startswith(f"<p>{table.summary}</p>") and page.count("<tr") == 4
    assert "More &lt;b&gt;or&lt;/b&gt; less" in page, "a title is text"
