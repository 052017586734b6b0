"""Hostile answers: each gets the points it must get, and its verdict names the cause."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from hostile import HARMLESS, IMPORTS, KILLING, MEDDLING
from released import RIGHT, handed_in

from workbook.grading import cells, edition, grade, key, release
from workbook.grading.kernel import Isolation
from workbook.grading.marks import mark
from workbook.grading.session import Work, execute
from workbook.grading.submissions import Submission
from workbook.grading.transplant import Answer
from workbook.sandbox import process

SEED, ID = 4242, "sampling.epsilon_filter"
pytestmark = pytest.mark.skipif(
    bool(process.problem()), reason=f"this machine has no sandbox: {process.problem()}"
)


def name(attack):
    return attack.name


@pytest.fixture(scope="module")
def settings(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("course") / "out"
    release.write([root / "notebooks" / "03_sampling.ipynb"], out)
    place = Path(tempfile.mkdtemp(prefix="wbe-"))
    place.chmod(0o755)
    edition.write(place, with_results=False)
    yield grade.Settings(out / "key", place, SEED, cell_seconds=4, seconds=40)
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def opened(settings):
    return key.read(settings.key)


@pytest.fixture(scope="module")
def together(opened, settings):
    """The marks of the harmless attacks, all of them in one kernel."""
    question = opened.lessons["03_sampling"].questions[ID]
    work = [
        Work(question.asked, "epsilon_filter", Answer(("import torch",), (), attack.source),
             question.checks)
        for attack in HARMLESS
    ]  # fmt: skip
    execute(work, Isolation("sandbox", settings.edition), SEED)
    marks = [mark(question, each.findings, each.cause, SEED) for each in work]
    return dict(zip(map(name, HARMLESS), marks, strict=True))


def said(exercise):
    return " | ".join([exercise.cause, *(check.wrong or "" for check in exercise.checks)])


def test_there_are_at_least_sixty_and_no_two_are_the_same():
    attacks = [*HARMLESS, *IMPORTS, *MEDDLING, *KILLING]
    assert len({attack.name for attack in attacks}) == len(attacks) >= 60
    assert len({attack.source for attack in attacks}) == len(attacks)
    assert all(attack.says for attack in attacks), "each names a cause"


@pytest.mark.slow
@pytest.mark.parametrize("attack", HARMLESS, ids=name)
def test_an_attack_that_stays_in_its_answer(together, attack):
    exercise = together[attack.name]
    assert exercise.points == attack.points, said(exercise)
    assert attack.says in said(exercise)


@pytest.mark.slow
def test_an_import_from_the_course_earns_nothing_and_the_verdict_says_why(opened, settings):
    questions, work = opened.lessons["03_sampling"].questions, []
    for attack in IMPORTS:
        (exercise_id,) = cells.exercise_ids(attack.source)
        question = questions[exercise_id]
        answer = Answer(("import torch",), (), attack.source)
        work.append(Work(question.asked, question.entry.function, answer, question.checks))
    execute(work, Isolation("sandbox", settings.edition), SEED)
    for attack, each in zip(IMPORTS, work, strict=True):
        exercise = mark(questions[each.asked.id], each.findings, each.cause, SEED)
        assert (exercise.points, attack.says in exercise.cause) == (0, True), said(exercise)


@pytest.mark.slow
@pytest.mark.parametrize("attack", [*MEDDLING, *KILLING], ids=name)
def test_an_attack_on_the_process_costs_no_other_answer(
    root, opened, settings, tmp_path, attack
):  # fmt: skip
    file = tmp_path / "03_sampling.ipynb"
    nbformat.write(handed_in(root, RIGHT | {"s029": attack.source}), file)
    result = grade.grade(Submission("eve", "03_sampling", file), opened, settings)
    exercise = next(each for each in result.exercises if each.id == ID)
    assert exercise.points == attack.points, said(exercise)
    assert attack.says in said(exercise)
    assert result.points == attack.points + attack.rest
    assert not Path("/tmp/owned").exists()
