"""The explorer of lesson 03: its numbers against closed forms, its figure, its events."""

import dataclasses

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_town import tiny_model, tiny_tokenizer

from workbook.core.notebook import figures
from workbook.inference import encode
from workbook.sampling import explorers

PROMPT = "Question: What is"


@pytest.fixture(scope="module")
def compute():
    return explorers.NextTokens(tiny_model(), tiny_tokenizer())


@pytest.fixture(scope="module")
def probs():
    """The model's own distribution after the prompt, sorted."""
    ids, _ = encode(tiny_tokenizer(), PROMPT)
    with torch.no_grad():
        return tiny_model()(ids).logits[0, -1].softmax(-1).sort(descending=True).values


def test_without_settings_nothing_changes(compute, probs):
    data = compute(PROMPT, 1.0, 0, 1.0)
    assert data.before == pytest.approx(probs[: explorers.SHOWN].tolist(), rel=1e-4)
    assert data.after == data.before and not any(data.cut)
    assert data.kept == data.vocabulary == len(tiny_tokenizer())
    assert data.entropy[0] == data.entropy[1]
    assert data.entropy[0] == pytest.approx(-(probs * probs.log()).sum().item(), rel=1e-4)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.floats(0.2, 3.0), st.integers(1, 40), st.floats(0.05, 0.99))
def test_bars_are_the_closed_form(compute, probs, temperature, top_k, top_p):
    """p^(1/T) over the k likeliest, then the smallest set that reaches p, shared again."""
    data = compute(PROMPT, temperature, top_k, top_p)
    weights = probs.double() ** (1 / temperature)
    weights[top_k:] = 0
    weights /= weights.sum()
    weights[weights.cumsum(0) - weights >= top_p] = 0
    expected = weights / weights.sum()
    assert data.after == pytest.approx(expected[: explorers.SHOWN].tolist(), abs=1e-4)
    assert data.kept == (expected > 0).sum()
    assert data.cut == tuple((expected[: explorers.SHOWN] == 0).tolist())


def test_entropy_rises_with_temperature(compute):
    entropies = [compute(PROMPT, t, 0, 1.0).entropy[1] for t in (0.2, 0.5, 1.0, 2.0, 3.0)]
    assert entropies == sorted(entropies) and entropies[0] < entropies[-1] - 0.1


def test_cold_tokens_are_not_called_cut(compute):
    """Guards against counting a probability that rounds to 0 as a token that was cut."""
    data = compute(PROMPT, 0.01, 0, 1.0)
    assert min(data.after) == 0.0
    assert data.kept == data.vocabulary and not any(data.cut)


def test_the_logits_of_a_prompt_are_read_once(compute, monkeypatch):
    compute(PROMPT, 1.0, 0, 1.0)
    before = compute.read.cache_info().misses
    compute(PROMPT, 0.3, 5, 0.9)
    assert compute.read.cache_info().misses == before
    compute(PROMPT + " a", 1.0, 0, 1.0)
    assert compute.read.cache_info().misses == before + 1


def test_same_settings_same_continuation(compute):
    first = compute(PROMPT, 1.0, 0, 1.0).continuation
    assert first == compute(PROMPT, 1.0, 0, 1.0).continuation != ""
    assert compute(PROMPT, 1e-4, 0, 1.0).continuation == compute(PROMPT, 3.0, 1, 1.0).continuation


@pytest.mark.parametrize(
    "prompt, says", [("  ", "at least one word"), ("a b " * 300, "at most 200")]
)
def test_impossible_prompts_are_one_sentence(prompt, says, compute):
    with pytest.raises(ValueError, match=says) as error:
        compute(prompt, 1.0, 0, 1.0)
    assert "\n" not in str(error.value)


def test_a_line_break_survives_a_field_of_one_line(compute):
    """Guards against a browser that strips it: the field shows ⏎ in its place."""
    explorer = explorers.next_token_explorer(tiny_model(), tiny_tokenizer(), "What\nWhat")
    shown = explorer.controls["prompt"].default
    assert shown == "What ⏎ What"
    assert torch.equal(compute.read(shown)[0], encode(tiny_tokenizer(), "What\nWhat")[0])


def test_figure_greys_and_hatches_what_is_cut(compute):
    data = compute(PROMPT, 1.0, 3, 1.0)
    figure = explorers.draw(data)
    before, after = figure.data
    assert before.marker.color[:4] == (figures.PALETTE[0],) * 3 + (figures.QUIET,)
    assert before.marker.pattern.shape[:4] == ("", "", "", "/"), "not by colour alone"
    assert list(after.y)[3:] == [0.0] * (explorers.SHOWN - 3)
    assert "3 of " in figure.layout.title.text
    assert len(figure.layout.xaxis.ticktext) == explorers.SHOWN


def test_text_from_the_model_is_text_not_markup(compute):
    data = dataclasses.replace(
        compute(PROMPT, 1.0, 0, 1.0), prompt="if a", continuation="<i>b\nc", tokens=("<b>",)
    )
    assert "&lt;i&gt;b ⏎ c" in explorers.draw(data).layout.title.text


def test_the_scale_stays_and_the_sampled_text_is_always_seen(compute):
    """Guards against C8: the axis was drawn anew, so that bars which stay jumped; a long prompt
    left no room for what was sampled."""
    figures = [explorers.draw(compute(PROMPT, 1.0, k, 1.0)) for k in (0, 1)]
    assert [figure.layout.yaxis.range for figure in figures] == [(0, 1.02)] * 2
    long = dataclasses.replace(
        compute(PROMPT, 1.0, 0, 1.0), prompt="once again " * 60, continuation="the end"
    )
    lines = explorers.draw(long).layout.title.text.split("<br>")
    assert len(lines) == 3 and lines[2] == "<b>the end</b>"
    assert lines[1].startswith("… ") and lines[1].endswith("once again ") and len(lines[1]) < 100


def test_min_p_penalty_and_another_draw(compute, probs):
    """Guards against C8: none of the three could be set."""
    data = compute(PROMPT, 1.0, 0, 1.0, min_p=0.5)
    assert data.kept == (probs >= probs[0] / 2).sum()
    again = {compute(PROMPT, 3.0, 0, 1.0, draw=n).continuation for n in range(8)}
    assert len(again) > 1
    said = set(encode(tiny_tokenizer(), PROMPT)[0][0].tolist())
    model_order = compute.read(PROMPT)[2].tolist()
    punished = compute(PROMPT, 1.0, 0, 1.0, penalty=2.0)
    plain = compute(PROMPT, 1.0, 0, 1.0)
    for token, before, after in zip(model_order, plain.after, punished.after, strict=True):
        if token in said:
            assert after < before


def test_sliders_move_the_live_figure():
    explorer = explorers.next_token_explorer(tiny_model(), tiny_tokenizer(), PROMPT)
    explorer.widget()
    canvas = explorer._view.canvas
    flat = tuple(canvas.figure.data[1].y)
    explorer._view.inputs["temperature"].set_state({"value": 0.3})
    assert canvas.figure.data[1].y[0] > flat[0]
    explorer._view.inputs["top_k"].set_state({"value": 1})
    assert canvas.figure.data[1].y[0] == 1.0
    explorer._view.inputs["prompt"].value = " "
    assert explorer.error == "Write a prompt: at least one word."


def test_static_frames_equal_the_function(compute):
    figure = explorers.next_token_explorer(tiny_model(), tiny_tokenizer(), PROMPT).static_figure()
    assert len(figure.frames) == 10
    for frame in figure.frames:
        expected = compute(PROMPT, float(frame.name), 0, 0.8)
        assert list(frame.data[1].y) == pytest.approx(list(expected.after), abs=1e-9)
        assert frame.layout.title.text.startswith(explorers._summary(expected))
