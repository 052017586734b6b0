"""The recorded runs of lesson 01: how they are made, that all are there, and what they found."""

import pandas as pd
import pytest

from workbook.attention import experiment, recurrence
from workbook.attention.experiment import recorded


def test_runs_are_recorded_and_read(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    monkeypatch.setattr(experiment, "LENGTHS", (2,))
    monkeypatch.setattr(experiment, "COPY_STEPS", 2)
    for seeds in ([0], [0, 1]):
        experiment.EXPERIMENT.run_missing("copy", seeds)
    rows = recorded("copy")
    assert sorted(rows.run) == ["GRU/2/0", "GRU/2/1", "attention/2/0", "attention/2/1"]
    assert set(rows.kind) == set(recurrence.KINDS) and rows.stamp[0]["seed"] == 0


def test_the_bundled_runs_are_whole():
    """Every kind at every length with three seeds, and the finding that the lesson reports."""
    rows = recorded("copy")
    table = rows.groupby(["kind", "length"]).accuracy.agg(["count", "mean"])
    assert isinstance(table, pd.DataFrame) and (table["count"] >= 3).all()
    longest = rows.length.max()
    assert table["mean"]["attention", longest] > 0.99 > table["mean"]["GRU", longest] + 0.5


def test_the_bundled_runs_learned_near_and_far():
    """What the explorer says: a new table knows nothing of distance, a trained one does."""
    runs = recorded("positions")
    assert sorted(zip(runs.kind, runs.seed, strict=True)) == [
        (kind, seed) for kind in ("learned", "relative") for seed in (0, 1, 2)
    ]
    for row in runs[runs.kind == "learned"].itertuples():
        assert max(map(abs, row.before[1:33])) < 0.1
        assert row.after[1] > 0.7 and row.after[1] > row.after[8] > row.after[24]
    for row in runs[runs.kind == "relative"].itertuples():
        for head in row.after:
            assert sum(head[1:4]) > sum(head[20:23]) + 1


def test_every_job_has_a_name_and_a_seed_of_its_own():
    jobs = list(experiment.copy_jobs([3, 5]))
    names = [each.name for each in jobs]
    assert len(set(names)) == len(jobs) == 2 * len(experiment.LENGTHS) * len(recurrence.KINDS)
    assert all(each.name.endswith(f"/{each.seed}") for each in jobs)
    names = [each.name for each in experiment.position_jobs([3, 5])]
    assert names == ["learned/3", "learned/5", "relative/3", "relative/5"]


def test_a_run_tells_its_settings_beside_what_it_found(monkeypatch):
    monkeypatch.setattr(experiment, "COPY_STEPS", 1)
    monkeypatch.setattr(experiment, "POSITION_STEPS", 1)
    row = experiment.run_copy("GRU", 2, 7)
    assert (row["kind"], row["length"], row["steps"], row["seed"]) == ("GRU", 2, 1, 7)
    assert 0 <= row["accuracy"] <= 1 and row["parameters"] > 1000
    row = experiment.run_positions("relative", 7)
    assert (row["kind"], row["steps"], row["seed"]) == ("relative", 1, 7)
    assert len(row["before"]) == 4, "a curve for each head"


def test_a_part_that_is_not_there_is_one_sentence():
    with pytest.raises(ValueError, match="'walks'; there are copy, positions"):
        recorded("walks")
