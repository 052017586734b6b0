"""Multi-hop questions: the proof is true of the town and chains from the question to the answer."""

import pytest

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.multihop.multihop import RANKS, ROUTES, SAMES, VALUES, multihop
from workbook.town.world import build_town
from workbook.town.writer import Writer, hour, money


@pytest.fixture(scope="module")
def town():
    return build_town()


def made(town, split, count=500):
    return [multihop(Writer(ChoiceSource(f"hop/{i}"), town, split)) for i in range(count)]


@pytest.fixture(scope="module")
def truth(town):
    """Every fact of the town, straight from its rows: (subject, relation) -> value in words."""
    the = [f"the {place.name}" for place in town.places]
    good = [f"the {product.name}" for product in town.products]
    name = [person.name for person in town.people]
    facts = {}
    for p in town.people:
        facts |= {
            (p.name, "job"): p.job, (p.name, "workplace"): the[p.employer],
            (p.name, "employer"): the[p.employer], (p.name, "home"): p.street,
            (p.name, "birth_year"): str(p.birth_year), (p.name, "hobby"): p.hobby,
            (p.name, "pet"): p.pet, (p.name, "favourite"): good[p.favourite],
            (p.name, "spouse"): p.spouse is not None and name[p.spouse],
            (p.name, "parent"): p.parent is not None and name[p.parent],
            (p.name, "neighbour"): p.neighbour is not None and name[p.neighbour],
        }  # fmt: skip
    for p, called in zip(town.places, the, strict=True):
        facts |= {
            (called, "street"): p.street, (called, "founded"): str(p.founded),
            (called, "closed_on"): p.closed_on, (called, "opens"): hour(p.opens),
            (called, "closes"): hour(p.closes), (called, "known_for"): p.known_for,
            (called, "owner"): p.owner is not None and name[p.owner],
        }  # fmt: skip
    for p, called in zip(town.products, good, strict=True):
        facts |= {(called, "price"): money(p.price), (called, "maker"): name[p.maker],
                  (called, "seller"): the[p.seller]}  # fmt: skip
    for e in town.events:
        facts |= {(f"the {e.name}", "host"): the[e.place],
                  (f"the {e.name}", "organiser"): name[e.organiser],
                  (f"the {e.name}", "first_year"): str(e.first_year)}  # fmt: skip
    return facts


@pytest.mark.parametrize("split", SPLITS)
def test_every_fact_of_the_proof_is_true_and_said(town, truth, split):
    for document in made(town, split):
        proof = document.fields["proof"]
        assert document.facts == tuple(proof)
        assert document.fields["hops"] == len(proof) == len(document.fields["sentences"])
        for fact, sentence in zip(proof, document.fields["sentences"], strict=True):
            assert truth[fact.subject, fact.relation] == fact.value
            assert fact.value.lower() in sentence.lower()
            assert fact.subject.lower() in sentence.lower()


@pytest.mark.parametrize("split", SPLITS)
def test_a_bridge_starts_in_the_question_and_ends_in_the_answer(town, split):
    """Guards against a question that already names the thing in the middle."""
    seen = set()
    for document in made(town, split):
        question, answer, proof = (document.fields[k] for k in ("question", "answer", "proof"))
        if proof[0].relation == proof[-1].relation:  # a comparison of two facts
            continue
        assert proof[0].subject in question
        for near, far in zip(proof, proof[1:], strict=False):
            assert near.value == far.subject
            assert far.subject not in question
        assert proof[-1].value.lower() == answer.lower()
        assert proof[-1].value not in question
        seen.add(tuple(fact.relation for fact in proof))
    assert len(seen) > 40


def test_comparisons_are_decided_by_the_town(town):
    rows = {p.name: p for p in town.people}
    rows |= {f"the {p.name}": p for p in town.places + town.products + town.events}
    seen = set()
    for document in made(town, "train", 1500):
        a, b = (document.fields["proof"][i] for i in (0, -1))
        if a.relation != b.relation:
            continue
        answer = document.fields["answer"]
        if answer in ("Yes", "No"):
            assert (answer == "Yes") == (a.value == b.value)
        else:
            values = [getattr(rows[fact.subject], a.relation) for fact in (a, b)]
            assert values[0] != values[1]
            chosen = [fact.subject.lower() for fact in (a, b)].index(answer.lower())
            asks_for_most = any(
                word in document.fields["question"]
                for word in ("younger", "later", "shuts last", "open later", "dearer", "costs more",
                             "higher", "pay more")
            )  # fmt: skip
            assert values[chosen] == (max(values) if asks_for_most else min(values))
        seen.add((a.relation, answer if answer in ("Yes", "No") else "rank"))
    kinds = {relation for relation, _ in seen}
    assert kinds == {column for _, column, _ in RANKS.values()} | {t for _, t in SAMES.values()}
    assert {answer for relation, answer in seen if relation == "hobby"} == {"Yes", "No"}


def test_there_are_enough_templates():
    bridges = sum(len(VALUES["people"]) for _ in ROUTES)
    assert len(ROUTES) >= 14 and bridges + len(RANKS) + len(SAMES) > 100


@pytest.mark.parametrize("split", SPLITS)
def test_questions_start_with_something_of_the_split(town, split):
    table = {p.name: p.split for p in town.people}
    table |= {f"the {p.name}": p.split for p in town.places + town.products + town.events}
    for document in made(town, split):
        assert table[document.facts[0].subject] == split
        if split == "train":
            named = {f.subject for f in document.facts} | {f.value for f in document.facts}
            assert {table[name] for name in named if name in table} == {"train"}


def test_same_seed_same_text_and_no_slot_left_open(town):
    first, second = made(town, "test", 100), made(town, "test", 100)
    assert first == second
    assert not any("{" in d.text or "  " in d.text or not d.text.isascii() for d in first)
