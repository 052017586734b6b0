"""The figures of lesson 00: the timeline, bars of next words, perplexity, and the two maps."""

import pandas as pd
import pytest
import torch

from workbook.core.notebook import figures
from workbook.welcome import ages, charts, classifier_vs_density
from workbook.welcome.markov import Chain, words
from workbook.welcome.perplexity import ENTROPY_BOUND, MODEL, ORDERS, chain_name


def test_the_timeline_names_every_age_in_its_place():
    figure = charts.timeline()
    dots = figure.data[-1]
    assert len(dots.x) == len(ages.AGES) and list(dots.x) == sorted(dots.x)
    told = [annotation.text for annotation in figure.layout.annotations]
    for age in ages.AGES:
        assert f"<b>{age.name}</b><br>{int(age.year)}" in told
    assert told.count("AI winter") == len(ages.WINTERS)


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


def test_years_since_2017_take_six_times_the_room():
    axis = charts.timeline().layout.xaxis
    place = dict(zip(axis.ticktext, axis.tickvals, strict=True))
    assert place["2017"] - place["2010"] == 7 and place["2023"] - place["2020"] == 18
    assert list(place.values()) == sorted(place.values())


def test_only_the_likeliest_next_words_are_drawn():
    shares = {word: 0.2 - place / 100 for place, word in enumerate("abcdefghij")}
    figure = charts.next_words(shares)
    assert list(figure.data[0].x) == list("abcdefgh") and figure.data[0].y[7] == shares["h"]
    assert figure.layout.xaxis.title.text == "next word"
    assert figure.layout.yaxis.title.text == "probability"


def test_chains_are_drawn_with_intervals_between_two_lines_across():
    rows = {chain_name(n): (10.0 / n, 9.0 / n, 12.0 / n) for n in ORDERS}
    rows |= {MODEL: (1.5, 1.4, 1.6), ENTROPY_BOUND: (1.2, 1.1, 1.3)}
    table = pd.DataFrame(rows, index=["perplexity", "low", "high"]).T
    figure = charts.perplexity_chart(table)
    chain, model, bound = figure.data
    assert list(chain.x) == list(ORDERS) and chain.y[1] == 5.0 and chain.mode == "lines+markers"
    assert chain.error_y.array[0] == pytest.approx(2.0)
    assert chain.error_y.arrayminus[0] == pytest.approx(1.0)
    assert (model.name, set(model.y), model.mode) == (MODEL, {1.5}, "lines")
    assert (bound.name, set(bound.y), bound.mode) == (ENTROPY_BOUND, {1.2}, "lines")


def test_what_is_far_from_all_points_has_the_deepest_colour_and_a_border_is_drawn():
    points, labels = classifier_vs_density.crescents(40)
    network = classifier_vs_density.train_classifier(points, labels, steps=1)
    generative = classifier_vs_density.Generative(points, labels)
    figure = charts.sure_and_seen(network, generative, points, labels, {"A": (0.0, 1.0)})
    _, seen = (torch.tensor(trace.z) for trace in figure.data if trace.type == "heatmap")
    assert seen.min() == charts.DEEPEST == seen[-1, -1] < seen.max()
    (border,) = (trace for trace in figure.data if trace.type == "contour")
    assert border.contours.start == border.contours.end == generative.limit
    scatters = [trace for trace in figure.data if trace.type == "scatter"]
    marks = [trace for trace in scatters if trace.mode == "markers+text"]
    assert [(mark.text, mark.x, mark.y) for mark in marks] == [(("<b>A</b>",), (0.0,), (1.0,))] * 2


def test_both_maps_in_one_sentence():
    table = pd.DataFrame([["A", "99.00%", -1.5, "yes"], ["B", "60.00%", -30.0, "no"]])
    assert charts.describe(table).endswith(
        "Of the marked places, at A the classifier is sure at 99.00% and ln p is -1.5 (seen: yes); "
        "at B the classifier is sure at 60.00% and ln p is -30.0 (seen: no)."
    )
