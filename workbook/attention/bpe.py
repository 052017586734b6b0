"""Byte-pair encoding from scratch: learn merges, encode, decode.

The alphabet is the 256 bytes, so every string can be encoded. Text is first cut into pieces (a word
with the space before it, a number, punctuation) as GPT-2 does; merges never cross a cut. Equal to
the library `tokenizers` on the same merges, and its training finds the same merges, ties included.
Files of other makes are read by `bpe_reader.py`. Left out: the speed of a compiled language.
Lesson 01.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from workbook.attention import bpe_reader

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# GPT-2's cuts (Radford et al. 2019), on a text whose every character stands for its class.
PIECES = re.compile(
    r"'(?:s|t|re|ve|m|ll|d)| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+", re.ASCII
)

Pair = tuple[bytes, bytes]


class BytePairEncoder:
    """A tokenizer: `merges` in the order in which they were learned decide everything.

    Ids are given to the special tokens first, then to the 256 bytes (in the order of the characters
    that GPT-2 writes them with, which is also that of `tokenizers`), then to each merge's result.
    special: texts that are one token and are never cut. single_digits: each digit is a piece.
    """

    def __init__(
        self, merges: Iterable[Pair] = (), special: Sequence[str] = (), single_digits: bool = False
    ):
        self.merges = [tuple(pair) for pair in merges]
        self.special = tuple(special)
        self.skipped = frozenset(special)  # left out by `decode(skip_special=True)`
        self.late = ()  # special texts that are searched for after the others
        self.cuts = (digit_pieces, word_pieces) if single_digits else (word_pieces,)
        self.forms, self.whole_words = (), False  # of other makes: see `from_tokenizers`
        names = [text.encode() for text in special]
        names += [bytes([byte]) for byte in sorted(range(256), key=_written().__getitem__)]
        names += [first + second for first, second in self.merges]
        self._set_vocabulary({name: i for i, name in enumerate(dict.fromkeys(names))})

    def _set_vocabulary(self, ids: dict[bytes, int]) -> None:
        self.ids = ids
        self.tokens = {number: name for name, number in ids.items()}
        self.ranks = {pair: rank for rank, pair in reversed(list(enumerate(self.merges)))}
        early = [text for text in self.special if text not in self.late]
        self._marks = [_any_of(texts) for texts in (early, self.late) if texts]
        self._piece = lru_cache(maxsize=65_536)(self._merged)

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the memory of pieces, which cannot be pickled."""
        return {name: value for name, value in self.__dict__.items() if name != "_piece"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._piece = lru_cache(maxsize=65_536)(self._merged)

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def train(
        cls,
        texts: Iterable[str] | str,
        vocabulary_size: int,
        special: Sequence[str] = (),
        single_digits: bool = False,
    ) -> BytePairEncoder:
        """Learn merges until there are `vocabulary_size` tokens, or no two tokens are neighbours.

        Each step joins the commonest pair of neighbours; of equally common ones that with the
        smallest ids. ValueError if the size has no room for bytes and special tokens.
        """
        least = 256 + len(special)
        if vocabulary_size < least:
            raise ValueError(
                f"the vocabulary needs at least {least} tokens, not {vocabulary_size}."
            )
        learned = cls((), special, single_digits)
        texts = [texts] if isinstance(texts, str) else texts
        pieces = Counter(piece for text in texts for piece in learned.pieces(text))
        special = set(special)
        words = [[bytes([b]) for b in p.encode()] for p in pieces if p not in special]
        counts = [count for piece, count in pieces.items() if piece not in special]
        ids = dict(learned.ids)
        merges = _learn(words, counts, ids, vocabulary_size)
        return cls(merges, tuple(learned.special), single_digits)

    @classmethod
    def from_tokenizers(cls, source: PreTrainedTokenizerBase | str) -> BytePairEncoder:
        """Copy a byte-level BPE of `tokenizers` or transformers.

        source: a tokenizer, or the text of a `tokenizer.json`. Cuts by patterns, as in Llama 3 and
        Qwen, and Unicode normal forms are copied, too. ValueError, in one sentence, for another
        kind, and for settings with which the ids would not be the same.
        """
        spec = bpe_reader.read(source)
        added = bpe_reader.added_tokens(spec)
        special = {token.text: token.id for token in added}
        back = {character: byte for byte, character in enumerate(_written())}
        merges, ids = bpe_reader.vocabulary(spec, special, back)
        encoder = cls(merges, tuple(special))
        encoder.skipped = frozenset(token.text for token in added if token.is_special)
        encoder.late = tuple(token.text for token in added if token.is_late)
        encoder.cuts = bpe_reader.cuts(spec, word_pieces, digit_pieces)
        encoder.forms = bpe_reader.normal_forms(spec)
        encoder.whole_words = bool(spec["model"].get("ignore_merges"))
        encoder._set_vocabulary(ids | {name.encode(): i for name, i in special.items()})
        return encoder

    def after(self, merges: int) -> BytePairEncoder:
        """The encoder as it was after its first `merges` merges."""
        earlier = copy(self)
        earlier.merges = self.merges[:merges]
        names = {text.encode() for text in self.special} | {bytes([byte]) for byte in range(256)}
        names |= {first + second for first, second in earlier.merges}
        earlier._set_vocabulary({name: i for name, i in self.ids.items() if name in names})
        return earlier

    def encode(self, text: str) -> list[int]:
        """The ids of a text; special tokens in it are recognised."""
        return [i for piece in self.pieces(text) for i in self._piece(piece)]

    def decode(self, ids: Iterable[int], skip_special: bool = False) -> str:
        """Return the text of ids; bytes that are no UTF-8 become U+FFFD.

        skip_special: leave out special tokens; an added token that is an ordinary word stays.
        ValueError for an unknown id.
        """
        left_out = {self.ids[text.encode()] for text in self.skipped} if skip_special else set()
        try:
            return b"".join(self.tokens[int(i)] for i in ids if int(i) not in left_out).decode(
                errors="replace"
            )
        except KeyError as unknown:
            raise ValueError(
                f"there is no token {unknown}; ids go up to {max(self.tokens)}."
            ) from None

    def pieces(self, text: str) -> list[str]:
        """The text cut into special tokens and words, before any merge."""
        return self._pieces(text, self._marks)

    def _pieces(self, text: str, marks: list[re.Pattern]) -> list[str]:
        """Cut at what the first pattern matches, and what lies between by the other patterns."""
        if not marks:
            return self._words(text)
        pieces, start = [], 0
        for match in marks[0].finditer(text):
            pieces += [*self._pieces(text[start : match.start()], marks[1:]), match.group()]
            start = match.end()
        return pieces + self._pieces(text[start:], marks[1:])

    def _words(self, text: str) -> list[str]:
        for form in self.forms:
            text = unicodedata.normalize(form, text)
        pieces = [text] if text else []
        for cut in self.cuts:
            pieces = [part for piece in pieces for part in cut(piece)]
        return pieces

    def _merged(self, piece: str) -> tuple[int, ...]:
        """Ids of one piece: join the pair that was learned first, until none is left."""
        if piece in self.special:
            return (self.ids[piece.encode()],)
        if self.whole_words and piece.encode() in self.ids:
            return (self.ids[piece.encode()],)
        parts = [bytes([byte]) for byte in piece.encode()]
        while len(parts) > 1:
            pair = min(zip(parts, parts[1:], strict=False), key=self._rank)
            if pair not in self.ranks:
                break
            parts = _joined(parts, pair)
        return tuple(self.ids[part] for part in parts)

    def _rank(self, pair: Pair) -> float:
        return self.ranks.get(pair, float("inf"))


def _any_of(texts: Sequence[str]) -> re.Pattern:
    """A pattern of the longest of these texts that begins at a place."""
    return re.compile("|".join(map(re.escape, sorted(texts, key=len)[::-1])))


def word_pieces(text: str) -> list[str]:
    """GPT-2's cuts: a word with the space before it, a number, punctuation, spaces."""
    matches = PIECES.finditer("".join(map(_kind, text)))
    return [text[match.start() : match.end()] for match in matches]


def digit_pieces(text: str) -> list[str]:
    """Each digit by itself, and what lies between digits."""
    pieces, start = [], 0
    for part in re.split(r"(\d)", "".join(map(_kind, text))):
        pieces.append(text[start : start + len(part)])
        start += len(part)
    return [piece for piece in pieces if piece]


def _learn(
    words: list[list[bytes]], counts: list[int], ids: dict[bytes, int], size: int
) -> list[Pair]:
    """The merges that bring `ids` to `size` tokens; only words that hold the pair are recounted."""
    pairs, where = Counter(), {}
    for place, (word, count) in enumerate(zip(words, counts, strict=True)):
        _count(word, count, place, pairs, where)
    merges = []
    while len(ids) < size and pairs:
        best = min(pairs, key=lambda pair: (-pairs[pair], ids[pair[0]], ids[pair[1]]))
        merges.append(best)
        ids.setdefault(best[0] + best[1], len(ids))
        for place in where.pop(best):
            for pair in zip(words[place], words[place][1:], strict=False):
                pairs[pair] -= counts[place]
                if not pairs[pair]:
                    del pairs[pair]
            words[place] = _joined(words[place], best)
            _count(words[place], counts[place], place, pairs, where)
    return merges


def _count(word: list[bytes], count: int, place: int, pairs: Counter, where: dict) -> None:
    """Add a word's pairs, and note that this word has them."""
    for pair in zip(word, word[1:], strict=False):
        pairs[pair] += count
        where.setdefault(pair, set()).add(place)


def _joined(parts: list[bytes], pair: Pair) -> list[bytes]:
    """The parts with every occurrence of the pair, from the left, made one."""
    new, i = [], 0
    while i < len(parts):
        if tuple(parts[i : i + 2]) == pair:
            new.append(pair[0] + pair[1])
            i += 2
        else:
            new.append(parts[i])
            i += 1
    return new


@cache
def _written() -> tuple[str, ...]:
    """GPT-2's character for each byte: itself if it can be seen, else one from 256 on."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    unseen = iter(range(256, 512))
    return tuple(chr(byte if byte in seen else next(unseen)) for byte in range(256))


@cache
def _kind(character: str) -> str:
    """A stand-in of the same class: ASCII is itself, letters are a, numbers 0, the rest a dot."""
    if character.isascii():
        return "." if "\x1c" <= character <= "\x1f" else character
    if character.isspace():
        return "\t"
    return {"L": "a", "N": "0"}.get(unicodedata.category(character)[0], ".")
