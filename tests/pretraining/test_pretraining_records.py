"""The recorded runs say what the lesson says of them, and the command that made them works."""

import math
from collections import defaultdict
from itertools import product
from statistics import mean

import pytest

from workbook.core import records
from workbook.pretraining import charts, data, experiment
from workbook.pretraining.models import ARCHITECTURES


@pytest.fixture(scope="module")
def objectives():
    """(objective, length) -> records, one per seed."""
    found = defaultdict(list)
    for run in experiment.recorded("objectives"):
        found[run["objective"], run["length"]].append(run)
    return found


def each(objectives, what, length="short"):
    """objective -> one figure per seed."""
    return {name: [run[what] for run in objectives[name, length]] for name in ARCHITECTURES}


@pytest.fixture(scope="module")
def transfers():
    """(start, share) -> {seed: record}."""
    found = defaultdict(dict)
    for run in experiment.recorded("transfer"):
        found[run["start"], run["share"]][run["seed"]] = run
    return found


def last(run, text):
    return run[text][-1]


def test_every_run_is_there_for_three_seeds(objectives, transfers):
    for name, length in product(ARCHITECTURES, experiment.LENGTHS):
        assert sorted(run["seed"] for run in objectives[name, length]) == [0, 1, 2]
        steps = experiment.LENGTHS[length] * experiment.STEPS[name]
        assert {run["steps"] for run in objectives[name, length]} == {steps}
    recipes = [(run["recipe"], run["seed"]) for run in experiment.recorded("recipes")]
    assert sorted(recipes) == sorted(product(experiment.RECIPES, (0, 1, 2)))
    for start, share in [("town", s) for s in experiment.SHARES] + [("nothing", 1.0)]:
        assert sorted(transfers[start, share]) == [0, 1, 2], (start, share)
    diets = [(run["diet"], run["seed"]) for run in experiment.recorded("cleaning")]
    assert sorted(diets) == sorted((diet, seed) for diet in experiment.DIETS for seed in (0, 1, 2))


@pytest.mark.parametrize("part", experiment.PARTS)
def test_records_say_where_they_come_from(part):
    runs = experiment.recorded(part)
    assert len({run["run"] for run in runs}) == len(runs), "no run twice"
    for run in runs:
        assert run["hardware"]["device"] and run["versions"]["torch"] and run["time"]


def test_no_curve_goes_below_the_floor_and_all_come_from_ignorance(objectives):
    for (name, _), runs in objectives.items():
        for run in runs if name == "causal" else []:
            assert min(run["held_out"]) > run["floor"]
            assert run["held_out"][0] == pytest.approx(math.log(2048), abs=0.1)
            assert run["held_out"][-1] == min(run["held_out"])


@pytest.mark.parametrize("length", experiment.LENGTHS)
def test_writing_is_what_an_encoder_is_worst_at(objectives, length):
    surprise = each(objectives, "surprise", length)
    assert max(surprise["causal"]) < min(surprise["spans"])
    assert max(surprise["spans"]) < min(surprise["masked"])


def test_at_filling_in_the_masked_model_catches_up(objectives):
    """After a short run the decoder leads; after a long one not, and the encoder-decoder trails."""
    short, long = (each(objectives, "filled", length) for length in experiment.LENGTHS)
    assert min(short["causal"]) > max(short["masked"])
    assert min(long["masked"]) > max(short["masked"]) + 0.1
    assert mean(long["masked"]) > mean(long["causal"]) - 0.1
    for filled in (short, long):
        assert max(filled["spans"]) < min(filled["masked"])


@pytest.mark.parametrize("length", experiment.LENGTHS)
def test_the_encoder_decoder_looks_back_and_does_best_at_rewriting(objectives, length):
    """What it is for: every seed saves more by the evidence than any seed of the decoder."""
    saved = {
        name: [run["rewriting_blind"] - run["rewriting"] for run in objectives[name, length]]
        for name in ("causal", "spans")
    }
    assert min(saved["spans"]) > 0.5 and min(saved["spans"]) > max(saved["causal"])
    losses = each(objectives, "rewriting", length)
    assert max(losses["spans"]) < min(losses["causal"])
    evidence = {name: [run["evidence"][-1] for run in objectives[name, length]] for name in saved}
    assert min(evidence["spans"]) > 0.8


def test_nobody_looks_back_at_first(objectives):
    for runs in objectives.values():
        assert all(abs(run["evidence"][0]) < 0.01 for run in runs)


def test_without_long_spans_the_encoder_is_hardly_looked_at(objectives):
    """The lesson says why the recipe is what it is: a regression would hide behind T5's name."""
    with_ends = min(run["evidence"][-1] for run in objectives["spans", "short"])
    for run in experiment.recorded("recipes"):
        assert run["evidence"][-1] < with_ends / 3, run["recipe"]


def test_the_probe_tells_more_from_trained_states_than_from_untrained_ones(objectives):
    untrained = experiment.recorded("untrained")
    for name, shares in each(objectives, "probe").items():
        assert min(shares) > max(share["probe"] for share in untrained), name
    for name, shares in each(objectives, "probe_few").items():
        assert mean(shares) > max(share["probe_few"] for share in untrained), name


def test_an_encoder_alone_has_no_rewriting(objectives):
    for (name, _), runs in objectives.items():
        for run in runs:
            assert (run["rewriting"] is None) == (name == "masked")


def test_a_past_saves_steps(transfers):
    for seed in experiment.SEEDS:
        from_town, from_nothing = transfers["town", 1.0][seed], transfers["nothing", 1.0][seed]
        assert last(from_town, "harbour") < last(from_nothing, "harbour")


def test_the_old_domain_is_forgotten_without_it_and_kept_with_it(transfers):
    for seed in experiment.SEEDS:
        only, half = transfers["town", 1.0][seed], transfers["town", 0.51][seed]
        assert last(only, "town") > only["town"][0] + 1
        assert last(half, "town") < last(only, "town") - 0.5
        first, quarter = transfers["town", 0.0][seed], transfers["town", 0.25][seed]
        gain = last(first, "harbour") - last(only, "harbour")
        assert last(first, "harbour") - last(quarter, "harbour") > 0.8 * gain, "the curve bends"


def test_cleaning_pays(objectives):
    by_diet = defaultdict(list)
    for run in experiment.recorded("cleaning"):
        by_diet[run["diet"]].append(run["loss"])
    dirty, cleaned, town = (sum(by_diet[diet]) / 3 for diet in experiment.DIETS)
    assert town < dirty and cleaned < dirty


def test_the_command_records_what_is_missing_and_nothing_twice(monkeypatch, tmp_path):
    """A killed run goes on where it was: what is there is not made again."""
    made = []

    def quick(diet, seed):
        made.append((diet, seed))
        return {"diet": diet, "loss": 1.0}

    monkeypatch.setattr(experiment, "run_cleaning", quick)
    monkeypatch.setattr(experiment, "record_path", lambda part: tmp_path / f"{part}.jsonl")
    experiment.main(["cleaning", "--seeds", "0"])
    assert made == [(diet, 0) for diet in experiment.DIETS]
    experiment.main(["cleaning", "--seeds", "0", "1"])
    assert made[3:] == [(diet, 1) for diet in experiment.DIETS]
    runs = records.read(tmp_path / "cleaning.jsonl")
    assert [run["run"] for run in runs[:1]] == ["the crawl/0"] and len(runs) == 6


def test_an_unknown_part_is_one_sentence():
    with pytest.raises(
        ValueError, match="there are objectives, untrained, recipes, transfer, cleaning"
    ):
        list(experiment.jobs("everything", (0,)))


def test_diets_are_what_they_are_called():
    """Rows of the crawl hold furniture, rows of the cleaned crawl and of the town do not."""
    tokenizer = data.tokenizer()
    for diet, dirty in zip(experiment.DIETS, (True, False, False), strict=True):
        rows = experiment.diet_rows(diet, tokenizer, 0)
        text = tokenizer.decode(rows.flatten())
        assert ("You are here:" in text) is dirty and len(rows) <= 600, diet


def test_recorded_curves_make_the_explorers_picture(objectives):
    curve = charts.curves_by_step(objectives["causal", "short"])
    assert max(curve) == experiment.STEPS["causal"] and all(
        len(losses) == 3 for losses in curve.values()
    )
