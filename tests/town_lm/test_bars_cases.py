"""The cases of the bars: whom they are about, what is asked of a model, and how it is judged."""

from types import SimpleNamespace

import pytest

from workbook.town import build_town
from workbook.town.towns import HELD_OUT_TOWNS, held_out
from workbook.town.writer import Document
from workbook.town_lm import bars_cases


def seen(writer):
    """What a case is written with."""
    return writer.town, writer.split, writer.phrasings, writer.source.below(10**9)


def chat(*contents, answer=None):
    """A case whose messages are those of a user and an assistant in turn."""
    roles = ("user", "assistant") * len(contents)
    pairs = zip(roles, contents, strict=False)
    messages = [{"role": role, "content": content} for role, content in pairs]
    fields = {"messages": messages, "answer": answer or contents[-1], "other": 3}
    return Document("text", "instruction", 1.0, (), "test", fields)


def test_skills_are_asked_of_each_held_out_town_in_turn():
    cases = bars_cases.elsewhere("a", HELD_OUT_TOWNS + 1, seen)
    assert all(town is held_out("test", i) for i, (town, *_) in enumerate(cases))
    assert cases[0][0] is cases[-1][0] is bars_cases.town_of(0)
    assert {split for _, split, *_ in cases} == {"test"}


def test_home_is_the_town_and_its_words_may_be_known_ones():
    known, new = (bars_cases.at_home("a", 5, seen, words) for words in ("train", "test"))
    assert {(town is build_town(), split) for town, split, *_ in known + new} == {(True, "test")}
    assert [case[2] for case in known] == ["train"] * 5 and bars_cases.at_home("a", 5, seen) == new
    assert [case[3] for case in known] == [case[3] for case in new], "the same people and choices"


def test_cases_stay_the_same_and_another_name_draws_others():
    numbers = [case[3] for case in bars_cases.elsewhere("a", 6, seen)]
    assert len(set(numbers)) == 6
    assert [case[3] for case in bars_cases.elsewhere("a", 4, seen)] == numbers[:4]
    assert not set(numbers) & {case[3] for case in bars_cases.elsewhere("b", 6, seen)}


def test_a_skill_is_written_with_its_options(monkeypatch):
    asked = []
    monkeypatch.setattr(
        bars_cases, "skill_chat", lambda family: lambda w, **how: asked.append((family, w, how))
    )
    bars_cases.skill("reading", passages=4, gold=2)("writer")
    assert asked == [("reading", "writer", {"passages": 4, "gold": 2})]


def test_a_case_of_several_turns_is_cut_after_its_first_answer():
    whole = chat("a", "b", "c", "d")
    cut = bars_cases.first_turn(whole)
    assert [message["content"] for message in cut.fields["messages"]] == ["a", "b"]
    assert cut.fields["answer"] == "b" and cut.fields["other"] == 3
    assert len(whole.fields["messages"]) == 4 and whole.fields["answer"] == "d"


def test_the_opening_is_a_list_of_its_own():
    messages = [{"role": role, "content": ""} for role in ("system", "user", "assistant", "user")]
    found = bars_cases.opening(messages)
    assert found == messages[:2]
    found.append("more")
    assert len(messages) == 4 and bars_cases.opening(messages[2:]) == []


def test_a_model_is_asked_all_but_the_answer_with_the_limit_of_its_tokens():
    cases = [chat("a", "b"), chat("c", "d", "e", "f")]
    asked = []

    def answer(chats, **how):
        asked.append((chats, how))
        return ["B", "f"]

    pairs = bars_cases.said(answer, cases, 40, temperature=0.5)
    assert pairs == [("B", cases[0]), ("f", cases[1])]
    ((chats, how),) = asked
    assert [[m["content"] for m in messages] for messages in chats] == [["a"], ["c", "d", "e"]]
    assert how == {"max_new_tokens": 40, "temperature": 0.5}
    score = bars_cases.exact_share("x", answer, cases, 40)
    assert (score.name, score.value, score.cases) == ("x", 0.5, 2)
    with pytest.raises(ValueError):
        bars_cases.said(lambda chats, **how: ["one"], cases, 40)


def test_word_for_word_and_in_the_end_are_two_judgements():
    case = SimpleNamespace(fields={"answer": "Ada met Bo.\nAnswer: Bo."})
    assert bars_cases.exact("Ada met Bo.\nAnswer: Bo.", case)
    assert not bars_cases.exact("Answer: Bo.", case) and not bars_cases.exact("", case)
    assert bars_cases.final_right("I guess. Answer: Bo", case)
    assert not bars_cases.final_right("Answer: bo", case), "a name has its capital letter"


def test_a_task_of_the_lessons_is_right_only_with_the_full_mark():
    reference = "name: Ada Hull\nday: Friday"
    assert bars_cases.task_right("extract", "day: Friday\nname: Ada Hull", reference)
    assert not bars_cases.task_right("extract", "day: Friday", reference)
    with pytest.raises(ValueError, match="there is no task 'poetry'"):
        bars_cases.task_right("poetry", "a", "a")
