"""The sweep: budgets become steps, runs are repeatable, measures are what they say."""

import pytest
import torch

from workbook.pretraining import data
from workbook.scaling_laws import counting, experiment, sweep

TINY = sweep.LADDER[0]


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
