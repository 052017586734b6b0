"""The figures and tables of lesson 02: each curve, its axes, and the words in each cell."""

import pytest
import torch

from workbook.pretraining import charts
from workbook.pretraining.copying_probe import Looks
from workbook.pretraining.models import Trained

RUNS = [{"marks": [0, 30], "held_out": [7.0, last]} for last in (0.2, 0.3, 0.4)]


def test_curves_keep_the_steps_that_all_runs_have():
    assert charts.curves_by_step(RUNS) == {0: [7.0] * 3, 30: [0.2, 0.3, 0.4]}


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
    assert figure.layout.yaxis.title.text == "accuracy"
    assert figure.data[0].error_y.array and figure.data[1].error_y.array is None, "one seed: none"


def test_a_step_that_a_run_lacks_is_left_out_and_another_curve_can_be_asked_for():
    other = {"marks": [0, 60], "held_out": [6.0, 1.0], "evidence": [0.0, 2.0]}
    assert charts.curves_by_step([*RUNS[:1], other]) == {0: [7.0, 6.0]}
    assert charts.curves_by_step([other], "evidence") == {0: [0.0], 60: [2.0]}


def test_adaptation_is_drawn_for_the_domain_that_is_asked_for():
    curves = {"from the town": {"steps": [0, 4, 9], "harbour": [5.0, 3.0, 2.0], "town": [1, 2, 3]}}
    for text, losses in (("harbour", (5.0, 3.0, 2.0)), ("town", (1, 2, 3))):
        figure = charts.adaptation_chart(curves, text)
        (line,) = figure.data
        assert (line.name, line.x, line.y) == ("from the town", (0, 4, 9), losses)
        assert figure.layout.yaxis.title.text == f"loss on {text} text, nats a token"
        assert figure.layout.yaxis.rangemode == "tozero"


def test_the_looks_of_one_head_name_what_was_read_across_and_what_is_written_down():
    weights = torch.zeros(2, 1, 3)
    weights[1] = torch.tensor([[0.126, 0.25, 0.624]])
    figure = charts.looks_chart(Looks([" a", "b", "\n"], [" c"], weights), 1)
    assert figure.data[0].z[0] == pytest.approx((0.13, 0.25, 0.62))
    assert figure.layout.xaxis.ticktext == ("a", "b", "⏎")
    assert figure.layout.xaxis.tickvals == (0, 1, 2)
    assert figure.layout.yaxis.ticktext == ("c",)
    assert figure.layout.xaxis.title.text == "what the encoder read"
    assert figure.layout.yaxis.title.text == "what is to be written"
