"""What the log and a notebook keep, so that an answer can be checked again as it was."""

import inspect
import linecache
from pathlib import Path

import workbook
from workbook.core.exercises import attempts as log
from workbook.core.exercises import exercise as ex
from workbook.core.exercises import regrading
from workbook.core.exercises.checks import Finding, Result
from workbook.core.runs import records


def test_the_log_and_the_output_keep_what_checking_again_needs(topic, monkeypatch):
    """The same seed gives the same inputs: an attempt can be checked again as it was."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append(more))
    ex.exercise("fake.double")(lambda x: abs(2 * x))
    ex.answer("fake.length", 7)
    wrong, right = records.read(log.log_path())
    assert (wrong["exercise"], wrong["event"], wrong["passed"], wrong["checks"]) == (
        "fake.double", "wrong", 2, 3,
    )  # fmt: skip
    assert right["passed"] == right["checks"] == 3
    again = ex.check("fake.double", lambda x: abs(2 * x), seed=wrong["seed"])
    assert (again.status, again.passed) == ("wrong", wrong["passed"])
    for event, output in zip((wrong, right), shown, strict=True):
        assert event["package"] == workbook.__version__
        assert event["version"] == regrading.version_of(ex.find(event["exercise"]))
        carried = output["metadata"]["workbook"]
        assert carried.items() <= event.items() and len(carried) == 6


def test_the_version_of_an_exercise_changes_with_its_code_and_not_with_its_layout(topic):
    asked = ex.find("fake.double")
    before = regrading.version_of(asked)
    file = Path(inspect.getsourcefile(asked.reference))
    versions = {}
    for name, text in {"layout": "# a comment\n\n" + topic,
                       "code": topic.replace("2 * x", "x + x")}.items():  # fmt: skip
        file.write_text(text, encoding="utf-8")
        linecache.checkcache()
        versions[name] = regrading.version_of(asked)
    file.write_text(topic, encoding="utf-8")
    linecache.checkcache()
    assert versions["layout"] == before != versions["code"]


def test_the_version_is_of_the_exercise_with_its_points_and_checks(topic):
    """Two exercises of one file have two versions, and a change of either is one of both."""
    import dataclasses

    asked = ex.find("fake.double")
    version = regrading.version_of(asked)
    assert len(version) == 16 and set(version) <= set("0123456789abcdef")
    others = [
        ex.find("fake.length"),
        dataclasses.replace(asked, points=3),
        dataclasses.replace(asked, checks=asked.checks[::-1]),
    ]
    assert len({version, *map(regrading.version_of, others)}) == 4
    assert regrading.version_of(dataclasses.replace(asked, title="Else", minutes=9)) == version


def test_what_is_noted_counts_the_checks_that_passed(topic):
    findings = (Finding("a"), Finding("b", "it is wrong."), Finding("c"))
    noted = regrading.noted(ex.find("fake.double"), Result("wrong", 17, findings))
    assert (noted["seed"], noted["passed"], noted["checks"]) == (17, 2, 3)
    assert list(noted) == ["version", "package", "seed", "passed", "checks"]
