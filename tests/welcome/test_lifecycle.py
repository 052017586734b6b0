"""The life of a project: costs by hand and as published, the guide, the table of models."""

import re
from pathlib import Path

import nbformat
import pytest

from workbook import LESSONS
from workbook.welcome import lifecycle
from workbook.welcome.lifecycle import STAGES

ROOT = Path(__file__).resolve().parents[2]


def test_every_lesson_of_the_course_belongs_to_a_stage():
    lessons = " ".join(stage.lessons for stage in STAGES)
    assert [n for n in range(19) if f"{n:02} " not in lessons] == []
    with pytest.raises(ValueError, match="Scope, Select"):
        lifecycle.find("Think")


def test_costs_against_published_ones():
    """Wu et al. 2023: 569e9 tokens, 50.6e9 parameters on 512 A100 at 102 TFLOP/s took 139,200
    steps of 32.5 s. They recompute activations, which makes 8 of 6 operations."""
    ours = lifecycle.training_seconds(50.6e9, 569e9) * 8 / 6 / 512
    assert ours == pytest.approx(139_200 * 32.5, rel=0.03)
    table = lifecycle.sizes({"small": (1e9, None), "large": (2e9, 20e9)})
    seconds = lifecycle.training_seconds(2e9, 20e9)
    assert list(table["one GPU trains it in"]) == ["", lifecycle.duration(seconds)]
    assert table.loc["large", "times the one before"] == "2"
    assert list(table["GB to run"]) == ["2", "4"] and list(table["GB to train"]) == ["16", "32"]


def test_gpt_3_took_a_century_of_one_gpu_and_not_a_thousand_years():
    """Guards against B6: the time was that of 20 tokens a parameter, not of the 300 billion."""
    table = lifecycle.sizes({"GPT-3": (175e9, 300e9)})
    assert table.loc["GPT-3", "one GPU trains it in"] == "98 years"


@pytest.mark.parametrize(
    ("need", "examples", "rankings", "first"),
    [(0, 0, 0, "prompt"), (0, 499, 9999, "prompt"), (0, 500, 0, "tune"),
     (1, 5000, 5000, "documents"), (2, 0, 999, "prompt"), (2, 0, 1000, "align"),
     (2, 600, 0, "tune")],
)  # fmt: skip
def test_the_guide_says_what_to_try_first(need, examples, rankings, first):
    said, why = lifecycle.route(lifecycle.NEEDS[need], examples, rankings)
    assert said == first and "lesson" in why
    with pytest.raises(ValueError, match="there is no need 'speed'"):
        lifecycle.route("speed", 0)


def test_the_candidates_are_the_models_that_the_course_names():
    table = lifecycle.candidates()
    assert table.loc["google/flan-t5-base", "parameters"] == "248 million"
    assert table.loc["Qwen/Qwen2.5-0.5B", "licence"] == "Apache-2.0"
    assert not any("MiniLM" in name or "dialogsum" in name for name in table.index)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(11, "11 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7200, "2 hours"),
     (86400 * 14, "14 days"), (86400 * 365 * 183, "183 years")],
)  # fmt: skip
def test_duration(seconds, text):
    assert lifecycle.duration(seconds) == text


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ("Scope", ["no GPU"]),
        ("Select", ["2.0 GB to fetch", "14 days of one GPU"]),  # 6 * 1e9 * 20e9 / 102e12 s
        ("Adapt and align", ["10 million tokens, 10 minutes of one GPU", "16 GB of memory"]),
        ("Integrate", ["2.0 GB of memory", "at most 160 tokens a second"]),  # 320 GB/s over 2 GB
    ],
)
def test_what_a_stage_costs_for_a_billion_parameters(stage, told):
    found = lifecycle.find(stage)
    assert found.name == stage and all(words in found.cost(1e9) for words in told)


def test_training_takes_six_operations_for_each_parameter_and_token():
    assert lifecycle.training_seconds(102e9, 1000) == pytest.approx(6)
    assert lifecycle.training_seconds(2e9, 5e9) == 2 * lifecycle.training_seconds(1e9, 5e9)


def test_a_model_whose_tokens_are_not_known_has_no_time():
    table = lifecycle.sizes({"one": (1e6, None), "three": (3e6, None), "ten": (3e7, 1e9)})
    assert list(table["times the one before"]) == ["", "3", "10"]
    assert list(table["training tokens"]) == ["", "", "1,000,000,000"]
    assert list(table["GB to run"]) == ["0.002", "0.006", "0.06"]


NAMED = re.compile(r"[Ll]essons?\s((?:\d\d(?:,\s|\sand\s|\sto\s)?)+)(\s\(in\spreparation\))?")


@pytest.mark.parametrize("stem", ["00_welcome", "03_sampling"])
def test_a_lesson_that_is_not_written_is_called_so(stem):
    """Fault: a learner was sent to lessons that do not exist."""
    planned = {lesson.number for lesson in LESSONS if not lesson.ready}
    notebook = nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4)
    prose = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = NAMED.findall(prose)
    assert found
    for numbers, remark in found:
        named = set(map(int, re.findall(r"\d\d", numbers)))
        assert named <= planned if remark else not named & planned, numbers


def test_stages_and_routes_say_which_lessons_are_in_preparation():
    told = [stage.lessons for stage in STAGES]
    told += [lifecycle.route(need, n, 5000)[1] for need in lifecycle.NEEDS for n in (5, 800)]
    for lesson in LESSONS:
        for text in told:
            for rest in re.split(rf"(?<!\d){lesson.number:02}(?!\d)", text)[1:]:
                part = re.split(r",|\.|:| and \d", rest)[0]
                assert ("in preparation" in part) is not lesson.ready, (lesson.number, text)
