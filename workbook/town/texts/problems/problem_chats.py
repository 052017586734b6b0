"""Word problems solved in three ways: in steps, at once, or as a program that is run elsewhere.

The problems are those of `problems.py`; a step that is not known by heart carries its columns, as
in `sums.py`. Training never meets a pair of numbers kept back there. The lesson on reasoning
compares the three ways.
"""

from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.problems.problems import problem
from workbook.town.texts.problems.program_phrases import WRITE_PROGRAM
from workbook.town.texts.problems.sum_phrases import PROBLEM_AT_ONCE, PROBLEM_STEPS
from workbook.town.texts.problems.sums import Sum, kept_for, step_lines
from workbook.town.writer import Document, Writer

REQUESTS = {"steps": PROBLEM_STEPS, "at once": PROBLEM_AT_ONCE, "program": WRITE_PROGRAM}
WAYS = tuple(REQUESTS)


def problem_chat(writer: Writer, way: str | None = None) -> Document:
    """Ask for the solution of a word problem: "steps", "at once" or "program" (drawn by default).

    Fields: way, question, answer_value (str), program, operations (list of signs), steps (list of
    "3 x 4 = 12"). Raises ValueError for another way.
    """
    way = _chosen_way(writer, way)
    fields = draw_problem(writer)
    request = writer.say(REQUESTS[way], question=fields["question"])
    messages = exchange((request, solution(fields, way)))
    return chat_document(writer, "problem", messages, way=way, **_shown(fields))


def worked_problem(writer: Writer, way: str | None = None) -> Document:
    """Write a problem and its solution without roles; options and fields are the same.

    The field `answer` is what follows the question.
    """
    way = _chosen_way(writer, way)
    fields = draw_problem(writer)
    answer = solution(fields, way)
    joint = "\nProgram:\n" if way == "program" else "\n"
    text = f"Problem: {fields['question']}{joint}{answer}"
    return writer.document("worked_problem", text, way=way, answer=answer, **_shown(fields))


def draw_problem(writer: Writer) -> dict[str, object]:
    """Return the fields of a problem; in training one without any pair that is kept back.

    What was thrown away leaves no trace, so it costs no nats and states no facts.
    """
    nats, facts = writer.source.nats, len(writer.facts)
    while True:
        fields = problem(writer).fields
        pairs = ((left, right) for left, _, right in sums_of(fields))
        if writer.split != "train" or all(kept_for(*p) in (None, "train") for p in pairs):
            return fields
        writer.source.nats = nats
        del writer.facts[facts:]


def sums_of(fields: dict[str, object]) -> list[Sum]:
    """Return the steps of a problem as (left, sign, right)."""
    parts = (step.split() for step in fields["steps"])
    return [(int(left), sign, int(right)) for left, sign, right, *_ in parts]


def solution(fields: dict[str, object], way: str) -> str:
    """Return what the assistant writes."""
    if way == "program":
        return fields["program"]
    answer = f"Answer: {fields['answer']}"
    return answer if way == "at once" else f"{step_lines(sums_of(fields))}\n{answer}"


def _shown(fields: dict[str, object]) -> dict[str, object]:
    names = ("question", "program", "operations", "steps")
    return {"answer_value": fields["answer"], **{name: fields[name] for name in names}}


def _chosen_way(writer: Writer, way: str | None) -> str:
    if way not in (None, *WAYS):
        raise ValueError(f"no way {way!r}; choose one of {', '.join(WAYS)}")
    return way or writer.pick(WAYS)
