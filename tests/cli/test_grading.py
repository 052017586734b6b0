"""`workbook release`, `practice-class` and `grade`: what is asked of the grader and said of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from workbook.cli import app
from workbook.grading import batch, key, nbgrader, practice, release, results
from workbook.grading.batch import Outcome
from workbook.sandbox import process

LISTED = SimpleNamespace(
    lessons=[SimpleNamespace(lesson="03_sampling", exercises=[1, 2], out_of=20.0)],
    files={"a": "", "b": "", "c": ""},
)


@pytest.fixture
def written(monkeypatch):
    """What was released, by format."""
    done = []
    for name, module in (("workbook", release), ("nbgrader", nbgrader)):
        monkeypatch.setattr(
            module, "write", lambda *given, name=name: done.append((name, *given)) or LISTED
        )
    return done


def test_a_release_says_what_is_in_it_and_where_it_is(written, lessons, call):
    words = ("--lessons", "02, good", "--out", "course", "--due", "2027-01-31", "--without-answers")
    code, printed = call("release", *words)
    files = [lessons / "01_good.ipynb", lessons / "02_bad.ipynb"]
    assert written == [("workbook", files, Path("course"), "2027-01-31", False)]
    assert (code, printed) == (
        0,
        "03_sampling: 2 exercises, 20 points\n"
        f"3 files -> {Path('course/student.zip')}; the key -> {Path('course/key')}\n",
    )


def test_the_source_of_an_nbgrader_course_is_another_format(written, lessons, call):
    words = ("release", "--lessons", "1", "--out", "course", "--format", "nbgrader")
    code, printed = call(*words)
    assert written == [("nbgrader", [lessons / "01_good.ipynb"], Path("course"), None, True)]
    assert code == 0 and printed.splitlines()[1].startswith(f"-> {Path('course/source')}; ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--lessons", " , "], "name the lessons to release, as in --lessons 03,08.$"),
        (
            ["--lessons", "1", "--format", "zip"],
            'format is "workbook" or "nbgrader", not \'zip\'.$',
        ),
        (["--lessons", "1,9"], "there is no lesson '9'; there are: 01_good, 02_bad.$"),
    ],
)
def test_a_release_that_cannot_be_is_one_sentence(written, lessons, call, words, message):
    with pytest.raises(ValueError, match=message):
        call("release", "--out", "course", *words)
    assert written == []


def test_a_practice_class_has_as_many_students_as_asked_for(call, monkeypatch):
    asked = []
    monkeypatch.setattr(practice, "write", lambda *given: asked.append(given) or ["one", "two"])
    words = ("practice-class", "--key", "key", "--out", "in")
    assert call(*words, "--students", "7", "--seed", "3") == (0, "2 notebooks -> in\n")
    assert asked == [(Path("key"), Path("in"), 7, 3)]
    assert call(*words, "--students", "0")[0] == 2 and len(asked) == 1


@pytest.fixture
def graded(monkeypatch):
    """What the grader was asked; it grades nothing, and shows the first of two."""
    asked = {}
    grade = SimpleNamespace(
        student="ada [b]", lesson="03_sampling", points=3.5, out_of=20.0, verdict="graded"
    )

    def run(submissions, settings, book, jobs, show, cluster, forget):
        asked.update(submissions=submissions, settings=settings, jobs=jobs, cluster=cluster)
        asked.update(forget=forget)
        asked.update(policy=book.policy)
        show(grade, 1, 2)
        left = (Path("in", "ada.ipynb"),) if "ada" in forget else ()
        return Outcome(6, 2, 1, "none: at your own risk", left)

    monkeypatch.setattr(key, "read", lambda *given: asked.update(key=given))
    monkeypatch.setattr(batch, "run", run)
    monkeypatch.setattr(results, "write", lambda book, opened, out: asked.update(out=out))
    monkeypatch.setattr(results, "read_manual", lambda book, file: asked.update(manual=file) or 4)
    return asked


def test_a_class_is_graded_with_the_settings_that_were_given(graded, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = [
        "grade",
        "in",
        "--key",
        "key",
        "--out",
        "out/two",
        "--isolation",
        "none",
        "--jobs",
        "3",
    ]
    words += ["--hidden", "hidden.py", "--attempts", "2", "--counting", "best", "--seed", "9"]
    words += ["--seconds", "7", "--cell-seconds", "2", "--late-penalty", "0.1", "--manual", "m.csv"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    settings, policy = graded["settings"], graded["policy"]
    assert (settings.key, settings.hidden) == graded["key"] == (
        tmp_path / "key", tmp_path / "hidden.py",
    )  # fmt: skip
    assert (settings.seconds, settings.cell_seconds, settings.seed) == (7, 2, 9)
    assert (settings.isolation, settings.attempts) == ("none", 2)
    assert (policy.attempts, policy.counting, policy.late_penalty) == (2, "best", 0.1)
    assert (graded["jobs"], graded["cluster"]) == (3, None)
    assert (graded["out"], graded["manual"]) == (Path("out/two"), Path("m.csv"))
    assert (tmp_path / "out" / "two" / "gradebook.sqlite").is_file()
    assert done.stderr == "[1/2] ada [b] 03_sampling: 3.5 of 20, graded\n"
    assert done.stdout.splitlines()[:4] == [
        "4 marks by hand",
        "6 submissions, 2 of them graded now.",
        "isolation: none: at your own risk",
        "The best of at most 2 attempts counts. Each late day costs 10 %.",
    ]


def test_a_student_who_withdrew_has_no_page_left_and_the_file_is_named(graded, tmp_path, call):
    for name in ("ada", "bo", "cy"):
        (tmp_path / "students" / name).mkdir(parents=True)
    words = ("--isolation", "none", "--forget", "ada", "--forget", "cy")
    code, printed = call("grade", "in", "--key", "key", "--out", str(tmp_path), *words)
    assert code == 0 and graded["forget"] == ["ada", "cy"]
    assert [path.name for path in (tmp_path / "students").iterdir()] == ["bo"]
    assert "ada: forgotten.\ncy: forgotten.\n" in printed
    assert f"or it is graded again: {Path('in', 'ada.ipynb')}\n" in printed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--isolation", "hope"], 'isolation is "sandbox" or "none", not \'hope\'.$'),
        (["--counting", "first"], 'the "best" or the "last" counts, not \'first\'.$'),
        (["--counting", "best"], '"best" needs the number of attempts that are graded.$'),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(graded, tmp_path, call, words, message):
    with pytest.raises(ValueError, match=message):
        call("grade", "in", "--key", "key", "--out", str(tmp_path / "out"), *words)
    assert graded == {} and not (tmp_path / "out").exists()


def test_without_a_sandbox_only_a_cluster_or_none_grades(graded, tmp_path, call, monkeypatch):
    monkeypatch.setattr(process, "problem", lambda: "this is a toaster.")
    words = ("grade", "in", "--key", "key", "--out", str(tmp_path / "out"))
    with pytest.raises(ValueError, match="this is a toaster"):
        call(*words)
    assert not (tmp_path / "out").exists()
    assert call(*words, "--isolation", "none")[0] == 0
    assert call(*words, "--cluster", "tcp://host:8786")[0] == 0
    assert (graded["cluster"], graded["settings"].isolation) == ("tcp://host:8786", "sandbox")
