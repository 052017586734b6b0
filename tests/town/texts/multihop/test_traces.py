"""Traces: the observations are the tools' own words, and the answer follows from them."""

import math
import re
from collections import Counter
from functools import cache

import pytest
from proofreading import proofread

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.multihop.multihop import RANKS, STEPS, VALUES
from workbook.town.texts.multihop.proofs import SORTS
from workbook.town.texts.multihop.tools import RELATIONS, Finish, act
from workbook.town.texts.multihop.trace_phrases import MISNAMED, REQUESTS, WANTED
from workbook.town.texts.multihop.traces import (
    MISTAKES,
    NOT_KNOWN,
    SEARCHES,
    TRACE_SORTS,
    trace,
    trace_chat,
)
from workbook.town.world import build_town
from workbook.town.writer import Writer

TOWN = build_town(7)
ROWS = (*TOWN.people, *TOWN.places, *TOWN.products, *TOWN.events)
NAMES = {word for row in ROWS for word in row.name.split()}


@cache
def made(split="train", count=300, chat=False, **options):
    make = trace_chat if chat else trace
    return tuple(
        make(Writer(ChoiceSource(f"trace/{i}"), TOWN, split), **options) for i in range(count)
    )


def parts(document):
    """Question, thoughts, actions and observations, read from the text."""
    lines = [line.partition(": ") for line in document.text.splitlines()]
    labels = [label for label, _, _ in lines]
    steps = len(labels) // 3
    assert labels == ["Question", *["Thought", "Action", "Observation"] * steps][:-1]
    found = {label: [w for name, _, w in lines if name == label] for label in set(labels)}
    thoughts, actions, observations = (found[name] for name in ("Thought", "Action", "Observation"))
    return lines[0][2], thoughts, actions, observations


@pytest.mark.parametrize("split", SPLITS)
def test_every_action_run_again_gives_the_same_observation(split):
    for document in made(split):
        _, _, actions, observations = parts(document)
        results = [act(TOWN, action) for action in actions]
        assert [result.text for result in results[:-1]] == observations
        assert results[-1] == Finish(document.fields["answer_value"])
        assert document.fields["actions"] == actions
        assert document.fields["observations"] == observations
        assert document.text.endswith(document.fields["answer"])


@pytest.mark.parametrize("split", SPLITS)
def test_names_are_read_in_the_question_or_an_observation_before_they_are_used(split):
    for document in made(split):
        question, _, actions, observations = parts(document)
        read = question
        for action, observation in zip(actions, [*observations, ""], strict=True):
            tool, argument = re.fullmatch(r"(\w+)\[(.*)\]", action).groups()
            name = argument.partition(";")[0]
            if tool == "search" or (tool == "look" and not observation.startswith("Nobody")):
                assert name in read
            read += " " + observation


@pytest.mark.parametrize("split", SPLITS)
def test_the_answer_of_a_bridge_is_in_the_last_observation_only(split):
    for document in made(split, sort="bridge"):
        question, _, _, observations = parts(document)
        answer = document.fields["answer_value"]
        assert answer.lower() in observations[-1].lower()
        inside = answer if " " in answer else answer.lower()  # "Pottery" may end a place's name
        assert not re.search(rf"\b{inside}\b", question)


def test_comparisons_are_decided_by_what_was_looked_up():
    later = ("younger", "later", "shuts last", "dearer", "costs more", "higher", "pay more",
             "more crowns", "expensive", "stays open longer")  # fmt: skip
    for document in made(sort="comparison", count=400):
        question, thoughts, actions, observations = parts(document)
        end, a, b = re.fullmatch(r"calculate\[(min|max) (.*), (.*)\]", actions[-2]).groups()
        assert (end == "max") == any(word in question for word in later)
        subject = document.fields["answer_value"].removeprefix("The ")
        assert observations[-1] in (a, b) and a != b
        says = [o for o in observations if subject in o and observations[-1] in o]
        assert says and subject in question and subject in thoughts[-1]


def test_yes_or_no_follows_from_the_tool():
    answers = Counter()
    for document in made(sort="yes-no", count=400):
        _, _, actions, observations = parts(document)
        a, b = re.fullmatch(r"calculate\[(.*) = (.*)\]", actions[-2]).groups()
        assert any(a in o for o in observations[:-1]) and any(b in o for o in observations[:-1])
        assert observations[-1] == document.fields["answer_value"].lower()
        assert (a == b) == (observations[-1] == "yes")
        answers[observations[-1]] += 1
    assert 120 < answers["yes"] < 240


def test_a_single_fact_a_sum_and_a_name_that_nobody_has():
    """Plain questions, which an agent that only saw chains answered with nonsense."""
    for document in made(sort="one hop"):
        question, thoughts, actions, observations = parts(document)
        answer = document.fields["answer_value"]
        assert answer.lower().removeprefix("the ") in observations[-1].lower()
        assert actions[-1] == f"finish[{answer}]" and len(actions) <= 5
    for document in made(sort="not known"):
        question, _, actions, observations = parts(document)
        name = actions[1].removeprefix("search[").removesuffix("]")
        assert name in question and actions[-1] == f"finish[{NOT_KNOWN}]"
        assert observations[0].startswith("Nobody") and observations[1].startswith("No name")
    for document in made(sort="sum"):
        _, _, actions, observations = parts(document)
        a, sign, b = re.fullmatch(r"calculate\[(\d+) ([-+x]) (\d+)\]", actions[0]).groups()
        result = {"+": int(a) + int(b), "-": int(a) - int(b), "x": int(a) * int(b)}[sign]
        assert observations == [str(result)] and document.fields["answer_value"] == str(result)


def test_sorts_searches_and_mistakes_come_as_often_as_they_say():
    drawn = made(count=2000)
    sorts = Counter(document.fields["sort"] for document in drawn)
    assert all(abs(sorts[sort] / 2000 - share) < 0.04 for sort, share in TRACE_SORTS.items())
    assert sum(TRACE_SORTS.values()) == pytest.approx(1) and list(SORTS) == list(TRACE_SORTS)[:3]
    drawn = [document for document in drawn if document.fields["sort"] not in ("sum", "not known")]
    firsts = [document.fields["actions"][0].partition("[")[0] for document in drawn]
    assert abs(firsts.count("search") / len(drawn) - SEARCHES) < 0.03
    slips = [[o for o in document.fields["observations"] if "Nobody" in o or "you can look up" in o]
             for document in drawn]  # fmt: skip
    assert max(map(len, slips)) == 1
    wrong = [slip[0] for slip in slips if slip]
    assert abs(len(wrong) / len(drawn) - MISTAKES) < 0.02
    assert 0.3 < sum("Nobody" in slip for slip in wrong) / len(wrong) < 0.7
    with pytest.raises(ValueError, match="choose one of bridge"):
        trace(Writer(ChoiceSource(0), TOWN, "train"), sort="riddle")


def test_after_a_wrong_name_comes_a_search_and_no_fact_is_looked_up_twice():
    for document in made(count=2000):
        fields = document.fields
        for i, observation in enumerate(fields["observations"]):
            if observation.startswith("Nobody"):
                assert i == 0 and fields["actions"][1].startswith("search[")
        said = [o for o in fields["observations"] if "[" not in o]
        looked = [a for a in fields["actions"] if a.startswith("look")]
        assert len(set(looked)) == len(looked) and len(said) == len(fields["observations"])


def test_every_relation_a_question_can_need_has_words_and_can_be_looked_up():
    known = {relation for table in RELATIONS.values() for relation in table}
    assert set(WANTED) <= known and set(MISNAMED) <= set(WANTED)
    names = {"workplace": "employer", "home": "street", "host": "place"}
    needed = {*STEPS, *(c for _, c, _ in RANKS.values()), *(v for t in VALUES.values() for v in t)}
    assert {names.get(n, n.replace("_", " ")) for n in needed} <= set(WANTED)
    assert not any(word in known for words in MISNAMED.values() for word in words)


def test_raw_and_chat_tell_the_same_trace():
    systems = 0
    for raw, chat in zip(made(), made(chat=True), strict=True):
        question, thoughts, actions, observations = parts(raw)
        messages = chat.fields["messages"]
        if messages[0]["role"] == "system":
            systems += 1
            assert all(
                tool in messages[0]["content"] for tool in ("look[NAME; relation]", "finish[")
            )
            messages = messages[1:]
        else:
            requests = math.log(len(REQUESTS.by_split["train"])) - math.log(0.75)
            assert chat.nats == pytest.approx(raw.nats + requests)
        assert messages[0]["role"] == "user" and question in messages[0]["content"]
        spoken = [f"Thought: {t}\nAction: {a}" for t, a in zip(thoughts, actions, strict=True)]
        assert [m["content"] for m in messages[1::2]] == spoken
        assert [m["content"] for m in messages[2::2]] == observations
        assert {m["role"] for m in messages[1::2]} == {"assistant"}
        assert {m["role"] for m in messages[2::2]} == {"tool"}
        assert chat.fields["answer"] == raw.fields["answer"] == spoken[-1]
        assert chat.fields["family"] == "trace" and chat.kind == "instruction"
    assert 40 < systems < 110


def test_held_out_words_stay_in_their_split():
    for split in SPLITS:
        texts = "\n".join(d.text for d in (*made(split), *made(split, chat=True)))
        assert ("What I need now is" in texts) == (split == "validation")
        assert ("Search the town for the answer." in texts) == (split == "validation")
        assert ("The next step is" in texts) == (split == "test")
        assert ("Here is something to look up." in texts) == (split == "test")
        if split == "train":
            assert not any(row.name in texts for row in ROWS if row.split != "train")


def test_texts_are_english_short_varied_and_the_same_again():
    """The proofreader reads thoughts and observations; actions are no sentences."""
    for chat in (False, True):
        drawn = made(count=1200, chat=chat)
        texts = [re.sub(r"<\|\w+\|>", "", document.text) for document in drawn]
        assert max(map(len, texts)) / 3.3 < 450
        assert sum(map(len, texts)) / len(texts) / 3.3 < 200
        for text in texts[:150]:
            lines = [line for line in text.splitlines() if line[:1].isupper()]
            said = "\n".join(f"Line: {line}" for line in lines if not line.startswith("Action: "))
            assert proofread(said) == []
        masked = {re.sub(r"\w+", lambda m: "#" if m[0] in NAMES else m[0], t) for t in texts}
        assert len({re.sub(r"\d+", "0", text) for text in masked}) > 1000
    again = trace(Writer(ChoiceSource("trace/5"), TOWN, "train"))
    assert again == made()[5] and 0 < again.nats < 80
