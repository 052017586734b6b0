"""A Markov chain: the next word depends on the last few words, and on nothing before them.

`Chain` counts which symbol followed which history of up to n - 1 symbols (words for reading,
token ids for a fair comparison with a language model). It writes with the longest history that it
knows, and scores a text with all of them, so that nothing is impossible (Shannon 1948 for the
idea; smoothing after Witten and Bell 1991). Left out: Kneser-Ney smoothing and pruning. Lesson 00.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from random import Random

WORD = re.compile(r"\w+(?:['’.:-]\w+)*|[^\w\s]|\n")
START, END = "<start>", "<end>"  # around every text; no word or token id is equal to them
CLOSE = frozenset(".,;:!?)\n")  # signs that no space goes before
Counts = Mapping[tuple, Mapping[Hashable, int]]  # history -> next symbol -> count
# symbol, history, counts of all histories, size of the vocabulary -> p(symbol | history)
Mix = Callable[[Hashable, tuple, Counts, int], float]


def words(text: str) -> list[str]:
    """Words, punctuation marks and line breaks, in order: "Hi, you." -> Hi , you ."""
    return WORD.findall(text)


def joined(symbols: Iterable[str]) -> str:
    """The words as a text again, spaced as in print."""
    text = ""
    for symbol in symbols:
        close = symbol in CLOSE or not text or text[-1] in "\n("
        text += symbol if close else f" {symbol}"
    return text


class Chain:
    """Counts of what follows what, for histories of 0 to n - 1 symbols.

    texts: each a sequence of symbols. n: as in "n-gram", the history and the next symbol.
    vocabulary: how many different symbols there can be; by default those seen, and the end.
    """

    def __init__(
        self, texts: Iterable[Sequence[Hashable]], n: int = 3, vocabulary: int | None = None
    ) -> None:
        if n < 1:
            raise ValueError(f"n counts the next symbol too, so it is at least 1, not {n}.")
        self.n = n
        self.after: dict[tuple, dict[Hashable, int]] = {}  # history -> next symbol -> count
        for text in texts:
            self._count((START, *text, END))
        if not self.after:
            raise ValueError("A chain needs at least one text to count.")
        self.total = {history: sum(found.values()) for history, found in self.after.items()}
        self.vocabulary = vocabulary or len(self.after[()])

    def _count(self, text: tuple) -> None:
        for place in range(1, len(text)):
            for length in range(min(self.n, place + 1)):
                history = text[place - length : place]
                found = self.after.setdefault(history, {})
                found[text[place]] = found.get(text[place], 0) + 1

    def next(self, history: Sequence[Hashable]) -> dict[Hashable, float]:
        """What follows the longest end of `history` that was seen -> p, likeliest first."""
        history = self._known(tuple(history))
        total = self.total[history]
        ranked = sorted(self.after[history].items(), key=lambda found: -found[1])
        return {symbol: count / total for symbol, count in ranked}

    def _known(self, history: tuple) -> tuple:
        """The longest end of a history, of at most n - 1 symbols, that was seen."""
        history = history[max(0, len(history) - self.n + 1) :]
        while history not in self.after:
            history = history[1:]
        return history

    def write(
        self, beginning: Sequence[Hashable] = (), longest: int = 60, seed: int | str = 0
    ) -> list:
        """The symbols that a walk along the chain adds to a beginning, up to the end of the text.

        beginning: empty for a whole text. longest: symbols at most.
        """
        source, text = Random(seed), [START, *beginning]
        for _ in range(longest):
            found = self.after[self._known(tuple(text[-self.n :]))]
            text.append(source.choices(list(found), list(found.values()))[0])
            if text[-1] == END:
                return text[1 + len(beginning) : -1]
        return text[1 + len(beginning) :]

    def probability(self, symbol: Hashable, history: Sequence[Hashable]) -> float:
        """p(symbol | history), over all lengths of history, each mended by the next shorter one.

        p_k = (count + kinds * p_(k-1)) / (total + kinds): Witten and Bell (1991), as Chen and
        Goodman (1998) write it. `kinds`: how many symbols followed that history. p_(-1) is uniform.
        """
        p, history = 1 / self.vocabulary, tuple(history)
        for length in range(min(self.n, len(history) + 1)):
            context = history[len(history) - length :]
            found = self.after.get(context)
            if found is None:
                break
            p = (found.get(symbol, 0) + len(found) * p) / (self.total[context] + len(found))
        return p

    def nats(self, text: Sequence[Hashable], n: int | None = None, mix: Mix | None = None) -> float:
        """-ln p of a text and its end. n: use shorter histories than the chain has.

        mix: gives the probabilities in the place of `probability`.
        """
        reach, whole, total = (n or self.n) - 1, (START, *text, END), 0.0
        if not 0 <= reach < self.n:
            raise ValueError(f"this chain has counted up to n = {self.n}, not {n}.")
        for place in range(1, len(whole)):
            history = whole[max(0, place - reach) : place]
            if mix is None:
                total -= math.log(self.probability(whole[place], history))
            else:
                total -= math.log(mix(whole[place], history, self.after, self.vocabulary))
        return total
