"""The sweep: budgets become steps, runs are repeatable, measures are what they say."""

import os

import pytest
import torch

from workbook.pretraining import data
from workbook.pretraining.entropy_bound import held_out
from workbook.scaling_laws import counting, experiment, sweep
from workbook.scaling_laws.approaches import isoflop_optima

TINY = sweep.LADDER[0]


@pytest.fixture(scope="module")
def books():
    return sweep.Library(data.tokenizer(), seed=5)


@pytest.fixture(scope="module")
def judged():
    return held_out(data.town_documents(6), data.tokenizer(), 8)


@pytest.fixture(scope="module")
def row(books, judged):
    return sweep.run(TINY, 6, books=books, judged=judged, marks=3)


def test_the_ladder_grows_from_hundredths_to_a_million():
    sizes = [
        counting.count_parameters(sweep.llama_config(s, data.tokenizer())) for s in sweep.LADDER
    ]
    assert sizes == sorted(sizes) and sizes[0] < 6e4 and 4e5 < sizes[-1] < 2e6
    assert all(
        2.5 > large / small > 1.2 for small, large in zip(sizes[:-1], sizes[1:], strict=True)
    )


def test_the_plan_has_runs_enough_and_costs_two_hours_at_most():
    runs = [(budget, size) for budget, sizes in experiment.BUDGETS.items() for size in sizes]
    assert len(runs) >= 30 and len(experiment.BUDGETS) >= 5
    assert all(len(sizes) >= 6 for sizes in experiment.BUDGETS.values())
    assert sum(budget for budget, _ in runs) < 7200 * 4e9  # FLOP/s of one core on small matrices


def test_a_budget_is_spent_to_a_step():
    for budget, sizes in experiment.BUDGETS.items():
        for size in sizes:
            config = sweep.llama_config(size, data.tokenizer())
            steps = sweep.steps_for(budget, config)
            spent = steps * sweep.BATCH * sweep.LENGTH * sweep.flops_a_token(config)
            assert spent == pytest.approx(budget, rel=0.05), (budget, size)
    with pytest.raises(ValueError, match="less than one step"):
        sweep.steps_for(1e3, config)


def test_a_run_says_what_it_was(row, judged):
    assert row["size"] == "8x1" and row["steps"] == 6 and row["unique"] == row["tokens"]
    assert 0.8 < row["tokens"] / (6 * sweep.BATCH * sweep.LENGTH) <= 1
    assert row["flops"] == row["tokens"] * sweep.flops_a_token(
        sweep.llama_config(TINY, data.tokenizer())
    )
    assert row["parameters"] - row["without_embeddings"] == 8 * len(data.tokenizer())
    assert row["entropy_bound"] == judged.entropy_bound < row["loss"]
    assert row["curve"][-1] == [row["tokens"], round(row["loss"], 4)]
    spent = [tokens for tokens, _ in row["curve"]]
    assert spent == sorted(spent) and len(spent) == 3
    shares = list(row["right"].values())
    assert shares == sorted(shares, reverse=True)


def test_the_same_seed_gives_the_same_loss(row, books, judged):
    again = sweep.run(TINY, 6, books=books, judged=judged, marks=3)
    assert again["loss"] == row["loss"]
    assert sweep.run(TINY, 6, seed=1, books=books, judged=judged)["loss"] != row["loss"]


def test_text_that_runs_out_is_read_again(books, judged):
    found = sweep.run(TINY, 6, books=books, judged=judged, unique=1500, marks=1)
    assert found["unique"] == 1500 < found["tokens"]


def test_a_library_reads_on_and_gives_the_same_texts(books):
    few, more = books.first(500), books.first(5000)
    assert more[: len(few)] == few
    assert sum(len(e.ids) for e in more if len(e.ids) <= sweep.LENGTH) >= 5000
    assert sweep.Library(data.tokenizer(), seed=5).first(500) == few


class Parrot(torch.nn.Module):
    """A model that is right about every token but each fifth."""

    def __init__(self, vocabulary):
        super().__init__()
        self.vocabulary, self.weight = vocabulary, torch.nn.Parameter(torch.zeros(1))

    def forward(self, input_ids, attention_mask, use_cache):
        next_ids = input_ids.roll(-1, 1).clone()
        places = torch.arange(input_ids.shape[1])
        next_ids[:, places % 5 == 4] = 0
        logits = torch.nn.functional.one_hot(next_ids, self.vocabulary).float()
        return type("Out", (), {"logits": logits})


def test_spans_are_right_where_all_their_tokens_are(judged):
    """By hand: of a row of 19 targets, four in five are right, and runs of four between them."""
    ids = torch.arange(1, 21)[None]
    texts = type(judged)(ids, torch.ones_like(ids, dtype=torch.bool), 1.0, ("x",))
    found = sweep.right_in_a_row(Parrot(30), texts, spans=(1, 2, 4, 8))
    assert found == {"1": 16 / 19, "2": 12 / 18, "4": 4 / 16, "8": 0.0}


def test_padding_has_no_say_in_the_spans(judged):
    ids = torch.arange(1, 21)[None]
    keep = torch.ones_like(ids, dtype=torch.bool)
    padded = type(judged)(
        torch.nn.functional.pad(ids, (0, 9), value=7),
        torch.nn.functional.pad(keep, (0, 9)),
        1.0,
        ("x",),
    )
    plain = type(judged)(ids, keep, 1.0, ("x",))
    assert sweep.right_in_a_row(Parrot(30), padded) == sweep.right_in_a_row(Parrot(30), plain)


def test_recording_goes_on_where_it_was_killed(tmp_path, monkeypatch, books, judged):
    """Two runs of a small plan, the second call after a kill: no run is made twice."""
    made = []

    def short(size, steps, seed=0, **_):
        made.append(size.name)
        if len(made) == 2:
            raise KeyboardInterrupt
        return sweep_run(size, 2, seed, books=books, judged=judged, marks=1)

    sweep_run = sweep.run
    bundled = {name: os.path.realpath(experiment.EXPERIMENT.path("sweep").parents[2] / name)
               for name in ("models", "town")}  # fmt: skip
    for name, path in bundled.items():
        (tmp_path / name).symlink_to(path)
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    monkeypatch.setattr(sweep, "run", short)
    monkeypatch.setattr(experiment, "BUDGETS", {1e9: sweep.LADDER[:2], 2e9: sweep.LADDER[:1]})
    with pytest.raises(KeyboardInterrupt):
        experiment.EXPERIMENT.run_missing("sweep", (0, 1))
    experiment.EXPERIMENT.run_missing("sweep", (0, 1))
    assert made == ["8x1", "12x1", "12x1", "8x1"]
    rows = experiment.recorded("sweep")
    assert [row["budget"] for row in rows] == [1e9, 1e9, 2e9]
    assert all(row["stamp"]["seed"] == 0 for row in rows)
    frame = experiment.table(rows)
    assert frame.shape == (2, 2)
    assert isoflop_optima(experiment.for_fits(rows)) == []  # two sizes are no parabola
    assert experiment.recorded("repeated") == []
    monkeypatch.delenv(experiment.POINTS, raising=False)
    experiment.EXPERIMENT.run_missing("refit")
    assert experiment.recorded("refit") == []


def test_a_live_sweep_gives_rows_of_the_same_form(monkeypatch, books, judged):
    run = sweep.run
    monkeypatch.setattr(
        sweep, "run", lambda size, steps, seed, **_: run(size, 2, seed, books=books, judged=judged)
    )
    rows = experiment.live({1e9: sweep.LADDER[:3]})
    assert [row["size"] for row in rows] == [size.name for size in sweep.LADDER[:3]]
    assert {"budget", "loss", "parameters", "tokens", "right"} <= set(rows[0])


def test_the_refit_is_recorded_as_it_was_made(root):
    """The record holds what a new fit of the points gives, where they are at hand."""
    rows = experiment.recorded("refit")
    assert rows, "run `workbook record scaling_laws refit`"
    assert rows[0]["points"] == 240
    assert rows[0]["huber_sum"] == pytest.approx(0.00101827, abs=5e-9)
    low, high = rows[0]["intervals"]["E"][1:]
    assert low < rows[0]["constants"]["E"] < high
