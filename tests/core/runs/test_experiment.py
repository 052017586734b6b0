"""Recorded runs: made once, found again, all with one stamp."""

import json

import pytest

from workbook.core.runs import Experiment, Job, experiment, job, records
from workbook.core.runs.files import data_folder

STAMP = {"time", "seed", "commit", "hardware", "versions"}
LESSONS = (
    "attention", "evaluation", "finetuning", "lora", "peft_family", "pretraining", "quantization",
    "react", "sampling", "scaling_laws",
)  # fmt: skip
PARTS = [(lesson, part) for lesson in LESSONS for part in experiment._experiment(lesson).parts]
# Made from points that may not be shipped: the record stays where they are absent.
ELSEWHERE = {("scaling_laws", "refit")}


def score(size, seed):
    return {"size": size, "score": size + seed}


def both(seeds):
    return (job(score, size, seed=seed, kind="size") for seed in seeds for size in (1, 2))


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    return Experiment("tiny", {"sizes": both})


def test_a_run_is_recorded_with_its_name_its_seed_and_its_stamp(tiny, capsys):
    tiny.run_missing("sizes", [3])
    first, _ = tiny.read("sizes")
    stamp = first.pop("stamp")
    assert first == {"run": "size/1/3", "seed": 3, "size": 1, "score": 4}
    assert stamp.keys() == STAMP and stamp["seed"] == 3
    assert capsys.readouterr().out == "sizes: size/1/3\nsizes: size/2/3\n"


def test_what_is_recorded_is_not_run_again(tiny, capsys):
    """Guards the resumed command: an hour's runs were made twice, or their lines lost."""
    tiny.run_missing("sizes", [0])
    before = tiny.path("sizes").read_bytes()
    tiny.run_missing("sizes", [0, 1])
    assert tiny.path("sizes").read_bytes().startswith(before)
    assert [run["run"] for run in tiny.read("sizes")] == [
        "size/1/0", "size/2/0", "size/1/1", "size/2/1"
    ]  # fmt: skip
    capsys.readouterr()
    tiny.run_missing("sizes", [0, 1])
    assert capsys.readouterr().out == "sizes: nothing is missing\n"


def test_a_killed_command_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    made = []

    def make(name):
        made.append(name)
        if made == ["a", "b"]:
            raise KeyboardInterrupt
        return {}

    def jobs(_seeds):
        return (Job(name, lambda name=name: make(name), None) for name in "abc")

    runs = Experiment("tiny", {"letters": jobs})
    with pytest.raises(KeyboardInterrupt):
        runs.run_missing("letters")
    runs.run_missing("letters")
    assert made == ["a", "b", "b", "c"] and len(runs.read("letters")) == 3


def test_a_job_may_depend_on_those_before_it(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))

    def jobs(seeds):
        yield from (job(score, size, seed=0) for size in (1, 2))
        best = max(run["score"] for run in runs.read("best"))
        yield from (job(score, best, seed=seed) for seed in seeds)

    runs = Experiment("tiny", {"best": jobs})
    runs.run_missing("best", [5])
    assert runs.read("best")[-1]["run"] == "2/5"


def test_of_a_run_that_stands_twice_the_last_counts(tiny):
    tiny.run_missing("sizes", [0])
    records.append(tiny.path("sizes"), {"run": "size/1/0", "seed": 0, "score": 9})
    assert [run["score"] for run in tiny.read("sizes")] == [9, 2]


def test_what_is_not_there_is_one_sentence(tiny):
    with pytest.raises(ValueError, match="no part is called 'shapes'; there are sizes"):
        tiny.run_missing("shapes")
    with pytest.raises(ValueError, match=r"there is no record at .*sizes.jsonl"):
        tiny.read("sizes")
    with pytest.raises(ValueError, match="called 'welcome'; there are attention, evaluation"):
        experiment.record("welcome")


def test_the_command_runs_one_part_or_all(tiny, monkeypatch):
    monkeypatch.setattr(experiment, "_experiment", {"tiny": tiny}.__getitem__)
    tiny.parts["others"] = lambda seeds: [job(score, 7, seed=seed) for seed in seeds]
    experiment.record("tiny", "others", [1])
    assert not tiny.path("sizes").exists() and len(tiny.read("others")) == 1
    experiment.record("tiny", seeds=[1])
    assert len(tiny.read("sizes")) == 2 and len(tiny.read("others")) == 1


@pytest.mark.parametrize("lesson, part", PARTS)
def test_every_run_of_the_course_is_there_once_with_one_stamp(lesson, part):
    """Six recorders had three layouts of the stamp; the records were converted."""
    runs = experiment._experiment(lesson)
    rows = records.read(runs.path(part))
    names = [row["run"] for row in rows]
    wanted = [each.name for each in runs.parts[part](experiment.SEEDS)]
    assert len(set(names)) == len(names)
    if (lesson, part) not in ELSEWHERE:
        assert sorted(names) == sorted(wanted)
    for row in rows:
        assert row["stamp"].keys() >= STAMP and row["seed"] == row["stamp"]["seed"]
        assert not {"time", "commit", "hardware", "versions", "made"} & row.keys()
        assert row["stamp"]["hardware"]["device"] and row["stamp"]["versions"]["torch"]


def test_no_record_belongs_to_nobody():
    found = {(file.parent.name, file.stem) for file in (data_folder() / "runs").glob("*/*.jsonl")}
    assert found == set(PARTS)
    assert json.loads((data_folder() / "assets.json").read_text(encoding="utf-8"))
