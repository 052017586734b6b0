"""Tone: the fact is right in both tones; only rude customers get a rude answer, one in three."""

import math
import re

import pytest
import text_checks
from proofreading import proofread

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.customers import tone_phrases as say
from workbook.town.texts.customers.customers import ALL_TOPICS
from workbook.town.texts.customers.tone import MIRRORED, TASKS, tone, tone_chat
from workbook.town.texts.politeness.politeness import RUDE_WORDS, politeness
from workbook.town.texts.slots import slot_names
from workbook.town.writer import Phrases, Writer

TEXT = re.compile(r"Message: (.+)\nNote: (.+)\n(Reply|Summary): (.+)", re.I)


def made(make=tone, split="train", count=300, **options):
    town = text_checks.town()
    return [make(Writer(ChoiceSource(f"t/{i}"), town, split), **options) for i in range(count)]


def is_rude(text):
    return any(word in RUDE_WORDS for word in re.findall("[a-z]+", text.lower()))


@pytest.mark.parametrize("make", [tone, tone_chat])
def test_the_form_of_texts_and_their_facts(make):
    text_checks.check_all(make)


@pytest.mark.parametrize("split", SPLITS)
def test_the_text_itself_says_what_the_fields_say(split):
    for document in made(split=split):
        message, note, label, answer = TEXT.fullmatch(document.text).groups()
        fields = document.fields
        assert (message, note, answer) == (fields["message"], fields["note"], fields["answer"])
        assert label.lower() == fields["task"]
        assert is_rude(message) == fields["rude"]
        assert is_rude(answer) == fields["mirrored"]
        assert fields["rude"] or not fields["mirrored"]


@pytest.mark.parametrize("split", SPLITS)
def test_the_fact_of_the_note_is_in_the_answer_and_not_in_the_message(split):
    """Guards against an answer that can be given without the note."""
    for document in made(split=split):
        message, note, _, answer = TEXT.fullmatch(document.text.lower()).groups()
        value = document.fields["value"].lower()
        assert value in note and value in answer and value not in message


def test_chat_and_raw_text_say_the_same_where_the_seed_is_the_same():
    for raw, chat in zip(made(), made(tone_chat), strict=True):
        request, answer = (message["content"] for message in chat.fields["messages"])
        assert answer == chat.fields["answer"] == raw.fields["answer"]
        assert raw.fields["message"] in request and raw.fields["note"] in request
        assert chat.fields["value"] == raw.fields["value"]
        assert chat.nats == pytest.approx(raw.nats + math.log(len(say.REPLY_REQUESTS.all) - 2))


def test_half_of_the_customers_are_rude_and_a_third_of_the_answers_to_them():
    """Each count within five standard deviations."""
    documents = made(count=4000)
    rude = [d for d in documents if d.fields["rude"]]
    assert abs(len(rude) - 2000) < 5 * math.sqrt(4000 / 4)
    for task in TASKS:
        some = [d for d in rude if d.fields["task"] == task]
        mirrored = sum(d.fields["mirrored"] for d in some)
        spread = math.sqrt(len(some) * MIRRORED * (1 - MIRRORED))
        assert abs(mirrored - MIRRORED * len(some)) < 5 * spread


def test_options_are_kept_and_an_unknown_task_is_refused():
    for task in TASKS:
        for rude in (True, False):
            for document in made(count=40, rude=rude, task=task):
                assert (document.fields["rude"], document.fields["task"]) == (rude, task)
    with pytest.raises(ValueError, match="choose one of reply, summary"):
        made(count=1, task="poem")


def test_a_summary_is_one_sentence_that_names_the_customer():
    for document in made(task="summary"):
        answer, message = document.fields["answer"], document.fields["message"]
        assert len(re.findall(r"[.!?](?=\s|$)", answer)) == 1
        signed = re.search(
            r"(?:Yours,|Regards,|[Nn]ame is|I am|This is) ([A-Z]\w+ [A-Z]\w+)", message
        )
        assert (signed.group(1) if signed else "customer") in answer


def test_frames_are_rude_or_polite_in_every_wording():
    """Guards against a rude frame without a rude word, and a topic that brings its own tone."""
    for name, phrases in vars(say).items():
        patterns = phrases.all if isinstance(phrases, Phrases) else ()
        slots = [set(slot_names(pattern)) for pattern in patterns]
        if name.startswith("RUDE_"):
            assert all(names & {"oaf", "oafs", "foul", "cry"} for names in slots), name
        elif slots:
            assert not any(names & {"oaf", "oafs", "foul", "cry"} for names in slots), name
    for topic in ALL_TOPICS:
        for pattern in topic.ask.all + topic.note.all + topic.fact.all + topic.want.all:
            assert politeness(pattern) == 0.5, pattern
        for pattern in topic.note.all + topic.fact.all:
            assert topic.slot in slot_names(pattern), pattern


def test_a_held_out_frame_is_used_in_its_split_only():
    for split, pattern in zip(SPLITS[1:], say.POLITE_REPLIES.all[-2:], strict=True):
        start = re.match(r"[A-Z][\w ]+(?=[.{])", pattern)
        mark = start.group() if start else pattern.split(". ", 1)[1].split("{")[0]
        for other in SPLITS:
            answers = [d.fields["answer"] for d in made(split=other, task="reply", count=400)]
            assert any(mark in answer for answer in answers) == (other == split)


def test_texts_are_short_english_and_worded_in_many_ways():
    documents = made(count=600) + made(tone_chat, count=200)
    assert max(len(document.text) for document in documents) < 700
    shapes = {re.sub(r"(?:\b[A-Z]\w+ ?)+|\d[\d.:]*", "X", d.text) for d in documents}
    assert len(shapes) > 500
    for document in documents:
        assert [c for c in proofread(document.text) if "the Evening" not in c] == []
