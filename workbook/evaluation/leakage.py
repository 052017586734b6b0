"""Leakage: when the test is not a test, because the answers were in the training data.

Two ways it happens and how to see it. Contamination: the test's own sentences stand in the training
text; shared n-grams give it away (Brown et al. 2020, appendix C, used 13-grams). Split by row: the
same fact, asked in other words, is on both sides; splitting by person mends it. Left out: finding
contamination without the training text. Lesson 09 measures both on the town.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workbook.core.runs.intervals import Interval
from workbook.evaluation.bootstrap import bootstrap
from workbook.evaluation.overlap import ngrams, rouge_tokens
from workbook.tasks import Case, Task
from workbook.tasks.scores import same_answer
from workbook.town import build_town
from workbook.town.choices import ChoiceSource
from workbook.town.texts.instruction_phrases import CLOSED_BOOK
from workbook.town.texts.questions.recall import ask, facts_of
from workbook.town.writer import Writer

MEMORY = Task(
    "closed_book", "answer from memory", "exact match", 40, True, same_answer, lambda prompt: ""
)
PHRASINGS = 3  # questions for each fact
FINDINGS = ("found", "not found", "too short")


class Row(NamedTuple):
    """A question of a data set, its answer, and whom it is about."""

    question: str
    answer: str
    about: str


class Index:
    """The runs of n words of a training text, and which of another text's are among them."""

    def __init__(self, texts: Iterable[str], n: int = 13):
        self.n = n
        self.known = {gram for text in texts for gram in ngrams(rouge_tokens(text), n)}

    def shared(self, text: str) -> list[str]:
        """The text's runs that stand in the training text, in order."""
        runs = ngrams(rouge_tokens(text), self.n)
        return [" ".join(run) for run in runs if run in self.known]

    def finding(self, text: str) -> str:
        """One of FINDINGS. A text of fewer than n words has no run: that does not make it clean."""
        if len(rouge_tokens(text)) < self.n:
            return "too short"
        return "found" if self.shared(text) else "not found"


def memory_cases(split: str, count: int, seed: int = 0) -> list[Case]:
    """Questions from memory about people of a split: of whom the model has read, or has not."""
    town, found = build_town(), []
    for index in range(count):
        writer = Writer(ChoiceSource(f"memory/{split}/{seed}/{index}"), town, split, "train")
        fact = writer.pick(list(facts_of(town, writer.person())))
        prompt = writer.say(CLOSED_BOOK, ask=ask(writer, fact))
        found.append(Case(f"memory/{split}/{index}", prompt, fact.answer))
    return found


def rows(people: int, seed: int = 0) -> list[Row]:
    """A data set as it is often made: every fact of some people, each asked in several ways."""
    town = build_town()
    found = []
    for person in ChoiceSource(f"leakage/{seed}").sample(town.people, people):
        for fact in facts_of(town, person):
            for number in range(PHRASINGS):
                source = ChoiceSource(f"leakage/{seed}/{person.id}/{fact.trait}/{number}")
                question = ask(Writer(source, town, "train"), fact)
                found.append(Row(question, fact.value, person.name))
    return list(dict.fromkeys(found))


def split_rows(data: Sequence[Row], by_person: bool, seed: int = 0) -> tuple[list[Row], list[Row]]:
    """(training, test), half and half: every row by itself, or all rows about a person together."""
    source = ChoiceSource(f"split/{seed}")
    if not by_person:
        mixed = source.shuffled(data)
        return mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
    people = source.shuffled(sorted({row.about for row in data}))
    chosen = set(people[: len(people) // 2])
    return [r for r in data if r.about in chosen], [r for r in data if r.about not in chosen]


def nearest(training: Sequence[Row], questions: Sequence[str]) -> list[str]:
    """The answer of the training question most like each question: it understands nothing.

    Likeness is the share of common words, where a rare word (a name, mostly) weighs more.
    """
    import numpy as np

    texts = [set(rouge_tokens(text)) for text in (*(r.question for r in training), *questions)]
    words = {word: i for i, word in enumerate(sorted(set().union(*texts)))}
    table = np.zeros((len(texts), len(words)))  # texts x words
    for row, text in enumerate(texts):
        table[row, [words[word] for word in text]] = 1
    weighted = table * np.log(len(texts) / table.sum(0))
    known, asked = np.split(weighted, [len(training)])
    common = asked @ table[: len(training)].T
    either = asked.sum(1)[:, None] + known.sum(1) - common
    return [training[place].answer for place in (common / either).argmax(1)]


def copying_accuracy(data: Sequence[Row], by_person: bool, seed: int = 0) -> Interval:
    """Share right of `nearest` under a split, with its interval over people."""
    training, test = split_rows(data, by_person, seed)
    said = nearest(training, [row.question for row in test])
    right = [float(answer == row.answer) for answer, row in zip(said, test, strict=True)]
    return bootstrap(right, groups=[row.about for row in test])
