"""A class graded from end to end: fair marks, nothing done twice, the same grades in any order."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

import nbformat
import psutil
import pytest
from released import RIGHT, handed_in, lesson

from workbook.grading import batch, key, release, results, workplace
from workbook.grading.grade import Settings
from workbook.grading.gradebook import Gradebook
from workbook.sandbox import process

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(process.problem()), reason=f"this machine has no sandbox: {process.problem()}"
    ),
]
NOISY = RIGHT | {
    "s082": "import warnings, sys\n" + RIGHT["s082"] + "\nwarnings.warn('old')\n"
    "print('noise', file=sys.stderr)",
}
PARTLY = RIGHT | {
    "s029": '@exercise("sampling.epsilon_filter")\ndef epsilon_filter(logits, epsilon):\n'
    "    return logits.masked_fill(logits.softmax(-1) < epsilon, -torch.inf)",
    "s023": 'answer("sampling.predict_kept", (2, 2, 1))',
}
HIDDEN = '''
import torch
from workbook.core.exercises.checks import Check, compare

def _twice(answer, seed):
    """The filter changes nothing when it is applied a second time, whatever the first gave."""
    logits = 3 * torch.randn(2, 9, generator=torch.Generator().manual_seed(seed))
    once = answer(logits, 0.05)
    return compare("the secret quantity", answer(once, 0.0), once)

CHECKS = {"sampling.epsilon_filter": (Check("the secret property", _twice),)}
'''


@pytest.fixture(scope="module")
def course(root, tmp_path_factory):
    """A key, and a folder with six submissions."""
    folder = tmp_path_factory.mktemp("class")
    release.write([root / "notebooks" / "03_sampling.ipynb"], folder / "course")
    (folder / "hidden.py").write_text(HIDDEN, encoding="utf-8")
    answers = {"ada": RIGHT, "bo": NOISY, "Zoë_7": PARTLY, "open": {}}
    answers["=cmd()"] = RIGHT | {"s040": "raise SystemExit"}
    for name, given in answers.items():
        hand_in(folder / "in", name, handed_in(root, given) if given else lesson(root))
    (folder / "in" / "broken").mkdir()
    (folder / "in" / "broken" / "03_sampling.ipynb").write_bytes(b'{"nbformat": 3}')
    return folder


def hand_in(folder, student, notebook):
    path = folder / student / "03_sampling.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def graded(course, name, jobs=1, seed=99, hidden=True):
    """Grade the class into a gradebook of that name; (outcome, gradebook, settings)."""
    book = Gradebook(course / f"{name}.sqlite")
    extra = course / "hidden.py" if hidden else None
    settings = Settings(course / "course" / "key", course, seed, hidden=extra)
    return batch.run(course / "in", settings, book, jobs), book, settings


def written(course, book, settings, name):
    opened = key.read(settings.key, settings.hidden)
    results.write(book, opened, course / name)
    return course / name


@pytest.fixture(scope="module")
def one(course):
    outcome, book, settings = graded(course, "one")
    return outcome, book, written(course, book, settings, "out-one")


def rows(out):
    text = (out / "grades.csv").read_text(encoding="utf-8")
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def test_fair_marks(one):
    """Another order of operations, float64 and warnings are right; luck and noise earn nothing."""
    table = rows(one[2])
    assert [table[name]["points"] for name in ("ada", "bo")] == ["20", "20"]
    assert table["open"]["points"] == "0" and table["open"]["verdict"] == "graded: 0 of 9 right"
    # 1 point for a prediction that is wrong in one number; 4 of 5 checks of 2 points
    assert table["Zoë_7"]["points"] == "18.6"
    assert table["broken"]["verdict"].startswith("old format: nbformat 3")
    assert table["'=cmd()"]["points"] == "17" and "SystemExit" in table["'=cmd()"]["verdict"]
    assert {row["out_of"] for row in table.values()} == {"20"}


def test_the_message_names_the_wrong_quantity(one):
    finals = {final.grade.student: final.grade for final in one[1].finals()}
    by_id = {each.id: each for each in finals["Zoë_7"].exercises}
    filtered = by_id["sampling.epsilon_filter"]
    assert filtered.cause.startswith("the number of tokens kept is too small")
    assert [check.hidden for check in filtered.checks] == [False] * 4 + [True]


def test_a_hidden_check_is_seen_by_no_student(one):
    pages = list((one[2] / "students").rglob("*.html"))
    assert len(pages) == 6
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "secret" not in text and "sandbox (bubblewrap)" in text and "<script" not in text
    page = next(page for page in pages if page.parent.name == "ada")
    assert "further checks: 1 of 1 passed" in page.read_text(encoding="utf-8")


def test_exports_are_read_by_what_they_are_made_for(one):
    out = one[2]
    canvas = list(csv.reader(io.StringIO((out / "canvas.csv").read_text(encoding="utf-8"))))
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "03_sampling"]
    assert canvas[0] == header and canvas[1][-1] == "20"
    assert ["Zoë", "7", "", "", "", "18.6"] in canvas
    moodle = (out / "moodle" / "03_sampling.csv").read_text(encoding="utf-8")
    assert "Participant 7,Zoë,18.6,20," in moodle
    cells = [cell for row in canvas for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    suites = xml.parse(out / "junit.xml").getroot()
    assert {suite.get("tests") for suite in suites} == {"9"}
    record = json.loads((out / "grades.json").read_text(encoding="utf-8"))[0]
    assert {"seed", "package", "basis", "digest", "isolation"} <= record.keys()
    assert all(each["version"] for each in record["exercises"])
    page = (out / "class.html").read_text(encoding="utf-8")
    assert "Verdicts by exercise" in page and "not a verdict" in page


def test_two_at_once_give_the_same_bytes(course, one):
    _, book, settings = graded(course, "two", jobs=2)
    out = written(course, book, settings, "out-two")
    for name in ("grades.csv", "grades.json", "canvas.csv", "junit.xml"):
        assert (out / name).read_bytes() == (one[2] / name).read_bytes(), name


def test_what_has_not_changed_is_not_graded_again(root, course, one):
    before = one[1].times_graded()
    outcome, book, _ = graded(course, "one")
    assert (outcome.submissions, outcome.graded) == (6, 0)
    hand_in(course / "in", "open", handed_in(root, {"s023": RIGHT["s023"]}))
    outcome, book, _ = graded(course, "one")
    assert outcome.graded == 1
    after = book.times_graded()
    assert {name for name in after if after[name] != before[name]} == {("open", "03_sampling")}
    hand_in(course / "in", "open", lesson(root))


def test_other_inputs_are_drawn_for_every_run(course):
    seeds = set()
    for name in ("r1", "r2"):
        _, book, _ = graded(course, name, seed=0, hidden=False)
        finals = list(book.finals())
        assert {final.grade.student: final.points for final in finals}["ada"] == 20
        seeds |= {final.grade.seed for final in finals}
    assert len(seeds) == 2


def test_marks_by_hand_win_and_a_conflict_is_flagged(root, course):
    _, book, settings = graded(course, "hand", hidden=False)
    table = "student,lesson,exercise,points,comment\n"
    table += "bo,03_sampling,sampling.no_repeat,1.5,by luck\n"
    (course / "hand.csv").write_text(table, encoding="utf-8")
    assert results.read_manual(book, course / "hand.csv") == 1
    bo = {final.grade.student: final for final in book.finals()}["bo"]
    assert (bo.points, bo.conflicts) == (18.5, ())
    hand_in(course / "in", "bo", handed_in(root, NOISY | {"s040": "no_repeat = None"}))
    graded(course, "hand", hidden=False)
    bo = {final.grade.student: final for final in book.finals()}["bo"]
    assert (bo.points, bo.conflicts) == (18.5, ("sampling.no_repeat",))
    hand_in(course / "in", "bo", handed_in(root, NOISY))
    (course / "hand.csv").write_text(table + "bo,03_sampling,x,1,\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: bo has no grade for x"):
        results.read_manual(book, course / "hand.csv")


def command(course, out):
    arguments = ["grade", str(course / "in"), "--key", str(course / "course" / "key")]
    arguments += ["--out", str(out), "--seed", "99", "--hidden", str(course / "hidden.py")]
    return [sys.executable, "-m", "workbook", *arguments]


def test_a_grader_that_is_killed_goes_on_where_it_was(course, one):
    """kill -9 after each new grade: nothing is lost, nothing counted twice, the same grades."""
    out = course / "killed"
    for wanted in (1, 3):
        child = subprocess.Popen(command(course, out), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 300
        while child.poll() is None and time.monotonic() < deadline:
            if (out / "gradebook.sqlite").exists() and count(out) >= wanted:
                break
            time.sleep(0.05)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    done = subprocess.run(command(course, out), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "6 submissions, " in done.stdout and "isolation: sandbox" in done.stdout
    assert processes(course) == [] and workplace.remove_abandoned() == 0
    assert (out / "grades.csv").read_bytes() == (one[2] / "grades.csv").read_bytes()
    assert set(Gradebook(out / "gradebook.sqlite").times_graded().values()) == {1}


def processes(course):
    """The processes that still work on this class."""
    return [
        each.info["cmdline"]
        for each in psutil.process_iter(["cmdline"])
        if str(course) in " ".join(each.info["cmdline"] or ()) and each.pid != os.getpid()
    ]


def test_the_five_commands_of_the_instructors_chapter_grade_a_class(root, tmp_path):
    """The fence of .github/INSTRUCTORS.md as it is printed there, with six students."""
    text = (root / ".github" / "INSTRUCTORS.md").read_text(encoding="utf-8")
    commands = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(commands) == 5 and commands[0] == "make env" and "class.html" in commands[4]
    for line in commands[1:4]:
        program, *words = shlex.split(line)
        assert program == ".venv/bin/workbook"
        more = ["--students", "6"] if words[0] == "practice-class" else []
        command = [sys.executable, "-m", "workbook", *words, *more]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
    rows = list(
        csv.DictReader(
            io.StringIO((tmp_path / "grades" / "grades.csv").read_text(encoding="utf-8"))
        )
    )
    assert len(rows) == 6 and len({row["points"] for row in rows}) > 2
    assert any(row["points"] == row["out_of"] for row in rows)
    assert any(row["verdict"].startswith("corrupt") for row in rows)
    assert (tmp_path / "grades" / "class.html").exists()


def count(out):
    try:
        return len(Gradebook(out / "gradebook.sqlite").times_graded())
    except Exception:
        return 0
