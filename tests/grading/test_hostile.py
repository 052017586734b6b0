"""Hostile answers: each gets the points it must get, and its verdict names the cause."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from hostile import FORBIDDEN, HARMLESS, HONEST, KILLING, MEDDLING
from released import RIGHT, hand_in, handed_in

from workbook.grading import batch, cells, edition, exports, grade, key, release
from workbook.grading.gradebook import Gradebook
from workbook.grading.submissions import Submission
from workbook.sandbox import process

SEED, ID, LESSON = 4242, "sampling.epsilon_filter", "03_sampling"
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


ONE_CLASS = [*HARMLESS, *FORBIDDEN, *HONEST]  # no one of them ends its process
AROUND = {
    cell: RIGHT[cell] for cell in ("s025", "s029", "s065")
}  # what else is answered, and right


def notebook_with(root, opened, attack):
    """The lesson with three answers, one of them the attack; and the entry of its exercise."""
    (exercise_id,) = cells.exercise_ids(attack.source) or (ID,)
    entry = opened.lessons[LESSON].questions[exercise_id].entry
    return handed_in(root, AROUND | {entry.cell: attack.source}), entry


@pytest.fixture(scope="module")
def one_class(root, opened, settings, tmp_path_factory):
    """Name of an attack -> its grade as it counts, of a class that is graded as a class is."""
    folder = tmp_path_factory.mktemp("class")
    for number, attack in enumerate(ONE_CLASS):
        hand_in(folder / "in", f"s{number}", notebook_with(root, opened, attack)[0])
    book = Gradebook(folder / "grades.sqlite")
    batch.run(folder / "in", replace(settings, cell_seconds=10), book)
    finals = {final.grade.student: final for final in book.finals()}
    book.close()
    return {attack.name: finals[f"s{number}"] for number, attack in enumerate(ONE_CLASS)}


def said(exercise):
    wrong = [check.wrong or "" for check in exercise.checks]
    return " | ".join([exercise.cause, *wrong, *exercise.doubts])


def test_there_are_at_least_sixty_and_no_two_are_the_same():
    attacks = [*HARMLESS, *FORBIDDEN, *MEDDLING, *KILLING]
    assert len({attack.name for attack in attacks}) == len(attacks) >= 60
    assert len({attack.source for attack in attacks}) == len(attacks)
    assert all(attack.says for attack in attacks), "each names a cause"


@pytest.mark.slow
@pytest.mark.parametrize("attack", ONE_CLASS, ids=name)
def test_an_attack_that_stays_in_its_answer(one_class, root, opened, attack):
    final, entry = one_class[attack.name], notebook_with(root, opened, attack)[1]
    exercise = next(each for each in final.grade.exercises if each.id == entry.id)
    assert exercise.points == attack.points, said(exercise)
    assert attack.says in said(exercise)
    others = [each for each in opened.lessons[LESSON].entry.exercises if each.cell in AROUND]
    assert final.points == attack.points + sum(each.points for each in others) - entry.points
    verdict = exports.verdict(final)
    if exercise.verdict not in ("right", "partly right", "wrong"):
        assert f"{entry.id}: {exercise.cause}" in verdict
    looked = f"needs a look by hand: {entry.id}" in verdict
    assert looked == bool(exercise.doubts) == (attack in FORBIDDEN and attack.points > 0)


@pytest.mark.slow
@pytest.mark.parametrize("attack", [*MEDDLING, *KILLING], ids=name)
def test_an_attack_on_the_process_costs_no_other_answer(
    root, opened, settings, tmp_path, attack
):  # fmt: skip
    file = tmp_path / "03_sampling.ipynb"
    nbformat.write(handed_in(root, RIGHT | {"s029": attack.source}), file)
    if attack.says != "time limit":  # a busy machine reaches another limit later
        settings = replace(settings, cell_seconds=20, seconds=80)
    result = grade.grade(Submission("eve", "03_sampling", file), opened, settings)
    exercise = next(each for each in result.exercises if each.id == ID)
    assert exercise.points == attack.points, said(exercise)
    assert attack.says in said(exercise)
    assert result.points == attack.points + attack.rest
    assert not Path("/tmp/owned").exists()
