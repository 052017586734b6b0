"""Cleaning a crawl, step by step, with a count of what survives each step.

Boilerplate goes first, then pages in another language, pages that do not look like prose, exact
copies, near-copies (MinHash and locality-sensitive hashing, by datasketch) and last, inside the
pages that stay, personal data. Every rule is a plain function; none reads the truth that `crawl.py`
keeps. Left out: filters that are models (a classifier, a perplexity). Lesson 02.

Sources of the rules: Raffel et al. (2020), section 2.2 (lines); Rae et al. (2021), table A1
(quality); Broder (1997) and Lee et al. (2022) (near-copies).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbook.pretraining.crawl import Page

if TYPE_CHECKING:
    import pandas

FUNCTION_WORDS = frozenset(
    "a an and are at be but by for from had has have he her his i in is it me my no not of on or "
    "our she so that the their there they this to was we were will with would you your".split()
)
WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?:\+\d{1,3} )?\b\d{3}[- ]\d{4}\b")
MOST_DIGITS = 6  # of a line that may be boilerplate; telephone numbers have more


@dataclass(frozen=True)
class Rules:
    """The thresholds."""

    line_pages: float = 0.01  # a line on more than this share of the pages is boilerplate
    line_words: int = 3  # a shorter line is not judged
    function_words: float = 0.15  # at least this share of the words, or it is another language
    fewest_words: int = 12
    letters: float = 0.7  # of all characters but spaces
    commonest_word: float = 0.25  # the largest share of one word among all
    symbols: float = 0.2  # at most this many of # $ * ! % for each word
    similarity: float = 0.6  # Jaccard, from which on two pages are one
    shingle: int = 3  # words of a shingle
    hashes: int = 128  # of a MinHash signature


def strip_boilerplate(pages: Sequence[Page], rules: Rules = Rules()) -> list[Page]:
    """Pages without the lines that stand on many of them; small numbers do not matter, or a line
    with the page's number would be another line each time."""
    seen = Counter(line for page in pages for line in set(map(_shape, page.text.split("\n"))))
    limit = max(1, rules.line_pages * len(pages))

    def stays(line: str) -> bool:
        return len(line.split()) < rules.line_words or seen[_shape(line)] <= limit

    texts = ("\n".join(filter(stays, page.text.split("\n"))) for page in pages)
    return [replace(page, text=text.strip()) for page, text in zip(pages, texts, strict=True)]


def is_english(text: str, rules: Rules = Rules()) -> bool:
    """Whether enough of the words are the small ones that no English text does without."""
    words = [word.lower() for word in WORD.findall(text)]
    return sum(word in FUNCTION_WORDS for word in words) >= rules.function_words * len(words) > 0


def is_prose(text: str, rules: Rules = Rules()) -> bool:
    """Long enough, mostly letters, no word over and over, few signs of shouting."""
    words = [word.lower() for word in WORD.findall(text)]
    if len(words) < rules.fewest_words:
        return False
    characters = [character for character in text if not character.isspace()]
    letters = sum(character.isalpha() for character in characters) / len(characters)
    commonest = Counter(words).most_common(1)[0][1] / len(words)
    symbols = sum(character in "#$*!%" for character in text) / len(words)
    return (
        letters >= rules.letters and commonest <= rules.commonest_word and symbols <= rules.symbols
    )


def uses_none_of(text: str, words: Collection[str]) -> bool:
    """Return whether no word of a blocklist stands in the text: the usual first filter of harm.

    words: in small letters. Not among STEPS: what it removes wrongly is the lesson's subject.
    """
    return not any(word.lower() in words for word in WORD.findall(text))


def drop_copies(pages: Sequence[Page], rules: Rules = Rules()) -> list[Page]:
    """The first page of each text, case and spaces aside."""
    first: dict[bytes, Page] = {}
    for page in pages:
        plain = " ".join(page.text.lower().split())
        first.setdefault(hashlib.sha256(plain.encode()).digest(), page)
    return list(first.values())


def drop_near_copies(pages: Sequence[Page], rules: Rules = Rules()) -> list[Page]:
    """The first page of each group of pages whose shingles overlap by `rules.similarity`.

    LSH proposes pairs; the MinHash estimate of their Jaccard similarity decides.
    """
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=rules.similarity, num_perm=rules.hashes)
    kept: dict[int, Page] = {}
    signatures: dict[int, MinHash] = {}
    for number, page in enumerate(pages):
        signature = MinHash(num_perm=rules.hashes)
        signature.update_batch([each.encode() for each in shingles(page.text, rules.shingle)])
        proposed = index.query(signature)
        if all(signature.jaccard(signatures[one]) < rules.similarity for one in proposed):
            index.insert(number, signature)
            kept[number], signatures[number] = page, signature
    return list(kept.values())


def shingles(text: str, size: int = 3) -> set[str]:
    """All runs of `size` words; of a shorter text, the text."""
    words = text.lower().split()
    return {" ".join(words[i : i + size]) for i in range(max(1, len(words) - size + 1))}


def jaccard(a: set[str], b: set[str]) -> float:
    """The share of all shingles that both have: what MinHash estimates."""
    return len(a & b) / len(a | b) if a | b else 1.0


MARKS = ("<mail>", "<phone>")


def hide_personal(pages: Sequence[Page], rules: Rules = Rules()) -> list[Page]:
    """Pages with a mark in place of each e-mail address and telephone number that has a usual form;
    one that is spelled out ("at", "dot") is not recognised."""
    mail, phone = MARKS
    return [replace(page, text=PHONE.sub(phone, MAIL.sub(mail, page.text))) for page in pages]


def hidden(page: Page) -> int:
    """How many marks of `hide_personal` a page carries; `page.personal` is how many it should."""
    return sum(page.text.count(mark) for mark in MARKS)


Step = Callable[[Sequence[Page], Rules], list[Page]]
STEPS: dict[str, Step] = {
    "boilerplate removed": strip_boilerplate,
    "other languages": lambda pages, rules: [p for p in pages if is_english(p.text, rules)],
    "not prose": lambda pages, rules: [p for p in pages if is_prose(p.text, rules)],
    "copies": drop_copies,
    "near-copies": drop_near_copies,
    "personal data hidden": hide_personal,
}


def clean(
    pages: Sequence[Page], rules: Rules = Rules(), without: str | None = None
) -> dict[str, list[Page]]:
    """What is left after each step: "crawled", then the names in STEPS.

    without: a step to leave out. ValueError for one that does not exist.
    """
    if without is not None and without not in STEPS:
        raise ValueError(f"no step is called {without!r}; there are {', '.join(STEPS)}.")
    left = {"crawled": list(pages)}
    for name, step in STEPS.items():
        if name == without:
            continue
        left[name] = step(list(left.values())[-1], rules)
    return left


def survival(left: dict[str, list[Page]]) -> pandas.DataFrame:
    """One row a step: pages, kilobytes, share of the crawl's bytes, and, by the truth, what share
    of the pages is good and what share of the good pages is still there."""
    import pandas as pd

    crawled = left["crawled"]
    good = sum(page.kind == "good" for page in crawled)
    total = _size(crawled)
    rows = {}
    for name, pages in left.items():
        kept = sum(page.kind == "good" for page in pages)
        rows[name] = {
            "pages": len(pages),
            "kB": _size(pages) / 1000,
            "bytes left": _size(pages) / total,
            "good among them": kept / len(pages) if pages else float("nan"),
            "good ones kept": kept / good if good else float("nan"),
        }
    return pd.DataFrame(rows).T


def _size(pages: Sequence[Page]) -> int:
    return sum(len(page.text.encode()) for page in pages)


def _shape(line: str) -> str:
    """What lines of boilerplate have in common. A line with many digits may hold somebody's number:
    it stays as it is, for only itself is its equal."""
    plain = line.strip().lower()
    return plain if sum(map(str.isdigit, plain)) > MOST_DIGITS else re.sub(r"\d+", "0", plain)
