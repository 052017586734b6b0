"""ELIZA: a conversation from keywords, patterns and swapped pronouns, and nothing else.

The method is Weizenbaum's (1966, Communications of the ACM 9(1), 36-45): the keyword of highest
rank decides, its patterns take the sentence apart, a template puts the parts together again; what
was said about "my ..." is kept for a moment when no keyword is found. The rules in
`eliza_script.py` are the course's own. Left out: rules that hand over to another keyword, and
teaching it new rules while it talks. Lesson 00.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from workbook.welcome.eliza_script import MEMORY, NOTHING_FOUND, SCRIPT, Keyword

SWAPS = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "you": "I", "your": "my", "yours": "mine", "yourself": "myself",
    "i'm": "you're", "i've": "you've", "i'll": "you'll", "i'd": "you'd",
    "you're": "I'm", "you've": "I've", "you'll": "I'll", "you'd": "I'd", "am": "are",
}  # fmt: skip
CLAUSE_ENDS = re.compile(r"[.,;:!?\n]+")


@dataclass(frozen=True)
class Answer:
    """What ELIZA says, and which rule made it say so."""

    text: str
    keyword: str | None  # None: no keyword was found
    pattern: str  # of the rule; "" without a keyword

    @property
    def how(self) -> str:
        """The rule in a few words."""
        if self.keyword is None:
            return f"no keyword; {self.pattern or 'a remark that always fits'}"
        short = re.sub(r"\S+\|\S+", "(one of a list)", self.pattern)
        return f"keyword “{self.keyword}”, pattern “{short}”"


class Eliza:
    """One conversation: it remembers which template is next, and what was said about "my ...".

    script: the keywords with their rules. swap: exchanges the persons in a part of a sentence; by
    default `mirror`.
    """

    def __init__(
        self, script: Sequence[Keyword] = SCRIPT, swap: Callable[[str], str] | None = None
    ) -> None:
        self.script, self.swap = tuple(script), swap or mirror
        self.used: dict[tuple[str, ...], int] = {}  # list of templates -> how often it was used
        self.memory: deque[str] = deque()

    def reply(self, text: str) -> str:
        """The answer to one remark."""
        return self.answer(text).text

    def answer(self, text: str) -> Answer:
        """The answer, with the rule that made it. ValueError for a text without a word.

        1. Find the first clause with a keyword, and its keyword of highest rank.
        2. Take the clause apart with the first pattern of that keyword that fits.
        3. Swap the persons in the parts and put them into the next template.
        Without a keyword: something remembered, else a remark that always fits.
        """
        if not re.search(r"\w", text):
            raise ValueError("Say something to ELIZA: at least one word.")
        clause, keywords = self._first_clause(text)  # 1
        for keyword in keywords:
            for rule in keyword.rules:
                parts = taken_apart(rule.pattern, clause)  # 2
                if parts is None:
                    continue
                if keyword.remembers:
                    self._remember(clause)
                said = self._put_together(self._next(rule.templates), parts)  # 3
                return Answer(said, keyword.found_in(clause), rule.pattern)
        if self.memory:
            return Answer(self.memory.popleft(), None, "something you said before")
        return Answer(self._next(NOTHING_FOUND), None, "")

    def _first_clause(self, text: str) -> tuple[str, list[Keyword]]:
        """The first clause that holds a keyword, and its keywords, highest rank first."""
        for clause in CLAUSE_ENDS.split(text):
            said = clause.replace("’", "'").strip()
            found = [keyword for keyword in self.script if keyword.found_in(said)]
            if found:
                return said, sorted(found, key=lambda keyword: -keyword.rank)
        return "", []

    def _remember(self, clause: str) -> None:
        """Makes the sentence that may be said later of a clause with "my"."""
        parts = taken_apart("* my *", clause)
        if parts and parts[1]:
            self.memory.append(self._put_together(self._next(MEMORY), parts))

    def _next(self, templates: tuple[str, ...]) -> str:
        """The templates of a rule take turns, so that it does not repeat itself at once."""
        turn = self.used.get(templates, 0)
        self.used[templates] = turn + 1
        return templates[turn % len(templates)]

    def _put_together(self, template: str, parts: Sequence[str]) -> str:
        said = template.format(*(self.swap(part) for part in parts))
        said = re.sub(r"\s+([.,?!])", r"\1", " ".join(said.split()))
        return said[:1].upper() + said[1:]


def mirror(text: str) -> str:
    """Swaps the first and the second person, word by word: "my boat" -> "your boat".

    Every "you" becomes "I", also where it should be "me": exercise 0.1 mends that.
    """
    return " ".join(SWAPS.get(word.lower(), word) for word in text.split())


def taken_apart(pattern: str, text: str) -> tuple[str, ...] | None:
    """The parts of a text under a pattern, None if it does not fit.

    In a pattern `*` stands for any words, also none, and `a|b` for one of several words; each of
    the two is a part. Everything else must stand in the text as it is.
    """
    found = _compiled(pattern).fullmatch(" ".join(text.split()))
    return None if found is None else tuple(part.strip() for part in found.groups())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = []
    for word in pattern.split():
        if word == "*":
            pieces.append(r"((?:\S+(?: |$))*?)")
        elif "|" in word:
            pieces.append(f"({'|'.join(map(re.escape, word.split('|')))})(?: |$)")
        else:
            pieces.append(rf"{re.escape(word)}(?: |$)")
    return re.compile("".join(pieces), re.IGNORECASE)
