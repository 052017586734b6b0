"""What was handed in: a folder per student, flat files, or the archives of Moodle and Canvas.

Nothing is unpacked and no link is followed; a file is read only when its turn comes. Who handed in
what is read from the path. Of several copies one counts: the newest that is in time, else the
newest. What cannot be taken is still a submission, with its problem in one sentence. Left out: what
is in a notebook (`notebook_input.py`) and archives of other kinds than zip (`archives.py`).
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from workbook.grading import archives

MOODLE = re.compile(
    r"^(?P<name>.+)_(?P<id>\d{1,40})_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)$"
)
CANVAS = re.compile(r"^(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d{1,40})_\d+_(?P<file>.+)$")
CANVAS_ANONYMOUS = re.compile(
    r"^(?P<name>anon)_(?P<late>LATE_)?(?P<id>[A-Za-z0-9]{5})_\d+_(?P<file>.+)$"
)
COPY = re.compile(
    r"(?:[ _-]*\((\d{1,9})\)|-(\d{1,9})|[ _-]+copy(\d{0,9})|[ _-]+Kopie(\d{0,9}))$", re.IGNORECASE
)
SKIPPED = {"__MACOSX", ".ipynb_checkpoints", ".git", "__pycache__", ".Trash"}
LIMIT = 50_000_000  # bytes of a notebook


@dataclass(frozen=True)
class Submission:
    """One notebook of one student. member: the path inside an archive; problem: why not taken."""

    student: str
    lesson: str  # "03_sampling", or "" where neither name nor content says it
    place: Path
    member: tuple[str, ...] = ()
    handed_in: datetime | None = None
    late: bool = False
    copy: int = 0  # the number that a browser or Canvas adds to a name
    problem: str = ""
    notes: tuple[str, ...] = ()
    attempt: int = 1
    over_limit: bool = False

    def when(self) -> str:
        """Return when it was handed in, as ISO date and time; "" where that is not known."""
        return self.handed_in.isoformat() if self.handed_in else ""

    def content(self) -> bytes:
        """Return the notebook's bytes. Raises ValueError, in one sentence, where it cannot."""
        if self.problem:
            raise ValueError(self.problem)
        if self.member:
            return archives.read(self.place, self.member, LIMIT)
        try:
            handle = os.open(self.place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            with os.fdopen(handle, "rb") as file:
                return file.read(LIMIT + 1)
        except OSError as error:
            raise ValueError(f"the file cannot be read ({error.strerror}).") from None


def find(
    folder: Path,
    lessons: Iterable[str],
    due: str | None = None,
    attempts: int = 0,
    lesson_in: Callable[[bytes], str] = lambda raw: "",
) -> list[Submission]:
    """Return the submission of every student to every lesson that was handed in, sorted.

    folder: of submissions, or one zip archive. due: ISO date and time; later is late. attempts:
    how many of a student's copies are graded, the first ones in time, and all are returned; 0:
    only the copy that counts is. lesson_in: the lesson that a notebook's content says, or ""; it is
    asked where the name of the file does not say one and there are several.
    Raises ValueError, in one sentence, for a folder that is not there or holds no submission.
    """
    known = sorted(lessons)
    if not folder.exists():
        raise ValueError(f"there is no folder or archive {folder} with submissions.")
    found = list(_in_archive(folder, (), known) if folder.is_file() else _in_folder(folder, known))
    if not found:
        raise ValueError(f"{folder} holds no notebook of {', '.join(known)}.")
    found = [_with_lesson(each, known, lesson_in) for each in found]
    deadline = deadline_of(due)
    groups: dict[tuple[str, str], list[Submission]] = {}
    for each in found:
        late = each.late or bool(deadline and each.handed_in and each.handed_in > deadline)
        groups.setdefault((each.student, each.lesson), []).append(replace(each, late=late))
    if not attempts:
        return [_counting(groups[key]) for key in sorted(groups)]
    return [each for key in sorted(groups) for each in _numbered(groups[key], attempts)]


def deadline_of(due: str | None) -> datetime | None:
    """Return a due date in this machine's time, without a zone, as files have their times."""
    if due is None:
        return None
    when = datetime.fromisoformat(due)
    return when.astimezone().replace(tzinfo=None) if when.tzinfo else when


def _with_lesson(
    submission: Submission, known: list[str], lesson_in: Callable[[bytes], str]
) -> Submission:
    """The submission with its lesson, where the name of the file does not say it."""
    if submission.lesson or submission.problem:
        return submission
    if len(known) == 1:
        return replace(submission, lesson=known[0])
    try:
        inside = lesson_in(submission.content())
    except ValueError:
        inside = ""
    return replace(submission, lesson=inside if inside in known else "")


def _numbered(copies: list[Submission], allowed: int) -> Iterator[Submission]:
    """The copies as attempts, first to last; those over the limit say so."""
    ordered = sorted(copies, key=lambda s: (s.handed_in or datetime.min, s.copy, s.place, s.member))
    for number, each in enumerate(ordered, 1):
        if number <= allowed:
            yield replace(each, attempt=number)
        else:
            problem = f"over the limit: attempt {number}, and {allowed} are allowed; not graded."
            yield replace(each, attempt=number, over_limit=True, problem=problem)


def _counting(copies: list[Submission]) -> Submission:
    """The copy that counts: readable before refused, in time before late, then the newest."""
    if len(copies) == 1:
        return copies[0]
    start = datetime.min
    best = max(
        copies,
        key=lambda s: (not s.problem, not s.late, s.handed_in or start, s.copy, s.place, s.member),
    )
    name = "/".join([best.place.name, *best.member])
    return replace(best, notes=(*best.notes, f"{len(copies)} copies were handed in; {name} counts"))


def _in_folder(folder: Path, lessons: list[str]) -> Iterator[Submission]:
    for top in sorted(folder.iterdir()):
        if top.name in SKIPPED or top.name.startswith("."):
            continue
        if not top.is_dir() or top.is_symlink():
            yield from _file(top, (top.name,), lessons)
            continue
        any_file = False
        for place, folders, files in os.walk(top, followlinks=False):
            folders[:] = sorted(name for name in folders if name not in SKIPPED)
            for name in sorted(files):
                path = Path(place, name)
                for each in _file(path, path.relative_to(folder).parts, lessons):
                    any_file = True
                    yield each
        if not any_file:
            student, _, late = who((top.name, ""))
            problem = "no notebook was handed in."
            yield Submission(student, "", top, late=late, problem=problem)


def _file(path: Path, parts: tuple[str, ...], lessons: list[str]) -> Iterator[Submission]:
    """The submissions in one file of the folder: a notebook, an archive, or none."""
    kind = path.suffix.lower()
    if kind not in (".ipynb", ".zip") or path.name.startswith("._"):
        return
    status = path.lstat()
    student, name, late = who(parts)
    when = datetime.fromtimestamp(int(status.st_mtime))
    lesson, copy = lesson_of(name, lessons)
    problem = ""
    if not stat.S_ISREG(status.st_mode):
        what = "a link" if stat.S_ISLNK(status.st_mode) else "not a regular file"
        problem = f"refused: {path.name} is {what}."
    elif kind == ".zip":
        whose = () if len(parts) == 1 and not _platform(path.name) else parts[:1]
        yield from _in_archive(path, whose, lessons)
        return
    elif status.st_size > LIMIT:
        problem = too_large(status.st_size)
    yield Submission(student, lesson, path, (), when, late, copy, problem)


def _in_archive(path: Path, whose: tuple[str, ...], lessons: list[str]) -> Iterator[Submission]:
    """The notebooks in a zip archive. whose: the path that names the student, if outside of it."""
    try:
        entries = archives.entries(path)
    except ValueError as error:
        student, _, late = who((*whose, path.name))
        yield Submission(student, lesson_of(path.stem, lessons)[0], path, late=late,
                         problem=str(error))  # fmt: skip
        return
    for entry in entries:
        parts = PurePosixPath(entry.member[-1]).parts
        if set(parts) & SKIPPED or parts[-1].startswith("._"):
            continue
        inner = PurePosixPath(entry.member[0]).parts if len(entry.member) > 1 else ()
        student, name, late = who((*whose, *inner[:1], *parts) if whose or inner else parts)
        lesson, copy = lesson_of(name, lessons)
        problem = entry.problem or (too_large(entry.size) if entry.size > LIMIT else "")
        yield Submission(student, lesson, path, entry.member, entry.when, late, copy, problem)


def _platform(name: str) -> bool:
    return any(each.match(name) for each in (MOODLE, CANVAS, CANVAS_ANONYMOUS))


def who(parts: tuple[str, ...]) -> tuple[str, str, bool]:
    """Return (student, name of the file as the student called it, marked as late) of a path."""
    top, name = (unicodedata.normalize("NFC", part) for part in (parts[0], parts[-1]))
    for pattern in (MOODLE, CANVAS, CANVAS_ANONYMOUS):
        match = pattern.match(top)
        if match:
            late = bool(match.groupdict().get("late"))
            file = name if len(parts) > 1 else match["file"]
            return f"{_clean(match['name'])}_{match['id']}", file, late
    if len(parts) > 1:
        return _clean(top), name, False
    stem = PurePosixPath(name).stem  # 03_sampling_ada.ipynb or ada_03_sampling.ipynb
    match = re.match(r"^(\d\d_[a-z_]+?)[_ -]+(?P<student>[^_].*)$", stem)
    flat = re.match(r"^(?P<student>.+?)[_ -]+(\d\d_[a-z_]+.*)$", stem)
    named = flat or match
    return _clean(named["student"] if named else stem), name, False


def lesson_of(name: str, lessons: Iterable[str]) -> tuple[str, int]:
    """Return (the lesson that a file's name names or "", the number of the copy)."""
    stem = PurePosixPath(name).stem
    match = COPY.search(stem)
    copy = int(next((digits for digits in match.groups() if digits), 1)) if match else 0
    found = [lesson for lesson in lessons if lesson in stem.replace("-", "_").lower()]
    return (found[0] if found else ""), copy


def too_large(size: int) -> str:
    """The problem of a file of so many bytes."""
    return f"too large: {size / 1e6:.0f} MB; a notebook has at most {LIMIT / 1e6:.0f} MB."


def _clean(name: str) -> str:
    """A student's name without control characters and path separators."""
    kept = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in "/\\")
    return kept.strip()[:120] or "unnamed"
