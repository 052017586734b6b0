"""Pages about the town: true, of their own split, different every time, and long enough."""

import re
import string
from collections import Counter, defaultdict

import pytest
from page_truth import page_truths

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.pages.pages import TOPICS, page
from workbook.town.world import build_town
from workbook.town.writer import Phrases, Writer

HOW_MANY = 400


@pytest.fixture(scope="module")
def town():
    return build_town()


@pytest.fixture(scope="module")
def pages(town):
    return {
        split: [page(Writer(ChoiceSource(f"p{i}"), town, split)) for i in range(HOW_MANY)]
        for split in SPLITS
    }


def test_every_fact_is_true_and_stands_in_the_text(town, pages):
    truth = page_truths(town)
    for document in (d for split in SPLITS for d in pages[split]):
        assert len(document.facts) >= 4
        low = document.text.lower()
        for fact in document.facts:
            assert tuple(fact) in truth
            assert re.search(rf"\b{re.escape(fact.value.lower())}s?\b", low), (fact, document.text)
            assert fact.subject in document.text or fact.subject == document.fields["subject"]


def test_no_page_of_train_names_a_held_out_entity(town, pages):
    tables = ("people", "places", "products", "events")
    names = [
        row.name for split in SPLITS[1:] for table in tables for row in town.among(table, split)
    ]
    names += [p.first for split in SPLITS[1:] for p in town.among("people", split)]
    held_out = re.compile(r"\b(?:" + "|".join(map(re.escape, names)) + r")\b")
    for document in pages["train"]:
        assert not held_out.search(document.text)
    assert all(held_out.search(document.text) for document in pages["test"])


def test_a_page_opens_with_its_title_and_says_what_the_subject_is(town, pages):
    kinds = {row.name: row.kind for row in (*town.places, *town.products, *town.events)}
    kinds |= {p.name: p.job for p in town.people}
    for document in pages["train"]:
        title, opening, *more = document.text.split("\n")
        first = re.split(r"(?<=[.])\s", opening)[0]
        assert title == document.fields["subject"] and len(more) <= 1
        assert title in first
        # the place is named in full, so look for its kind outside the name
        assert re.search(rf"\b{re.escape(kinds[title])}\b", first.replace(title, ""))


def test_the_mix_the_length_and_the_slots(pages):
    documents = [d for split in SPLITS for d in pages[split]]
    about = Counter(d.fields["about"] for d in documents)
    assert {k for k, n in about.items() if n / len(documents) > 0.1} == set(TOPICS)
    assert 0.4 < about["person"] / len(documents) < 0.6
    words = [len(d.text.split()) for d in documents]
    assert 75 < sum(words) / len(words) < 130
    for document in documents:
        assert not re.search(r"[{}]|None", document.text)
        assert 5 <= len(re.findall(r"[.](?=\s|$)", document.text)) <= 10
        assert document.kind == "page" and document.nats > 10


def test_same_seed_same_page_and_another_seed_another_page(town, pages):
    again = page(Writer(ChoiceSource("p7"), town, "train"))
    assert again == pages["train"][7]
    by_subject = defaultdict(list)
    for document in pages["validation"]:  # few entities, so each is met several times
        by_subject[document.fields["subject"]].append(document.text)
    assert max(map(len, by_subject.values())) > 5
    for texts in by_subject.values():
        assert len(set(texts)) == len(texts)


def test_a_pronoun_never_follows_the_name_of_somebody_else(town, pages):
    """Guards against “She is married to Moma. She likes chess.”, where she may be either."""
    names = {p.name for p in town.people}
    for document in pages["train"]:
        if document.fields["about"] != "person":
            continue
        sentences = re.split(r"(?<=[.])\s", document.text.partition("\n")[2])
        for before, after in zip(sentences, sentences[1:], strict=False):
            if re.search(r"\b(?:He|She|he|she)\b", after):
                named = {n for n in names if n in before} - {document.fields["subject"]}
                assert not named or document.fields["subject"].split()[0] in after, (before, after)


def phrase_lists(about) -> list[tuple[tuple[str, ...], Phrases]]:
    openings, topics = TOPICS[about]
    return [*openings.items(), *((topic.uses, topic.phrases) for topic in topics)]


@pytest.mark.parametrize("about", TOPICS)
def test_patterns_are_many_and_hold_the_words_they_promise(about):
    lists = phrase_lists(about)
    patterns = [pattern for _, phrases in lists for pattern in phrases.by_split["train"]]
    assert len(set(patterns)) == len(patterns) >= 25
    for uses, phrases in lists:
        slots = [
            {name for _, name, _, _ in string.Formatter().parse(p) if name} for p in phrases.all
        ]
        for found in slots:
            for use in uses:
                slot = use.replace(" ", "_")
                stated = {slot, f"a_{slot}", f"{slot}_low"} & found
                assert stated or use in TOLD_BY_OTHER_SLOTS, (use, found)


# details whose slots are called otherwise (their words come from a neighbour in the world)
TOLD_BY_OTHER_SLOTS = {"sells for", "maker job", "organiser job", "place known for", "free"}
