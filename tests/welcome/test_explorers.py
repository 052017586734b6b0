"""The explorers of lesson 00: what they say and show, and what a control changes."""

import pytest
from welcome_families import model, tokenizer

from workbook.core.notebook import figures
from workbook.welcome import explorers, lifecycle
from workbook.welcome.answers import WHO, LanguageModel, Reply, Trio
from workbook.welcome.lifecycle import STAGES
from workbook.welcome.markov import Chain, words

QUESTIONS = ("Where is my boat?", "Who is Ada?", "I feel old today.")


@pytest.fixture
def asking():
    chain = Chain([words("Question: Who?\nAnswer: Ada Ames.")], n=4)
    trio = Trio(chain, LanguageModel(model("llama"), tokenizer()))
    return explorers.ask_explorer(trio, QUESTIONS), trio


def test_three_answers_stand_in_the_table_and_in_the_alt_text(asking):
    explorer, trio = asking
    figure = explorer.figure(question=QUESTIONS[1])
    replies = trio.ask(QUESTIONS[1])
    who, says = figure.data[0].cells["values"]
    assert [name for name in who if name] == list(WHO)
    for reply in replies:
        assert explorers.html.escape(reply.text) in says
        assert reply.who in figure.layout.meta["alt"] and reply.text in figure.layout.meta["alt"]
        assert reply.how in figure.layout.meta["alt"]
    assert QUESTIONS[1] in figure.layout.title.text


def test_a_long_question_is_not_cut_and_earlier_ones_are_kept(asking):
    """Guards against C8: the title cut a long question, and nothing was left of the one before."""
    explorer, _ = asking
    explorer.widget()
    long = "Where is the boat that I left near the harbour of Bridor, " * 3
    for question in (QUESTIONS[1], long.strip()):
        explorer._view.inputs["question"].value = question
    lines = explorer._view.canvas.figure.layout.title.text.split("<br>")
    assert " ".join(lines) == f"“{long.strip()}”" and max(map(len, lines)) <= explorers.WIDE
    past = explorer._view.past.value
    assert past.index(QUESTIONS[1]) < past.index(QUESTIONS[0]), "the newest first"
    assert "harbour" not in past, "what is shown is not told twice"
    explorer._view.inputs["question"].value = " "
    assert explorer._view.past.value == past


def test_words_of_a_model_are_text_not_markup():
    data = explorers.Asked("<b>?", (Reply("a", "<i>x</i> & y", "how <1>"),))
    figure = explorers.draw_answers(data)
    assert "&lt;b&gt;?" in figure.layout.title.text
    said = list(figure.data[0].cells["values"][1])
    assert said == ["&lt;i&gt;x&lt;/i&gt; &amp; y", "(how &lt;1&gt;)"]


def test_a_typed_question_changes_the_live_table(asking):
    explorer, trio = asking
    explorer.widget()
    before = explorer._view.canvas.figure.data[0].cells["values"]
    explorer._view.inputs["question"].value = QUESTIONS[2]
    table = explorer._view.canvas.figure.data[0]
    assert table.cells["values"] != before
    assert trio.ask(QUESTIONS[2])[0].text in table.cells["values"][1]
    explorer._view.inputs["question"].value = "  "
    assert explorer.error == "Write a question: at least one word."


def test_without_a_kernel_it_steps_through_the_questions(asking):
    explorer, trio = asking
    figure = explorer.static_figure()
    assert [frame.name for frame in figure.frames] == list(QUESTIONS)
    for frame in figure.frames:
        assert trio.ask(frame.name)[0].text in frame.data[0].cells["values"][1]
    twin = explorer.static_table()
    assert len(twin) == len(QUESTIONS) * len(WHO)
    assert set(twin.who) == set(WHO)


def test_long_settings_are_numbered_beside_the_static_slider(asking):
    """Guards against labels of whole questions that run over each other and off the page."""
    steps = asking[0].static_figure().layout.sliders[0].steps
    assert [step.label for step in steps] == ["1", "2", "3"]
    assert [step.args[0][0] for step in steps] == list(QUESTIONS)


def test_the_chosen_stage_is_filled_and_told():
    explorer = explorers.lifecycle_explorer()
    for place, stage in enumerate(STAGES):
        figure = explorer.figure(stage=stage.name)
        fills = [shape.fillcolor for shape in figure.layout.shapes]
        assert fills.pop(place) == figures.PALETTE[0] and set(fills) == {explorers.PALE}
        assert f"<b>{stage.name.replace(' and ', '<br>and ')}</b>" in [
            annotation.text for annotation in figure.layout.annotations
        ], "not by colour alone"
        alt = figure.layout.meta["alt"]
        assert f"Stage {place + 1} of 4, {stage.name}" in alt
        assert stage.asks in alt and stage.lessons in alt


def test_the_size_of_the_model_changes_the_cost():
    explorer = explorers.lifecycle_explorer()
    costs = {
        size: dict(
            zip(*explorer.figure(stage="Select", size=size).data[0].cells["values"], strict=True)
        )["It costs"]
        for size in explorers.SIZES
    }
    assert len(set(costs.values())) == len(costs)
    assert [frame.name for frame in explorer.static_figure().frames] == list(lifecycle.NAMES)


def test_every_stage_tells_time_data_and_skills():
    explorer = explorers.lifecycle_explorer()
    for stage in STAGES:
        told = explorer.figure(stage=stage.name).layout.meta["alt"]
        for text in (stage.time, stage.data, stage.skills):
            assert text in told
    assert len({(s.time, s.data, s.skills) for s in STAGES}) == len(STAGES)


def test_the_guide_s_figure_fills_the_chosen_box():
    explorer = explorers.guide_explorer()
    for need in lifecycle.NEEDS:
        figure = explorer.figure(need=need, examples=500, rankings=5000)
        first, why = lifecycle.route(need, 500, 5000)
        fills = [shape.fillcolor for shape in figure.layout.shapes]
        assert fills.index(figures.PALETTE[0]) == lifecycle.ROUTES.index(first)
        assert f"<b>{first}</b>" in [each.text for each in figure.layout.annotations]
        alt = figure.layout.meta["alt"]
        assert need in alt and why in alt and "500 examples, 5,000 ranked" in alt
