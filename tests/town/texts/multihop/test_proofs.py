"""Proofs: every step is copied from the facts, and the answer follows from the text alone."""

import math
import re
from collections import Counter
from functools import cache

import pytest
from proofreading import proofread

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.multihop.proof_phrases import REQUESTS
from workbook.town.texts.multihop.proofs import MOST_DISTRACTORS, SORTS, proof, proof_chat
from workbook.town.texts.multihop.tools import look
from workbook.town.vocabulary import HOBBIES, WEEKDAYS
from workbook.town.world import build_town
from workbook.town.writer import Writer, hour

TOWN = build_town(7)
HOURS = {hour(value): value for value in range(1, 24)}
LATER = ("younger", "later", "shuts last", "dearer", "costs more", "higher", "pay more",
         "more crowns", "expensive", "stays open longer")  # fmt: skip
TOOL_RELATION = {"workplace": "employer", "home": "street", "host": "place"}


@cache
def made(split="train", count=300, chat=False, **options):
    make = proof_chat if chat else proof
    return tuple(
        make(Writer(ChoiceSource(f"proof/{i}"), TOWN, split), **options) for i in range(count)
    )


def sentences(text):
    return re.split(r"(?<=\.) (?=[A-Z0-9])", text)


def parts(document):
    """Facts, question, reasoning and answer, read from the text."""
    pattern = r"Facts: (.*)\nQuestion: (.*)\nReasoning: (.*)\nAnswer: (.*)"
    facts, question, reasoning, answer = re.fullmatch(pattern, document.text).groups()
    return sentences(facts), question, sentences(reasoning), answer


def size(sentence):
    """The year, price or hour that a sentence speaks of."""
    if price := re.search(r"(\d+)\.(\d\d) crowns", sentence):
        return int(price[1] + price[2])
    if year := re.search(r"\b\d{4}\b", sentence):
        return int(year[0])
    return next(HOURS[words] for words in HOURS if re.search(rf"\b{words}\b", sentence))


@pytest.mark.parametrize("split", SPLITS)
def test_every_step_stands_among_the_facts_in_another_order(split):
    shuffled = 0
    for document in made(split):
        facts, _, reasoning, _ = parts(document)
        fields = document.fields
        assert len(set(facts)) == len(facts) == fields["hops"] + fields["distractors"]
        steps = reasoning[: fields["hops"]]
        assert steps == fields["proof"] and set(steps) <= set(facts)
        shuffled += steps != [fact for fact in facts if fact in steps]
    assert 0.3 < shuffled / 300 < 0.8


@pytest.mark.parametrize("split", SPLITS)
def test_a_bridge_leads_from_the_question_to_the_answer(split):
    names = sorted(row.name for row in (*TOWN.people, *TOWN.places, *TOWN.products, *TOWN.events))
    for document in made(split, sort="bridge"):
        _, question, reasoning, answer = parts(document)
        seen = [{name for name in names if name in step} for step in reasoning]
        assert any(name in question for name in seen[0])
        assert all(a & b for a, b in zip(seen, seen[1:], strict=False))
        assert answer.lower() in reasoning[-1].lower()
        assert not re.search(rf"\b{answer}\b", " ".join([question, *reasoning[:-1]]), re.I)


@pytest.mark.parametrize("split", SPLITS)
def test_a_comparison_is_decided_by_the_two_values(split):
    for document in made(split, sort="comparison"):
        _, question, (one, two, *verdict), answer = parts(document)
        sizes = size(one), size(two)
        wanted = max(sizes) if any(word in question for word in LATER) else min(sizes)
        assert answer.lower() in (one, two)[sizes.index(wanted)].lower()
        order = verdict[-1].partition(", so ")[0]
        low, high = map(size, re.split(" before | earlier than | less than ", order))
        assert (low, high) == (min(sizes), max(sizes))
        assert f"so {answer.lower()} " in verdict[-1].lower()


def test_digits_are_read_in_order_until_they_differ():
    read = 0
    for document in made(sort="comparison", count=600):
        verdict = " ".join(parts(document)[2][2:])
        if match := re.match(r"([\d.]+) and ([\d.]+): (.*?)\. [\d]", verdict):
            read += 1
            digits = [pair.split(" and ") for pair in match[3].split(", ")]
            for number, spelt in zip(match.groups(), zip(*digits, strict=True), strict=False):
                assert number.replace(".", "").startswith("".join(spelt))
            assert [a == b for a, b in digits] == [True] * (len(digits) - 1) + [False]
        elif match := re.match(
            r"([\d.]+) has more digits before the point than ([\d.]+)\.", verdict
        ):
            assert len(match[1]) > len(match[2]) and float(match[1]) > float(match[2])
        else:
            assert "is earlier than" in verdict
    assert read > 200


def test_yes_and_no_follow_from_the_two_values():
    values = [*TOWN.streets, *HOBBIES, *WEEKDAYS, *(place.name for place in TOWN.places)]
    answers = Counter()
    for document in made(sort="yes-no", count=400):
        _, question, (one, two, verdict), answer = parts(document)
        named = [row.name for row in (*TOWN.people, *TOWN.places) if row.name in question]
        said = [
            max((v for v in values if re.search(rf"\b{v}\b", step) and v not in named), key=len)
            for step in (one, two)
        ]
        assert answer == ("Yes" if said[0] == said[1] else "No")
        assert ("are the same." in verdict) == (answer == "Yes")
        assert all(value.lower() in verdict.lower() for value in said)
        answers[answer] += 1
    assert 120 < answers["Yes"] < 240


def test_all_facts_are_true_of_the_town_and_of_the_split():
    others = [r.name for t in (TOWN.people, TOWN.places, TOWN.products, TOWN.events)
              for r in t if r.split != "train"]  # fmt: skip
    for document in made():
        assert not any(name in document.text for name in others)
        for subject, relation, value in document.facts:
            relation = TOOL_RELATION.get(relation, relation)
            assert value in look(TOWN, subject, relation)


def test_raw_and_chat_agree_and_the_request_costs_its_share():
    for raw, chat in zip(made(), made(chat=True), strict=True):
        context, question, reasoning, answer = parts(raw)
        request, reply = (message["content"] for message in chat.fields["messages"])
        assert reply == raw.fields["answer"] == f"{' '.join(reasoning)}\nAnswer: {answer}"
        assert " ".join(context) in request and question in request
        assert chat.fields["answer_value"] == raw.fields["answer_value"] == answer
        extra = math.log(len(REQUESTS.by_split["train"]))
        assert chat.nats == pytest.approx(raw.nats + extra)
        assert chat.kind == "instruction" and chat.fields["family"] == "proof"


def test_the_held_out_requests_stay_in_their_split():
    for split in SPLITS:
        texts = "\n".join(document.text for document in made(split, chat=True))
        assert ("What follows from these statements?" in texts) == (split == "validation")
        assert ("What I know: " in texts) == (split == "test")


def test_sorts_and_distractors_are_drawn_evenly():
    drawn = made(count=1500)
    sorts = Counter(document.fields["sort"] for document in drawn)
    for sort, share in SORTS.items():
        assert abs(sorts[sort] / 1500 - share) < 0.05
    counts = Counter(document.fields["distractors"] for document in drawn)
    assert set(counts) == set(range(MOST_DISTRACTORS + 1))
    assert all(abs(count / 1500 - 1 / (MOST_DISTRACTORS + 1)) < 0.03 for count in counts.values())
    with pytest.raises(ValueError, match="choose one of bridge"):
        proof(Writer(ChoiceSource(0), TOWN, "train"), sort="riddle")


def test_texts_are_english_short_varied_and_the_same_again():
    names = {w for r in (*TOWN.people, *TOWN.places, *TOWN.products, *TOWN.events)
             for w in r.name.split()}  # fmt: skip
    for chat in (False, True):
        texts = [document.text for document in made(count=1200, chat=chat)]
        assert max(map(len, texts)) < 1300
        assert not any(proofread(text) for text in texts[:120])
        masked = {re.sub(r"\w+", lambda m: "#" if m[0] in names else m[0], t) for t in texts}
        assert len({re.sub(r"\d+", "0", text) for text in masked}) > 1000
    again = proof(Writer(ChoiceSource("proof/5"), TOWN, "train"))
    assert again == made()[5] and 0 < again.nats < 200
