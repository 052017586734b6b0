"""The figures and tables of lesson 10: scores by rank and rate, spectra, plans, the diagram."""

import pytest
from tiny_lora import llama

from workbook.core.runs import Interval
from workbook.core.system.memory import adapter_weights, shape_of
from workbook.lora import charts


def run(rank, new, old=0.5, **more):
    """A record as `experiment.py` writes it."""
    return {"rank": rank, "new": [new, new], "other_phrasings": [new / 2],
            "old": {"polite": [old], "extract": [old - 0.2, old]}, **more}  # fmt: skip


RUNS = [
    run("before", 0.0), run(4, 0.6, trained=4000), run(4, 0.8, trained=4000),
    run(1, 0.2, trained=1000), run("full", 0.9, 0.4, trained=10**6),
]  # fmt: skip


def test_a_figure_of_spectra_and_a_table_of_plans():
    """The figure has every seed's update in it, not the first alone."""
    kept = ({"1": 0.4, "8": 0.9}, {"1": 0.6, "8": 1.0})
    figure = charts.spectrum_chart([run("full", 0.9, kept=each) for each in kept])
    curve = figure.data[0]
    assert list(curve.x) == [1, 8] and list(curve.y) == pytest.approx([0.5, 0.95])
    assert curve.error_y.array is not None
    shape = shape_of(llama().config, 10_000)
    table = charts.memory_table({"a": (shape, 2, "nf4", 1, 16, True)})
    assert table.loc["a", "adapter"] == f"{adapter_weights(shape, 2):,}"


def test_scores_by_rank_have_intervals_and_full_tuning_goes_across():
    figure = charts.rank_chart(RUNS)
    new, other, old = figure.data
    assert [trace.name for trace in figure.data] == list(charts.SCORES)
    assert list(new.x) == [1, 4] and list(new.y) == pytest.approx([0.2, 0.7])
    assert list(other.y) == pytest.approx([0.1, 0.35])
    assert list(old.y) == pytest.approx([0.45, 0.45]), "each old task weighs the same"
    wanted = Interval.of_seeds([0.6, 0.8], bounds=(0, 1))
    assert list(new.error_y.array) == pytest.approx([0, wanted.high - wanted.mean])
    assert [note.text for note in figure.layout.annotations] == [
        "new task, all weights: 0.90", "seven old tasks, all weights: 0.35",
    ]  # fmt: skip
    assert figure.layout.xaxis.title.text == "rank" and figure.layout.xaxis.type == "log"


def test_the_table_of_quality_has_a_row_a_setting():
    table = charts.quality_table(RUNS)
    assert list(table.index) == ["before tuning", "rank 4", "rank 1", "all weights"]
    assert list(table["weights trained"]) == ["", "4,000", "1,000", "1,000,000"]
    assert table.loc["before tuning", "new task"] == "0.00", "what is not tuned has no interval"
    wanted = Interval.of_seeds([0.6, 0.8], bounds=(0, 1))
    assert table.loc["rank 4", "new task"] == f"{wanted:.2f}"
    places = [{**run(8, 0.5), "place": "q, v"}]
    assert list(charts.quality_table(places, "place").index) == ["q, v"]


def test_a_single_run_has_an_interval_over_its_cases():
    """A run whose cases are all 0 has no width in a bootstrap; as of a share it has one."""
    one = {**run(8, 0.5), "new": [0.0, 1.0, 1.0, 0.0]}
    drawn = Interval.of_cases(one["new"])
    assert charts.quality([one], "new task") == (0.5, drawn.low, drawn.high)
    nothing = charts.quality([{**one, "new": [0.0] * 24}], "new task")
    assert (nothing.mean, nothing.low) == (0, 0) and 0.1 < nothing.high < 0.2
    old = charts.quality([one], "seven old tasks")
    assert old.mean == pytest.approx(0.45) and old.low <= old.mean <= old.high


def test_a_difference_is_paired_by_seed_and_case():
    """Two settings that differ by the same 0.1 in each case differ by just that, without width."""
    first = ([0.1, 0.9, 0.5], [0.3, 0.7, 0.2])
    runs = [{**run(8, 0.5), "new": new} for new in first]
    runs += [{**run("full", 0.5), "new": [score + 0.1 for score in new]} for new in first]
    assert charts.differences(runs, "full", 8)["new task"] == pytest.approx((0.1, 0.1, 0.1))


def test_rates_are_a_curve_a_way():
    scores = (("full", 1e-3, 0.4), ("lora", 1e-3, 0.2), ("lora", 5e-3, 0.6))
    runs = [{"way": way, "rate": rate, "new": [score, 0.0]} for way, rate, score in scores]
    figure = charts.rates_chart(runs)
    assert {t.name: list(zip(t.x, t.y, strict=True)) for t in figure.data} == {
        "all weights": [(1e-3, 0.2)], "LoRA, rank 8": [(1e-3, 0.1), (5e-3, 0.3)],
    }  # fmt: skip
    assert figure.layout.xaxis.title.text == "learning rate of AdamW"


def test_an_update_and_its_picture_share_one_scale():
    figure = charts.update_chart([[4.0, -2.0]], [[2.0, 0.0]], [0.6, 1.0], 2, "above")
    update, picture, curve, mark = figure.data
    assert [list(row) for row in update.z] == [[1.0, -0.5]]
    assert [list(row) for row in picture.z] == [[0.5, 0.0]]
    assert (update.zmin, update.zmax) == (picture.zmin, picture.zmax) == (-1, 1)
    assert list(zip(curve.x, curve.y, strict=True)) == [(1, 0.6), (2, 1.0)]
    assert (list(mark.x), list(mark.y)) == ([2], [1.0])
    assert figure.layout.title.text == "above"
    assert "its rank-2 picture" in {note.text for note in figure.layout.annotations}


def test_the_diagram_names_the_sizes_of_its_matrices():
    figure = charts.layer_diagram(512, 64, 8)
    said = [note.text for note in figure.layout.annotations if note.text]
    assert said[:3] == ["W<br>512 x 64<br>frozen", "A: 8 x 64", "B<br>512 x 8"]
    assert "y = W x + (alpha / R) B A x" in said and len(figure.layout.shapes) == 3
