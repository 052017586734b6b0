"""The lesson's long runs: which there are, what each reads and watches, and that all are there."""

from collections import Counter
from itertools import product

import pytest

from workbook.pretraining import data, entropy_bound, experiment
from workbook.pretraining.copying_probe import gained
from workbook.pretraining.models import ARCHITECTURES
from workbook.town import stream


def test_every_run_is_there_for_three_seeds(objectives, transfers):
    for name, length in product(ARCHITECTURES, experiment.LENGTHS):
        assert sorted(run["seed"] for run in objectives[name, length]) == [0, 1, 2]
        steps = experiment.LENGTHS[length] * experiment.STEPS[name]
        assert {run["steps"] for run in objectives[name, length]} == {steps}
    recipes = [(run["recipe"], run["seed"]) for run in experiment.recorded("recipes")]
    assert sorted(recipes) == sorted(product(experiment.RECIPES, (0, 1, 2)))
    for start, share in [*(("town", s) for s in experiment.SHARES), ("nothing", 0.51),
                         ("nothing", 1.0)]:  # fmt: skip
        assert sorted(transfers[start, share]) == [0, 1, 2], (start, share)
    diets = [(run["diet"], run["seed"]) for run in experiment.recorded("cleaning")]
    assert sorted(diets) == sorted((diet, seed) for diet in experiment.DIETS for seed in (0, 1, 2))


def test_the_command_records_what_is_missing_and_nothing_twice(monkeypatch, tmp_path):
    """A killed run goes on where it was: what is there is not made again."""
    made = []

    def quick(diet, seed):
        made.append((diet, seed))
        return {"diet": diet, "loss": 1.0}

    monkeypatch.setattr(experiment, "run_cleaning", quick)
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    experiment.EXPERIMENT.run_missing("cleaning", [0])
    assert made == [(diet, 0) for diet in experiment.DIETS]
    experiment.EXPERIMENT.run_missing("cleaning", [0, 1])
    count = len(experiment.DIETS)
    assert made[count:] == [(diet, 1) for diet in experiment.DIETS]
    runs = experiment.recorded("cleaning")
    assert [run["run"] for run in runs[:1]] == ["the crawl/0"] and len(runs) == 2 * count


@pytest.mark.parametrize(
    "diet, has_menus, has_dialect",
    [
        ("the crawl", True, True),
        (experiment.CLEANED, False, False),
        (f"{experiment.WITHOUT}boilerplate removed", True, False),
        (f"{experiment.WITHOUT}other languages", False, True),
        ("the town itself", False, False),
    ],
)
def test_diets_are_what_they_are_called(diet, has_menus, has_dialect):
    """Rows of the crawl hold menus and dialect; cleaned ones what the step left out leaves."""
    tokenizer = data.tokenizer()
    rows = experiment.diet_rows(diet, tokenizer, 0)
    text = tokenizer.decode(rows.flatten())
    assert ("You are here:" in text) is has_menus and len(rows) <= 600
    dialect = " ".join(said for _, said in next(stream("dialect", "train", 0)).fields["pairs"])
    assert (dialect[:40] in text) is has_dialect


def test_a_live_training_is_as_long_as_the_profile_lets_it():
    """The laptop's profile has 300 steps, for which a run is a short one."""
    for objective, steps in experiment.STEPS.items():
        assert experiment.steps_of(objective, 300) == steps
        assert experiment.steps_of(objective, 600) == 2 * steps
    assert experiment.documents_of(300) == experiment.DOCUMENTS
    assert experiment.documents_of(100) == experiment.DOCUMENTS / 3


def test_only_a_decoder_is_watched_for_its_loss_on_texts(tiny, tokenizer):
    texts = entropy_bound.held_out(data.town_documents(4), tokenizer, 4)
    for objective in ARCHITECTURES:
        watched = experiment.measures(objective, tokenizer, texts, pairs=2)
        assert list(watched) == ["evidence"] + ["town"] * (objective == "causal")
        model = tiny[objective]
        assert watched["evidence"](model) == gained(objective, model, tokenizer, count=2)
    watched = experiment.measures("causal", tokenizer, texts)
    loss = entropy_bound.causal_loss_on(tiny["causal"], texts)
    assert watched["town"](tiny["causal"]) == pytest.approx(loss)


def test_every_job_of_every_part_has_a_name_of_its_own():
    counts = {}
    for part, jobs in experiment.EXPERIMENT.parts.items():
        names = [each.name for each in jobs([0, 1])]
        assert len(set(names)) == len(names), part
        assert Counter(name.rpartition("/")[2] for name in names)["1"] == len(names) / 2
        counts[part] = len(names)
    assert counts == {
        "objectives": 12, "reading": 4, "untrained": 2, "recipes": 4, "transfer": 14,
        "cleaning": 2 * len(experiment.DIETS),
    }  # fmt: skip


def test_rows_are_whole_documents_or_cut_from_a_ribbon(tokenizer):
    whole = experiment.town_rows(tokenizer, 3, seed=0)
    assert whole[:, 0].tolist() == [tokenizer.bos_token_id] * 3
    cut = experiment.cut_rows(tokenizer, 3, seed=0, length=16)
    assert cut.shape == (3, 16) and (cut != tokenizer.pad_token_id).all()
    first = whole[0][whole[0] != tokenizer.pad_token_id]
    assert cut.flatten()[: len(first)].tolist() == first[:48].tolist(), "the same text"
