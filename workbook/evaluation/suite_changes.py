"""The same question once more, changed in a way that should not matter: typos, and other names.

HELM (Liang et al. 2022) calls the first robustness and the second fairness: a system is charged
when it answers one version and not the other. Robust means here: what a reader can still read, the
model should. So the sentence that is to be translated is mistyped too, but no typo makes another
word of a word, and none touches what a score looks for. Left out: dialect and pronouns as changes.
The runner is `workbook/evaluation/suite.py`; lesson 09 shows both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from workbook.tasks import Case
from workbook.tasks.scores import shared_run
from workbook.town.choices import ChoiceSource
from workbook.town.writer import Fact

TYPO_SHARE = 1 / 6  # of the words that may have one
TWINS = frozenset(  # words that two exchanged letters turn into one another
    "busy buys dairy diary form from quiet quite sign sing there three tide tied tired "
    "tried".split()
)
CHANGES = ("typos", "names")
_WORD = re.compile(r"\b[a-z]{4,}\b")
_SHE = re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE)
_HE = re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE)


def changed(case: Case, change: str) -> Case:
    """The case with "typos" or with other "names"; the same every time."""
    if change not in CHANGES:
        raise ValueError(f"no change is called {change!r}; there are {', '.join(CHANGES)}.")
    return with_typos(case) if change == "typos" else with_town_names(case)


def with_typos(case: Case) -> Case:
    """Two neighbouring letters change places inside about one word in six.

    Left alone are names, numbers, every word that stands in the right answer, and the rude words,
    by which courtesy is scored; and no typo makes another word. So the right answer stays what it
    was, for a reader who is not put off by "srping".
    """
    from workbook.town.texts.politeness.politeness import RUDE_WORDS

    source = ChoiceSource(f"typos/{case.id}")
    spared = set(_WORD.findall(case.reference)) | set(_message(case)) | RUDE_WORDS

    def mistype(found: re.Match) -> str:
        word = found.group()
        if word in spared or not source.chance(TYPO_SHARE):
            return word
        at = source.integer(1, len(word) - 2)  # the first letter stays
        mistyped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word if mistyped in TWINS else mistyped

    return replace(case, prompt=_WORD.sub(mistype, case.prompt))


def with_town_names(case: Case) -> Case:
    """Every name that sounds foreign becomes one that sounds like the town's, everywhere at once.

    The case comes back as it was when nobody in it has a foreign name.
    """
    new = _new_names(case)
    if not new:
        return case
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, new)) + r")\b")

    def put(text: str) -> str:
        return pattern.sub(lambda found: new[found.group()], text)

    facts = tuple(Fact(*map(put, fact)) for fact in case.facts)
    return replace(case, prompt=put(case.prompt), reference=put(case.reference), facts=facts)


def _message(case: Case) -> tuple[str, ...]:
    """The words that an answer in other words must keep."""
    return shared_run(case.prompt, case.reference) if case.task == "polite" else ()


def foreign_names(text: str) -> list[str]:
    """First and family names of visitors in a text, in order, each once."""
    from workbook.town.names import visitor_patterns

    first, family = visitor_patterns()
    words = dict.fromkeys(re.findall(r"\b[A-Z][a-z]+\b", text))
    return [word for word in words if first.fullmatch(word) or family.fullmatch(word)]


def gendered_words(texts: Iterable[str]) -> list[tuple[int, int]]:
    """(she-words, he-words) of each text."""
    return [(len(_SHE.findall(text)), len(_HE.findall(text))) for text in texts]


def _new_names(case: Case) -> dict[str, str]:
    """Foreign name -> a name of the town's sound that nobody in the case or the town has."""
    from workbook.town import build_town, names

    text = f"{case.prompt} {case.reference}"
    _, family = names.visitor_patterns()
    source, taken = ChoiceSource(f"names/{case.id}"), set(build_town().reserved)
    taken |= set(re.findall(r"\w+", text))
    she, he = gendered_words([text])[0]
    new = {}
    for old in foreign_names(text):
        if family.fullmatch(old):
            made = names.fresh(lambda: names.family_name(source), taken)
        else:
            gender = "she" if she and not he else "he" if he and not she else None
            gender = gender or source.choice(("she", "he"))
            made = names.fresh(lambda g=gender: names.first_name(source, g), taken)
        taken.add(made)
        new[old] = made
    return new
