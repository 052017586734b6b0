"""The town's English as a whole: every kind of text passes the proofreader, and words are many.

Left out: Brindle, the town's dialect, whose grammar is not English, and what is no prose (series
of examples, sums, programs, the calls of a trace). They have tests of their own.
"""

import random
import re
from itertools import islice

import pytest
from proofreading import proofread, sentences

from workbook.town import KINDS, Document, build_town, stream
from workbook.town.entities import SPLITS
from workbook.town.stream import document

NO_PROSE = ("series", "sums", "program", "worked_problem")
PROSE = tuple(kind for kind in KINDS if kind not in NO_PROSE)
NOT_ENGLISH = ("Brindle:", "Action:", "Observation:")


def english(written: Document) -> str:
    """The text without Brindle, calls and the numbers of passages; empty for a translation task."""
    if written.fields.get("family") == "translate":
        return ""
    lines = [line for line in written.text.splitlines() if not line.startswith(NOT_ENGLISH)]
    return "\n".join(re.sub(r"^\[\d+\] ", "", line) for line in lines)


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_sentences_from_all_kinds_pass_the_proofreader(seed):
    draw = random.Random(seed)
    read, kinds = 0, set()
    while read < 1000 or kinds != set(PROSE):
        kind, split = draw.choice(PROSE), draw.choice(SPLITS)
        text = english(document(kind, split, seed, draw.randrange(10**6)))
        if text:
            assert proofread(text) == [], f"{kind}, {split}:\n{text}"
            read += len(sentences(text))
            kinds.add(kind)


@pytest.mark.parametrize("kind", PROSE)
def test_each_kind_passes_the_proofreader(kind):
    for split in SPLITS:
        for written in islice(stream(kind, split, seed=11), 100):
            if text := english(written):
                assert proofread(text) == [], text


def test_the_vocabulary_has_2500_words_that_are_no_names():
    """Only words in lower case count, so names and numbers do not; invented words are left out."""
    invented = {"dialect", "politeness", "tone", "instruction"}
    found: set[str] = set()
    for kind in set(PROSE) - invented:
        for written in islice(stream(kind, "train", seed=5), 600):
            found.update(re.findall(r"(?<![\w'-])[a-z]+(?![\w-])", written.text))
    assert len(found) >= 2500


def test_no_name_of_the_town_is_an_english_word_of_its_texts():
    """A first name that is also a common word would make “every named person” ambiguous."""
    words = set()
    for kind in ("page", "dialogue", "letter", "news"):
        for written in islice(stream(kind, "train", seed=3), 200):
            words.update(re.findall(r"\b[a-z]{3,}\b", written.text))
    assert not words & {p.first.lower() for p in build_town().people}
