"""The explorers and charts of lesson 02: their numbers, their sentences, their events."""

from dataclasses import replace

import pytest
import torch

from workbook.core.notebook import charts as core_charts
from workbook.core.runs.intervals import Interval
from workbook.pretraining import charts, data, explorers, task_charts
from workbook.pretraining.models import Trained
from workbook.pretraining.tasks import token_nll

SENTENCE = "I went to the harbour and bought a fine blue kettle."
CURVES = {"short": {0: [7.6], 10: [4.0], 100: [2.0]}, "long": {0: [7.6], 1000: [1.0, 1.2]}}
MARKS = {"every token alike": 7.6, "by frequency alone": 6.0, "the entropy bound": 0.5}


@pytest.fixture(scope="module")
def tokenizer():
    return data.tokenizer()


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


def run(objective, seed, filled, rewriting, steps=30):
    return {
        "objective": objective, "length": "short", "steps": steps, "seed": seed, "filled": filled,
        "rewriting": rewriting, "marks": [0, 30], "held_out": [7.0, filled],
    }  # fmt: skip


RUNS = [run("causal", seed, (seed + 2) / 10, 2.0 + seed) for seed in range(3)] + [
    run("masked", 0, 0.1, None)
]
TASKS = {"filled": "words filled in", "rewriting": "loss on the polite version"}


def test_task_table_has_means_intervals_and_reasons():
    marks = {"baseline": {"filled": 0.0}, "untrained": {"filled": Interval(0.2, 0.1, 0.3)}}
    table = task_charts.task_table(RUNS, {"causal": {"filled": 0.25}}, marks, TASKS)
    assert list(table.index) == ["masked, 30 steps, 1 seeds", "causal, 30 steps, 3 seeds",
                                 "causal, yours", "baseline", "untrained"]  # fmt: skip
    words = table["words filled in"]
    assert words["causal, 30 steps, 3 seeds"].startswith("0.3 [") and words["baseline"] == "0"
    assert words["causal, yours"] == "0.25" and words["untrained"] == "0.2 [0.1, 0.3]"
    assert table.loc["masked, 30 steps, 1 seeds", "loss on the polite version"] == "cannot"
    assert table.loc["causal, yours", "loss on the polite version"] == ""


def test_task_chart_has_a_dot_a_row_and_lines_for_the_marks():
    """A panel for each task; what cannot be done has no dot, and yours is an open mark."""
    figure = task_charts.task_chart(
        RUNS, {"causal": {"filled": 0.25}}, {"baseline": {"filled": 0.05}}, TASKS, "share"
    )
    dots = {(dot.name, dot.xaxis): dot for dot in figure.data}
    causal = dots["causal, 30 steps", "x"]
    assert causal.x == pytest.approx((0.3,)) and causal.error_x.array[0] > 0.1
    yours = dots["yours", "x"]
    assert yours.x == (0.25,) and yours.y == causal.y and yours.marker.symbol == "square-open"
    assert ("causal, 30 steps", "x2") in dots and ("masked, 30 steps", "x2") not in dots
    assert dots["baseline", "x"].x == (0.05, 0.05) and ("baseline", "x2") not in dots
    titles = [each.text.replace("<br>", " ") for each in figure.layout.annotations]
    assert titles == list(TASKS.values())


def test_differences_are_of_runs_with_one_seed():
    """Seeds differ by 1 each, the pairs always by 0.5: only pairing sees it."""
    spans = [run("spans", seed, 0.0, 1.5 + seed) for seed in (2, 0, 1)]
    found = task_charts.paired_difference(RUNS + spans, "rewriting", "causal", "spans")["short"]
    assert found == pytest.approx((0.5, 0.5, 0.5))


def test_curves_keep_the_steps_that_all_runs_have():
    assert charts.curves_by_step(RUNS[:3]) == {0: [7.0] * 3, 30: [0.2, 0.3, 0.4]}


def test_a_running_mean_ends_with_the_last_step():
    curve = charts.smoothed({step: float(step) for step in range(1, 19)}, smooth=3)
    assert curve == {1: 1.0, 11: 10.0, 18: 17.0}
    figure = charts.learning_chart({"one": curve})
    assert figure.data[0].x == (1, 11, 18) and figure.data[0].y == (1.0, 10.0, 17.0)


def test_spans_make_two_curves_gaps_and_ends():
    """Batches 0, 3, 6 are gaps, as `ObjectiveBatches` cuts them; no step is lost."""
    losses = [float(step) for step in range(1, 8)]
    trained = {name: Trained(name, None, losses) for name in ("causal", "spans")}
    curves = charts.by_task(trained)
    assert list(curves) == ["causal", "spans, gaps", "spans, ends"]
    assert curves["spans, gaps"] == {1: 1.0, 4: 4.0, 7: 7.0}
    assert curves["causal"] == curves["spans, gaps"] | curves["spans, ends"]


def test_the_mix_is_drawn_by_share_with_the_town_as_it_was():
    runs = [{"share": share, "harbour": [3.0, 2 - share], "town": [1.0, 1 + share + noise]}
            for share in (0.0, 1.0) for noise in (0.0, 0.1)]  # fmt: skip
    figure = charts.mix_chart(runs, before=1.0)
    assert figure.data[0].y == (2.0, 1.0) and figure.data[1].y == pytest.approx((1.05, 2.05))
    assert figure.layout.annotations[0].text == "town, before: 1.00"


def test_mix_table_has_a_row_for_each_start_and_share():
    runs = [
        {
            "start": start,
            "share": share,
            "harbour": [9.0, value + noise],
            "town": [9.0, 1.0 + noise],
        }
        for start, share, value in (("nothing", 0.51, 2.0), ("town", 0.51, 1.0), ("town", 1.0, 7.0))
        for noise in (0.0, 0.1)
    ]
    table = charts.mix_table(runs)
    assert list(table.index) == ["from a town decoder, 100% harbour",
                                 "from a town decoder, 51% harbour",
                                 "from nothing, 51% harbour"]  # fmt: skip
    assert [cell.split()[0] for cell in table["loss on harbour"]] == ["7.05", "1.05", "2.05"]


def test_diet_table_has_means_intervals_and_the_entropy_bound():
    diets = [{"diet": "crawl", "rows": 600, "loss": loss} for loss in (3.0, 3.2)]
    table = charts.diet_table(diets, 0.5)
    assert table.loc["crawl", "loss on clean text"].startswith("3.1 [")
    assert table.loc["the entropy bound", "loss on clean text"] == "0.5"


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


def test_the_diagram_lets_each_answer_see_what_its_architecture_allows():
    """An encoder's answer: everything; a decoder's: nothing behind it; both: all but the decoder's
    own future."""
    for name, (reads, says, seen, answer) in charts.PANELS.items():
        assert says[answer]
        if name == "masked":
            assert list(seen) == list(range(len(reads)))
        if name == "causal":
            assert list(seen) == list(range(answer + 1))
        if name == "spans":
            assert [reads[i] for i in range(len(reads)) if i not in seen] == ["|"]
    figure = charts.objectives_diagram()
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert len(lines) == sum(len(seen) for _, _, seen, _ in charts.PANELS.values())


def test_filling_is_drawn_by_size_with_intervals_over_seeds():
    def filled(share):
        return {half: {"1 token": share, "2 tokens": share / 2} for half in ("early", "late")}

    runs = [{"objective": name, "filled": filled(share)}
            for name, share in (("masked", 0.8), ("masked", 0.6), ("causal", 0.5))]  # fmt: skip
    figure = charts.filling_chart(runs)
    assert [trace.name for trace in figure.data] == ["encoder", "decoder"] * 2
    assert figure.data[0].y == pytest.approx((0.7, 0.35)) and figure.data[1].y == (0.5, 0.25)
    assert [each.text for each in figure.layout.annotations] == list(charts.CLUE.values())
