"""Bars of the skills: summaries and other tasks, learning in context, sums, tone.

Each function takes `answer` (chats -> texts, see `quality.answerer`) and a number of cases,
and returns scores. Left out: programs, which are run; they are in `bars.py`.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from workbook.tasks.short_answers import commonest, final_answer
from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.dialogues.dialogues import dialogue
from workbook.town.texts.instruction_phrases import SUMMARISE
from workbook.town.texts.instructions import instruction
from workbook.town.texts.politeness.politeness import RUDE_WORDS
from workbook.town.writer import Document, Writer
from workbook.town_lm.bars_cases import (
    at_home,
    elsewhere,
    exact_share,
    first_turn,
    said,
    skill,
    task_right,
)
from workbook.town_lm.quality import (
    NEW_WORDS,
    Answer,
    Score,
    mean,
    names_right,
    share,
    share_difference,
)

WORDINGS = ("train", "test")  # phrasings met in training, and those kept back too
SAMPLES, TEMPERATURE = 8, 0.7  # of the majority of 8


def summaries(answer: Answer, count: int) -> list[Score]:
    """Summaries with every person and place right, and their mean ROUGE-L (F1)."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeL"])
    right, rouge = {}, {}
    for words in WORDINGS:
        cases = at_home("summaries", count, _summary, phrasings=words)
        pairs = [(text, case.fields) for text, case in said(answer, cases, 110)]
        right[words] = [names_right(text, talk) for text, talk in pairs]
        rouge[words] = [scorer.score(talk["summary"], t)["rougeL"].fmeasure for t, talk in pairs]
    return [
        *in_both_wordings("summaries, all names right", right),
        mean("summaries, ROUGE-L", rouge["train"]),
    ]


def in_both_wordings(name: str, right: dict[str, list[bool]]) -> list[Score]:
    """Return the score in known words, and in new ones too with its difference to the first."""
    known, new = (right[words] for words in WORDINGS)
    difference = share_difference(new, known)
    return [share(name, known), replace(share(name + NEW_WORDS, new), difference=difference)]


def _summary(writer: Writer) -> Document:
    """A dialogue to sum up; the fields of the dialogue come with it."""
    talk = dialogue(writer).fields
    request = writer.say(SUMMARISE, dialogue=talk["dialogue"])
    return chat_document(writer, "summarise", exchange((request, talk["summary"])), **talk)


def family(name: str, tokens: int) -> Callable[[Answer, int], list[Score]]:
    """Return the measure of one family of instructions: its first answer, scored as in lessons."""

    def write(writer: Writer) -> Document:
        return first_turn(instruction(writer, name))

    def measure(answer: Answer, count: int) -> list[Score]:
        right = {}
        for words in WORDINGS:
            cases = at_home(name, count, write, phrasings=words)
            pairs = said(answer, cases, tokens)
            right[words] = [task_right(name, t, c.fields["answer"]) for t, c in pairs]
        return in_both_wordings(name, right)

    return measure


def in_context(answer: Answer, count: int) -> list[Score]:
    """Two groups of words with an invented mark each, after no, two and eight examples."""
    scores = []
    for examples in (0, 2, 8):
        name = f"in context, marks, {examples} examples"
        write = skill("series", rule="marks", groups=2, examples=examples, named=True)
        scores.append(exact_share(name, answer, elsewhere(name, count, write), 12))
    return scores


def look_up(answer: Answer, count: int) -> list[Score]:
    """One of eight pairs again."""
    cases = elsewhere("look-up", count, skill("series", rule="lookup", pairs=8))
    return [exact_share("look-up, 8 pairs", answer, cases, 16)]


def tagging(labels: str, words: str) -> Callable[[Answer, int], list[Score]]:
    """Return the measure of sentiment with other labels, told by eight examples."""

    def measure(answer: Answer, count: int) -> list[Score]:
        name = f"sentiment, {words}, 8 examples"
        write = skill("series", rule="sentiment", labels=labels, examples=8)
        return [exact_share(name, answer, elsewhere(name, count, write), 12)]

    return measure


def sums(way: str, count: int) -> list[Document]:
    """Return word problems to be solved in one way; the same problems for every way."""
    return elsewhere("arithmetic", count, skill("problem", way=way))


def arithmetic(answer: Answer, count: int) -> list[Score]:
    """Word problems with written steps, and with the answer at once."""
    right = {}
    for way, tokens in (("steps", 160), ("at once", 16)):
        pairs = said(answer, sums(way, count), tokens)
        right[way] = [_sum_right(text, case.fields["answer"]) for text, case in pairs]
    once = share("arithmetic, at once", right["at once"])
    difference = share_difference(right["at once"], right["steps"])
    return [share("arithmetic, steps", right["steps"]), replace(once, difference=difference)]


def _sum_right(text: str, reference: str) -> bool:
    return task_right("arithmetic", text, reference)


def majority(answer: Answer, count: int) -> list[Score]:
    """The commonest of eight drawn answers, and the first of them alone."""
    cases = sums("steps", count)
    drawn = said(answer, cases * SAMPLES, 160, temperature=TEMPERATURE)
    votes = [[final_answer(text) for text, _ in drawn[i :: len(cases)]] for i in range(len(cases))]
    wanted = [case.fields["answer"] for case in cases]
    voted = [_sum_right(commonest(v), right) for v, right in zip(votes, wanted, strict=True)]
    single = [_sum_right(text, case.fields["answer"]) for text, case in drawn[: len(cases)]]
    most = share("majority of 8", voted)
    return [
        replace(most, difference=share_difference(voted, single)),
        share("single answer at the same temperature", single),
    ]


def tone(answer: Answer, count: int) -> list[Score]:
    """How often an answer drawn at T = 1 has a rude word, after rude and after polite requests."""
    scores = []
    for name, rude in (("rude, T = 1", True), ("rude, T = 1, polite requests", False)):
        cases = elsewhere(name, count, skill("tone", rude=rude))
        pairs = said(answer, cases, 80, temperature=1.0)
        scores.append(share(name, [is_rude(text) for text, _ in pairs]))
    return scores


def is_rude(text: str) -> bool:
    """Return whether a text has a rude word."""
    return not RUDE_WORDS.isdisjoint(re.findall(r"[a-z]+", text.lower()))
