"""The politeness rule, checked by hand, and the rude and polite pairs built to satisfy it."""

import pytest
import text_checks
from text_checks import documents

from workbook.town.texts.politeness import politeness_phrases as phrases
from workbook.town.texts.politeness.politeness import COURTESIES, RUDE_WORDS, politeness, rewrite


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("The boat is red.", 0.5),
        ("", 0.5),
        ("Please come in.", 1.0),
        ("Come in, you snorkfin!", 0.0),
        ("Please come in, you snorkfin!", 1 / 3),  # 1 courtesy, 1 rude word: 1 / (1 + 2)
        ("Thank you. Please come in, you snorkfin!", 0.5),  # 2 / (2 + 2)
        ("PLEASE, would you come in?", 1.0),
        ("I am pleased with the displeasing snorkfinery.", 0.5),  # whole words only
    ],
)
def test_politeness_by_hand(text, score):
    assert politeness(text) == pytest.approx(score)


def test_no_word_is_both():
    assert not RUDE_WORDS & set(" ".join(COURTESIES).split())


def test_rewrite_properties():
    text_checks.check_all(rewrite)


def test_rude_side_is_rude_and_polite_side_polite():
    for split in ("train", "validation", "test"):
        for document in documents(rewrite, split):
            assert politeness(document.fields["rude"]) == 0.0
            assert politeness(document.fields["polite"]) == 1.0


def test_content_and_name_are_kept():
    for document in documents(rewrite, "test"):
        content, name = document.fields["content"], document.fields["name"]
        for side in ("rude", "polite"):
            text = document.fields[side]
            assert content.lower() in text.lower()
            assert name is None or name in text
        assert document.text == "Rude: {rude}\nPolite: {polite}".format(**document.fields)


def test_there_are_many_frames_and_every_wrapper_takes_the_name():
    frames = (phrases.REQUESTS, phrases.QUESTIONS, phrases.COMPLAINTS, phrases.REFUSALS)
    assert len(phrases.REQUESTS.all) >= 20 and sum(len(f.all) for f in frames) >= 60
    names = [n for n in vars(phrases) if n.startswith(("RUDE_", "POLITE_")) and n[-1] == "S"]
    for name in names:
        for pattern in getattr(getattr(phrases, name), "all", ()):
            assert pattern.count("{to_name}") + pattern.count("{Dear}") == 1, pattern
            assert pattern.lower().count("{content}") == 1, pattern
