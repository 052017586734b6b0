"""The lesson's experiment, at the smallest size: what it measures is what the parts measure."""

import pandas as pd
import pytest
import torch
from tiny_town import tiny_model, tiny_tokenizer

from workbook.core.runs import Interval
from workbook.inference import decode
from workbook.sampling import experiment, generate
from workbook.sampling.faithfulness import statements
from workbook.town import stream

SETTINGS = {"greedy": {"temperature": 0.0}, "drawn": {"temperature": 1.0}, "k": {"top_k": 2}}


@pytest.fixture(scope="module")
def texts():
    return experiment.continuations(tiny_tokenizer(), 3, prompt_tokens=8, new_tokens=12)


@pytest.fixture(scope="module")
def asked():
    return statements(4)


@pytest.fixture(scope="module")
def rows(texts, asked):
    seeds = (0, 1, 2)
    return experiment.sweep(tiny_model(), tiny_tokenizer(), SETTINGS, texts, asked, seeds)


def test_truth_is_what_the_town_says_next(texts):
    page = next(stream("page", "train", experiment.PAGE_SEED))
    assert page.text.startswith(decode(tiny_tokenizer(), texts.truth)[0])
    assert torch.equal(texts.truth[:, :8], texts.prompts)
    assert texts.truth.shape == (3, 20) and texts.new_tokens == 12


def test_entropy_bound_and_surprise_are_over_whole_pages(texts):
    """All of the first pages are long enough here, so they are the ones that count."""
    tokenizer, model, nats, loss, tokens = tiny_tokenizer(), tiny_model(), 0.0, 0.0, 0
    for start in range(3):
        page = next(stream("page", "train", experiment.PAGE_SEED, start))
        ids = torch.tensor([[2, *tokenizer.encode(page.text), tokenizer.eos_token_id]])
        with torch.no_grad():
            loss += model(input_ids=ids, labels=ids).loss.item() * (ids.shape[1] - 1)
        nats, tokens = nats + page.nats, tokens + ids.shape[1] - 1
    assert texts.entropy_bound == pytest.approx(nats / tokens)
    assert experiment.page_mean_nll(model, texts) == pytest.approx(loss / tokens, rel=1e-4)


def test_one_row_per_setting_and_seed(rows):
    assert len(rows) == 9
    assert list(rows.columns) == ["setting", "seed", *experiment.MEASURES]
    same = rows[rows.setting == "greedy"].drop(columns="seed").drop_duplicates()
    assert len(same) == 1, "greedy decoding has no dice"
    assert rows[rows.setting == "drawn"].surprise.nunique() == 3


def test_a_row_is_what_generate_says(rows, texts):
    said = generate(
        tiny_model(), texts.prompts, max_new_tokens=12, top_k=2,
        generator=torch.Generator().manual_seed(1),
    )  # fmt: skip
    row = rows[(rows.setting == "k") & (rows.seed == 1)].iloc[0]
    assert row[list(experiment.BY_SEED)].to_dict() == pytest.approx(
        experiment.measures(tiny_model(), texts, said)
    )


def test_right_answers_are_counted(asked, monkeypatch):
    """A model that says the truth for every second statement."""

    def truthful(model, ids, *, max_new_tokens, keep_mask, **_):
        answers = [f" {one.value}." if i % 2 else " no." for i, one in enumerate(asked)]
        rows = [tiny_tokenizer().encode(text) for text in answers]
        length = max(map(len, rows))
        new = torch.tensor([row + [0] * (length - len(row)) for row in rows])
        return torch.cat([ids, new], 1)

    monkeypatch.setattr(experiment, "generate", truthful)
    right = experiment.answers_right(tiny_model(), tiny_tokenizer(), asked, 0, {})
    assert right == (False, True) * 2


def test_summary_keeps_the_order_and_has_intervals(rows):
    table = experiment.summarise(rows)
    assert list(table.index) == list(SETTINGS)
    assert (table.map(lambda cell: cell.count("[")) == 1).all(axis=None)


def test_no_share_of_a_summary_leaves_0_to_1():
    """Fault B8: intervals below 0 or above 1. What is no share, such as nats, is not cut."""
    values = dict.fromkeys(experiment.BY_SEED, [0.95, 0.75, 0.55])
    rows = pd.DataFrame({"setting": "one", **values, "right": [[True, False]] * 3})
    (table,) = experiment.summarise(rows).to_dict("records")
    assert table["distinct_2"] == "0.75 [0.253, 1]"
    assert table["surprise"] == "0.75 [0.253, 1.25]"
    assert table["right"] == "0.5 [0, 1]"


def test_an_accuracy_on_which_the_seeds_agree_has_a_width():
    """Fault: ".891 [.891, .891]" where three seeds had the same number of right answers."""
    shifted = [[(place + seed) % 8 != 0 for place in range(64)] for seed in range(3)]
    found = experiment.accuracy(shifted)
    assert found.mean == pytest.approx(7 / 8)
    assert 0.02 < found.mean - found.low < 0.06 and 0.02 < found.high - found.mean < 0.06
    for all_of_them in (True, False):
        sure = experiment.accuracy([[all_of_them] * 64] * 3)
        assert sure == Interval.of_share([all_of_them] * 64) and sure.high - sure.low > 0.03


def test_asking_the_same_statements_again_makes_no_interval_smaller():
    once = [place % 4 != 0 for place in range(64)]
    three = experiment.accuracy([once] * 3)
    assert three == pytest.approx(experiment.accuracy([once]))
