"""The first explorer of lesson 08: what both models say, in the figure, in words, and live."""

import html

import pytest
from tiny_tuning import tiny_model, tokenizer

from workbook.finetuning import explorers_ask
from workbook.finetuning.explorers_ask import Asked, Asking, ask_explorer
from workbook.inference import complete, complete_ids, text_ids


@pytest.fixture
def systems():
    """Two models by name; they say different things."""
    return {"before": (tiny_model(0), tokenizer()), "after": (tiny_model(1), tokenizer())}


def test_each_model_is_asked_the_request_in_its_chat_template(systems):
    asked = Asking(systems)("  Where is my boat? ")
    assert asked.request == "Where is my boat?"
    for name, (model, its_tokenizer) in systems.items():
        (said,) = complete(model, its_tokenizer, ["Where is my boat?"], 40)
        assert asked.answers[name] == said.text
    assert asked.answers["before"] != asked.answers["after"]
    with pytest.raises(ValueError, match="at least one word"):
        Asking(systems)(" ")


def test_an_untuned_model_reads_the_bare_request(systems):
    asked = Asking(systems, untuned=["before"])("Where is my boat?")
    model, its_tokenizer = systems["before"]
    row = text_ids(its_tokenizer, "Where is my boat?")
    assert asked.answers["before"] == complete_ids(model, its_tokenizer, [row], 40)[0].text
    chat = Asking(systems)("Where is my boat?").answers
    assert asked.answers["before"] != chat["before"] and asked.answers["after"] == chat["after"]


def test_both_answers_are_in_the_figure_the_sentence_and_the_table(systems):
    explorer = ask_explorer(systems)
    figure = explorer.figure(request="Hello!")
    asked = Asking(systems)("Hello!")
    who, says = figure.data[0].cells["values"]
    assert list(who) == list(systems)
    assert list(says) == [html.escape(text) for text in asked.answers.values()]
    for text in asked.answers.values():
        assert " ".join(text.split()) in figure.layout.meta["alt"]
    shown = explorer.static_table()
    shown = shown[shown["Request"] == explorers_ask.REQUESTS[-1]]
    answers = Asking(systems)(explorers_ask.REQUESTS[-1]).answers
    assert dict(zip(shown["model"], shown["says"], strict=True)) == answers


def test_words_of_a_model_and_of_a_request_are_text_not_markup():
    figure = explorers_ask.draw_answers(Asked("Sell me <b>this</b>", {"a": "<i>x</i> & y"}))
    assert list(figure.data[0].cells["values"][1]) == ["&lt;i&gt;x&lt;/i&gt; &amp; y"]
    assert figure.data[0].header["values"][1] == "Sell me &lt;b&gt;this&lt;/b&gt;"


def test_a_typed_request_changes_the_live_table_and_the_last_one_is_kept(systems):
    explorer = ask_explorer(systems)
    explorer.widget()
    explorer._view.inputs["request"].value = "Who is Ada?"
    said = list(explorer._view.canvas.figure.data[0].cells["values"][1])
    assert said == [html.escape(text) for text in Asking(systems)("Who is Ada?").answers.values()]
    assert html.escape(explorers_ask.REQUESTS[0][:40]) in explorer._view.past.value


def test_without_a_kernel_every_request_can_be_chosen(systems):
    frames = ask_explorer(systems).static_figure().frames
    assert [frame.name for frame in frames] == list(explorers_ask.REQUESTS)
