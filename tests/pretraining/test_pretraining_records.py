"""The recorded runs say what the lesson says of them, and the command that made them works."""

import math
from collections import defaultdict

import pytest

from workbook.core import records
from workbook.pretraining import charts, experiment
from workbook.pretraining.models import ARCHITECTURES


@pytest.fixture(scope="module")
def objectives():
    """(objective, steps) -> records, one per seed."""
    found = defaultdict(list)
    for run in experiment.recorded("objectives"):
        found[run["objective"], run["steps"]].append(run)
    return found


@pytest.fixture(scope="module")
def transfers():
    """(start, share) -> {seed: record}."""
    found = defaultdict(dict)
    for run in experiment.recorded("transfer"):
        found[run["start"], run["share"]][run["seed"]] = run
    return found


def last(run, text):
    return run[text][-1]


def test_every_short_run_is_there_for_three_seeds(objectives, transfers):
    for name in ARCHITECTURES:
        assert sorted(run["seed"] for run in objectives[name, experiment.SHORT]) == [0, 1, 2]
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


def test_after_equal_steps_the_decoder_has_learned_most(objectives):
    """The lesson: it was asked several times as many questions."""
    steps = experiment.SHORT
    filled = {name: [r["filled"] for r in objectives[name, steps]] for name in ARCHITECTURES}
    assert min(filled["causal"]) > max(filled["masked"] + filled["spans"])
    surprise = {name: [r["surprise"] for r in objectives[name, steps]] for name in ARCHITECTURES}
    assert max(surprise["causal"]) < min(surprise["masked"] + surprise["spans"])
    assert min(surprise["masked"]) > max(surprise["spans"]), "writing is what it is worst at"


def test_with_four_times_the_steps_the_masked_model_has_caught_up(objectives):
    """At filling in; not at writing, and the encoder-decoder not at all."""
    steps = experiment.LONG
    filled = {name: [r["filled"] for r in objectives[name, steps]] for name in ARCHITECTURES}
    assert all(len(shares) == 3 for shares in filled.values())
    assert min(filled["masked"]) > 0.9 * sum(filled["causal"]) / 3
    assert min(filled["masked"]) > 2 * max(r["filled"] for r in objectives["masked", 300])
    assert max(filled["spans"]) < 0.05, "no better than the commonest word"
    surprise = {name: [r["surprise"] for r in objectives[name, steps]] for name in ARCHITECTURES}
    assert max(surprise["causal"]) < min(surprise["masked"]) - 2


def test_reading_the_rude_sentence_hardly_helps_yet(objectives):
    """The lesson says that the encoder is not looked at: another's sentence serves as well."""
    for (name, _), runs in objectives.items():
        for run in runs if name == "spans" else []:
            assert 0 <= run["rewriting_blind"] - run["rewriting"] < 0.05


def test_the_probe_is_nearly_a_draw(objectives):
    """200 reviews: no objective's mean is beyond 0.85, none below 0.65."""
    for (_, _), runs in objectives.items():
        assert 0.65 < sum(run["probe"] for run in runs) / len(runs) < 0.85


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
    with pytest.raises(ValueError, match="there are objectives, transfer, cleaning"):
        list(experiment.jobs("everything", (0,)))


def test_diets_are_what_they_are_called():
    """Rows of the crawl hold furniture, rows of the cleaned crawl and of the town do not."""
    from workbook.pretraining import data

    tokenizer = data.tokenizer()
    for diet, dirty in zip(experiment.DIETS, (True, False, False), strict=True):
        rows = experiment.diet_rows(diet, tokenizer, 0)
        text = tokenizer.decode(rows.flatten())
        assert ("You are here:" in text) is dirty and len(rows) <= 600, diet


def test_recorded_curves_make_the_explorers_picture(objectives):
    curve = charts.curves_by_step(objectives["causal", experiment.SHORT])
    assert max(curve) == experiment.SHORT and all(len(losses) == 3 for losses in curve.values())
