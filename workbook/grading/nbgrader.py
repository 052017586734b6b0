"""`workbook release --format nbgrader`: the lessons as source notebooks of an nbgrader course.

Each answer cell becomes a solution cell, with the reference between nbgrader's marks, and a locked
test cell follows that is worth the exercise's points: its last line is the part of them that the
answer earned, which nbgrader takes as partial credit. nbgrader runs tests in the student's own
process, where an answer that means harm can forge them; `workbook grade` does not have that
weakness. Left out: nbgrader's exchange and its database.
"""

from __future__ import annotations

import ast
import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.core.exercises import exercise
from workbook.core.runs.files import replacing
from workbook.grading import cells, edition, key, manifest, marks, release, wheel

if TYPE_CHECKING:
    from nbformat import NotebookNode

SCHEMA = 3  # of nbgrader's metadata, since its version 0.6
LOOKUP = "from workbook.core.exercises.exercise import find as _find"
SOLUTION = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
TEST = """# Points for {title}: a part for each check that passes.
from workbook.grading.nbgrader import earned

earned("{id}")"""
CONFIG = '''"""Settings of nbgrader for these lessons; copy them into a course's own file."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "workbook"
c.ClearSolutions.code_stub = {"python": "# Your answer goes into the lines above."}
c.ExecutePreprocessor.timeout = 300  # seconds for one cell; lessons train small models
c.Execute.timeout = 300
'''
START = """How to use these lessons with nbgrader
======================================
The kernel "python3" has to be one in which the course is installed.
{commands}
Then hand out release/, collect into submitted/<student>/<lesson>/, and run
    nbgrader autograde <lesson>
    nbgrader export
{package}"""


def write(
    notebooks: Sequence[Path], out: Path, due: str | None = None, with_answers: bool = True
) -> manifest.Manifest:
    """Write `out/source/<lesson>/<lesson>.ipynb` and `out/nbgrader_config.py`.

    Arguments, errors and result are those of `release.write`; without answers, students get the
    wheel in `out/package`.
    """
    release.refuse_other_files(out)
    lessons = [release.lesson_of(file) for file in notebooks]
    read = {file.name: release.released(file, with_answers) for file in notebooks}
    listed = release.listing(lessons, read, due, with_answers)
    with replacing(out) as draft:
        for lesson in listed.lessons:
            folder = draft / "source" / lesson.lesson
            name = f"{lesson.lesson}.ipynb"
            release.write_notebook(folder / name, as_source(read[name], lesson))
            release.copy_images(notebooks, {name: read[name]}, folder)
        package = "Students install package/*.whl, which holds no answers.\n"
        if not with_answers:
            topics = [lesson.topic for lesson in lessons]
            with tempfile.TemporaryDirectory() as scratch:
                wheel.write(edition.write(Path(scratch), topics), draft / "package")
        commands = [_commands(lesson.lesson, listed.due) for lesson in listed.lessons]
        text = START.format(commands="\n".join(commands), package="" if with_answers else package)
        release.save_text(draft / "START.txt", text)
        release.save_text(draft / "nbgrader_config.py", CONFIG)
        release.save_text(draft / manifest.NAME, listed.text())
        (draft / release.MARK).touch()
    return listed


def as_source(notebook: NotebookNode, lesson: manifest.LessonEntry) -> NotebookNode:
    """Return a lesson with solution cells and test cells."""
    import nbformat

    made = nbformat.from_dict(notebook)
    made.cells = []
    for cell in notebook.cells:
        asked = [entry for entry in lesson.exercises if entry.cell == cell.id]
        made.cells.append(_solution_cell(cell, asked) if asked else cell)
        made.cells += [_test_cell(entry) for entry in asked]
    return made


def earned(exercise_id: str) -> float:
    """Return the points for the answer that was given last in this notebook.

    Fresh inputs are drawn at each call. 0 where nothing was answered, and in the edition without
    answers for a prediction, which is marked after it was handed in.
    """
    asked = exercise.find(exercise_id)
    answered = exercise.given(exercise_id)
    if answered is None:
        return 0.0
    result = exercise.check(exercise_id, answered)
    if result.status not in ("right", "wrong"):
        return 0.0
    entry = manifest.entry_of(asked)
    question = key.GradedExercise(entry, asked, asked.checks)
    passed = [finding.wrong is None for finding in result.findings]
    passed += [False] * (len(asked.checks) - len(passed))  # those after one that took too long
    return marks.points(question, passed, result.seed)


def _solution_cell(cell: NotebookNode, asked: Sequence[manifest.ExerciseEntry]) -> NotebookNode:
    """The cell with the references behind it, between marks."""
    import nbformat

    lines = [_solved(cell.source, entry) for entry in asked]
    made = nbformat.from_dict(cell)
    made.source = f"{cell.source}\n{SOLUTION.format(chr(10).join([LOOKUP, '', *lines]))}"
    made.outputs, made.execution_count = [], None
    name = f"answer-{_id(asked[0])}"
    made.metadata = {**cell.metadata, "nbgrader": _metadata(name, solution=True)}
    return nbformat.from_dict(made)


def _test_cell(entry: manifest.ExerciseEntry) -> NotebookNode:
    from nbformat.v4 import new_code_cell

    name = f"test-{_id(entry)}"
    settings = _metadata(name, grade=True, locked=True, points=entry.points)
    title = " ".join(entry.title.split())
    made = new_code_cell(TEST.format(title=title, id=entry.id), metadata={"nbgrader": settings})
    made.id = name[:64]  # the same at every release
    return made


def _metadata(grade_id: str, **more: Any) -> dict[str, Any]:
    kinds = {"grade": False, "solution": False, "locked": False, "task": False}
    return {**kinds, **more, "grade_id": grade_id, "schema_version": SCHEMA, "cell_type": "code"}


def _id(entry: manifest.ExerciseEntry) -> str:
    """An id in the letters that nbgrader allows."""
    return entry.id.replace(".", "-")


def _solved(source: str, entry: manifest.ExerciseEntry) -> str:
    """The statement that answers an exercise with its reference."""
    found = f'_find("{entry.id}").reference'
    tree = copy.deepcopy(cells.parsed(source))  # the parsed one is shared
    for node in getattr(tree, "body", []):
        if entry.id not in cells.exercise_ids(ast.unparse(node)):
            continue
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            return f'{node.name} = exercise("{entry.id}")({found})'
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "answer":
                call.args = [call.args[0], ast.parse(f"{found}()", mode="eval").body]
        return ast.unparse(node)
    raise ValueError(f"the answer cell of {entry.id} has no statement that answers it.")


def _commands(lesson: str, due: str | None) -> str:
    when = f' --duedate "{due}"' if due else ""
    return (
        f"    nbgrader db assignment add {lesson}{when}\n    nbgrader generate_assignment {lesson}"
    )
