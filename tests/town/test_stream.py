"""The stream: the same for ever, honest about its nats, and readable as `datasets`."""

import hashlib
import os
import re
import subprocess
import sys
from itertools import islice

import pytest

from workbook.town import KINDS, RAW_MIXTURE, dataset, document, iterable_dataset, mixture, stream
from workbook.town.entities import SPLITS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("split", SPLITS)
def test_documents_are_whole(kind, split):
    for drawn in islice(stream(kind, split, seed=2), 60):
        assert drawn.kind == kind
        assert drawn.split == split
        assert drawn.nats > 0
        assert drawn.text == drawn.text.strip("\n") or kind == "instruction"
        assert drawn.text.isascii()
        assert "{" not in drawn.text or kind == "series"  # a slot left open, or a row of JSON


def _digest() -> str:
    texts = "".join(d.text + repr(d.nats) for d in islice(mixture(seed=5), 400))
    return hashlib.sha256(texts.encode()).hexdigest()


def test_the_same_seed_gives_the_same_text_in_another_process():
    """Guards against hash order, time or global state leaking into the text."""
    code = "from tests.town.test_stream import _digest; print(_digest())"
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == _digest()


def test_a_stream_can_be_entered_anywhere():
    whole = list(islice(stream("page", seed=4), 12))
    assert list(islice(stream("page", seed=4, start=7), 5)) == whole[7:]
    assert document("page", seed=4, index=3) == whole[3]


def test_seeds_and_splits_differ():
    first = [d.text for d in islice(stream("review", seed=0), 20)]
    assert first != [d.text for d in islice(stream("review", seed=1), 20)]
    assert first != [d.text for d in islice(stream("review", "test", seed=0), 20)]


def test_the_mixture_follows_its_weights_and_pays_for_the_choice():
    from math import log

    n = 4000
    drawn = list(islice(mixture(seed=9), n))
    for kind, weight in RAW_MIXTURE.items():
        count = sum(d.kind == kind for d in drawn)
        assert abs(count - n * weight) < 5 * (n * weight) ** 0.5
    total = sum(RAW_MIXTURE.values())
    for index, d in enumerate(drawn[:50]):
        alone = document(d.kind, "train", 9, index)
        assert d.nats == pytest.approx(alone.nats - log(RAW_MIXTURE[d.kind] / total))


def test_held_out_phrasings_occur_only_in_their_split():
    """Every list of six or more keeps one phrasing for validation and one for test.

    A question is traced to its phrasing by the words around the name; one that several phrasings
    could have made proves nothing and is passed over.
    """
    from workbook.town.texts.questions import recall

    owner, seen = {}, set()
    for table in recall.QUESTIONS.values():
        for phrases in table.values():
            held = ("validation", "test") if len(phrases.all) >= 6 else ("train", "train")
            owners = ["train"] * (len(phrases.all) - 2) + list(held)
            owner |= dict(zip(phrases.all, owners, strict=True))
    patterns = {p: re.compile(re.escape(p).replace(r"\{who\}", "(.+)")) for p in owner}
    for split in SPLITS:
        for kind in ("passage", "recall"):
            for drawn in islice(stream(kind, split, seed=1), 700):
                for question in drawn.fields["questions"]:
                    made_by = [p for p, rule in patterns.items() if rule.fullmatch(question)]
                    if len(made_by) == 1:
                        assert owner[made_by[0]] in ("train", split), (question, split)
                        seen.add(made_by[0])
    held_out = {p for p in owner if owner[p] != "train"}
    assert len(seen & held_out) > 0.6 * len(held_out)


def test_unknown_kinds_and_splits_name_the_valid_ones():
    with pytest.raises(ValueError, match="no kind of text is called 'poem'.*dialogue"):
        next(stream("poem"))
    with pytest.raises(ValueError, match="no split is called 'dev'; there are train, validation"):
        next(stream("page", "dev"))


def test_views_for_datasets_hold_the_same_documents():
    texts = [d.text for d in islice(stream("problem", "test", 3), 8)]
    assert dataset("problem", 8, "test", 3)["text"][:] == texts
    rows = list(iterable_dataset("problem", "test", 3).take(8))
    assert [row["text"] for row in rows] == texts
    assert set(rows[0]) == {"text", "kind", "nats"}
    with pytest.raises(ValueError, match="at least one document"):
        dataset("problem", 0)
