"""The bars of the town's models, measured on stand-ins: one that is right, one that is wrong."""

import pytest

from workbook.cli import models
from workbook.town.writer import Writer
from workbook.town_lm import bars, card, quality
from workbook.town_lm import bars_skills as skills
from workbook.town_lm.bars import GROUPS, NAMES, RUNG, run_program
from workbook.town_lm.quality import Score

CASES = 12
LOW_IS_RIGHT = {"refuses, known people", "does not say, wrong", "rude, T = 1, polite requests"}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.names[0])
def test_right_answers_score_one_and_wrong_ones_nothing(book, group, town_tokenizer):
    right = group.measure(book.right, CASES)
    wrong = group.measure(book.wrong, CASES)
    assert tuple(score.name for score in right) == group.names
    for good, bad in zip(right, wrong, strict=True):
        assert good.cases == bad.cases >= CASES
        assert bad.value == 0
        if good.name == "rude, T = 1":
            assert 0 < good.value < 1
        else:
            assert good.value == pytest.approx(float(good.name not in LOW_IS_RIGHT)), good
    for text, limit in book.limits:
        assert len(town_tokenizer.encode(text)) < limit, text


@pytest.fixture(scope="module")
def town_tokenizer():
    from workbook.core.hub import load_tokenizer

    return load_tokenizer("bundled:town-instruct")


def test_names_are_those_of_the_goals_and_none_comes_twice():
    assert len(set(NAMES)) == len(NAMES)
    assert set(card.GOALS) <= set(NAMES)
    assert {goal.than for goal in card.GOALS.values()} - {""} <= set(NAMES)
    assert set(RUNG) <= set(NAMES)
    simple = [card.GOALS[name].than for name in RUNG]
    assert simple == [""] * len(RUNG), "a rung is measured by scores that stand alone"


def test_cases_are_of_the_test_split_and_skills_of_held_out_towns(book, monkeypatch):
    """Who is asked about is in no training text, except where the memory of it is the question."""
    from workbook.town import build_town
    from workbook.town.towns import HELD_OUT_TOWNS, held_out

    seen = []
    make = Writer.__init__

    def init(writer, source, town, split, phrasings=None):
        seen.append((town, split))
        make(writer, source, town, split, phrasings)

    monkeypatch.setattr(Writer, "__init__", init)
    at_home = {"closed-book, before the cutoff", "refuses, nobody"} | set(card.KNOWN_WORDS)
    others = [held_out("test", i) for i in range(HELD_OUT_TOWNS)]
    for group in GROUPS:
        seen.clear()
        group.measure(book.right, 4)
        for town, split in seen:
            if group.names[0] in at_home:
                assert town is build_town()
            else:
                assert any(town is other for other in others)
            assert split == ("train" if group.names[0].startswith("closed") else "test")


@pytest.mark.parametrize(
    "text, answer",
    [
        ("answer = 3", 3),
        ("a = 12\nb = 5\nc = a - b\nanswer = c * (a // b) + 1", 15),
        ("answer = 7 // 2", 3),
        ("a = 3", None),  # nothing is called answer
        ("answer = 1 / 2", None),
        ("answer = 7 // 0", None),
        ("answer = b", None),
        ("answer = True", None),
        ("answer = 'x' * 9", None),
        ("answer = 2.5", None),
        ("answer = 2 ** 9", None),
        ("answer = -3", None),
        ("answer: int = 3", None),
        ("answer += 3", None),
        ("a = answer = 3", None),
        ("a, answer = 1, 2", None),
        ("x.answer = 1", None),
        ("answer = (b := 3)", None),
        ("answer = [3][0]", None),
        ("answer = 3 if 1 else 4", None),
        ("answer = print(3)", None),
        ("answer = __import__('os').getpid()", None),
        ("import os\nanswer = 3", None),
        ("while 1: answer = 3", None),
        ("answer = 3\nexec('answer = 4')", None),
        ("answer = 3\n}", None),
        ("answer = 3\0", None),
        ("answer = " + "9" * 900, None),
        ("answer = 999999\n" + "answer = answer * answer\n" * 30, None),
        ("answer = " + "(" * 490 + "1" + ")" * 490, None),
        ("answer = " + "1+" * 490 + "1", 491),
        ("answer = " + "-" * 980 + "1", None),
        ("answer = 1\n" * 500, None),
        ("", None),
        ("Answer: 3", None),
    ],
)
@pytest.mark.filterwarnings("error")
def test_programs_do_sums_and_nothing_else(text, answer):
    assert run_program(text) == answer


def test_programs_of_the_town_give_the_right_answer(book):
    for case in skills.sums("program", 200):
        given: dict[str, int] = {}
        exec(case.fields["program"], given)  # the town's own text
        assert run_program(case.fields["answer"]) == given["answer"]
        assert given["answer"] == int(case.fields["answer_value"])


def test_scores_come_one_group_at_a_time_and_only_those_wanted(book):
    asked = []

    def answer(chats, **how):
        asked.append(len(chats))
        return book.right(chats, **how)

    scores = bars.measure(answer, 4, 8, ["refuses, nobody", "look-up, 8 pairs"])
    first = next(scores)
    assert first.name == "refuses, nobody" and first.cases == 8 and asked == [8, 8]
    assert [score.name for score in scores] == ["look-up, 8 pairs"] and asked == [8, 8, 8]
    assert [s.name for s in bars.measure(answer, 2, 2)] == [
        name for name in NAMES if name not in bars.LOSSES
    ]


def test_a_wish_is_the_beginning_of_a_name():
    assert bars.chosen("open-book, 6 passages,rude") == [
        "open-book, 6 passages",
        "rude, T = 1",
        "rude, T = 1, polite requests",
    ]
    with pytest.raises(ValueError, match="no score begins with 'opne'; there are: closed-book"):
        bars.chosen("opne")


def test_some_scores_are_measured_alone_and_only_what_they_need_is_loaded(
    book, monkeypatch, tmp_path, capsys
):
    loaded, seen = [], []

    def load(folder, device):
        loaded.append(folder.name)
        return folder.name, device

    def losses(base, device, rows, mix):
        seen.append((base, device, rows))
        return [Score(name, 1.0, 0.9, 1.1, rows) for name in bars.LOSSES]

    monkeypatch.setattr(bars, "load", load)
    monkeypatch.setattr(quality, "answerer", lambda model, device: book.right)
    monkeypatch.setattr(quality, "mix_of", lambda folder: {})
    monkeypatch.setattr(bars, "measure_positions", losses)
    wanted = "open-book, 6,does not say, right,loss"
    models.measure(tmp_path, cases=6, only=wanted)
    names = ["does not say, right", "open-book, 6 passages", *bars.LOSSES]
    lines = capsys.readouterr().out.splitlines()
    assert all(name in line for name, line in zip(names, lines, strict=True))
    assert "1.000 [0.758, 1.000] n = 12  does not say, right" in lines[0]
    assert "6: 1.000" in lines[1]
    assert (loaded, seen) == (["town-instruct", "town-lm"], [("town-lm", "cpu", 6)])
    assert not list(tmp_path.iterdir()), "a part of the scores is no card"
    loaded.clear()
    models.measure(tmp_path, cases=6, only="loss")
    assert loaded == ["town-lm"]


def test_a_rung_gives_one_score_for_each_skill(book, monkeypatch, tmp_path):
    monkeypatch.setattr(bars, "load", lambda folder, device: (folder, device))
    monkeypatch.setattr(quality, "answerer", lambda model, device: book.right)
    assert [score.name for score in bars.measure_rung(tmp_path, 3)] == list(RUNG)
