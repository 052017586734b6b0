"""The explorer of lesson 09: what lights up, the scores, the events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.core.notebook import figures
from workbook.evaluation import explorers
from workbook.evaluation.rouge_metric import rouge_pair

TEXT = st.lists(st.sampled_from(["the", "goose", "is", "cold"]), min_size=1, max_size=12)
COLD = ("It is cold outside", "It is not cold outside")


def test_cold_and_not_cold():
    data = explorers.compute(*COLD, 1)
    assert data.in_reference == (True,) * 4
    assert data.in_candidate == (True, True, False, True, True)
    assert data.matches == 4 == len(data.pairs)
    assert data.scores["ROUGE-L"] == pytest.approx(8 / 9)
    assert explorers.compute(*COLD, 2).matches == 2
    assert explorers.compute(*COLD, 4).matches == 0


def test_every_word_of_a_matched_n_gram_is_lit():
    """Guards against a light on its first word only."""
    pairs = explorers.compute(*COLD, 2)
    assert pairs.in_candidate == (True, True, False, True, True)
    assert pairs.in_reference == (True,) * 4
    triples = explorers.compute("now it is very cold here", "so it is very cold", 3)
    assert triples.in_candidate == (False, True, True, True, True)


def test_surplus_copies_stay_dark():
    data = explorers.compute("the goose", "the the goose the", 1)
    assert data.in_candidate == (True, False, True, False) and data.matches == 2


@given(TEXT, TEXT, st.integers(1, 4))
def test_lit_words_and_scores_are_those_of_the_metric(reference, candidate, n):
    data = explorers.compute(" ".join(reference), " ".join(candidate), n)
    found = rouge_pair(" ".join(candidate), " ".join(reference))
    assert data.scores["ROUGE-2"] == found["rouge2"].f1
    assert data.scores["ROUGE-L"] == found["rougeL"].f1
    if n == 1:
        assert sum(data.in_candidate) == sum(data.in_reference) == data.matches
    assert (data.matches == 0) == (not any(data.in_candidate)) == (not any(data.in_reference))


def test_the_figure_tells_lit_from_dark_not_by_colour_alone():
    figure = explorers.draw(explorers.compute(*COLD, 1))
    joins, _, candidate, bars = figure.data
    assert candidate.marker.symbol == ("square", "square", "square-open", "square", "square")
    assert candidate.text[2] == "not" and candidate.text[0] == "<b>it</b>"
    assert candidate.marker.color[2] == figures.QUIET
    assert joins.x.count(None) == 4 and bars.x[3] == "BLEU (exp)"
    assert list(bars.y) == pytest.approx([8 / 9, 4 / 7, 8 / 9, 0.30213753], abs=1e-6)


def test_the_table_says_what_the_figure_shows():
    table = explorers.frame(explorers.compute(*COLD, 1))
    assert list(table.word) == ["it", "is", "cold", "outside"] + COLD[1].lower().split() + list(
        explorers.SCORES
    )
    dark = table[table["in a shared n-gram"] == "no"]
    assert list(dark.word) == ["not"] == list(table[table["in the subsequence"] == "no"].word)
    assert list(table.score)[-4:] == ["0.889", "0.571", "0.889", "0.302"]


def test_words_stand_side_by_side_without_touching():
    words = ("a", "remarkably", "b")
    middles = explorers.places(words)
    for i in (0, 1):
        assert middles[i + 1] - middles[i] > (len(words[i]) + len(words[i + 1])) / 2


def test_events_move_the_figure_and_a_refusal_is_a_sentence():
    explorer = explorers.overlap_explorer(*COLD)
    explorer.widget()
    canvas, inputs = explorer._view.canvas, explorer._view.inputs
    inputs["candidate"].value = "It is cold outside"
    assert list(canvas.figure.data[3].y) == pytest.approx([1, 1, 1, 1])
    inputs["n"].set_state({"value": 3})
    assert "2 shared 3-grams" in canvas.figure.layout.title.text
    inputs["candidate"].value = "东京"
    assert explorer.error == "The candidate has 0 words; write 1 to 16."


def test_static_frames_step_through_n():
    figure = explorers.overlap_explorer(*COLD).static_figure()
    assert [frame.name for frame in figure.frames] == ["1", "2", "3", "4"]
    assert "2 shared 2-grams" in figure.frames[1].layout.title.text
    sentence = explorers.describe(explorers.compute(*COLD, 1))
    assert "it is cold outside" in sentence and "ROUGE-L 0.889" in sentence
