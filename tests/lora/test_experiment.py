"""The recorded runs of lesson 10: names of their own, and all that the figures need."""

import pytest

from workbook.lora import charts, experiment


def test_every_part_yields_its_jobs_with_names_of_their_own():
    for part, jobs in experiment.EXPERIMENT.parts.items():
        names = [job.name for job in jobs([0, 1])]
        assert len(set(names)) == len(names) > 0, part


@pytest.fixture(scope="module")
def small():
    """The runs of two ranks and of all weights, each a few steps long; two cases of each task."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "CASES", 2)
        patch.setattr(experiment, "OLD_SKILLS", ("sentiment",))
        patch.setattr(experiment.scored, "__defaults__", ("test", 2))
        runs = [{"seed": s, **experiment.run_rank(r, s, 2)}
                for r, seeds in ((1, 2), (4, 1), ("full", 1)) for s in range(seeds)]  # fmt: skip
        slow = [experiment.run_smaller(rank, 0, 1) for rank in (1, "full")]
        assert [run["rate"] for run in slow] == pytest.approx([1e-3, 2e-4])
        assert [run["trained"] for run in slow] == [runs[0]["trained"], 3_049_920]
        runs += [experiment.run_yardstick(name) for name in ("before", "baseline")]
        return runs, experiment.run_update(0, 2), experiment.run_rate("lora", 1e-3, 0, 2)


def test_runs_hold_what_the_figures_need(small):
    runs, update, rate = small
    lora, full = runs[0], runs[3]
    assert lora["trained"] * 4 == runs[2]["trained"] and full["trained"] == 3_049_920
    assert 0.9 < full["kept"]["64"] <= 1 and lora["example"]
    assert update["layer"] == experiment.SHOWN and set(update["rank_90"]) > {experiment.SHOWN}
    figure = charts.rank_chart(runs)
    assert [list(trace.x) for trace in figure.data] == [[1, 4]] * 3
    table = charts.quality_table(runs)
    assert list(table.index) == ["rank 1", "rank 4", "all weights", "before tuning",
                                 "baseline, no thought"]  # fmt: skip
    assert len(charts.rates_chart([rate]).data) == 1
    best = {"way": "lora", "rate": 2e-3, "new": [1.0, 1.0]}
    assert experiment.best_rates([rate, best]) == {"lora": 2e-3}


def test_smaller_steps_keep_what_larger_ones_lose_at_a_high_rank():
    """The record that the lesson's answer stands on: rank or learning rate?"""
    usual, smaller = (
        charts.by_setting(experiment.EXPERIMENT.read(part), "rank") for part in ("ranks", "smaller")
    )
    for rank in (64, "full"):
        old, kept = (charts.quality(runs[rank], "seven old tasks") for runs in (usual, smaller))
        assert kept.low > old.high, rank
    new = [charts.quality(runs[64], "new task") for runs in (usual, smaller)]
    assert new[1].low > new[0].high, "the usual steps were too large for rank 64"
    gap = charts.differences(experiment.EXPERIMENT.read("smaller"), 8, "full")
    assert gap["new task"].high < 0 < gap["seven old tasks"].high
    assert gap["seven old tasks"].low < 0
