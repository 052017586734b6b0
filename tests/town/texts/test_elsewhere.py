"""Pages of another town: answers stand on the pages, and nothing is said about Brindlemere."""

import math
import re
from functools import cache

import pytest
from proofreading import proofread

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.names import visitor_patterns
from workbook.town.texts.elsewhere import NOT_SAID, REQUESTS, UNSAID, elsewhere, elsewhere_chat
from workbook.town.texts.instruction_phrases import NEXT_QUESTION
from workbook.town.texts.questions.recall import QUESTIONS, facts_of
from workbook.town.world import build_town
from workbook.town.writer import Writer

TOWN = build_town(7)
ROWS = (*TOWN.people, *TOWN.places, *TOWN.products, *TOWN.events)
NAMES = {word for row in ROWS for word in row.name.split()}


@cache
def made(split="train", count=300, chat=False):
    make = elsewhere_chat if chat else elsewhere
    return tuple(make(Writer(ChoiceSource(f"elsewhere/{i}"), TOWN, split)) for i in range(count))


def parts(document):
    """The pages' text, and pairs of question and answer, read from the text."""
    pages, *asked = document.text.split("\nQuestion: ")
    return pages, [tuple(pair.split("\nAnswer: ")) for pair in asked]


@cache
def true_answers():
    """Answer -> the fact, for everything that can be asked in the town."""
    return {fact.answer: fact for row in ROWS for fact in facts_of(TOWN, row)}


def asked_facts(split, question):
    """The facts of the town that a question can be asking for."""
    return [
        fact
        for fact in true_answers().values()
        if fact.name in question
        for pattern in QUESTIONS[fact.table][fact.trait].by_split[split]
        if pattern.format(who=fact.name) == question
    ]


@pytest.mark.parametrize("split", SPLITS)
def test_every_answer_is_true_and_stands_on_the_pages(split):
    for document in made(split):
        pages, pairs = parts(document)
        assert len(set(pairs)) == len(pairs) <= 6
        for question, answer in pairs:
            if answer != NOT_SAID:
                fact = true_answers()[answer]
                assert fact.value in pages and fact.name.removeprefix("the ") in pages
                assert fact.name in question


@pytest.mark.parametrize("split", SPLITS)
def test_what_the_page_does_not_say_is_not_on_it(split):
    unsaid = 0
    for document in made(split, count=150):
        pages, pairs = parts(document)
        for question, answer in pairs:
            facts = asked_facts(split, question)
            assert facts
            if answer == NOT_SAID:
                unsaid += 1
                assert all(fact.value not in pages for fact in facts)
                assert facts[0].name.removeprefix("the ") in pages
            else:
                assert answer in [fact.answer for fact in facts]
    assert unsaid > 10


def test_the_town_has_another_name_and_only_one():
    _, family = visitor_patterns()
    named = 0
    for document in (*made(), *made(chat=True)):
        assert "Brindlemere" not in document.text
        invented = set(re.findall(rf"\b{family.pattern}\b", document.text))
        assert len(invented) <= 1
        named += len(invented)
    assert named > 300


def test_numbers_of_pages_and_questions_and_the_share_of_unsaid():
    drawn = made(count=2000)
    counts = [len(document.fields["questions"]) for document in drawn]
    assert set(counts) == {2, 3, 4, 5, 6} and 3 < sum(counts) / 2000 < 5
    two = sum(len(document.fields["pages"]) == 2 for document in drawn)
    assert abs(two / 2000 - 0.4) < 0.04
    answers = [answer for document in drawn for answer in document.fields["answers"]]
    assert abs(answers.count(NOT_SAID) / len(answers) - UNSAID) < 0.02


def test_raw_and_chat_agree_and_the_requests_cost_their_share():
    for raw, chat in zip(made(), made(chat=True), strict=True):
        pages, pairs = parts(raw)
        assert pages == "\n".join(raw.fields["pages"])
        messages = chat.fields["messages"]
        assert "\n\n".join(raw.fields["pages"]) in messages[0]["content"]
        for (question, answer), user, reply in zip(
            pairs, messages[::2], messages[1::2], strict=True
        ):
            assert question in user["content"] and answer == reply["content"]
        extra = math.log(len(REQUESTS.by_split["train"]))
        extra += (len(pairs) - 1) * math.log(len(NEXT_QUESTION.by_split["train"]))
        assert chat.nats == pytest.approx(raw.nats + extra)
        assert chat.fields["family"] == "elsewhere" and chat.kind == "instruction"
        assert raw.fields["questions"] == chat.fields["questions"] == [q for q, _ in pairs]


def test_held_out_words_and_names_stay_in_their_split():
    for split in SPLITS:
        texts = "\n".join(document.text for document in made(split, chat=True))
        assert ("new to both of us" in texts) == (split == "validation")
        assert ("What does the text say?" in texts) == (split == "test")
        if split == "train":
            assert not any(row.name in texts for row in ROWS if row.split != "train")


def test_texts_are_english_bounded_varied_and_the_same_again():
    for chat in (False, True):
        texts = [document.text for document in made(count=1000, chat=chat)]
        assert max(map(len, texts)) < 2300
        assert not [complaint for text in texts[:100] for complaint in proofread(text)]
        masked = {re.sub(r"\w+", lambda m: "#" if m[0] in NAMES else m[0], t) for t in texts}
        assert len({re.sub(r"\d+", "0", text) for text in masked}) > 900
    again = elsewhere(Writer(ChoiceSource("elsewhere/5"), TOWN, "train"))
    assert again == made()[5] and 0 < again.nats < 300
