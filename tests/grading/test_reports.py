"""Pages for people: a student's page holds nothing hidden and nothing that runs."""

from __future__ import annotations

import pytest
from marked import grade

from workbook.grading import exports, reports
from workbook.grading.finals import Attempt, Final, final
from workbook.grading.marks import CheckMark
from workbook.grading.similarity import Pair


@pytest.fixture
def marked():
    """A grade with a hidden check, a mark by hand and a student whose name is a piece of HTML."""
    each = grade("<b>eve</b>", changes=["a cell <script>"], notes=["2 copies"])
    each.exercises[0].checks += [
        CheckMark(says="secret 1", wrong="the secret quantity is wrong.", hidden=True),
        CheckMark(says="secret 2", hidden=True),
        CheckMark(says="it ends", wrong="the mean is too small."),
    ]
    return Final(each, 4.5, {"sampling.e2": (2.5, "by luck")}, ())


def test_a_student_sees_how_many_hidden_checks_passed_and_no_more(marked):
    first, second = reports.student_view(marked)["exercises"]
    assert first["checks"] == [
        "✓ it holds", "✗ it ends: the mean is too small.", "further checks: 1 of 2 passed",
    ]  # fmt: skip
    assert (first["verdict"], first["sign"], first["points"], first["out_of"]) == (
        "right", "✓", "2", "2",
    )  # fmt: skip
    assert second["checks"] == ["✓ it holds"], "there is no hidden check to count"


def test_a_mark_by_hand_is_shown_with_its_comment(marked):
    view = reports.student_view(marked)
    by_hand = view["exercises"][1]
    assert (by_hand["verdict"], by_hand["points"], by_hand["comment"]) == (
        "marked by hand", "2.5", "by luck",
    )  # fmt: skip
    assert (view["points"], view["out_of"], view["attempts"]) == ("4.5", "6", [])


def test_attempts_are_listed_where_there_are_several():
    first = Attempt(1, "", 0, "graded", 5.0, "fine")
    listed = (first, Attempt(2, "", 0, "graded", 2.5, "so", True))
    one, two = (Final(grade(), 2.5, {}, (), attempts=listed[:n]) for n in (1, 2))
    assert reports.student_view(one)["attempts"] == []
    assert reports.student_view(two)["attempts"] == [
        "attempt 1: 5 points, fine", "attempt 2: 2.5 points, so (counts)",
    ]  # fmt: skip


def test_what_a_student_wrote_is_text_on_the_page(marked, tmp_path):
    (page,) = reports.write_students([marked], tmp_path)
    assert page.parent.parent == tmp_path / "students" and page.name == "03_sampling.html"
    text = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;eve&lt;/b&gt;" in text and "a cell &lt;script&gt;" in text
    assert "<b>eve" not in text and "<script" not in text and "secret" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_no_two_students_share_a_page_and_none_leads_elsewhere():
    names = ["ada", "a/da", "a_da", "..", "", "Zoë Müller_4711", "x" * 61, "x" * 62, "a\0da"]
    pages = [reports.page_name(name) for name in names]
    assert len(set(pages)) == len(names)
    assert pages[0] == "ada" and pages[2] == "a_da" and pages[5] == "Zoë Müller_4711"
    assert not [page for page in pages if set(page) & set("/\\.\0") or len(page) > 70]


def test_what_is_wrong_most_often_comes_first(monkeypatch):
    finals = [final(grade(name), (), 0.0) for name in ("ada", "bo", "eve")]
    for each, cause in zip(finals, ("too small", "late", "too small"), strict=True):
        each.grade.exercises[0].cause = "not looked at, as it is right"
        each.grade.exercises[1].cause = cause
    assert reports.common_wrong(finals) == [
        {"exercise": "sampling.e2", "cause": "too small", "answered": "", "count": 2},
        {"exercise": "sampling.e2", "cause": "late", "answered": "", "count": 1},
    ]
    monkeypatch.setattr(reports, "MOST_COMMON", 1)
    assert [row["count"] for row in reports.common_wrong(finals)] == [2]


def test_wrong_answers_to_a_question_are_shown_and_numbers_split_no_cause():
    finals = [final(grade(name), (), 0.0) for name in "abcd"]
    answers = ("(2, 2, 1)", "( 2,2, 1)", "(1, 1, 1)", "(2, 2, 1)")
    for n, (each, said) in enumerate(zip(finals, answers, strict=True)):
        wrong = each.grade.exercises[1]
        wrong.source, wrong.cause = f'answer("sampling.e2", {said})', f"in {n} of 36 places."
    rows = reports.common_wrong(finals)
    assert [(row["answered"], row["cause"], row["count"]) for row in rows] == [
        ("(2, 2, 1)", "in 0 of 36 places.", 3), ("(1, 1, 1)", "in 2 of 36 places.", 1),
    ]  # fmt: skip


def test_a_page_has_an_end(tmp_path):
    pairs = [Pair("sampling.e1", f"s{n}", "bo", 0.9) for n in range(103)]
    finals = [final(grade(), (), 0.0)]
    text = reports.write_class(finals, pairs, "none", tmp_path).read_text(encoding="utf-8")
    assert "s99<" in text and "s100<" not in text and "And 3 pairs more." in text


def test_the_class_page_has_its_figures_pairs_and_how_answers_were_kept_apart(tmp_path):
    finals = [final(grade(name), (), 0.0) for name in ("ada", "ada", "bo")]
    pairs = [Pair("sampling.e1", "ada", "<i>bo</i>", 0.874)]
    page = reports.write_class(finals, pairs, "none at all", tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "2 students, 3 submissions." in text and "Isolation: none at all." in text
    assert "&lt;i&gt;bo&lt;/i&gt;" in text and "87 %" in text and "<i>bo" not in text
    for title in ("Verdicts by exercise", "Points", "Time to grade"):
        assert f'<figure aria-label="{title}">' in text
    assert text.count("The figure as a table") == 3 and "sampling.e2" in text
    assert 'src="plotly.min.js"' in text and (tmp_path / "plotly.min.js").exists()


def test_answers_that_need_a_look_are_on_the_class_page_until_marked_by_hand(tmp_path):
    """And in the verdict and in JUnit, whatever they earned."""
    doubtful = grade("eve", points=(2.0, 4.0))
    doubtful.exercises[1].doubts = ["it uses eval (line 3)", "it uses <b> (line 4)"]
    before, after = (Final(doubtful, 6.0, manual, ()) for manual in ({}, {"sampling.e2": (4, "")}))
    pages = [
        reports.write_class([each], [], "sandbox", tmp_path).read_text(encoding="utf-8")
        for each in (before, after)
    ]
    assert "<td>it uses eval (line 3); it uses &lt;b&gt; (line 4)</td>" in pages[0]
    assert "need a look by hand" in pages[0] and "need a look by hand" not in pages[1]
    assert exports.verdict(before).endswith("; needs a look by hand: sampling.e2")
    assert "look" not in exports.verdict(after)
    assert "<system-out>it uses eval" in exports.junit_xml([before])
    assert "<system-out>" not in exports.junit_xml([after])
