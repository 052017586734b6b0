"""The instructor's key, opened: what is asked, hidden checks, and what a grade rests on."""

from __future__ import annotations

import json
import shutil

import pytest
from released import lesson

from workbook.grading import key, manifest

NAME, ID = "03_sampling", "sampling.no_repeat"
HIDDEN = """
from workbook.core.exercises.checks import Check
CHECKS = {{"{id}": (Check("{says}", lambda answer, seed: {code}),)}}
"""


@pytest.fixture
def own(key_folder, tmp_path):
    """A copy of the key that may be spoiled."""
    return shutil.copytree(key_folder, tmp_path / "key")


def hidden(tmp_path, exercise_id=ID, says="secret", code="None"):
    file = tmp_path / "hidden.py"
    file.write_text(HIDDEN.format(id=exercise_id, says=says, code=code), encoding="utf-8")
    return file


def test_a_key_has_every_exercise_with_its_checks_and_cells(root, key_folder):
    opened = key.read(key_folder)
    assert opened.topics == {"sampling": NAME} and opened.listed.due == "2027-01-31T00:00:00"
    (only,) = opened.lessons.values()
    exercises = manifest.exercises_of("sampling")
    assert {name: each.asked for name, each in only.questions.items()} == exercises
    assert all(q.checks == q.asked.checks and not q.hidden for q in only.questions.values())
    assert [cell.id for cell in only.cells] == [cell.id for cell in lesson(root).cells]


def test_hidden_checks_come_after_the_lessons_own(key_folder, tmp_path):
    questions = key.read(key_folder, hidden(tmp_path)).lessons[NAME].questions
    assert (questions[ID].hidden, questions[ID].checks[-1].says) == (1, "secret")
    assert questions[ID].checks[:-1] == questions[ID].asked.checks
    assert {each.hidden for name, each in questions.items() if name != ID} == {0}


def test_a_grade_rests_on_points_lesson_and_checks(key_folder, own, tmp_path):
    def basis(folder=key_folder, **known):
        return key.read(folder, hidden(tmp_path, **known) if known else None).lessons[NAME].basis

    bases = [basis(), basis(code="None"), basis(code="seed"), basis(code="7"), basis(says="other")]
    file = own / manifest.NAME
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"points": 3.0', '"points": 4.0', 1), encoding="utf-8")
    bases.append(basis(own))
    file.write_text(text, encoding="utf-8")
    notebook = own / "notebooks" / f"{NAME}.ipynb"
    notebook.write_bytes(notebook.read_bytes() + b"\n")
    bases.append(basis(own))
    assert len(set(bases)) == len(bases)
    assert basis() == bases[0] and basis(code="7") == bases[3]


TABLE = """
from workbook.core.exercises.checks import Check
TABLE = {{"known": list(range(300)), "last": {last}}}
def closing(table):
    return lambda answer, seed: None if answer(seed) in table else "no."
CHECKS = {{"{id}": (Check("secret", closing(TABLE)),)}}
"""


def test_a_grade_rests_on_the_whole_of_a_hidden_table(key_folder, tmp_path):
    """And only where it is used: the end of a long table counts, an object's address does not."""
    file, bases = tmp_path / "hidden.py", []
    for last in (1, 2):
        file.write_text(TABLE.format(id=ID, last=last), encoding="utf-8")
        bases.append(key.read(key_folder, file).lessons[NAME].basis)
    assert bases[0] != bases[1]
    assert key.read(key_folder, file).lessons[NAME].basis == bases[1]


def test_the_text_of_a_check_has_its_closed_over_values_whole_and_no_address():
    def closing(value):
        return lambda answer, seed: value

    texts = [key._code(closing([*range(300), last])) for last in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert key._code(closing(object())) == key._code(closing(object()))


def test_an_exercise_that_has_changed_since_the_release_is_refused(own):
    file = own / manifest.NAME
    listed = json.loads(file.read_text(encoding="utf-8"))
    listed["lessons"][0]["exercises"][4]["version"] = "other"
    file.write_text(json.dumps(listed), encoding="utf-8")
    changed = listed["lessons"][0]["exercises"][4]["id"]
    with pytest.raises(ValueError, match=f"{changed} has changed since this key was released"):
        key.read(own)


def test_a_key_without_its_notebook_is_refused(own):
    (own / "notebooks" / f"{NAME}.ipynb").unlink()
    with pytest.raises(ValueError, match="the key has no 03_sampling.ipynb; release"):
        key.read(own)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "there is no Python file .* with hidden checks"),
        ("1 / 0", "cannot be used: ZeroDivisionError: division by zero"),
        ("x = 1", "cannot be used: AttributeError"),
        (f"CHECKS = {{'{ID}': (1,)}}", "CHECKS maps exercise ids to tuples of Check"),
    ],
)
def test_a_file_without_hidden_checks_is_refused(key_folder, tmp_path, text, words):
    if text is not None:
        (tmp_path / "hidden.py").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        key.read(key_folder, tmp_path / "hidden.py")


def test_hidden_checks_for_an_exercise_that_is_not_released_are_refused(key_folder, tmp_path):
    with pytest.raises(ValueError, match="has checks for sampling.other, which the key does not"):
        key.read(key_folder, hidden(tmp_path, "sampling.other"))


def test_a_check_that_any_answer_passes_is_known(key_folder):
    question = key.read(key_folder).lessons[NAME].questions[ID]
    accidental = question.accidental(5)
    assert len(accidental) == len(question.checks)
    assert accidental[-1] and not accidental[1]  # "leaves what it was given", "cuts the right ones"
