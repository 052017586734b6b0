"""What pages can say: true facts of the split, with the words that fit who and what they name."""

import pytest
from page_truth import page_truths
from text_checks import town, writer

from workbook.town.entities import SPLITS
from workbook.town.texts.pages.page_subjects import event, person, place, product
from workbook.town.writer import hour, money

MAKERS = (person, place, product, event)
COUNT = 60


@pytest.fixture(scope="module")
def truth():
    return page_truths(town())


def subjects(make, split="train"):
    return [make(writer(f"{make.__name__}/{i}", split)) for i in range(COUNT)]


def row_of(subject):
    """The record that a subject is about."""
    tables = {"person": town().people, "place": town().places, "product": town().products,
              "event": town().events}  # fmt: skip
    return next(row for row in tables[subject.about] if row.name == subject.name)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("make", MAKERS)
def test_every_detail_is_true_and_names_nobody_of_another_split(make, split, truth):
    outside = {row.name for table in ("people", "products", "events")
               for other in SPLITS if other != split
               for row in town().among(table, other)}  # fmt: skip
    for subject in subjects(make, split):
        assert row_of(subject).split == split
        for details in subject.details.values():
            for detail in details:
                assert {tuple(fact) for fact in detail.facts} <= truth
                for words in detail.slots.values():
                    assert words.removeprefix("the ") not in outside


@pytest.mark.parametrize("make", MAKERS)
def test_a_fact_stands_in_the_words_of_its_detail(make):
    """The value, or the subject where the detail is told from the other side (a child, a fan)."""
    for subject in subjects(make):
        for details in subject.details.values():
            for words, facts in details:
                said = " ".join(words.values())
                assert all(fact.value in said or fact.subject in said for fact in facts)


def test_how_a_subject_is_called():
    for make in MAKERS:
        for subject in subjects(make)[:20]:
            row = row_of(subject)
            if subject.about == "person":
                assert (subject.full, subject.short) == (row.name, row.first)
                assert subject.pronouns["they"] == row.gender
            else:
                assert (subject.full, subject.short) == (f"the {row.name}", f"the {row.kind}")
                assert subject.pronouns == {"they": "it", "their": "its"}


def test_words_for_relatives_fit_who_they_are():
    people, seen = {p.name: p for p in town().people}, set()
    words = {"spouse": ("partner", "wife", "husband"), "parent": ("mother", "mother", "father"),
             "child": ("daughter", "daughter", "son")}  # fmt: skip
    for subject in subjects(person):
        for relation, (slot, she, he) in words.items():
            for detail in subject.details.get(relation, ()):
                gender = people[detail.slots[relation]].gender
                assert detail.slots[slot] == (she if gender == "she" else he)
                seen.add((relation, gender))
        relatives = {d.slots["neighbour"] for d in subject.details.get("neighbour", ())}
        assert not relatives & {d.slots["spouse"] for d in subject.details.get("spouse", ())}
    assert len(seen) == 6


def test_staff_prices_and_regulars_of_a_place_are_its_own():
    sold = 0
    for subject in subjects(place):
        row = row_of(subject)
        goods = {f"the {g.name}": g for g in town().goods(row)}
        for detail in subject.details["sells for"]:
            sold += 1
            assert detail.slots["price"] == money(goods[detail.slots["sells"]].price)
        for detail in subject.details["regular"]:
            assert detail.slots["favourite"] in goods
        staff = [d.slots["staff"] for d in subject.details["staff"]]
        assert staff == [p.name for p in town().employees(row, "train")]
        assert subject.details["opens"][0].slots["opens"] == hour(row.opens)
    assert sold > 20


def test_an_event_without_a_fee_is_called_free():
    free = 0
    for subject in subjects(event):
        fee = row_of(subject).fee
        free += not fee
        assert ("free" in subject.details, "fee" in subject.details) == (not fee, bool(fee))
        (detail,) = subject.details["fee" if fee else "free"]
        assert detail.slots["fee"] == money(fee)
    assert 0 < free < COUNT
