"""Reading: each answer and its citation follow from the printed passages, which are parsed here."""

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from itertools import product

import pytest
from proofreading import proofread

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.questions import questions
from workbook.town.texts.reading.passage_phrases import PLACE_SENTENCES, VISITOR_SENTENCES
from workbook.town.texts.reading.reading import reading, reading_chat
from workbook.town.texts.reading.reading_phrases import NEXT_REQUESTS, REQUESTS, UNSAID
from workbook.town.world import build_town
from workbook.town.writer import Writer, an, upper

NAME = r"(?:[Tt]he )?[A-Z][a-z]+(?: [A-Z][a-z]+)*"
MOST_CHARACTERS = 2300
FORMS = (reading, reading_chat)


def make(number, form=reading, split="train", **options):
    return form(Writer(ChoiceSource(f"reading/{split}/{number}"), build_town(), split), **options)


@cache
def drawn(form=reading, split="train", count=200):
    return [make(number, form, split) for number in range(count)]


# ---- an independent reader -------------------------------------------------------------------


def readers(*tables):
    """(regex, trait) of all phrasings, those with the most words of their own first."""
    rows = [
        (pattern, trait) for table in tables for trait, say in table.items() for pattern in say.all
    ]
    rows.sort(key=lambda row: -len(row[0]))
    return [(re.compile(regex(pattern)), trait) for pattern, trait in rows]


def regex(pattern):
    pattern = re.escape(pattern).replace(r"\{who\}", f"(?P<who>{NAME})")
    pattern = pattern.replace(r"\{a_value\}", "an? (?P<value>.+)")
    return pattern.replace(r"\{value\}", "(?P<value>.+)")


@cache
def statements():
    return readers(VISITOR_SENTENCES, PLACE_SENTENCES)


@cache
def asking():
    return {
        True: readers(questions.PERSON_QUESTIONS),
        False: readers(questions.PLACE_QUESTIONS),
        None: readers(questions.WHO_QUESTIONS),
    }


def match(sentence, table):
    hits = ((known.fullmatch(sentence), trait) for known, trait in table)
    return next(((hit.groupdict(), trait) for hit, trait in hits if hit), None)


def facts_in(text):
    """(number of the passage, name, trait, value) of every sentence."""
    rows = []
    _, *blocks = re.split(r"^\[(\d)\] ", text, flags=re.M)
    for number, body in zip(blocks[::2], blocks[1::2], strict=True):
        who = None
        for sentence in re.findall(r"[^.]+\.", body.strip().split("\n")[-1]):  # without a title
            sentence = sentence.strip()
            slots, trait = match(sentence, statements())
            called = slots["who"].replace("The ", "the ")
            if called in ("She", "He", "It") or (who and called == who.split()[0]):
                called = who
            who = called
            rows.append((int(number), who, trait, slots["value"]))
    return rows


def right_answer(facts, question):
    """What the facts say to a question, with the citation."""
    for person in (True, False):
        if hit := match(question, asking()[person]):
            who, trait = hit[0]["who"], hit[1]
            if person != who.startswith("the "):
                break
    else:
        slots, trait = match(question, asking()[None])
        rows = [f for f in facts if f[2:] == (trait, slots["value"]) and f[1][:4] != "the "]
        assert len(rows) <= 1, question
        person, who = True, rows[0][1] if rows else None
    rows = [f for f in facts if f[2] == trait and (f[1] == who or f[1].split()[0] == who)]
    assert len({name for _, name, _, _ in rows}) <= 1, f"{who} is ambiguous"
    pattern = (questions.PERSON_ANSWERS if person else questions.PLACE_ANSWERS)[trait]
    if not rows:
        return UNSAID
    if len(rows) == 1:
        number, _, _, value = rows[0]
        return upper(pattern.format(who=who, value=value, a_value=an(value))) + f" [{number}]"
    shown = [(n, an(v) if "{a_value}" in pattern else v) for n, _, _, v in rows]
    said = ", ".join(f"[{n}] says {v}" for n, v in shown)
    return f"The passages disagree: {said}."


def numbered(document):
    return "\n".join(f"[{i}] {p}" for i, p in enumerate(document.fields["passages"], 1))


def pairs(document):
    return list(zip(document.fields["questions"], document.fields["answers"], strict=True))


# ---- the tests -------------------------------------------------------------------------------


@pytest.mark.parametrize("split", SPLITS)
def test_each_answer_follows_from_the_printed_passages(split):
    for document in drawn(split=split):
        assert document.text.startswith(numbered(document) + "\nQuestion: ")
        facts = facts_in(numbered(document))
        told = {(name, trait, value) for _, name, trait, value in facts}
        assert told == set(document.facts)
        for question, answer in pairs(document):
            assert f"\nQuestion: {question}\nAnswer: {answer}" in document.text
            assert answer == right_answer(facts, question), document.text
        assert document.text.count("\nQuestion: ") == len(pairs(document))


def test_the_chat_asks_and_answers_as_the_raw_text_does():
    for raw, chat in zip(drawn(), drawn(reading_chat), strict=True):
        same = raw.fields.keys() - {"answer"}
        assert {key: chat.fields[key] for key in same} == {key: raw.fields[key] for key in same}
        assert chat.fields["answer"] == raw.fields["answer"] == raw.fields["answers"][-1]
        messages = chat.fields["messages"]
        assert numbered(raw) in messages[0]["content"]
        for i, (question, answer) in enumerate(pairs(raw)):
            assert question in messages[2 * i]["content"]
            assert messages[2 * i + 1] == {"role": "assistant", "content": answer}


def test_fields_agree_with_the_answer():
    for document in drawn():
        fields = document.fields
        assert fields["answerable"] == (fields["answer"] != UNSAID)
        assert fields["conflict"] == fields["answer"].startswith("The passages disagree")
        if fields["answerable"]:
            assert f"[{fields['gold'] + 1}]" in fields["answer"]
        if fields["value"]:
            assert fields["value"] in fields["answer"]
            assert fields["value"] in fields["passages"][fields["gold"]]
        else:
            assert fields["conflict"] or fields["gold"] is None


@pytest.mark.parametrize("form", FORMS)
def test_options_are_kept_and_ask_one_question(form):
    for count, answerable in product((1, 4, 8), (True, False)):
        fields = make(count, form, passages=count, answerable=answerable).fields
        assert len(fields["passages"]) == count and len(fields["answers"]) == 1
        assert fields["answerable"] == answerable and not fields["conflict"]
    for count, gold in product((5, 8), range(5)):
        fields = make(gold, form, passages=count, gold=gold).fields
        assert fields["gold"] == gold and fields["answer"].endswith(f" [{gold + 1}]")
        fields = make(gold, form, passages=count, gold=gold, conflict=True).fields
        assert fields["conflict"] and f"[{gold + 1}] says" in fields["answer"]
    for number in range(30):
        fields = make(number, form, gold=6).fields
        assert fields["gold"] == 6 and len(fields["passages"]) >= 7
        assert len(make(number, form, conflict=True).fields["passages"]) >= 2
        assert not make(number, form, conflict=False).fields["conflict"]


@pytest.mark.parametrize(
    "options",
    [
        {"passages": 0}, {"passages": 9}, {"passages": 3, "gold": 3}, {"gold": -1}, {"gold": 8},
        {"answerable": False, "gold": 0}, {"answerable": False, "conflict": True},
        {"passages": 1, "conflict": True},
    ],
)  # fmt: skip
def test_options_that_clash_are_refused(options):
    with pytest.raises(ValueError, match=r"set|leave out"):
        make(0, **options)


def test_every_passage_is_the_gold_one_equally_often():
    count = 500
    golds = Counter(make(i, passages=5, answerable=True).fields["gold"] for i in range(count))
    assert all(abs(golds[place] - count / 5) < 4 * (count * 0.16) ** 0.5 for place in range(5))


def test_unanswered_disputed_and_nearly_answered_questions_come_as_often_as_planned():
    unsaid = near = asked = disputes = 0
    documents = [d for split in SPLITS for d in drawn(split=split)]
    for document in documents:
        facts = facts_in(numbered(document))
        disputes += any("disagree" in answer for answer in document.fields["answers"])
        for question, answer in pairs(document):
            asked += 1
            if answer == UNSAID:
                unsaid += 1
                near += is_near_miss(facts, question)
    assert 0.15 < unsaid / asked < 0.25
    assert 0.35 < near / unsaid < 0.65
    assert 0.045 < disputes / len(documents) < 0.115


def is_near_miss(facts, question):
    """The person is there, or somebody with a similar name is."""
    hit = match(question, asking()[True]) or match(question, asking()[False])
    if not hit:
        return False
    who = hit[0]["who"]
    names = {name for _, name, _, _ in facts}
    near = (SequenceMatcher(None, who, name).ratio() > 0.7 for name in names)
    words = {word for name in names for word in name.split()[:3]} - {"the"}
    return any(near) or any(word in words for word in who.split())


def test_passages_resemble_each_other():
    """In most documents of several passages two names share a word or nearly do."""
    alike = several = 0
    for document in drawn():
        names = sorted({name for _, name, _, _ in facts_in(numbered(document))})
        words = Counter(w for name in names for w in name.removeprefix("the ").split()[:2])
        several += len(document.fields["passages"]) > 2
        alike += len(document.fields["passages"]) > 2 and max(words.values()) > 1
    assert alike / several > 0.6


@pytest.mark.parametrize("form", FORMS)
def test_length_language_and_cost(form):
    for split in SPLITS:
        made = drawn(form, split)
        assert made[:20] == drawn.__wrapped__(form, split, 20)
        for document in made:
            assert len(document.text) <= MOST_CHARACTERS and document.nats > 0
    longest = [make(number, form, passages=8) for number in range(60)]
    assert max(len(document.text) for document in longest) <= MOST_CHARACTERS
    for document in drawn(form)[:120]:
        text = re.sub(r"\[\d\] says", "Text A says", document.text)
        assert proofread(re.sub(r"\[\d\] | \[\d\]", "", text)) == [], document.text


def test_requests_that_are_held_back_stay_out_of_training():
    held_back = [
        text for phrases in (REQUESTS, NEXT_REQUESTS)
        for pattern in phrases.all[-2:]
        for text in pattern.replace("{passages}", "{ask}").split("{ask}") if len(text.strip()) > 9
    ]  # fmt: skip
    text = "\n".join(document.text for document in drawn(reading_chat))
    assert len(held_back) >= 4 and not any(phrase in text for phrase in held_back)


def test_no_text_names_somebody_of_another_split():
    town = build_town()
    for split in SPLITS:
        text = "\n".join(document.text for document in drawn(split=split))
        others = [row.name for row in (*town.people, *town.places) if row.split != split]
        assert not [name for name in others if name in text]


def test_texts_are_more_than_500_ways_of_saying_it():
    shapes = {re.sub(r"[A-Z][a-z]+|\d+", "N", d.text) for s in SPLITS for d in drawn(split=s)}
    assert len(shapes) > 500
