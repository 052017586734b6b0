"""Instructions and answers as chats: nine families of task, and the skills that have a kind each.

The nine wrap another kind of text in several requests; two requests of each family are held back
for validation and test. Questions about a passage and translations are asked turn by turn. The
skills (`SKILL_CHATS`) come from modules of their own and are about other towns. Lesson 08 tunes a
model on the nine; `town-instruct` learned both.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from itertools import count

from workbook.town.choices import ChoiceSource
from workbook.town.texts import instruction_phrases as say
from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.dialect import dialect
from workbook.town.texts.dialogues.dialogues import dialogue
from workbook.town.texts.entailment.entailment import entailment
from workbook.town.texts.extraction.extraction import extraction
from workbook.town.texts.politeness.politeness import rewrite
from workbook.town.texts.problems.problem_chats import draw_problem, solution
from workbook.town.texts.questions.recall import recall
from workbook.town.texts.reading.passages import passage
from workbook.town.texts.reviews.reviews import review
from workbook.town.towns import town_for
from workbook.town.world import build_town
from workbook.town.writer import Document, Phrases, Writer, listing, upper

Turns = list[tuple[str, str]]  # what the user says, what the assistant answers

FAMILIES = {  # family: how often it comes
    "open_book": 0.27,
    "summarise": 0.30,
    "closed_book": 0.17,
    "extract": 0.05,
    "sentiment": 0.04,
    "polite": 0.04,
    "translate": 0.05,
    "arithmetic": 0.04,
    "entailment": 0.04,
}


# family: (module in workbook.town.texts, function)
SKILL_CHATS = {
    "series": ("series.series", "series_chat"),
    "reading": ("reading.reading", "reading_chat"),
    "refusal": ("questions.refusals", "refusal_chat"),
    "sums": ("problems.sums", "sums_chat"),
    "problem": ("problems.problem_chats", "problem_chat"),
    "program": ("problems.programs", "program_chat"),
    "tone": ("customers.tone", "tone_chat"),
    "turns": ("turns.turns", "turns_chat"),
    "critique": ("customers.critique", "critique_chat"),
    "proof": ("multihop.proofs", "proof_chat"),
    "trace": ("multihop.traces", "trace_chat"),
    "elsewhere": ("elsewhere", "elsewhere_chat"),
}


def instruction(writer: Writer, family: str | None = None) -> Document:
    """Write one chat of a family, drawn by `FAMILIES` when not given.

    Fields: family, messages (list of {"role", "content"}), answer (the last message's content).
    Raises ValueError for a family that does not exist.
    """
    if family is None:
        family = writer.source.weighted(tuple(FAMILIES), tuple(FAMILIES.values()))
    if family in SKILL_CHATS:
        return _skill(writer, family)
    if family not in _TASKS:
        raise ValueError(f"no family {family!r}; choose one of {', '.join(_TASKS | SKILL_CHATS)}")
    return chat_document(writer, family, exchange(*_TASKS[family](writer)))


def _skill(writer: Writer, family: str) -> Document:
    if writer.town is build_town():
        town = town_for(family, writer.source, writer.split)
        writer = Writer(writer.source, town, writer.split, writer.phrasings)
    return skill_chat(family)(writer)


def skill_chat(family: str) -> Callable[..., Document]:
    """Return the function of a family of `SKILL_CHATS`: (writer, its options) -> a chat."""
    module, function = SKILL_CHATS[family]
    return getattr(import_module(f"workbook.town.texts.{module}"), function)


def chats(
    mix: Mapping[str, float], split: str = "train", seed: int = 0, start: int = 0
) -> Iterator[Document]:
    """Yield chats without end from number `start` on, each family drawn by its weight in `mix`."""
    families, weights = tuple(mix), tuple(mix.values())
    for index in count(start):
        writer = Writer(ChoiceSource(f"chats/{split}/{seed}/{index}"), build_town(), split)
        yield instruction(writer, writer.source.weighted(families, weights))


def _in_turns(writer: Writer, first: Phrases, later: Phrases, pairs: Turns, **slots: str) -> Turns:
    """The first request carries the slots (such as the passage), later ones only the question."""
    turns = [(writer.say(first, ask=pairs[0][0], **slots), pairs[0][1])]
    turns += [(writer.say(later, ask=ask), answer) for ask, answer in pairs[1:]]
    return turns


def _open_book(writer: Writer) -> Turns:
    fields = passage(writer).fields
    pairs = list(zip(fields["questions"], fields["answers"], strict=True))
    return _in_turns(writer, say.OPEN_BOOK, say.NEXT_QUESTION, pairs, passage=fields["passage"])


def _closed_book(writer: Writer) -> Turns:
    fields = recall(writer).fields
    pairs = list(zip(fields["questions"], fields["answers"], strict=True))
    return _in_turns(writer, say.CLOSED_BOOK, say.NEXT_QUESTION, pairs)


def _translate(writer: Writer) -> Turns:
    pairs = list(dialect(writer).fields["pairs"])
    return _in_turns(writer, say.TRANSLATE, say.NEXT_SENTENCE, pairs)


def _summarise(writer: Writer) -> Turns:
    fields = dialogue(writer).fields
    return [(writer.say(say.SUMMARISE, dialogue=fields["dialogue"]), fields["summary"])]


def _sentiment(writer: Writer) -> Turns:
    document = review(writer)
    shown = document.text.rpartition("\nStars: ")[0]  # the stars would give the answer away
    return [(writer.say(say.SENTIMENT, review=shown), f"{upper(document.fields['sentiment'])}.")]


def _extract(writer: Writer) -> Turns:
    fields = extraction(writer).fields
    request = writer.say(say.EXTRACT, passage=fields["passage"], wanted=listing(fields["wanted"]))
    return [(request, fields["answer"])]


def _polite(writer: Writer) -> Turns:
    fields = rewrite(writer).fields
    return [(writer.say(say.POLITE, rude=fields["rude"]), fields["polite"])]


def _arithmetic(writer: Writer) -> Turns:
    fields = draw_problem(writer)
    request = writer.say(say.ARITHMETIC, question=fields["question"])
    return [(request, solution(fields, "steps"))]


def _entailment(writer: Writer) -> Turns:
    fields = entailment(writer).fields
    request = writer.say(say.ENTAILMENT, premise=fields["premise"], hypothesis=fields["hypothesis"])
    return [(request, f"{upper(fields['answer'])}.")]


_TASKS: dict[str, Callable[[Writer], Turns]] = {
    "open_book": _open_book,
    "summarise": _summarise,
    "closed_book": _closed_book,
    "extract": _extract,
    "sentiment": _sentiment,
    "polite": _polite,
    "translate": _translate,
    "arithmetic": _arithmetic,
    "entailment": _entailment,
}
