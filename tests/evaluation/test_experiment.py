"""The lesson's long run: every system and task once, and rows as the suite makes them."""

import pytest

from workbook.evaluation import experiment, suite
from workbook.tasks import TASKS


def named_jobs():
    return {job.name: job for job in experiment.suite_jobs([0, 1])}


def test_every_system_is_put_to_every_task_whatever_the_seeds():
    jobs = list(experiment.suite_jobs([0, 1, 2]))
    assert [job.name for job in jobs] == list(named_jobs())
    systems = ("baseline", "ceiling", "town-lm", "town-instruct")
    assert [job.name for job in jobs] == [f"{name}/{task}" for name in systems for task in TASKS]
    assert {job.seed for job in jobs} == {None}, "nothing is drawn"


def test_the_record_holds_each_job_and_nothing_else():
    rows = experiment.EXPERIMENT.read("suite")
    assert {row["run"] for row in rows} == set(named_jobs())
    assert all(row["run"] == f"{row['system']}/{row['task']}" for row in rows)
    assert {len(row["scores"]["plain"]) for row in rows} == {suite.CASES}
    assert experiment.EXPERIMENT.path("suite") == suite.recorded_path()


@pytest.mark.parametrize("name", ["ceiling/entailment", "baseline/polite"])
def test_a_job_makes_the_row_of_its_own_system_and_task(name, monkeypatch):
    monkeypatch.setattr(suite, "CASES", 6)
    row = named_jobs()[name].make()
    system, task = name.split("/")
    assert (row["system"], row["task"]) == (system, task)
    assert suite.TaskResult(**row) == suite.run_task(suite.open_system(system), task, 6)
    assert (set(row["scores"]["plain"]) == {1.0}) == (system == "ceiling")


def test_a_system_is_opened_once_for_all_its_tasks(monkeypatch):
    opened = []
    monkeypatch.setattr(suite, "open_system", lambda name: opened.append(name) or object())
    experiment.system.cache_clear()
    try:
        assert experiment.system("one") is experiment.system("one")
        assert experiment.system("other") is not None and opened == ["one", "other"]
    finally:
        experiment.system.cache_clear()
