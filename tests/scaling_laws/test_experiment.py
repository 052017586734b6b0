"""The recorded runs: the plan, going on after a kill, and tables of what was found."""

import os

import pytest

from workbook.scaling_laws import experiment, sweep
from workbook.scaling_laws.approaches import isoflop_optima


def test_the_plan_has_runs_enough_and_costs_two_hours_at_most():
    runs = [(budget, size) for budget, sizes in experiment.BUDGETS.items() for size in sizes]
    assert len(runs) >= 30 and len(experiment.BUDGETS) >= 5
    assert all(len(sizes) >= 6 for sizes in experiment.BUDGETS.values())
    assert sum(budget for budget, _ in runs) < 7200 * 4e9  # FLOP/s of one core on small matrices


def test_recording_goes_on_where_it_was_killed(tmp_path, monkeypatch, books, judged):
    """Two runs of a small plan, the second call after a kill: no run is made twice."""
    made = []

    def short(size, steps, seed=0, **_):
        made.append(size.name)
        if len(made) == 2:
            raise KeyboardInterrupt
        return sweep_run(size, 2, seed, books=books, judged=judged, marks=1)

    sweep_run = sweep.run
    bundled = {name: os.path.realpath(experiment.EXPERIMENT.path("sweep").parents[2] / name)
               for name in ("models", "town")}  # fmt: skip
    for name, path in bundled.items():
        (tmp_path / name).symlink_to(path)
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    monkeypatch.setattr(sweep, "run", short)
    monkeypatch.setattr(experiment, "BUDGETS", {1e9: sweep.LADDER[:2], 2e9: sweep.LADDER[:1]})
    with pytest.raises(KeyboardInterrupt):
        experiment.EXPERIMENT.run_missing("sweep", (0, 1))
    experiment.EXPERIMENT.run_missing("sweep", (0, 1))
    assert made == ["8x1", "12x1", "12x1", "8x1"]
    rows = experiment.recorded("sweep")
    assert [row["budget"] for row in rows] == [1e9, 1e9, 2e9]
    assert all(row["stamp"]["seed"] == 0 for row in rows)
    frame = experiment.table(rows)
    assert frame.shape == (2, 2)
    assert isoflop_optima(experiment.for_fits(rows)) == []  # two sizes are no parabola
    assert experiment.recorded("repeated") == []
    monkeypatch.delenv(experiment.POINTS, raising=False)
    experiment.EXPERIMENT.run_missing("refit")
    assert experiment.recorded("refit") == []


def test_a_live_sweep_gives_rows_of_the_same_form(monkeypatch, books, judged):
    run = sweep.run
    monkeypatch.setattr(
        sweep, "run", lambda size, steps, seed, **_: run(size, 2, seed, books=books, judged=judged)
    )
    rows = experiment.live({1e9: sweep.LADDER[:3]})
    assert [row["size"] for row in rows] == [size.name for size in sweep.LADDER[:3]]
    assert {"budget", "loss", "parameters", "tokens", "right"} <= set(rows[0])


def test_the_refit_is_recorded_as_it_was_made(root):
    """The record holds what a new fit of the points gives, where they are at hand."""
    rows = experiment.recorded("refit")
    assert rows, "run `workbook record scaling_laws refit`"
    assert rows[0]["points"] == 240
    assert rows[0]["huber_sum"] == pytest.approx(0.00101827, abs=5e-9)
    low, high = rows[0]["intervals"]["E"][1:]
    assert low < rows[0]["constants"]["E"] < high


def test_text_is_divided_by_the_times_it_is_read(monkeypatch):
    """Equal steps for every number of epochs: 800 of four rows of 256 tokens."""
    asked = []

    def run(size, steps, seed, **settings):
        asked.append((size.name, steps, seed, settings["unique"]))
        return {"loss": 1.0}

    monkeypatch.setattr(sweep, "run", run)
    rows = [experiment.run_repeated("16x1", epochs, 3) for epochs in (1, 32)]
    assert asked == [("16x1", 800, 3, 819_200), ("16x1", 800, 3, 25_600)]
    assert rows == [{"epochs": 1, "loss": 1.0}, {"epochs": 32, "loss": 1.0}]


def test_jobs_take_the_first_seed_but_those_about_noise():
    parts = experiment.EXPERIMENT.parts
    assert {job.seed for job in parts["sweep"]((4, 5))} == {4}
    assert {job.seed for job in parts["repeated"]((4, 5))} == {4}
    assert [job.name for job in parts["noise"]((4, 5))] == [
        "200000000000.0/32x2/4", "200000000000.0/32x2/5",
    ]  # fmt: skip
    for jobs in parts.values():
        names = [job.name for job in jobs((4, 5))]
        assert len(set(names)) == len(names)


def test_without_points_the_refit_says_what_it_needs(monkeypatch, capsys):
    """It once ended without a word."""
    monkeypatch.setenv(experiment.POINTS, " ")
    assert list(experiment.refit_jobs((0, 1))) == []
    assert capsys.readouterr().out == (
        f"refit: set {experiment.POINTS} to the file of the points to fit them again.\n"
    )


def test_a_refit_is_named_by_its_points(monkeypatch, capsys, tmp_path):
    """Other points are another job; the same ones are said to be recorded."""
    file = tmp_path / "points.csv"
    monkeypatch.setenv(experiment.POINTS, f" {file} ")
    names = []
    for text in ("a\n1\n", "a\n2\n"):
        file.write_text(text, encoding="utf-8")
        names += [job.name for job in experiment.refit_jobs((0,))]
    assert len(set(names)) == 2 and all(name.startswith("refit/") for name in names)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(experiment, "recorded", lambda part: [{"run": names[1]}])
    list(experiment.refit_jobs((0,)))
    assert f"the points of {file} are recorded already, as {names[1]}" in capsys.readouterr().out


def test_a_refit_without_its_file_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv(experiment.POINTS, str(tmp_path / "none.csv"))
    with pytest.raises(ValueError, match="none.csv cannot be read"):
        list(experiment.refit_jobs((0,)))


def test_rows_become_a_table_and_points_to_fit():
    runs = [
        {"budget": budget, "flops": budget * 1.01, "parameters": n, "tokens": budget / n,
         "loss": loss, "size": "x"}
        for budget, n, loss in ((1e9, 100, 5.0), (1e9, 200, 4.5), (2e9, 200, 4.0))
    ]  # fmt: skip
    table = experiment.table(runs)
    assert table.loc[200].to_dict() == {"1.0e+09": 4.5, "2.0e+09": 4.0}
    assert table["1.0e+09"].to_dict() == {100: 5.0, 200: 4.5}
    assert experiment.for_fits(runs)[2] == {
        "flops": 2e9, "parameters": 200, "tokens": 1e7, "loss": 4.0,
    }  # fmt: skip
