"""The explorers of lesson 08: their numbers against closed forms, their sentences, their events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.core.hub import load_tokenizer
from workbook.finetuning import explorers, templates
from workbook.finetuning.exercises import passes

TOKENS = {"long": 60.0, "short": 4.0, "middle": 20.0}
SIZES = "long 1000, short 100000, middle 10"
CHAT = [
    {"role": "user", "content": "Say <b>this</b> politely."},
    {"role": "assistant", "content": "Please, say it."},
]


@pytest.fixture(scope="module")
def pieces():
    return templates.anatomy(load_tokenizer("bundled:town-lm"), CHAT)


def test_the_chat_is_drawn_token_by_token(pieces):
    figure = explorers.draw_chat(pieces)
    drawn = [word for row in figure.data[0].text for word in row if word]
    learned = [z for row in figure.data[0].z for z in row if z is not None]
    assert len(drawn) == len(learned) == len(pieces)
    assert learned == [float(piece.learned) for piece in pieces]
    assert [word.startswith("<u>") for word in drawn] == [piece.learned for piece in pieces]
    assert f"{sum(learned):.0f} of {len(pieces)} tokens" in figure.layout.title.text


def test_text_of_a_chat_is_text_not_markup(pieces):
    drawn = "".join(word for row in explorers.draw_chat(pieces).data[0].text for word in row)
    assert "<b>" not in drawn and "b&gt;" in drawn


@given(
    st.lists(st.integers(1, 10**6), min_size=2, max_size=3),
    st.floats(1, 6),
    st.floats(1, 8),
)
def test_a_mixture_is_that_of_the_exercise(sizes, limit, temperature):
    """Two programs for one formula: shares here, passes there."""
    text = ", ".join(f"{name} {size}" for name, size in zip(TOKENS, sizes, strict=False))
    mix = explorers.Mixing(TOKENS)(text, 10**limit, temperature)
    times = passes(sizes, 10**limit, temperature, 1)
    assert mix.rates == pytest.approx([p * s for p, s in zip(times, sizes, strict=True)])
    assert sum(mix.rates) == pytest.approx(1) and sum(mix.loss) == pytest.approx(1)


def test_a_mixture_by_hand():
    """Limit 1,000: rates 1000, 1000, 10 of 2010; loss in the proportions 60,000 : 4,000 : 200."""
    mix = explorers.Mixing(TOKENS)(SIZES, 1000, 1.0)
    assert mix.rates == pytest.approx((1000 / 2010, 1000 / 2010, 10 / 2010))
    assert mix.loss == pytest.approx((60 / 64.2, 4 / 64.2, 0.2 / 64.2))
    assert mix.collected == pytest.approx((1000 / 101010, 100000 / 101010, 10 / 101010))
    assert mix.repeated == pytest.approx(100), "1 time against 1000 / 100000 of a time"


def test_temperature_evens_the_mixture_out():
    rates = [max(explorers.Mixing(TOKENS)(SIZES, 10**6, t).rates) for t in (1.0, 2.0, 8.0)]
    assert rates == sorted(rates, reverse=True) and rates[-1] > 1 / 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "two tasks at least"),
        ("long 10", "two tasks at least"),
        ("long 10, tall 5", "Write a task and a number for each: long, short, middle."),
        ("long 10, short many", "1 to a billion examples, not 'many'"),
        ("long 10, short 0", "1 to a billion"),
        ("long 10, short", "Write a task and a number"),
    ],
)
def test_impossible_sizes_are_one_sentence(text, said):
    with pytest.raises(ValueError, match=said):
        explorers.Mixing(TOKENS)(text, 1000, 1.0)


def test_controls_change_the_live_mixture():
    explorer = explorers.mixture_explorer(TOKENS, SIZES)
    explorer.widget()
    canvas = explorer._view.canvas
    own, before = (list(bars.y) for bars in canvas.figure.data[:2])
    explorer._view.inputs["limit"].value = 100.0
    assert list(canvas.figure.data[0].y) == own, "the collection stays what it is"
    assert list(canvas.figure.data[1].y) != before
    explorer._view.inputs["sizes"].value = "tall 3, long 5"
    assert "Write a task" in explorer.error


def test_without_a_kernel_the_slider_steps_through_limits():
    explorer = explorers.mixture_explorer(TOKENS, SIZES)
    frames = explorer.static_figure().frames
    assert [frame.name for frame in frames] == [
        str(value) for value in explorer.controls["limit"].grid
    ]
    assert frames[0].data[1].y != frames[-1].data[1].y
    assert "long 1%" in explorers.describe_mix(explorers.Mixing(TOKENS)(SIZES, 1000, 1.0))


FAMILIES = ("new", "first", "second")


def run(remedy, strength, *scores, split="validation"):
    """A record as `experiment.py` writes it; two cases a family with the given mean."""
    cases = {f: [s - 0.1, s + 0.1] for f, s in zip(FAMILIES, scores, strict=True)}
    return {"remedy": remedy, "strength": strength, "split": split, "scores": cases}


RUNS = [
    run("before", 0.0, 0.1, 0.8, 0.6),
    run("baseline", 0.0, 0.1, 0.4, 0.2),
    run("none", 2e-3, 0.9, 0.3, 0.1),
    run("none", 3e-4, 0.7, 0.6, 0.4),
    run("ewc", 1.0, 0.8, 0.6, 0.4),
    run("ewc", 1.0, 0.6, 0.4, 0.4),
    run("ewc", 1.0, 0.0, 0.0, 0.0, split="test"),
]


def test_what_is_kept_is_counted_from_the_floor():
    """(.6 - .4 + .4 - .2) of (.8 - .4 + .6 - .2): a half."""
    savings = explorers.Savings(RUNS, FAMILIES)
    saved = savings("none", 2)
    assert saved.kept == pytest.approx(0.5) and saved.old == ("first", "second")
    assert savings("none", 1).kept == pytest.approx(-0.25), "worse than the baseline"


def test_strengths_begin_with_the_weakest_of_either_kind():
    """A low learning rate is a strong remedy, a low penalty a weak one."""
    savings = explorers.Savings([*RUNS, run("ewc", 0.5, 0.9, 0.3, 0.1)], FAMILIES)
    assert savings.strengths("none") == [2e-3, 3e-4]
    assert savings.strengths("ewc") == [0.5, 1.0]
    with pytest.raises(ValueError, match="the strongest none recorded is number 2"):
        savings("none", 3)


def test_seeds_have_an_interval_and_other_splits_stay_out():
    saved = explorers.Savings(RUNS, FAMILIES)("ewc", 1)
    assert saved.seeds == 2 and saved.after["new"].mean == pytest.approx(0.7)
    assert saved.after["new"].low < 0.6 < saved.after["second"].mean + 0.3
    figure = explorers.draw_saved(saved)
    assert figure.data[1].y == pytest.approx((0.7, 0.5, 0.4)) and figure.data[1].error_y.visible
    assert figure.data[0].y == pytest.approx((0.1, 0.8, 0.6))
    assert figure.data[2].y == pytest.approx((0.1, 0.4, 0.2))
    assert "first 0.80 before, 0.50 after" in explorers.describe_saved(saved)


def test_a_record_without_marks_is_one_sentence():
    with pytest.raises(ValueError, match="no whole record of remedies on the validation split"):
        explorers.Savings(RUNS[2:], FAMILIES)


def test_controls_change_the_live_remedy():
    explorer = explorers.forgetting_explorer(RUNS, FAMILIES)
    explorer.widget()
    view = explorer._view
    assert view.canvas.figure.data[1].y == pytest.approx((0.9, 0.3, 0.1))
    view.inputs["remedy"].value = "ewc, weight of the penalty 1"
    assert view.canvas.figure.layout.title.text.startswith("ewc, weight of the penalty 1: new 0.70")
    assert [frame.name for frame in explorer.static_figure().frames] == [
        "none, learning rate 0.002", "ewc, weight of the penalty 1",
    ]  # fmt: skip


def test_every_strength_that_is_offered_was_recorded():
    """Guards against C8: a slider offered strengths that some remedies do not have."""
    explorer = explorers.forgetting_explorer(RUNS, FAMILIES)
    options = explorer.controls["remedy"].options
    assert len(options) == 3
    for option in options:
        explorer.set(remedy=option)
        assert explorer.error is None and explorer.settings["remedy"] == option


def test_the_limit_is_shown_itself():
    """Guards against C8: the slider showed 3.50 for a limit of 3,000."""
    explorer = explorers.mixture_explorer(TOKENS, SIZES)
    explorer.widget()
    assert explorer.controls["limit"].log and explorer._view.inputs["limit"].value == 3000
