"""The rules by which answers are scored, each from 0 to 1: (answer, case) -> score.

Overlap is measured by Google's rouge_score, not by lesson 09's own ROUGE: what measures must not
share a fault with what is taught. Left out: questions with several right answers.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from workbook.tasks.short_answers import exact_match
from workbook.tasks.task import Case
from workbook.town.writer import Fact

LONGEST = 2  # times the reference's words, that a summary may have
SHOWN = 40  # characters of a text in a warning
ROUGES = ("rouge1", "rouge2", "rougeL")
_NUMBER = re.compile(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[a-z0-9]+")


def same_answer(answer: str, case: Case) -> float:
    """Return 1.0 for the right answer, case, punctuation and articles aside, else 0.0."""
    return exact_match(answer, case.reference)


def rouge_l(answer: str, case: Case) -> float:
    """Return ROUGE-L (F1) of an answer against the reference."""
    return rouge([answer], [case.reference])["rougeL"][0]


def rouge(answers: Sequence[str], references: Sequence[str]) -> dict[str, list[float]]:
    """Return ROUGE-1, -2 and -L (F1) of each answer, by Google's rouge_score, without stemming."""
    warn_of_other_scripts([*answers, *references])
    scores = [_scorer().score(r, a) for r, a in zip(references, answers, strict=True)]
    return {name: [one[name].fmeasure for one in scores] for name in ROUGES}


def warn_of_other_scripts(texts: Iterable[str]) -> None:
    """Warn, once a call, where ROUGE reads less than half of a text's letters and digits."""
    for text in texts:
        signs = [sign for sign in text.lower() if sign.isalnum()]
        if 2 * sum(map(str.isascii, signs)) < len(signs):
            shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
            warnings.warn(
                f"ROUGE reads only a-z and 0-9, and throws most of {shown!r} away: its score says "
                "nothing about such texts; compare them character by character instead.",
                stacklevel=3,
            )
            return


@cache
def _scorer():
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(list(ROUGES))


def facts_stated(answer: str, case: Case) -> float:
    """Return the share of the case's facts that a summary states; 0.0 for one that is no summary.

    A sentence states a fact when it has the value and, where a sentence of the reference puts the
    two together, the subject: who did what counts. An answer of more than twice the reference's
    words is a copy of the talk. Raises ValueError for a case without facts.
    """
    if not case.facts:
        raise ValueError(f"the case {case.id} has no facts, so there is nothing to state.")
    if len(answer.split()) > LONGEST * len(case.reference.split()):
        return 0.0
    said, wanted = sentences(answer), sentences(case.reference)
    stated = 0
    for fact in case.facts:
        together = any(_has(one, fact.value) and _has(one, fact.subject) for one in wanted)
        needed = (fact.value, fact.subject) if together else (fact.value,)
        stated += any(all(_has(one, each) for each in needed) for one in said)
    return stated / len(case.facts)


def stated_in(text: str, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts whose values stand in a text, each once."""
    return tuple(dict.fromkeys(fact for fact in facts if _has(text.lower(), fact.value)))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, in lower case."""
    return [one for one in _SENTENCE_END.split(text.lower()) if one.strip()]


def _has(sentence: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words.lower())}(?!\w)", sentence) is not None


def lines_right(answer: str, case: Case) -> float:
    """Return the share of the reference's lines "field: value" that the answer has."""
    lines = {line.strip() for line in answer.splitlines()}
    wanted = case.reference.splitlines()
    return sum(line.strip() in lines for line in wanted) / len(wanted)


def number_right(answer: str, case: Case) -> float:
    """Return 1.0 where an answer comes to the reference's number; the steps before it are free."""
    return float(final_number(answer) == final_number(case.reference) is not None)


def final_number(text: str) -> float | None:
    """Return the last number after the last "Answer:" of a text, or of all of it without one."""
    numbers = _NUMBER.findall(text.rpartition("Answer:")[2])
    return float(numbers[-1].replace(",", "")) if numbers else None


def courteous(answer: str, case: Case) -> float:
    """Return the share of the message that is kept, in order; 0 if not all of it is courteous.

    The message is the longest run of words that the rude and the polite version share.
    """
    from workbook.town.texts.politeness.politeness import politeness

    message = shared_run(case.prompt, case.reference)
    if politeness(answer) < 1 or not message:
        return 0.0
    return _scorer().score(" ".join(message), answer)["rougeL"].recall


@lru_cache(maxsize=4096)
def shared_run(first: str, second: str) -> tuple[str, ...]:
    """Return the longest run of words (lower case, ASCII) that stands in both texts."""
    a, b = (_WORD.findall(text.lower()) for text in (first, second))
    best, end = 0, 0
    lengths = [0] * (len(b) + 1)
    for i, word in enumerate(a, 1):
        lengths = [0, *(lengths[j] + 1 if word == b[j] else 0 for j in range(len(b)))]
        if max(lengths) > best:
            best, end = max(lengths), i
    return tuple(a[end - best : end])
