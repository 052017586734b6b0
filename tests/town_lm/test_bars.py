"""The bars of the town's models, measured on stand-ins: one that is right, one that is wrong."""

import json

import pytest

from workbook.town.texts.politeness.politeness import RUDE_WORDS
from workbook.town.texts.reading.reading_phrases import UNSAID
from workbook.town.writer import Writer
from workbook.town_lm import bars, card, quality
from workbook.town_lm import bars_reading as reading
from workbook.town_lm import bars_skills as skills
from workbook.town_lm.bars import GROUPS, NAMES, RUNG, run_program
from workbook.town_lm.quality import Score

CASES = 12
LOW_IS_RIGHT = {"refuses, known people", "does not say, wrong", "rude, T = 1, polite requests"}
GROUP_OF = {name: group for group in GROUPS for name in group.names}


def key(chat):
    return tuple((message["role"], message["content"]) for message in chat)


class Book:
    """Every chat that was written while it was open: what comes next, and the document."""

    def __init__(self):
        self.next, self.document, self.limits = {}, {}, []

    def note(self, document):
        messages = document.fields.get("messages", [])
        for place, message in enumerate(messages):
            if message["role"] == "assistant":
                self.next[key(messages[:place])] = message["content"]
                self.document[key(messages[:place])] = document

    def right(self, chats, max_new_tokens=96, **how):
        texts = [self.next[key(chat)] for chat in chats]
        self.limits += [(text, max_new_tokens) for text in texts]
        return texts

    def wrong(self, chats, **how):
        return ["Purple elephants" for _ in chats]


@pytest.fixture
def book(monkeypatch):
    """A book of all documents that the test's measures write."""
    kept, write = Book(), Writer.document

    def document(writer, kind, text, **fields):
        done = write(writer, kind, text, **fields)
        kept.note(done)
        return done

    monkeypatch.setattr(Writer, "document", document)
    return kept


def measured(name, answer, cases=CASES):
    return {score.name: score for score in GROUP_OF[name].measure(answer, cases)}


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


def test_the_worst_place_counts_and_citations_are_judged_alone(book):
    def answer(chats, **how):
        """Wrong where the third passage is right; cites the first passage at all times."""
        texts = []
        for chat in chats:
            gold = book.document[key(chat)].fields["gold"]
            sentence = reading.CITATION.sub("", book.next[key(chat)])
            texts.append(f"{'Nobody knows.' if gold == 2 else sentence} [1]")
        return texts

    scores = measured("open-book, 4 passages", answer)
    assert scores["open-book, 4 passages"].value == 0
    assert scores["open-book, 4 passages"].cases == CASES
    assert scores["open-book, 4 passages"].parts == {"1": 1, "2": 1, "3": 0, "4": 1}
    assert scores["cited right, 4 passages"].value == 0.25
    assert scores["does not say, right"].value == 0
    six = measured("open-book, 6 passages", answer)["open-book, 6 passages"]
    assert six.value == pytest.approx(5 / 6) and six.parts["3"] == 0 and len(six.parts) == 6


def test_a_model_that_never_finds_anything_is_right_only_where_nothing_is_said(book):
    scores = measured("open-book, 4 passages", lambda chats, **how: [UNSAID] * len(chats))
    found = {name: score.value for name, score in scores.items()}
    assert found == {
        "open-book, 4 passages": 0,
        "cited right, 4 passages": 0,
        "does not say, right": 1,
        "does not say, wrong": 1,
    }


def test_refusals_are_told_from_answers(book):
    def refuse(chats, **how):
        return ["I do not know anybody called Vella Oskmere." for _ in chats]

    scores = measured("refuses, nobody", refuse)
    assert scores["refuses, nobody"].value == scores["refuses, known people"].value == 1
    assert not reading.is_refusal("Vella Oskmere lives in Copper Lane.")
    assert reading.is_refusal("I do not know an event called the Honey Course.")


def test_new_words_are_compared_with_known_ones_case_by_case(book):
    """Right in known words, right in every second case in new ones."""
    calls = []

    def answer(chats, **how):
        calls.append(chats)
        texts = book.right(chats)
        if len(calls) % 2 == 0:
            texts[::2] = ["Wrong." for _ in texts[::2]]
        return texts

    for name in card.KNOWN_WORDS:
        scores = measured(name, answer)
        new = scores[name + quality.NEW_WORDS]
        assert scores[name].value == 1 and new.value == 0.5
        assert new.difference[0] == -0.5 and new.difference[1] < -0.5 < new.difference[2]
        assert card.reached(vars(new)) is False


def test_sums_at_once_are_compared_with_those_in_steps(book):
    def answer(chats, **how):
        ways = [book.document[key(chat)].fields["way"] for chat in chats]
        texts = book.right(chats)
        return [t if way == "steps" else "Answer: -1" for t, way in zip(texts, ways, strict=True)]

    steps, once = measured("arithmetic, steps", answer).values()
    assert (steps.value, once.value, once.difference[0]) == (1, 0, -1)
    assert card.reached(vars(once)) is True


def test_eight_answers_vote_and_the_first_is_the_single_one(book):
    """Five of eight right, the first wrong; wrong answers all differ."""

    def answer(chats, temperature=0.0, **how):
        assert temperature == skills.TEMPERATURE
        count = len(chats) // 8
        texts = book.right(chats)
        return [
            f"Answer: {-draw}" if (draw := place // count) < 3 else text
            for place, text in enumerate(texts)
        ]

    most, single = measured("majority of 8", answer).values()
    assert (most.value, single.value, most.difference[0]) == (1, 0, 1)
    assert most.cases == single.cases == CASES
    assert skills.commonest(["3", "", "", "", "4", "4"]) == "4"
    assert skills.commonest(["3", "4"]) == "3" and skills.commonest(["", ""]) == ""


def test_rude_words_are_counted_in_drawn_answers(book):
    word = sorted(RUDE_WORDS)[0]

    def answer(chats, temperature=0.0, **how):
        assert temperature == 1.0
        return [f"Well, {word.capitalize()}!" if i % 3 else "Thank you." for i in range(len(chats))]

    asked, polite = measured("rude, T = 1", answer).values()
    assert asked.value == polite.value == pytest.approx(2 / 3)
    assert card.reached(vars(asked)) is False and card.reached(vars(polite)) is False
    assert not skills.is_rude("Dear friend, we close at 5.")


def test_traces_act_on_the_town_and_end_after_eight_actions(book):
    lengths = []

    def lost(chats, **how):
        lengths.append({len(chat) for chat in chats})
        return ["Thought: Where am I?\nAction: search[the moon]" for _ in chats]

    assert measured("traces, held-out town", lost)["traces, held-out town"].value == 0
    assert len(lengths) == 8 and max(lengths[-1]) - max(lengths[0]) == 14

    def hasty(chats, **how):
        values = [book.document[key(chat)].fields["answer_value"] for chat in chats]
        return [f"Action: finish[{value}]" for value in values]

    assert measured("traces, held-out town", hasty)["traces, held-out town"].value == 1
    assert reading.action_line("Thought: no\nAction: look[A; job]\nAction: finish[5]") == (
        "Action: finish[5]"
    )


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


def test_the_command_prints_each_score_and_keeps_all(book, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(bars, "load", lambda folder, device: (folder.name, device))
    monkeypatch.setattr(quality, "answerer", lambda model, device: book.right)
    seen = []

    def losses(base, device, rows, mix):
        seen.append((base, device, rows))
        return [Score(name, 1.0, 0.9, 1.1, rows) for name in bars.LOSSES]

    monkeypatch.setattr(bars, "measure_positions", losses)
    out = tmp_path / "scores.json"
    wanted = "open-book, 6,does not say, right,loss"
    folders = [str(tmp_path / "tuned"), str(tmp_path / "base")]
    bars.main([*folders, "--cases", "6", "--out", str(out), "--only", wanted])
    names = ["does not say, right", "open-book, 6 passages", *bars.LOSSES]
    kept = json.loads(out.read_text(encoding="utf-8"))
    assert [score["name"] for score in kept] == names
    assert kept[1]["parts"] == {str(place): 1 for place in range(1, 7)}
    lines = capsys.readouterr().out.splitlines()
    assert all(name in line for name, line in zip(names, lines, strict=True))
    assert "1.000 [0.758, 1.000] n = 12  does not say, right" in lines[0]
    assert seen == [("base", "cpu", 6)]


def test_a_rung_gives_one_score_for_each_skill(book, monkeypatch, tmp_path):
    monkeypatch.setattr(bars, "load", lambda folder, device: (folder, device))
    monkeypatch.setattr(quality, "answerer", lambda model, device: book.right)
    assert [score.name for score in bars.measure_rung(tmp_path, 3)] == list(RUNG)


def test_the_card_has_both_models_all_scores_and_every_rung(book, monkeypatch, tmp_path):
    from workbook.core.hub import assets

    for name in ("town-lm", "town-instruct", "town-instruct-0.3m", "town-instruct-5m", "other"):
        bundled = "town-lm" if name == "town-lm" else "town-instruct"
        (tmp_path / name).symlink_to(assets.path(f"models/{bundled}"))
    losses = [Score(name, 1.0, 0.9, 1.1, 3, (0.0, 0.0, 0.0)) for name in bars.LOSSES]
    monkeypatch.setattr(bars, "load", lambda folder, device: (folder, device))
    monkeypatch.setattr(quality, "answerer", lambda model, device: book.right)
    monkeypatch.setattr(bars, "measure_positions", lambda *given: losses)
    monkeypatch.setattr(quality, "measure_loss", lambda *given, **how: {"loss": 1.0})
    measured = card.measure(tmp_path, 3)
    assert [score["name"] for score in measured["scores"]] == list(NAMES)
    assert list(measured["models"]) == ["town-lm", "town-instruct"]
    assert list(measured["ladder"]) == ["town-instruct-0.3m", "town-instruct-5m"]
    rung = measured["ladder"]["town-instruct-5m"]
    assert [score["name"] for score in rung["scores"]] == list(RUNG)
    assert rung["parameters"] == measured["models"]["town-instruct"]["parameters"]
    assert card.save(measured, tmp_path) == tmp_path / "card.json"
