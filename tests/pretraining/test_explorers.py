"""The explorers of lesson 02: their numbers, their sentences, their events."""

from dataclasses import replace

import pytest
import torch

from workbook.core.notebook import charts as core_charts
from workbook.pretraining import data, explorers
from workbook.pretraining.tasks import token_nll

SENTENCE = "I went to the harbour and bought a fine blue kettle."
CURVES = {"short": {0: [7.6], 10: [4.0], 100: [2.0]}, "long": {0: [7.6], 1000: [1.0, 1.2]}}
MARKS = {"every token alike": 7.6, "by frequency alone": 6.0, "the entropy bound": 0.5}


@pytest.fixture(scope="module")
def compute():
    return explorers.Questions(data.tokenizer())


def test_causal_reads_all_and_says_the_next(compute):
    question = compute(SENTENCE, "causal", 0.15, 0)
    assert question.reads == question.text and not any(question.changed)
    assert question.says[:-1] == question.text[1:] and question.says[-1] is None


def test_masked_asks_for_what_it_changed(compute):
    question = compute(SENTENCE, "masked", 0.5, 3)
    for place, changed in enumerate(question.changed):
        if changed:
            assert question.says[place] == question.text[place] != question.reads[place]
    assert any(question.changed)


def test_spans_give_the_text_back(compute):
    question = compute(SENTENCE, "spans", 0.3, 2)
    said, last = {}, None
    for word in question.says[:-1]:
        if word.startswith("X") and word[1:].isdigit():
            said[last := word] = []
        else:
            said[last].append(word)
    whole = [w for word in question.reads[:-1] for w in said.get(word, [word])]
    assert tuple(whole) == question.text
    assert question.reads[-1] == question.says[-1] == "END"


def test_draws_differ(compute):
    drawn = {compute(SENTENCE, "spans", 0.5, draw).reads for draw in range(10)}
    assert len(drawn) > 3


@pytest.mark.parametrize("sentence", ["", "Yes.", "word " * 40])
def test_impossible_sentences_are_one_sentence(compute, sentence):
    with pytest.raises(ValueError, match="Write 4 to 20 tokens") as error:
        compute(sentence, "spans", 0.15, 0)
    assert "\n" not in str(error.value)


def test_what_a_learner_types_is_text_not_markup(compute):
    question = compute("I saw <b>it</b> there.", "causal", 0.15, 0)
    assert not any("<" in word for word in question.text)


def test_the_figure_shows_the_question(compute):
    question = compute(SENTENCE, "masked", 0.5, 3)
    figure = explorers.draw_question(question)
    says, reads, text = figure.data[0].text
    assert list(text) == list(question.text) and list(reads) == list(question.reads)
    assert [word or None for word in says] == list(question.says)
    coloured = [colour == explorers.CHANGED for colour in figure.data[0].z[1]]
    assert coloured == list(question.changed)
    assert "MASK" in explorers.describe(question)


def test_controls_change_the_live_figure():
    explorer = explorers.corruption_explorer(data.tokenizer(), SENTENCE)
    explorer.widget()
    canvas = explorer._view.canvas
    before = [list(row) for row in canvas.figure.data[0].text]
    explorer._view.inputs["objective"].value = "causal"
    after = [list(row) for row in canvas.figure.data[0].text]
    assert before != after and after[1][:3] == after[2][:3]
    explorer._view.inputs["sentence"].value = " "
    assert "Write 4 to 20" in explorer.error


def test_the_table_says_what_the_figure_shows(compute):
    table = explorers.question_table(compute(SENTENCE, "spans", 0.3, 2))
    assert list(table["row"]) == ["text", "reads", "must say"]
    assert "X0" in set(table.iloc[1]) and not table.isna().any().any()


def test_without_a_kernel_the_slider_steps_through_objectives():
    figure = explorers.corruption_explorer(data.tokenizer(), SENTENCE).static_figure()
    assert [frame.name for frame in figure.frames] == ["masked", "causal", "spans"]


def test_the_way_is_measured_from_ignorance_to_the_entropy_bound():
    ways = explorers.Ways(CURVES, MARKS)
    way = ways("short", 100)
    assert (way.step, way.loss) == (100, 2.0)
    assert way.done == pytest.approx((7.6 - 2.0) / (7.6 - 0.5))
    assert ways("short", 81).step == 10, "the last milestone not after the step"
    assert ways("long", 1000).loss == pytest.approx(1.1)
    with pytest.raises(ValueError, match="no recorded curve"):
        explorers.Ways({}, MARKS)


def test_the_entropy_bound_is_drawn_and_the_place_moves():
    explorer = explorers.entropy_bound_explorer(CURVES, MARKS)
    figure = explorer.figure(name="short", step=10)
    assert "the entropy bound: 0.50" in [each.text for each in figure.layout.annotations]
    assert figure.data[-1].x == (10,) and figure.data[-1].y == (4.0,)
    assert max(max(line.x) for line in figure.data) == max(max(curve) for curve in CURVES.values())
    frames = explorer.static_figure().frames
    assert len(frames) == 4 and frames[-1].data[-1].x == (1000,)


def test_explorer_steps_cover_the_longest_curve():
    explorer = explorers.entropy_bound_explorer(CURVES, MARKS)
    assert explorer.controls["step"].high >= 1000
    assert explorer.controls["step"].log, "C8: the slider showed 2.00 for 100"


def test_writings_show_the_last_milestone_and_what_the_judge_expected(tiny_llama, tokenizer):
    prompt = torch.tensor([[1, 20, 21, 22]])
    written = [torch.tensor([[30, 31]]), torch.tensor([[32, 33]]), torch.tensor([[34, 35]])]
    writings = explorers.Writings(
        tokenizer, prompt, [0, 4, 9], [7.0, 5.0, 3.0], written, tiny_llama
    )
    assert [writings(step).step for step in (0, 3, 4, 8, 9, 20)] == [0, 0, 4, 4, 9, 9]
    writing = writings(5)
    assert writing.loss == 5.0 and len(writing.prompt) == 3
    assert writing.said == tuple(
        core_charts.readable(tokenizer.decode([token])) for token in (32, 33)
    )
    alone = token_nll(tiny_llama, prompt, written[1])[0].tolist()
    assert writing.nll == pytest.approx(alone, rel=1e-4)
    figure = explorers.draw_writing(replace(writing, nll=(0.5, 9.0)))
    (levels,) = [list(row) for row in figure.data[0].z if explorers.ASKED in list(row)]
    assert (
        levels[:2] == [explorers.ASKED, explorers.CHANGED]
        and "4 steps: 5.00" in figure.layout.title.text
    )
    table = explorers.writing_table(replace(writing, nll=(0.5, 9.0)))
    assert table["tokens expected"].tolist() == ["50%"]
    assert table["written"].tolist() == [explorers.written_text(writing)]
    spoken = replace(writing, said=("␣a", "⏎", "b", "␣c"))
    assert explorers.written_text(spoken) == "a / b c"
    explorer = explorers.writing_explorer(writings)
    assert [frame.name for frame in explorer.static_figure().frames] == ["0", "4", "9"]
