"""The model card: which goals are reached, how the card is printed, and what goes into it."""

import json
from dataclasses import asdict

import pytest

from workbook.town_lm import bars, card, quality
from workbook.town_lm.bars import NAMES, RUNG
from workbook.town_lm.card import Goal
from workbook.town_lm.quality import Score


def entry(name, value, difference=None, parts=None):
    return asdict(Score(name, value, value - 0.05, value + 0.05, 300, difference, parts))


@pytest.mark.parametrize(
    "name, value, difference, verdict",
    [
        ("closed-book, before the cutoff", 0.95, None, True),
        ("closed-book, before the cutoff", 0.94, None, False),
        ("closed-book, after the cutoff", 0.05, None, True),
        ("closed-book, after the cutoff", 0.06, None, False),
        ("rude, T = 1", 0.19, None, False),
        ("rude, T = 1", 0.35, None, True),
        ("rude, T = 1", 0.51, None, False),
        ("rude, T = 1, polite requests", 0.0, None, True),
        ("rude, T = 1, polite requests", 0.003, None, False),
        ("arithmetic, at once", 0.40, (-0.31, -0.4, -0.2), True),
        ("arithmetic, at once", 0.01, (-0.29, -0.4, -0.2), False),
        ("majority of 8", 0.40, (0.01, -0.1, 0.1), True),
        ("majority of 8", 0.40, (0.0, -0.1, 0.1), False),
        ("sentiment (new phrasings too)", 0.5, (-0.08, -0.1, 0.0), True),
        ("sentiment (new phrasings too)", 0.99, (-0.09, -0.1, 0.0), False),
        ("loss, positions 512-768", 0.9, (0.04, 0.0, 0.1), True),
        ("loss, positions 512-768", 0.2, (0.06, 0.0, 0.1), False),
        ("summaries, ROUGE-L", 0.9, None, None),
    ],
)
def test_goals_are_reached_or_not(name, value, difference, verdict):
    assert card.reached(entry(name, value, difference)) is verdict


def test_a_goal_about_a_difference_needs_one():
    with pytest.raises(ValueError, match="must be measured together with arithmetic, steps"):
        card.reached(entry("arithmetic, at once", 0.5))


def test_bars_end_at_the_value_and_mark_the_goal():
    assert card.bar(0.5) == "█" * 10 + "░" * 10
    assert card.bar(0.0, [0.95]) == "░" * 19 + "|"
    assert card.bar(1.7, [0.2, 0.5]) == "████|█████|█████████"
    scores = {"arithmetic, steps": entry("arithmetic, steps", 0.8)}
    assert card.bounds(Goal("<=", -0.3, "arithmetic, steps"), scores) == pytest.approx([0.5])
    assert card.bounds(Goal("<=", -0.3, "arithmetic, steps"), {}) == []
    assert card.bounds(Goal("in", (0.2, 0.5)), {}) == [0.2, 0.5]
    assert card.bounds(None, scores) == []


@pytest.fixture
def written():
    """A made-up card with every score."""
    differences = {name: (-0.4, -0.5, -0.3) for name, g in card.GOALS.items() if g.than}
    scores = [entry(name, 0.5, differences.get(name)) for name in NAMES]
    place = next(score for score in scores if score["name"] == "open-book, 4 passages")
    place["parts"] = {"1": 0.9, "2": 0.5}
    recipe = {"tokens": 2e7, "steps": 100, "seed": 0, "hours": 2.25}
    model = {
        "parameters": 3_000_000,
        "bytes": 6_000_000,
        "sha256": "ab" * 32,
        "recipe": recipe | {"mix": {"recall": 0.25, "page": 0.75}},
    }
    small = model | {"parameters": 300_000}
    return {
        "models": dict.fromkeys(card.MODELS, model),
        "scores": scores,
        "loss": {name: {"loss": 1.0, "entropy_bound": 0.9, "tokens": 9} for name in card.LOSSES},
        "ladder": {
            "town-instruct-big": model
            | {"parameters": 5_000_000, "scores": [entry(name, 1.0) for name in RUNG]},
            "town-instruct-small": small | {"scores": [entry(name, 0.2) for name in RUNG[1:]]},
        },
    }


def test_the_card_prints_every_score_with_its_verdict(written):
    text = card.text(written)
    lines = text.splitlines()
    assert "3,000,000 parameters, 6.0 MB" in lines[0]
    assert lines[1:3] == [
        "  trained on 20.0 M tokens in 100 steps in 2.2 hours, seed 0",
        "  mix: page 75%, recall 25%",
    ]
    rows = [line for line in lines if "█" in line]
    assert len(rows) == len(written["scores"])
    for score, row in zip(written["scores"], rows, strict=True):
        verdict = {True: ", reached", False: ", not reached", None: ""}[card.reached(score)]
        assert f"0.500 [0.450, 0.550]   300  {score['name']}" in row and row.endswith(verdict)
        assert ("goal" in row) == bool(verdict)
    met = sum(bool(card.reached(score)) for score in written["scores"])
    assert f"{met} of {len(card.GOALS)} goals reached" in text
    assert "(1: 0.90, 2: 0.50): goal >= 0.85, not reached" in text
    assert "(-0.400 [-0.500, -0.300]): goal <= -0.30 against arithmetic, steps, reached" in text
    assert text.count("1.000, entropy bound 0.900") == 2
    assert max(map(len, lines)) <= 200


def test_the_card_shows_which_bars_the_rungs_reach(written):
    lines = card.text(written).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("The ladder"))
    columns = ["town-instruct-small", "town-instruct", "town-instruct-big"]
    assert lines[start + 1].split() == columns
    width = 2 + 3 * (len(columns[0]) + 2)
    table = {line[width:]: line[:width].split() for line in lines[start + 2 :]}
    assert set(table) == set(RUNG) and len(table) == len(lines) - start - 2
    assert table["look-up, 8 pairs"] == ["0.200", "-", "0.500", "-", "1.000", "+"]
    assert table[RUNG[0]] == ["0.500", "-", "1.000", "+"], "the small one was not asked"
    del written["ladder"]
    assert "ladder" not in card.text(written)


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


def test_a_saved_card_is_read_again(written, tmp_path):
    file = card.save(written, tmp_path)
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(json.dumps(written))
    assert file.read_text(encoding="utf-8").endswith("}\n")
    assert card.text(json.loads(file.read_text(encoding="utf-8"))) == card.text(written)
