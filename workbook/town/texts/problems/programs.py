"""Small Python programs: written for a word problem, or read to say what they give.

Every program leaves its result in `answer`. The shapes of the programs to read are in
`program_phrases.py`; their results come from the same numbers by a rule of the shape, and the tests
run them. Leaves out functions and anything but whole numbers. The lesson on programs uses it.
"""

from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.problems.problem_chats import draw_problem
from workbook.town.texts.problems.problem_words import GOODS
from workbook.town.texts.problems.program_phrases import (
    LATER_PROGRAM,
    READ_PROGRAM,
    SHAPES,
    THINGS,
    WRITE_PROGRAM,
    Shape,
)
from workbook.town.texts.slots import slot_names
from workbook.town.writer import Document, Phrases, Writer

TASKS = ("write", "read")
SHAPES_BY_SPLIT = Phrases(*SHAPES).by_split  # the last two shapes are held back
NAMES = (*GOODS["food"], *GOODS["goods"], *GOODS["small"][:-1])  # the last one has two words


def program(writer: Writer, task: str | None = None) -> Document:
    """Write programs with their results.

    task: "write" (1 or 2 word problems, each with its program) or "read" (2 to 4 programs on
    their own); drawn when not given. Fields: task, programs, results (lists of str), questions
    (empty for "read"), answer (the last result). Raises ValueError for another task.
    """
    task = _chosen_task(writer, task)
    rows = _rows(writer, task, (1, 2) if task == "write" else (2, 4))
    parts = [
        (f"Problem: {question}\n" if question else "") + f"Program:\n{code}\nResult: {result}"
        for question, code, result in rows
    ]
    return writer.document("program", "\n\n".join(parts), **_fields(task, rows), answer=rows[-1][2])


def program_chat(writer: Writer, task: str | None = None) -> Document:
    """Ask for the program of one word problem, or for what 1 to 3 programs give.

    Options and fields are those of `program`, but `answer` is the last message.
    """
    task = _chosen_task(writer, task)
    rows = _rows(writer, task, (1, 1) if task == "write" else (1, 3))
    turns = []
    for question, code, result in rows:
        if task == "write":
            turns.append((writer.say(WRITE_PROGRAM, question=question), code))
        else:
            requests = LATER_PROGRAM if turns else READ_PROGRAM
            turns.append((writer.say(requests, program=code), result))
    return chat_document(writer, "program", exchange(*turns), **_fields(task, rows))


def _rows(writer: Writer, task: str, counts: tuple[int, int]) -> list[tuple[str, str, str]]:
    """(question, program, result) of each example; no question where a program is only read."""
    rows = []
    for _ in range(writer.source.integer(*counts)):
        if task == "write":
            fields = draw_problem(writer)
            rows.append((fields["question"], fields["program"], fields["answer"]))
        else:
            shape = writer.pick(SHAPES_BY_SPLIT[writer.phrasings])
            rows.append(("", *_filled(writer, shape)))
    return rows


def _filled(writer: Writer, shape: Shape) -> tuple[str, str]:
    """A program of a shape and its result."""
    values: dict[str, object] = {}
    for name, rule in shape.values.items():
        values[name] = rule(values) if callable(rule) else _drawn(writer, rule)
    words = [name for name in slot_names(shape.pattern) if name in ("one", "two", "thing")]
    names = writer.source.sample(NAMES, len(words) - ("thing" in words))
    if "thing" in words:
        names.insert(words.index("thing"), writer.pick(THINGS))
    code = shape.pattern.format(**values, **dict(zip(words, names, strict=True)))
    return code, str(shape.result(values))


def _drawn(writer: Writer, span: tuple[int, ...]) -> object:
    """A number from (low, high), or a list of numbers from (low, high, shortest, longest)."""
    low, high, *lengths = span
    if not lengths:
        return writer.source.integer(low, high)
    return [writer.source.integer(low, high) for _ in range(writer.source.integer(*lengths))]


def _chosen_task(writer: Writer, task: str | None) -> str:
    if task not in (None, *TASKS):
        raise ValueError(f"no task {task!r}; choose one of {', '.join(TASKS)}")
    return task or writer.pick(TASKS)


def _fields(task: str, rows: list[tuple[str, str, str]]) -> dict[str, object]:
    return {
        "task": task,
        "questions": [question for question, _, _ in rows if question],
        "programs": [code for _, code, _ in rows],
        "results": [result for _, _, result in rows],
    }
