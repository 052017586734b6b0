"""Bars of knowing, reading and acting: what counts as right, and what a trace may do."""

from types import SimpleNamespace

import pytest

from workbook.town.texts.reading.reading_phrases import UNSAID
from workbook.town.towns import held_out
from workbook.town_lm import bars_reading as reading
from workbook.town_lm.quality import Score


def test_the_worst_place_counts_and_citations_are_judged_alone(book, measured):
    def answer(chats, **how):
        """Wrong where the third passage is right; cites the first passage at all times."""
        texts = []
        for chat in chats:
            gold = book.document_of(chat).fields["gold"]
            sentence = reading.CITATION.sub("", book.next_of(chat))
            texts.append(f"{'Nobody knows.' if gold == 2 else sentence} [1]")
        return texts

    scores = measured("open-book, 4 passages", answer)
    assert scores["open-book, 4 passages"].value == 0
    assert scores["open-book, 4 passages"].cases == 12
    assert scores["open-book, 4 passages"].parts == {"1": 1, "2": 1, "3": 0, "4": 1}
    assert scores["cited right, 4 passages"].value == 0.25
    assert scores["does not say, right"].value == 0
    six = measured("open-book, 6 passages", answer)["open-book, 6 passages"]
    assert six.value == pytest.approx(5 / 6) and six.parts["3"] == 0 and len(six.parts) == 6


def test_a_model_that_never_finds_anything_is_right_only_where_nothing_is_said(book, measured):
    scores = measured("open-book, 4 passages", lambda chats, **how: [UNSAID] * len(chats))
    found = {name: score.value for name, score in scores.items()}
    assert found == {
        "open-book, 4 passages": 0,
        "cited right, 4 passages": 0,
        "does not say, right": 1,
        "does not say, wrong": 1,
    }


def test_refusals_are_told_from_answers(book, measured):
    def refuse(chats, **how):
        return ["I do not know anybody called Vella Oskmere." for _ in chats]

    scores = measured("refuses, nobody", refuse)
    assert scores["refuses, nobody"].value == scores["refuses, known people"].value == 1
    assert not reading.is_refusal("Vella Oskmere lives in Copper Lane.")
    assert reading.is_refusal("I do not know an event called the Honey Course.")


def test_traces_act_on_the_town_and_end_after_eight_actions(book, measured):
    lengths = []

    def lost(chats, **how):
        lengths.append({len(chat) for chat in chats})
        return ["Thought: Where am I?\nAction: search[the moon]" for _ in chats]

    assert measured("traces, held-out town", lost)["traces, held-out town"].value == 0
    assert len(lengths) == 8 and max(lengths[-1]) - max(lengths[0]) == 14

    def hasty(chats, **how):
        values = [book.document_of(chat).fields["answer_value"] for chat in chats]
        return [f"Action: finish[{value}]" for value in values]

    assert measured("traces, held-out town", hasty)["traces, held-out town"].value == 1
    assert reading.action_line("Thought: no\nAction: look[A; job]\nAction: finish[5]") == (
        "Action: finish[5]"
    )


def case(answer):
    return SimpleNamespace(fields={"answer": answer})


@pytest.mark.parametrize(
    ("text", "sentence", "citation"),
    [
        ("Ada likes tea. [2]", True, True),
        ("Ada likes tea.", True, False),
        ("Ada likes tea. [1]", True, False),
        ("Bo likes tea. [2]", False, True),
        ("Ada likes tea. [2] So says the page.", False, False),
        ("", False, False),
    ],
)
def test_the_sentence_and_its_citation_are_judged_apart(text, sentence, citation):
    right = case("Ada likes tea. [2]")
    assert reading.sentence_right(text, right) is sentence
    assert reading.cited_right(text, right) is citation


def test_the_worst_of_several_scores_keeps_all_values():
    scores = {"1": Score("x", 0.5, 0.4, 0.6, 9), "2": Score("x", 0.25, 0.1, 0.3, 9)}
    found = reading.worst(scores)
    assert (found.value, found.low, found.high) == (0.25, 0.1, 0.3)
    assert found.parts == {"1": 0.5, "2": 0.25}


def test_what_a_town_says_is_told_to_the_model_and_a_finish_ends_a_chat():
    """Two chats: one looks once and finishes, the other finishes at once with nothing."""
    messages = [{"role": "user", "content": "What?"}, {"role": "assistant", "content": "right"}]
    cases = [SimpleNamespace(fields={"messages": messages})] * 2
    asked = []

    def answer(chats, max_new_tokens):
        asked.append([[message["role"] for message in chat] for chat in chats])
        if len(chats) == 2:
            return ["Action: calculate[6 x 7]", "Action: finish[nothing]"]
        return [f"Action: finish[{chats[0][-1]['content']}]"]

    towns = [held_out("test", 0)] * 2
    assert reading.act_out(answer, cases, towns) == ["42", "nothing"]
    assert asked == [[["user"], ["user"]], [["user", "assistant", "tool"]]]
    assert len(messages) == 2, "the case itself stays as it was"


def test_every_place_of_the_right_passage_has_as_many_cases(book):
    worst, cited, unsaid, wrong = reading.open_book_four(book.right, 3)
    assert (worst.cases, cited.cases, unsaid.cases, wrong.cases) == (3, 12, 6, 12)
    (six,) = reading.open_book_six(book.right, 7)
    assert six.cases == 12, "seven cases for six places: two for each"
    assert six.parts == {str(place): 1.0 for place in range(1, 7)}


def test_facts_before_and_after_the_cutoff_are_asked_apart(book):
    before, after = reading.closed_book(book.right, 5)
    known = set(book.next.values())

    def forgetful(chats, **how):
        """Knows what was asked first alone."""
        return book.right(chats) if len(calls) == 1 else ["I."] * len(chats)

    calls = []
    old, new = reading.closed_book(lambda chats, **h: calls.append(1) or forgetful(chats), 5)
    assert [score.value for score in (before, after, old, new)] == [1, 1, 1, 0]
    assert set(book.next.values()) == known, "the same facts are asked every time"
    assert (old.name, new.name) == (
        "closed-book, before the cutoff",
        "closed-book, after the cutoff",
    )
