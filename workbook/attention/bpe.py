"""Byte-pair encoding from scratch: learn merges, encode, decode.

The alphabet is the 256 bytes, so every string can be encoded. Text is first cut into pieces (a word
with the space before it, a number, punctuation) as GPT-2 does; merges never cross a cut. Equal to
the library `tokenizers` on the same merges, and its training finds the same merges, ties included.
Left out: Unicode normalisation, and the speed of a compiled language. Lesson 01.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

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
        self.special, self.single_digits = tuple(special), single_digits
        names = [text.encode() for text in special]
        names += [bytes([byte]) for byte in sorted(range(256), key=_written().__getitem__)]
        names += [first + second for first, second in self.merges]
        self._set_vocabulary({name: i for i, name in enumerate(dict.fromkeys(names))})

    def _set_vocabulary(self, ids: dict[bytes, int]) -> None:
        self.ids = ids
        self.tokens = {number: name for name, number in ids.items()}
        self.ranks = {pair: rank for rank, pair in reversed(list(enumerate(self.merges)))}
        self._cut = re.compile(
            "|".join(map(re.escape, sorted(self.special, key=len)[::-1])) or "$^"
        )
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
        """The same tokenizer as a byte-level BPE of `tokenizers` or transformers.

        source: a tokenizer, or the text of a `tokenizer.json`. ValueError if it is another kind.
        """
        inner = getattr(source, "backend_tokenizer", source)
        description = json.loads(inner if isinstance(inner, str) else inner.to_str())
        model, cuts = description["model"], json.dumps(description.get("pre_tokenizer"))
        if model["type"] != "BPE" or "ByteLevel" not in cuts or '"add_prefix_space": true' in cuts:
            raise ValueError("only byte-level BPE without an added first space can be copied.")
        back = {character: byte for byte, character in enumerate(_written())}
        to_bytes = lambda text: bytes(back[character] for character in text)  # noqa: E731
        merges = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
        special = {each["content"]: each["id"] for each in description.get("added_tokens", [])}
        encoder = cls([tuple(map(to_bytes, pair)) for pair in merges], tuple(special))
        encoder.single_digits = '"individual_digits": true' in cuts
        ids = {to_bytes(name): i for name, i in model["vocab"].items() if name not in special}
        encoder._set_vocabulary(ids | {name.encode(): i for name, i in special.items()})
        return encoder

    def encode(self, text: str) -> list[int]:
        """The ids of a text; special tokens in it are recognised."""
        return [i for piece in self.pieces(text) for i in self._piece(piece)]

    def decode(self, ids: Iterable[int], skip_special: bool = False) -> str:
        """The text of ids; bytes that are no UTF-8 become U+FFFD. ValueError for an unknown id."""
        left_out = {self.ids[text.encode()] for text in self.special} if skip_special else set()
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
        found, start = [], 0
        for match in self._cut.finditer(text) if self.special else ():
            found += [*self._words(text[start : match.start()]), match.group()]
            start = match.end()
        return found + self._words(text[start:])

    def _words(self, text: str) -> list[str]:
        if self.single_digits:
            parts = re.split(r"(\d)", "".join(map(_kind, text)))
        else:
            parts = ["".join(map(_kind, text))]
        words, start = [], 0
        for part in parts:
            for match in PIECES.finditer(part):
                words.append(text[start + match.start() : start + match.end()])
            start += len(part)
        return words

    def _merged(self, piece: str) -> tuple[int, ...]:
        """Ids of one piece: join the pair that was learned first, until none is left."""
        if piece in self.special:
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
