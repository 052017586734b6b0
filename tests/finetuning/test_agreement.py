"""Our loop and the libraries' over whole trainings: what is scored, recorded and put together."""

import pytest

from workbook.core.runs import Interval
from workbook.finetuning import agreement
from workbook.finetuning.families import measure_baseline


def test_a_run_scores_the_model_before_and_three_trainings():
    found = agreement.run("encoder-decoder", 0, steps=2, count=3)
    assert list(found["scores"]) == [
        agreement.UNTUNED, agreement.OURS, agreement.SAME, agreement.OWN
    ]  # fmt: skip
    assert all(len(scores) == 3 for scores in found["scores"].values())
    assert {len(losses) for losses in found["losses"].values()} == {2}
    assert agreement.largest_gap([found]) < 1e-4


def test_what_is_recorded_is_not_run_again(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    ran = []
    monkeypatch.setattr(agreement, "run", lambda part, seed: ran.append((part, seed)) or {})
    agreement.LIBRARY.run_missing("library", [0])
    agreement.LIBRARY.run_missing("library", [0, 1])
    wanted = [(part, seed) for seed in (0, 1) for part in agreement.STEPS]
    assert sorted(ran) == sorted(wanted)
    lines = agreement.LIBRARY.read("library")
    assert sorted(line["run"] for line in lines) == [f"{p}/{s}" for p, s in sorted(wanted)]


@pytest.mark.parametrize("part", agreement.STEPS)
def test_over_three_seeds_the_loops_agree(part):
    """Of the bundled record: equal steps in the same order, and no difference in another."""
    found = [each for each in agreement.LIBRARY.read("library") if each["part"] == part]
    assert [each["seed"] for each in found] == [0, 1, 2]
    assert agreement.largest_gap(found, agreement.FIRST) < 1e-4
    table = agreement.table(part)
    assert list(table.index) == [
        "baseline", agreement.UNTUNED, agreement.OURS, agreement.SAME, agreement.OWN
    ]  # fmt: skip
    family = agreement.FAMILY[part]
    baseline = measure_baseline((family,), agreement.CASES)[family]
    assert table.iloc[0, 0] == pytest.approx(sum(baseline) / len(baseline), abs=1e-3)
    gaps = agreement.gaps(found)
    for name in (agreement.SAME, agreement.OWN):
        assert gaps[name].low <= 0 <= gaps[name].high, name
    assert gaps[agreement.UNTUNED].high < 0  # tuning did something


def recorded(ours, theirs, scores):
    """A line of the record; the scores are of each training's two cases."""
    return {"losses": {agreement.OURS: ours, agreement.SAME: theirs}, "scores": scores}


def test_the_largest_gap_is_of_one_step_of_one_seed():
    found = [recorded([1.0, 2.0, 3.0], [1.0, 2.5, 9.0], {}), recorded([1.0], [0.75], {})]
    assert agreement.largest_gap(found) == 6
    assert agreement.largest_gap(found, 2) == 0.5
    assert agreement.largest_gap(found, 1) == 0.25


def test_gaps_are_theirs_less_ours_seed_by_seed():
    def scores(*values):
        names = (agreement.UNTUNED, agreement.OURS, agreement.SAME, agreement.OWN)
        return {name: [value, value + 0.2] for name, value in zip(names, values, strict=True)}

    found = [recorded([], [], scores(0.0, 0.5, 0.6, 0.5)),
             recorded([], [], scores(0.1, 0.7, 0.6, 0.8))]  # fmt: skip
    gaps = agreement.gaps(found)
    assert list(gaps) == [agreement.UNTUNED, agreement.SAME, agreement.OWN]
    assert gaps[agreement.SAME] == pytest.approx(Interval.of_seeds([0.1, -0.1]))
    assert gaps[agreement.UNTUNED].mean == pytest.approx(-0.55)
    assert gaps[agreement.OWN].mean == pytest.approx(0.05)
