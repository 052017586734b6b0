"""Pages of another town's encyclopedia, and questions that only these pages can answer.

One or two pages as `pages.py` writes them, under an invented name of the town, then two to six
questions in the words of `recall.py`; what the pages leave out is answered by a sentence that says
so. The caller gives the writer a town of its own, so reading is the only way. Lesson 15.
"""

from typing import NamedTuple

from workbook.town import names
from workbook.town.entities import TOWN_NAME
from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.instruction_phrases import NEXT_QUESTION
from workbook.town.texts.multihop.tools import find
from workbook.town.texts.pages.pages import page
from workbook.town.texts.questions.recall import Askable, ask, facts_of
from workbook.town.writer import Document, Fact, Phrases, Writer

NOT_SAID = "The page does not say."
UNSAID = 0.15  # share of questions that the pages do not answer
# What a page may hint at without stating it (a habit, a weekday) is never asked as unsaid.
HINTED = {"hobby", "date"}

REQUESTS = Phrases(
    "{pages}\n\n{ask}",
    "Read the page and answer.\n{pages}\nQuestion: {ask}",
    "This is from a guide to a town.\n{pages}\n\n{ask}",
    "{ask}\nThe answer is here, if anywhere.\n{pages}",
    "I copied this from an encyclopedia.\n\n{pages}\n\nNow tell me this. {ask}",
    "Use only the text below. {ask}\n\n{pages}",
    "Here is something about a town that you do not know.\n{pages}\n\n{ask}",
    "Answer from the text, not from memory.\n{pages}\nQuestion: {ask}",
    "Please look at this.\n\n{pages}\n\nMy question: {ask}",
    "The town is new to both of us, so read first.\n{pages}\n{ask}",
    "What does the text say? {ask}\n\n{pages}",
)


class Reading(NamedTuple):
    """Pages, and questions about them with their answers."""

    pages: list[str]
    questions: list[str]
    answers: list[str]


def elsewhere(writer: Writer) -> Document:
    """Write one or two pages of the town under another name, then questions and answers.

    Fields: pages, questions, answers (same order as the questions), answer (the last of them).
    """
    reading = _reading(writer)
    asked = zip(reading.questions, reading.answers, strict=True)
    lines = [f"Question: {question}\nAnswer: {answer}" for question, answer in asked]
    text = "\n".join((*reading.pages, *lines))
    return writer.document("elsewhere", text, **reading._asdict(), answer=reading.answers[-1])


def elsewhere_chat(writer: Writer) -> Document:
    """Write the same as a chat: the pages and a question first, the others turn by turn."""
    reading = _reading(writer)
    first, *later = reading.questions
    pages = "\n\n".join(reading.pages)
    asked = [writer.say(REQUESTS, pages=pages, ask=first)]
    asked += [writer.say(NEXT_QUESTION, ask=question) for question in later]
    turns = exchange(*zip(asked, reading.answers, strict=True))
    return chat_document(writer, "elsewhere", turns, **reading._asdict())


def _reading(writer: Writer) -> Reading:
    """Draw the pages first, then two to six questions, without asking anything twice."""
    documents = [page(writer)]
    if writer.source.chance(0.4):
        other = page(writer)
        if other.fields["subject"] != documents[0].fields["subject"]:
            documents.append(other)
    pages = [document.text for document in documents]
    stated = _stated(writer, pages)
    unsaid = _unsaid(writer, pages, stated)
    most = min(6, len(stated))
    questions, answers = [], []
    for fact in writer.source.sample(stated, writer.source.integer(min(2, most), most)):
        answer = fact.answer
        if unsaid and writer.source.chance(UNSAID):
            fact, answer = unsaid.pop(writer.source.below(len(unsaid))), NOT_SAID
        questions.append(ask(writer, fact))
        answers.append(answer)
    return Reading(_renamed(writer, pages), questions, answers)


def _stated(writer: Writer, pages: list[str]) -> list[Askable]:
    """What the pages state and a question can ask for."""
    facts = dict.fromkeys(writer.facts)
    subjects = dict.fromkeys(fact.subject for fact in facts)
    text = "\n".join(pages)
    return [
        fact
        for subject in subjects
        for fact in facts_of(writer.town, find(writer.town, subject))
        if Fact(subject, fact.trait, fact.value) in facts and fact.value in text
    ]


def _unsaid(writer: Writer, pages: list[str], stated: list[Askable]) -> list[Askable]:
    """What could be asked about whatever the pages name, but stands nowhere on them."""
    text, said = "\n".join(pages), set(stated)
    named = dict.fromkeys(name for fact in writer.facts for name in (fact.subject, fact.value))
    things = [thing for name in named if (thing := find(writer.town, name))]
    return [
        fact
        for thing in things
        if thing.split == writer.split
        for fact in facts_of(writer.town, thing)
        if fact not in said and fact.trait not in HINTED and fact.value not in text
    ]


def _renamed(writer: Writer, pages: list[str]) -> list[str]:
    """The pages with an invented name for the town, drawn only if they name it."""
    if not any(TOWN_NAME in text for text in pages):
        return pages
    name = names.visitor_family_name(writer.source)
    return [text.replace(TOWN_NAME, name) for text in pages]
