"""What a learner reads about an answer: the look of right, wrong and unanswered."""

import re

import pytest

from workbook.core.exercises import feedback
from workbook.core.exercises.checks import Finding


@pytest.fixture
def pages(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw, metadata: shown.append(data))
    return shown


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_right_and_wrong_differ_by_sign_colour_and_frame(pages):
    """Guards against C10: they looked the same."""
    for kind in ("right", "wrong", "unanswered"):
        feedback.show(kind, "Twice as much", ["a line"])
    styles = [re.search(r'style="border-left:6px (\w+) (#\w+)', p["text/html"]) for p in pages]
    assert len({style[1] for style in styles}) == len({style[2] for style in styles}) == 3
    assert [page["text/plain"][:2] for page in pages] == ["✓ ", "✗ ", "○ "]


@pytest.mark.parametrize("look", feedback.LOOKS.values(), ids=feedback.LOOKS)
@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_the_signs_can_be_seen_on_a_white_and_on_a_dark_page(look, page):
    low, high = sorted(luminance(colour) for colour in (look.colour, page))
    assert (high + 0.05) / (low + 0.05) >= 3, "WCAG asks 3:1 of what is no text"


def test_two_dollars_of_feedback_are_no_formula(pages):
    """Guards against A14."""
    feedback.show("wrong", "$1 or $2", ["it costs $5 <b>"], "$3")
    assert pages[0]["text/html"].count("<span>$</span>") == 4
    assert "&lt;b&gt;" in pages[0]["text/html"]
    assert "it costs $5 <b>" in pages[0]["text/plain"]


def test_only_the_same_error_is_told_once():
    same = "it raised NameError in its line 2: name 'y' is not defined"
    findings = [
        Finding("a", same),
        Finding("b"),
        Finding("c", same),
        Finding("d", "x is too large."),
    ]
    lines = feedback.check_lines(findings)
    assert lines == [
        f"✗ wrong, in 2 checks: {same}", "✓ right: b", "✗ wrong: d: x is too large.",
    ]  # fmt: skip
    twice = feedback.check_lines([Finding("a", "x is too large."), Finding("b", "x is too large.")])
    assert len(twice) == 2, "two findings about the answer are two"
