"""The explorer of ranks: weights, error and recorded quality of the rank that is asked for."""

import pytest
import torch
from tiny_lora import llama

from workbook.core.runs import Interval
from workbook.core.system.memory import adapter_weights, shape_of
from workbook.lora import charts, experiment, explorers
from workbook.lora.explorers import rank_explorer
from workbook.lora.spectrum import low_rank, relative_error

SHAPE = shape_of(llama().config, 10_000)
UPDATE = {"layer": "q", "largest": 2.0, "thousandths": [[1000, 0, 0], [0, 500, 0], [0, 0, 0]]}


def made(*runs):
    """An explorer of the update diag(2, 1, 0) with runs of (rank, two scores)."""
    rows = [{"rank": r, "new": list(scores), "example": f"<b>{r}</b>"} for r, *scores in runs]
    return rank_explorer(UPDATE, [*rows, {"rank": "full", "new": [1.0]}], SHAPE)


def test_the_explorer_shows_the_rank_that_is_asked_for():
    """On the bundled records, of ranks 1 and 4 alone."""
    (update,) = experiment.EXPERIMENT.read("update")
    runs = [r for r in experiment.EXPERIMENT.read("ranks") if r["rank"] in (1, 4, "full")]
    explorer = rank_explorer(update, runs, SHAPE)
    view = explorer.compute(rank=3, alpha=6, places="q, v")
    assert view.weights == adapter_weights(SHAPE, 3, ("q_proj", "v_proj")) and view.scale == 2
    matrix = torch.tensor(update["thousandths"]) * update["largest"] / 1000
    assert view.error == pytest.approx(relative_error(matrix, 3), abs=1e-3)
    corner = low_rank(matrix, 3)[:40, :40]
    torch.testing.assert_close(torch.tensor(view.picture), corner)
    assert view.recorded is None and explorer.compute(rank=3).recorded == 1
    assert explorer.compute(rank=4).recorded == 4
    figure = explorer.figure(rank=64)
    assert "rank 64" in figure.layout.title.text and "rank 64" in figure.layout.meta["alt"]
    assert len(explorer.static_figure().frames) == 7
    explorer.set(rank=64)
    with pytest.raises(ValueError, match="a rank is 1 to 192 here"):
        explorer.compute(rank=200)


def test_rank_alpha_and_places_each_move_their_own_numbers():
    """On q alone: 2 layers of r (16 + 16) weights, with 4 bytes each four times."""
    explorer = made((1, 0.5, 0.7))
    one, two = (explorer.compute(rank=rank, alpha=6.0, places="q") for rank in (1, 2))
    assert (one.weights, two.weights) == (64, 128)
    assert (one.share, one.state) == (0.0064, 64 * 16)
    assert (one.scale, two.scale) == (6, 3)
    assert one.error == pytest.approx((1 / 5) ** 0.5) and two.error == pytest.approx(0, abs=1e-3)
    assert one.kept == pytest.approx([4 / 5, 1, 1])
    torch.testing.assert_close(torch.tensor(one.picture), torch.diag(torch.tensor([2.0, 0, 0])))
    assert explorer.compute(rank=1, alpha=6.0, places="all").weights > one.weights


def test_quality_is_that_of_the_nearest_rank_recorded_below():
    explorer = made((2, 0.5, 0.7), (2, 0.7, 0.9), (3, 0.1, 0.3))
    assert explorer.compute(rank=1).quality is None and explorer.compute(rank=1).answer == ""
    view = explorer.compute(rank=2)
    assert view.quality == Interval.of_seeds([0.6, 0.8], bounds=(0, 1)) and view.recorded == 2
    alone = Interval.of_cases([0.1, 0.3])
    assert explorer.compute(rank=3).quality == pytest.approx((0.2, alone.low, alone.high))
    assert "quality not recorded" in explorers.draw(explorer.compute(rank=1)).layout.title.text


def test_other_layers_show_what_was_recorded_of_them():
    """Guards against the quality of adapters on all layers above the weights of one on q."""
    (update,) = experiment.EXPERIMENT.read("update")
    ranks, places = (experiment.EXPERIMENT.read(part) for part in ("ranks", "places"))
    explorer = rank_explorer(update, ranks, SHAPE, places)
    for place in ("q", "attention"):
        runs = [run for run in places if run["place"] == place]
        view = explorer.compute(rank=8, alpha=16.0, places=place)
        assert len(runs) == 3 and view.quality == charts.quality(runs, "new task")
        assert view.quality.low < view.quality.high and f"at rank 8 on {place}" in view.told
    other = explorer.compute(rank=16, alpha=32.0, places="q")
    assert other.quality is None and other.told == "not recorded on q, only at rank 8"
    assert "quality not recorded on q" in explorers.draw(other).layout.title.text


def test_a_quality_of_another_alpha_says_so():
    view = made((2, 0.5, 0.7)).compute
    assert "alpha" not in view(rank=2, alpha=4.0).told
    assert view(rank=2, alpha=16.0).told.endswith("at rank 2 on all, recorded with alpha 4")


def test_what_is_drawn_is_told_in_words_and_in_a_table():
    view = made((1, 0.5, 0.5)).compute(rank=1, alpha=4.0, places="q")
    title = explorers.draw(view).layout.title.text
    assert "64 weights (0.64%)" in title and "misses 45% of the update" in title
    on_all = explorers.draw(made((1, 0.5, 0.5)).compute(rank=1)).layout.title.text
    assert "&lt;b&gt;1&lt;/b&gt;" in on_all, "an answer is text, not markup"
    told = explorers.describe(view)
    assert told.startswith("An adapter of rank 1 on q has 64 weights, 0.64% of the model's")
    row = explorers.table(view).iloc[0]
    assert (row["weights"], row["scale"], row["answer"]) == ("64", "4", "")


def test_every_setting_of_the_controls_can_be_computed():
    (update,) = experiment.EXPERIMENT.read("update")
    controls = rank_explorer(update, [], SHAPE).controls
    rank, alpha = controls["rank"], controls["alpha"]
    views = explorers.RankViews(update, [], SHAPE)
    assert {rank.low, rank.default, rank.high} <= set(rank.grid) and alpha.low > 0
    assert [views(number).rank for number in rank.grid] == list(rank.grid)
    assert controls["places"].default in controls["places"].options
    for places in controls["places"].options:
        assert views(rank.high, alpha.high, places).places == places
    for wrong in (0, 193):
        with pytest.raises(ValueError, match="a rank is 1 to 192 here"):
            views(wrong)
