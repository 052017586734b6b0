"""`workbook release`: the bundle that students get, and the key that the instructor keeps.

1. check the lessons and their answer cells; 2. write the students' folder (lessons, pictures, data,
how to start; without answers also a wheel of its own); 3. write the key (the lessons as they are
released, points and rules); 4. list every file with its hash; 5. look for solution text, and refuse
to release any. The same call writes the same bytes. Left out: handing the bundle out.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbook import LESSONS, Lesson
from workbook.core.runs.files import data_folder, replacing
from workbook.grading import cells, edition, leaks, manifest, markers, wheel

if TYPE_CHECKING:
    from nbformat import NotebookNode

MARK = ".workbook-release"  # a folder with this file was made here, and may be made again
STUDENT, KEY = "student", "key"
PRIVATE = (".build", "__pycache__")
START = """How to start
============
{install}
2. Say where the data is:       export WORKBOOK_DATA="$PWD/data"
3. Open the lessons:            python -m jupyterlab notebooks
{due}Write your answers into the marked cells and hand in the notebooks under their own names.
Marking asks your functions for new inputs: answers that are printed or stored count for nothing.
"""


def write(
    notebooks: Sequence[Path], out: Path, due: str | None = None, with_answers: bool = True
) -> manifest.Manifest:
    """Write `out/student`, `out/student.zip` and `out/key`; returns the manifest.

    notebooks: the lessons' files. due: ISO date and time. with_answers: the public package may show
    the references; if not, students get a wheel without them.

    Raises ValueError, in one sentence each, for a lesson that cannot be released, an unclosed mark,
    or a solution that students could find.
    """
    refuse_other_files(out)
    lessons = [lesson_of(file) for file in notebooks]
    ready = {file.name: released(file, with_answers) for file in notebooks}  # 1
    topics = [lesson.topic for lesson in lessons]
    listed = listing(lessons, ready, due, with_answers)
    with replacing(out) as draft:
        student, key = draft / STUDENT, draft / KEY
        _write_student(student, notebooks, ready, listed, topics)  # 2
        listed.files = hashes(student)  # 4
        for folder in (student, key):
            (folder / "notebooks").mkdir(parents=True, exist_ok=True)
            save_text(folder / manifest.NAME, listed.text())
        for name, notebook in ready.items():  # 3
            write_notebook(key / "notebooks" / name, notebook)
        found = leaks.find(student, secrets_of(topics))  # 5
        if found:
            raise ValueError("nothing was released: " + " ".join(found))
        names = sorted(path for path in student.rglob("*") if path.is_file())
        packed = {path.relative_to(student).as_posix(): path.read_bytes() for path in names}
        (draft / "student.zip").write_bytes(wheel.zipped(packed))
        (draft / MARK).touch()
    return listed


def secrets_of(topics: Sequence[str]) -> dict[str, list[str]]:
    """Return exercise id -> sources of its reference answer, for some lessons."""
    secrets: dict[str, list[str]] = {}
    for topic in topics:
        file = edition.package_folder() / topic / "exercises.py"
        secrets |= edition.seal(file.read_text(encoding="utf-8"), topic).secrets
    return secrets


def hashes(folder: Path) -> dict[str, str]:
    """Return path -> sha256 of every file below a folder but the manifest."""
    return {
        path.relative_to(folder).as_posix(): manifest.digest(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != manifest.NAME
    }


def refuse_other_files(out: Path) -> None:
    """Raise ValueError where a folder holds anything that no release wrote."""
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise ValueError(f"{out} holds other files: name a new or empty folder for the release.")


def listing(
    lessons: Sequence[Lesson], ready: dict[str, NotebookNode], due: str | None, with_answers: bool
) -> manifest.Manifest:
    """Return the manifest of some lessons, no file listed yet. ready: by name of the file."""
    return manifest.Manifest(
        due=_date(due),
        with_answers=with_answers,
        lessons=[_entry(lesson, ready[f"{lesson.notebook}.ipynb"]) for lesson in lessons],
    )


def copy_images(notebooks: Sequence[Path], ready: dict[str, NotebookNode], folder: Path) -> None:
    """Copy the pictures that the lessons show to folder/images."""
    for images in sorted({file.parent / "images" for file in notebooks}):
        for image in sorted(images.glob("*")) if images.is_dir() else []:
            if any(f"images/{image.name}" in cell.source for n in ready.values()
                   for cell in n.cells):  # fmt: skip
                (folder / "images").mkdir(parents=True, exist_ok=True)
                shutil.copy(image, folder / "images")


def lesson_of(file: Path) -> Lesson:
    """Return the lesson of a notebook; ValueError where it is not a ready one."""
    lesson = next((each for each in LESSONS if each.notebook == file.stem and each.ready), None)
    if lesson is None:
        raise ValueError(f"{file.name} is not a ready lesson of the course.")
    return lesson


def released(file: Path, with_answers: bool) -> NotebookNode:
    """Read a lesson as students get it: marks taken out, no live widgets."""
    import nbformat

    notebook = nbformat.read(file, as_version=4)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if markers.ANY_MARK.search(cell.source):
            try:
                cell.source = markers.strip(cell.source)
            except ValueError as error:
                raise ValueError(f"{file.name}, cell {cell.id}: {error}") from None
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
    if not with_answers:
        _allow_open_answers(notebook)
    return notebook


def _allow_open_answers(notebook: NotebookNode) -> None:
    """Let *Run All* go on past cells that need an open answer, and clear what they showed."""
    open_names: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        answers = bool(cells.exercise_ids(cell.source))
        needs_one = _follow(cell.source, open_names, answers)
        if needs_one:
            tags = cell.metadata.get("tags", [])
            cell.metadata["tags"] = [*tags, "raises-exception"]
        if needs_one or answers:
            cell.outputs, cell.execution_count = [], None


def _follow(source: str, open_names: set[str], answers: bool) -> bool:
    """Whether a cell needs an open answer; changes `open_names`, which may be open after it."""
    needs_one = False
    for statement in getattr(cells.parsed(source), "body", []):
        names = cells.names_of(statement)
        needs_one |= not answers and bool(names.reads & open_names)
        if answers or needs_one:
            open_names |= names.binds - cells.GIVEN
        else:
            open_names -= names.binds
    return needs_one


def _entry(lesson: Lesson, notebook: NotebookNode) -> manifest.LessonEntry:
    where: dict[str, str] = {}
    for cell in notebook.cells:
        for name in cells.exercise_ids(cell.source) if cell.cell_type == "code" else []:
            where.setdefault(name, cell.id)
    missing = [each for each in manifest.exercises_of(lesson.topic) if each not in where]
    if missing:
        raise ValueError(f"{lesson.notebook} has no answer cell for {', '.join(missing)}.")
    entries = manifest.entries(lesson.topic, where)
    return manifest.LessonEntry(lesson=lesson.notebook, topic=lesson.topic, exercises=entries)


def _write_student(
    student: Path,
    notebooks: Sequence[Path],
    ready: dict[str, NotebookNode],
    listed: manifest.Manifest,
    topics: Sequence[str],
) -> None:
    (student / "notebooks").mkdir(parents=True)
    for name, notebook in ready.items():
        write_notebook(student / "notebooks" / name, notebook)
    copy_images(notebooks, ready, student / "notebooks")
    shutil.copytree(data_folder(), student / "data", ignore=shutil.ignore_patterns(*PRIVATE))
    install = "1. Install the course:          pip install -r requirements.txt (of the course)"
    if not listed.with_answers:
        with tempfile.TemporaryDirectory() as scratch:
            package = edition.write(Path(scratch), topics)
            made = wheel.write(package, student)
        install = f"1. Install the course:          pip install {made.name}"
    due = f"Hand in before {listed.due}. " if listed.due else ""
    save_text(student / "START.txt", START.format(install=install, due=due))


def write_notebook(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook, the same bytes for the same content."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    save_text(path, nbformat.writes(notebook).rstrip("\n") + "\n")


def save_text(path: Path, text: str) -> None:
    """Write a text as UTF-8, with the same line ends everywhere."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _date(due: str | None) -> str | None:
    from datetime import datetime

    if due is None:
        return None
    try:
        return datetime.fromisoformat(due).isoformat()
    except ValueError:
        raise ValueError(f"{due!r} is not a date: write 2027-01-31 or 2027-01-31T18:00.") from None
