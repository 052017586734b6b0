"""The explorers of lesson 00 and its other pictures and tables: what they say and show."""

import pytest
import torch
from welcome_families import model, tokenizer

from workbook.core.notebook import figures
from workbook.core.runs import intervals
from workbook.core.system import profile
from workbook.town_lm.quality import share
from workbook.welcome import (
    ages,
    charts,
    classifier_vs_density,
    explorers,
    knowledge,
    lifecycle,
    machine_check,
    perplexity,
)
from workbook.welcome.answers import WHO, LanguageModel, Reply, Trio
from workbook.welcome.lifecycle import STAGES
from workbook.welcome.markov import Chain, words
from workbook.welcome.summary import what_you_measured

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


def test_every_lesson_of_the_course_belongs_to_a_stage():
    lessons = " ".join(stage.lessons for stage in STAGES)
    assert [n for n in range(19) if f"{n:02} " not in lessons] == []
    with pytest.raises(ValueError, match="Scope, Select"):
        lifecycle.find("Think")


def test_costs_against_published_ones():
    """Wu et al. 2023: 569e9 tokens, 50.6e9 parameters on 512 A100 at 102 TFLOP/s took 139,200
    steps of 32.5 s. They recompute activations, which makes 8 of 6 operations."""
    ours = lifecycle.training_seconds(50.6e9, 569e9) * 8 / 6 / 512
    assert ours == pytest.approx(139_200 * 32.5, rel=0.03)
    table = lifecycle.sizes({"small": (1e9, None), "large": (2e9, 20e9)})
    seconds = lifecycle.training_seconds(2e9, 20e9)
    assert list(table["one GPU trains it in"]) == ["", lifecycle.duration(seconds)]
    assert table.loc["large", "times the one before"] == "2"
    assert list(table["GB to run"]) == ["2", "4"] and list(table["GB to train"]) == ["16", "32"]


def test_gpt_3_took_a_century_of_one_gpu_and_not_a_thousand_years():
    """Guards against B6: the time was that of 20 tokens a parameter, not of the 300 billion."""
    table = lifecycle.sizes({"GPT-3": (175e9, 300e9)})
    assert table.loc["GPT-3", "one GPU trains it in"] == "98 years"


def test_every_stage_tells_time_data_and_skills():
    explorer = explorers.lifecycle_explorer()
    for stage in STAGES:
        told = explorer.figure(stage=stage.name).layout.meta["alt"]
        for text in (stage.time, stage.data, stage.skills):
            assert text in told
    assert len({(s.time, s.data, s.skills) for s in STAGES}) == len(STAGES)


@pytest.mark.parametrize(
    ("need", "examples", "rankings", "first"),
    [(0, 0, 0, "prompt"), (0, 499, 9999, "prompt"), (0, 500, 0, "tune"),
     (1, 5000, 5000, "documents"), (2, 0, 999, "prompt"), (2, 0, 1000, "align"),
     (2, 600, 0, "tune")],
)  # fmt: skip
def test_the_guide_says_what_to_try_first(need, examples, rankings, first):
    said, why = lifecycle.route(lifecycle.NEEDS[need], examples, rankings)
    assert said == first and "lesson" in why
    with pytest.raises(ValueError, match="there is no need 'speed'"):
        lifecycle.route("speed", 0)


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


def test_the_candidates_are_the_models_that_the_course_names():
    table = lifecycle.candidates()
    assert table.loc["google/flan-t5-base", "parameters"] == "248 million"
    assert table.loc["Qwen/Qwen2.5-0.5B", "licence"] == "Apache-2.0"
    assert not any("MiniLM" in name or "dialogsum" in name for name in table.index)


def test_the_timeline_names_every_age_in_its_place():
    figure = charts.timeline()
    dots = figure.data[-1]
    assert len(dots.x) == len(ages.AGES) and list(dots.x) == sorted(dots.x)
    told = [annotation.text for annotation in figure.layout.annotations]
    for age in ages.AGES:
        assert f"<b>{age.name}</b><br>{int(age.year)}" in told
    assert told.count("AI winter") == len(ages.WINTERS)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(11, "11 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7200, "2 hours"),
     (86400 * 14, "14 days"), (86400 * 365 * 183, "183 years")],
)  # fmt: skip
def test_duration(seconds, text):
    assert lifecycle.duration(seconds) == text


def test_the_two_maps_show_what_the_models_say():
    points, labels = classifier_vs_density.crescents(60)
    network = classifier_vs_density.train_classifier(points, labels, steps=20)
    generative = classifier_vs_density.Generative(points, labels)
    places = {"A": (1.5, -0.45), "C": (4.5, -3.0)}
    figure = charts.sure_and_seen(network, generative, points, labels, places)
    maps = [trace for trace in figure.data if trace.type == "heatmap"]
    x, y = maps[0].x[7], maps[0].y[30]
    place = torch.tensor([[x, y]])
    with torch.no_grad():
        p = network(place).softmax(-1)[0, 1].item()
    assert maps[0].z[30][7] == pytest.approx(p, abs=0.006)
    expected = max(generative.log_prob(place).item(), charts.DEEPEST)
    assert maps[1].z[30][7] == pytest.approx(expected, abs=0.06)
    scatters = [trace for trace in figure.data if trace.type == "scatter"]
    assert {trace.marker.line.color for trace in scatters} == {figures.TEXT}, "C8: white was lost"
    dots = [trace for trace in scatters if trace.mode == "markers"]
    assert {trace.marker.symbol for trace in dots} == {"circle", "triangle-up"}
    table = charts.verdicts(network, generative, places)
    assert list(table.place) == ["A", "C"] and list(table.seen) == ["yes", "no"]
    assert all(str(cell) in charts.describe(table) for cell in table.to_numpy().flatten())


def test_bars_of_next_words():
    chain = Chain([words("a b a c a b")], n=2)
    (bars,) = charts.next_words(chain.next(["a"])).data
    assert list(bars.x) == ["b", "c"]
    assert list(bars.y) == pytest.approx([2 / 3, 1 / 3])
    (ends,) = charts.next_words(Chain([words("a\n"), words("a")], n=2).next(["a"])).data
    assert set(ends.x) == {"⏎", "&lt;end&gt;"}, "plotly would take <end> for a tag"


def test_the_checkup_is_the_doctors(monkeypatch):
    from workbook.core import doctor

    found = machine_check.machine_check()
    assert found.verdict == doctor.examine().verdict
    assert found.verdict in str(found) and found.verdict in found._repr_html_()
    sick = machine_check.Checkup("Not ready", ("a", "b <c>"), {"Machine": {"cores": "<2>"}})
    assert "Also: b <c>" in str(sick)
    assert "<li>b &lt;c&gt;</li>" in sick._repr_html_() and "&lt;2&gt;" in sick._repr_html_()
    assert "<script" not in sick._repr_html_()


def test_profiles_are_the_courses():
    table = machine_check.profiles()
    assert list(table) == list(profile.BUDGETS)
    assert table.loc["steps", "gpu"] == str(profile.BUDGETS["gpu"].steps)
    assert "@" not in "".join(table.to_numpy().flatten())


def test_the_last_table_puts_baseline_and_ceiling_beside_each_figure():
    import pandas as pd

    names = [knowledge.BASELINE, *WHO, knowledge.CEILING]
    rights = [[True, False], [False] * 2, [False] * 2, [True] * 2, [True] * 2]
    scores = [share("x", right) for right in rights]
    known = pd.DataFrame({"before": scores}, index=names)
    numbers = {**{f"Markov chain, n = {n}": 9.0 - n for n in (1, 2)}, perplexity.MODEL: 3.0}
    numbers[perplexity.ENTROPY_BOUND] = 2.0
    surprise = pd.DataFrame({name: 3 * [value] for name, value in numbers.items()}).T
    surprise.columns = ["perplexity", "low", "high"]
    shares = {"right here": intervals.Interval(0.9, 0.8, 1.0)}
    table = what_you_measured(known, surprise, shares)
    row = table.loc[f"{WHO[2]}: right, facts before"]
    assert [cell[:4] for cell in row] == ["1.00", "0.50", "1.00"]
    assert table.loc["Markov chain, n = 2: perplexity", "measured"] == "7 [7, 7]"
    assert table.loc[f"{perplexity.MODEL}: perplexity", "best possible"] == "2 [2, 2]"
    assert list(table.loc["right here"]) == ["0.9 [0.8, 1]", "0.5", "1"]
