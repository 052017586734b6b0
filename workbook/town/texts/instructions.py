"""Instructions and answers in nine families of task, as chats between a user and an assistant.

Every family wraps another kind of text in several requests; two requests of each family are held
back for validation and test. Questions about a passage and translations are asked turn by turn.
Leaves out refusals and system messages. Lesson 08 tunes a model on these.
"""

from collections.abc import Callable

from workbook.town.texts import instruction_phrases as say
from workbook.town.texts.dialect import dialect
from workbook.town.texts.dialogues import dialogue
from workbook.town.texts.entailment import entailment
from workbook.town.texts.extraction import extraction
from workbook.town.texts.passages import passage
from workbook.town.texts.politeness import rewrite
from workbook.town.texts.problems import problem
from workbook.town.texts.recall import recall
from workbook.town.texts.reviews import review
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


def instruction(writer: Writer, family: str | None = None) -> Document:
    """One chat of one family (drawn by `FAMILIES` when not given).

    Fields: family, messages (list of {"role", "content"}), answer (the last message's content).
    Raises ValueError for a family that does not exist.
    """
    if family is None:
        family = writer.source.weighted(tuple(FAMILIES), tuple(FAMILIES.values()))
    if family not in _TASKS:
        raise ValueError(f"no family {family!r}; choose one of {', '.join(FAMILIES)}")
    turns = _TASKS[family](writer)
    messages = [
        {"role": role, "content": content}
        for turn in turns
        for role, content in zip(("user", "assistant"), turn, strict=True)
    ]
    return writer.document(
        "instruction",
        render_chat(messages),
        family=family,
        messages=messages,
        answer=turns[-1][1],
    )


def render_chat(messages: list[dict[str, str]]) -> str:
    """A chat as the model reads it: a role token, the content, an end token, for each message."""
    return "".join(f"<|{message['role']}|>\n{message['content']}<|end|>\n" for message in messages)


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
    fields = problem(writer).fields
    steps = [f"Step {i}: {step}" for i, step in enumerate(fields["steps"], 1)]
    request = writer.say(say.ARITHMETIC, question=fields["question"])
    return [(request, "\n".join((*steps, f"Answer: {fields['answer']}")))]


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
