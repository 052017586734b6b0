"""The explorers and charts of lesson 02: their numbers, their sentences, their events."""

import math

import pytest

from workbook.pretraining import charts, data, explorers

SENTENCE = "I went to the harbour and bought a fine blue kettle."
CURVES = {"short": {0: [7.6], 10: [4.0], 100: [2.0]}, "long": {0: [7.6], 1000: [1.0, 1.2]}}
MARKS = {"every token alike": 7.6, "by frequency alone": 6.0, "the floor": 0.5}


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


def test_the_way_is_measured_from_ignorance_to_the_floor():
    ways = explorers.Ways(CURVES, MARKS)
    way = ways("short", 2.0)
    assert (way.step, way.loss) == (100, 2.0)
    assert way.done == pytest.approx((7.6 - 2.0) / (7.6 - 0.5))
    assert ways("short", 1.9).step == 10, "the last milestone not after the step"
    assert ways("long", 3.0).loss == pytest.approx(1.1)
    with pytest.raises(ValueError, match="no recorded curve"):
        explorers.Ways({}, MARKS)


def test_the_floor_is_drawn_and_the_place_moves():
    explorer = explorers.floor_explorer(CURVES, MARKS)
    figure = explorer.figure(name="short", exponent=1.0)
    assert "the floor: 0.50" in [each.text for each in figure.layout.annotations]
    assert figure.data[-1].x == (10,) and figure.data[-1].y == (4.0,)
    assert 10 ** figure.layout.xaxis.range[1] > 10 if figure.layout.xaxis.range else True
    frames = explorer.static_figure().frames
    assert len(frames) == 6 and frames[-1].data[-1].x == (1000,)


PROBES = {"probe": 0.8, "probe_few": 0.7, "probe_sentiment": 0.6}
RUNS = [
    {"objective": "causal", "steps": 30, "filled": share, **PROBES, "surprise": 3.0,
     "rewriting": 2.0, "rewriting_blind": 2.5, "marks": [0, 30], "held_out": [7.0, share]}
    for share in (0.2, 0.3, 0.4)
] + [
    {"objective": "masked", "steps": 30, "filled": 0.1, **PROBES, "surprise": 9.0,
     "rewriting": None, "rewriting_blind": None, "marks": [0], "held_out": []}
]  # fmt: skip


def test_task_table_has_means_intervals_and_reasons():
    live = {"causal, yours": {"filled": 0.25}}
    table = charts.task_table(RUNS, live, {"floor": {"filled": 0.0}})
    assert list(table.index) == ["causal, 30 steps, 3 seeds", "masked, 30 steps, 1 seeds",
                                 "causal, yours", "floor"]  # fmt: skip
    assert table.iloc[0]["words filled in"].startswith("0.3 [")
    assert table.iloc[1]["loss on the polite version"] == "cannot"
    assert table.iloc[2]["words filled in"] == "0.25" and table.iloc[2]["the same, 64 labels"] == ""


def test_curves_keep_the_steps_that_all_runs_have():
    assert charts.curves_by_step(RUNS[:3]) == {0: [7.0] * 3, 30: [0.2, 0.3, 0.4]}


def test_learning_chart_is_a_running_mean():
    figure = charts.learning_chart({"one": [float(i) for i in range(20)]}, smooth=3)
    assert figure.data[0].x == (1, 11) and figure.data[0].y == (0.0, 9.0)


def test_mix_chart_and_diet_table():
    runs = [{"share": share, "harbour": [3.0, 2 - share], "town": [1.0, 1 + share + noise]}
            for share in (0.0, 1.0) for noise in (0.0, 0.1)]  # fmt: skip
    figure = charts.mix_chart(runs, {"before": 1.0})
    assert figure.data[0].y == (2.0, 1.0) and figure.data[1].y == pytest.approx((1.05, 2.05))
    assert "before: 1.00" in figure.layout.annotations[0].text
    diets = [{"diet": "crawl", "rows": 600, "loss": loss} for loss in (3.0, 3.2)]
    table = charts.diet_table(diets, 0.5)
    assert table.loc["crawl", "loss on clean text"].startswith("3.1 [")
    assert table.loc["the floor", "loss on clean text"] == "0.5"


def test_explorer_steps_cover_the_longest_curve():
    explorer = explorers.floor_explorer(CURVES, MARKS)
    assert explorer.controls["exponent"].high >= math.log10(1000)
