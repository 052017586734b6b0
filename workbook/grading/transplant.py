"""A student's answers taken out of their notebook, to be put into the instructor's.

Answer cells are found by the exercise's id in the code, by the cell's id, or by the name of the
function; split cells by the names they are missing; copies, cells of another type and cells that
are not valid Python too. Nothing else of the student's file is executed: every other change is
listed. Left out: running the answers.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from workbook.grading import cells, claims
from workbook.grading.claims import Claim
from workbook.grading.manifest import ExerciseEntry, LessonEntry
from workbook.grading.notebook_input import Cell

MOST_CHANGES = 40  # that are listed of a submission


@dataclass(frozen=True)
class Answer:
    """The code that answers an exercise: what the lesson defines before it, and the student's."""

    context: tuple[str, ...]  # statements of the released lesson
    helpers: tuple[str, ...]  # statements of the student's other cells
    source: str
    claim: Claim | None = None  # what the learner's machine noted about it


@dataclass
class Transplant:
    """The answers by exercise id, and every other change in words."""

    answers: dict[str, Answer] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)  # exercise id -> why


def transplant(released: Sequence[Cell], handed_in: Sequence[Cell], lesson: LessonEntry
               ) -> Transplant:  # fmt: skip
    """Find the answers of one lesson in a submission."""
    result = Transplant()
    handed_in = _with_ids(released, handed_in)
    pristine = {cell.id: cell for cell in released if cell.id}
    order = {cell.id: place for place, cell in enumerate(released)}
    used: set[int] = set()
    for entry in lesson.exercises:
        places = _places(entry, handed_in)
        stub = pristine[entry.cell]
        place = _chosen(places, handed_in, stub, entry, result)
        if place is None:
            result.missing[entry.id] = "cell missing: no cell answers this exercise."
            continue
        used.update(places)
        cell = _whole(handed_in[place], entry, handed_in[place + 1 :], result)
        earlier = [c.source for c in released[: order[entry.cell]] if c.kind == "code"]
        answer = _answer(cell, earlier, handed_in, place, pristine)
        result.answers[entry.id] = replace(answer, claim=claims.of(entry.id, cell.claims))
        _note_answer(entry, cell, result)
    _note_others(released, handed_in, used, result)
    return result


def _with_ids(released: Sequence[Cell], handed_in: Sequence[Cell]) -> list[Cell]:
    """The cells of an editor that keeps no ids, with those of the released cells that they were.

    Cells of the same text, and in between those in the same order, are the same.
    """
    cells_now = list(handed_in)
    if any(cell.id for cell in cells_now):
        return cells_now
    matcher = SequenceMatcher(
        None, [c.kind + c.source for c in released], [c.kind + c.source for c in cells_now], False
    )
    for _, start, end, first, last in matcher.get_opcodes():
        if end - start == last - first:
            for before, now in zip(range(start, end), range(first, last), strict=True):
                cells_now[now] = replace(cells_now[now], id=released[before].id)
    return cells_now


def _places(entry: ExerciseEntry, handed_in: Sequence[Cell]) -> list[int]:
    """Where the cells are that answer an exercise, by the surest sign that is there."""
    signs = (
        lambda cell: cell.kind == "code" and entry.id in cells.exercise_ids(cell.source),
        lambda cell: entry.id in cells.exercise_ids(cell.source),
        lambda cell: cell.id == entry.cell and cell.kind == "code" and cell.source.strip(),
        lambda cell: (
            cell.kind == "code"
            and entry.function
            and entry.function in cells.functions(cell.source)
        ),
    )
    for sign in signs:
        places = [place for place, cell in enumerate(handed_in) if sign(cell)]
        if places:
            return places
    return []


def _chosen(
    places: list[int], handed_in: Sequence[Cell], stub: Cell, entry: ExerciseEntry,
    result: Transplant,
) -> int | None:  # fmt: skip
    """Of several copies the last one that is not the open cell as it was released."""
    if not places:
        return None
    answered = [p for p in places if not cells.same_code(handed_in[p].source, stub.source)]
    chosen = (answered or places)[-1]
    if len(places) > 1:
        result.changes.append(
            f"{entry.id} is answered in {len(places)} cells; the last one counts."
        )
    return chosen


def _whole(cell: Cell, entry: ExerciseEntry, later: Sequence[Cell], result: Transplant) -> Cell:
    """The answer without magics on top, joined with its function where a split parted the two."""
    source = cells.without_cell_magics(cell.source)
    if source != cell.source:
        result.changes.append(f"{entry.id}: a magic on top of the cell is left out.")
    if cells.parsed(source) is None and entry.function:
        for other in later:
            if other.kind == "code" and entry.function in cells.functions(other.source):
                joined = f"{source.rstrip()}\n{other.source}"
                if cells.parsed(joined) is not None:
                    result.changes.append(f"{entry.id}: the cell was split; both parts are taken.")
                    return replace(cell, source=joined)
    return replace(cell, source=source)


def _answer(
    cell: Cell, earlier: list[str], handed_in: Sequence[Cell], place: int, pristine: dict[str, Cell]
) -> Answer:
    """An answer with the statements that its names come from."""
    wanted = set(cells.names_read(cell.source))
    context = cells.needed(wanted, earlier)
    given = {name for text in context for name in _binds(text)}
    own = [
        other.source
        for other in handed_in[:place]
        if other.kind == "code"
        and not cells.exercise_ids(other.source)
        and not (other.id in pristine and cells.same_code(other.source, pristine[other.id].source))
    ]
    helpers = cells.needed(wanted - given, own)
    deeper = {name for text in helpers for name in cells.names_read(text)}
    more = cells.needed(deeper - {name for text in helpers for name in _binds(text)}, earlier)
    context = list(dict.fromkeys([*context, *more]))
    return Answer(tuple(context), tuple(helpers), cell.source)


def _binds(statement: str) -> frozenset[str]:
    return frozenset().union(*(cells.names_of(node).binds for node in ast.parse(statement).body))


def _note_answer(entry: ExerciseEntry, cell: Cell, result: Transplant) -> None:
    answer = result.answers[entry.id]
    if cell.kind != "code":
        result.changes.append(f"{entry.id}: the cell is of type {cell.kind}; it is read as code.")
    if cell.id != entry.cell:
        result.changes.append(f"{entry.id}: the answer is in another cell than the released one.")
    if entry.id not in cells.exercise_ids(cell.source):
        result.changes.append(f"{entry.id}: its id is not in the cell any more.")
    if cells.INVISIBLE.search(cell.source):
        result.changes.append(f"{entry.id}: the cell has invisible characters.")
    if answer.claim and answer.claim.version != entry.version:
        result.changes.append(
            f"{entry.id}: it was answered with another version of the exercise "
            f"(package {answer.claim.package})."
        )
    if answer.helpers:
        result.changes.append(
            f"{entry.id}: {len(answer.helpers)} statements of other cells are taken with it."
        )


def _note_others(
    released: Sequence[Cell], handed_in: Sequence[Cell], used: set[int], result: Transplant
) -> None:
    """List what else was changed, added, deleted, moved or tagged; none of it is executed."""
    pristine = {cell.id: cell for cell in released if cell.id}
    answers = {handed_in[place].id for place in used}
    seen: list[str] = []
    for place, cell in enumerate(handed_in):
        before = pristine.get(cell.id)
        if before is None or cell.id in seen:
            if place not in used:
                result.changes.append(f"a {cell.kind} cell was added: {_short(cell.source)}")
            continue
        seen.append(cell.id)
        if cell.kind != before.kind and place not in used:
            result.changes.append(f"cell {cell.id} became {cell.kind}: {_short(cell.source)}")
        elif cell.source != before.source and place not in used:
            result.changes.append(f"cell {cell.id} was changed: {_short(cell.source)}")
        if set(cell.tags) - set(before.tags):
            added = ", ".join(sorted(set(cell.tags) - set(before.tags)))
            result.changes.append(f"cell {cell.id} has new tags, which do not count: {added[:80]}")
    for cell in released:
        if cell.id not in seen and cell.id not in answers:
            result.changes.append(f"cell {cell.id} was deleted: {_short(cell.source)}")
    places = [[*pristine].index(name) for name in seen]
    if places != sorted(places):
        result.changes.append("cells are in another order.")
    more = len(result.changes) - MOST_CHANGES
    if more > 0:
        result.changes[MOST_CHANGES:] = [f"and {more} changes more."]


def _short(source: str) -> str:
    line = next((line for line in source.splitlines() if line.strip()), "")
    return repr(line[:60])
