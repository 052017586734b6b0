"""Bars of knowing, reading and acting: from memory, from passages, through proofs and tools.

Each function takes `answer` (chats -> texts, see `quality.answerer`) and a number of cases,
and returns scores. What the model knows by heart is asked of Brindlemere, all else of towns it has
never met. Left out: judging wording; a right answer is the one sentence, word for word.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbook.town import build_both
from workbook.town.choices import ChoiceSource
from workbook.town.entities import Town
from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.instruction_phrases import CLOSED_BOOK
from workbook.town.texts.multihop.proofs import SORTS
from workbook.town.texts.multihop.traces import trace_chat
from workbook.town.texts.questions.recall import Askable, ask
from workbook.town.texts.questions.refusal_phrases import UNKNOWN
from workbook.town.texts.reading.reading_phrases import UNSAID
from workbook.town.writer import Document, Writer
from workbook.town_lm.bars_cases import (
    at_home,
    elsewhere,
    exact_share,
    final_right,
    opening,
    said,
    skill,
    town_of,
)
from workbook.town_lm.quality import SEED, Answer, Score, later_facts, learned_facts, share

CITATION = re.compile(r"\s*\[(\d+)\]$")
MOST_ACTIONS = 8


def closed_book(answer: Answer, count: int) -> list[Score]:
    """Facts of the training text, and facts that came after the cutoff: whole sentences."""
    old, new = build_both()
    scores = []
    for name, facts in (
        ("closed-book, before the cutoff", learned_facts(old)),
        ("closed-book, after the cutoff", later_facts(old, new)),
    ):
        writer = Writer(ChoiceSource(f"bars/{name}/{SEED}"), old, "train")
        drawn = writer.source.sample(facts, min(count, len(facts)))
        cases = [_from_memory(writer, fact) for fact in drawn]
        scores.append(exact_share(name, answer, cases, 40))
    return scores


def _from_memory(writer: Writer, fact: Askable) -> Document:
    request = writer.say(CLOSED_BOOK, ask=ask(writer, fact))
    return chat_document(writer, "closed_book", exchange((request, fact.answer)))


def refusals(answer: Answer, count: int) -> list[Score]:
    """Questions about what does not exist, and about what the training text tells of."""
    scores = []
    for name, known in (("refuses, nobody", False), ("refuses, known people", True)):
        cases = at_home(name, count, skill("refusal", known=known))
        scores.append(share(name, [is_refusal(text) for text, _ in said(answer, cases, 40)]))
    return scores


def is_refusal(text: str) -> bool:
    """Return whether an answer says that the person or thing is not known."""
    return text.startswith(tuple(words.partition("{who}")[0] for words in UNKNOWN.values()))


def open_book_one(answer: Answer, count: int) -> list[Score]:
    """One passage, one question that it answers."""
    cases = elsewhere("open book, 1", count, skill("reading", passages=1, answerable=True))
    right = [sentence_right(*pair) for pair in said(answer, cases, 48)]
    return [share("open-book, 1 passage", right)]


def open_book_four(answer: Answer, count: int) -> list[Score]:
    """Four passages with the right one at each place, and questions that none answers.

    `count` cases for each place; the score is that of the worst place.
    """
    places, all_pairs = {}, []
    for place in range(4):
        pairs = said(answer, _answered(4, place, count), 48)
        right = [sentence_right(*pair) for pair in pairs]
        places[str(place + 1)] = share("open-book, 4 passages", right)
        all_pairs += pairs
    write = skill("reading", passages=4, answerable=False)
    unanswered = elsewhere("open book, 4, not said", 2 * count, write)
    return [
        worst(places),
        share("cited right, 4 passages", [cited_right(*pair) for pair in all_pairs]),
        exact_share("does not say, right", answer, unanswered, 48),
        share("does not say, wrong", [text == UNSAID for text, _ in all_pairs]),
    ]


def open_book_six(answer: Answer, count: int) -> list[Score]:
    """Six passages, the right one at each place equally often."""
    places = {}
    for place in range(6):
        pairs = said(answer, _answered(6, place, -(-count // 6)), 48)
        places[str(place + 1)] = [sentence_right(*pair) for pair in pairs]
    right = [outcome for outcomes in places.values() for outcome in outcomes]
    parts = {place: sum(outcomes) / len(outcomes) for place, outcomes in places.items()}
    return [replace(share("open-book, 6 passages", right), parts=parts)]


def _answered(passages: int, place: int, count: int) -> list[Document]:
    """Cases with the right passage at one place, counted from 0."""
    write = skill("reading", passages=passages, gold=place, answerable=True)
    return elsewhere(f"open book, {passages}, place {place}", count, write)


def worst(parts: Mapping[str, Score]) -> Score:
    """Return the lowest of several scores, with the values of all as its parts."""
    lowest = min(parts.values(), key=lambda score: score.value)
    return replace(lowest, parts={name: score.value for name, score in parts.items()})


def sentence_right(text: str, case: Document) -> bool:
    """Return whether the sentence is right, whatever passage is cited after it."""
    return CITATION.sub("", text) == CITATION.sub("", case.fields["answer"])


def cited_right(text: str, case: Document) -> bool:
    """Return whether the right passage is cited, whatever the sentence says."""
    return CITATION.findall(text) == CITATION.findall(case.fields["answer"])


def proofs(answer: Answer, count: int) -> list[Score]:
    """Multi-hop questions with the sentences that prove the answer; only the answer counts."""
    cases = elsewhere("proofs", count, skill("proof"))
    right = [final_right(*pair) for pair in said(answer, cases, 160)]
    return [share("multi-hop, proof given", right)]


def traces(answer: Answer, count: int) -> list[Score]:
    """Questions about a town the model has never met, which it looks things up in."""
    cases = elsewhere("traces", count, _several_hops)
    finished = act_out(answer, cases, [town_of(i) for i in range(count)])
    right = [f == case.fields["answer_value"] for f, case in zip(finished, cases, strict=True)]
    return [share("traces, held-out town", right)]


def _several_hops(writer: Writer) -> Document:
    """A trace about a question of several hops; the shorter ones are easier."""
    return trace_chat(writer, writer.source.weighted(tuple(SORTS), tuple(SORTS.values())))


def act_out(answer: Answer, cases: Sequence[Document], towns: Sequence[Town]) -> list[str | None]:
    """Let the model act on each town, at most eight times; None where it never finishes."""
    from workbook.town.texts.multihop.tools import Finish, act

    chats = [opening(case.fields["messages"]) for case in cases]
    finished: list[str | None] = [None] * len(cases)
    active = list(range(len(cases)))
    for _ in range(MOST_ACTIONS):
        texts = answer([chats[i] for i in active], max_new_tokens=80)
        for i, text in zip(active, texts, strict=True):
            result = act(towns[i], action_line(text))
            if isinstance(result, Finish):
                finished[i] = result.answer
            else:
                chats[i].append({"role": "assistant", "content": text})
                chats[i].append({"role": "tool", "content": result.text})
        active = [i for i in active if finished[i] is None]
        if not active:
            break
    return finished


def action_line(text: str) -> str:
    """Return the last line of a message that asks for an action, or nothing."""
    lines = [line for line in text.splitlines() if line.startswith("Action:")]
    return lines[-1] if lines else ""
