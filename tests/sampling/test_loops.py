"""The small model that loops: what is recorded, and how its text is read and its rows are made."""

import math

import pytest
import torch
from tiny_models import llama
from tiny_town import tiny_model, tiny_tokenizer

from workbook.core.hub import bundled
from workbook.core.runs.seeding import generator
from workbook.sampling import generate, loops
from workbook.sampling.experiment import EXPERIMENT
from workbook.sampling.measure import distinct
from workbook.sampling.measure import loops as share_of_loops


def test_the_recorded_model_loops_greedily_and_not_when_drawn():
    runs = EXPERIMENT.read("loops")
    assert len(runs) == 3
    for run in runs:
        steps = {each["step"]: each["loops"] for each in run["read"]}
        assert tuple(steps) == loops.STEPS
        assert steps[50]["greedy"] > 0.5 > 0.2 > steps[400]["greedy"]
        assert all(step["frequency penalty 0.5"] == 0 for step in steps.values())
        assert all(step["top-p 0.9"] <= 1 / 32 for step in steps.values()), "one of 32, at most"


def test_a_short_training_has_the_record_s_form():
    _, tokenizer = bundled("town-lm")
    prompts = torch.tensor([tokenizer.encode("Bridor Mossbrock is")] * 2)
    found = loops.train_and_read(tokenizer, prompts, seed=0, steps=(1, 3), documents=40)
    assert [each["step"] for each in found["read"]] == [1, 3]
    for each in found["read"]:
        assert each["loops"].keys() == each["distinct_2"].keys() == loops.SETTINGS.keys()
        assert all(0 <= share <= 1 for share in each["loops"].values())
    assert found["read"][0]["loss"] == pytest.approx(math.log(len(tokenizer)), rel=0.05)


def test_reading_measures_the_continuations_alone(monkeypatch):
    """Against `generate` and the measures; the prompts, which loop, must not count."""
    monkeypatch.setattr(loops, "NEW_TOKENS", 10)
    tokenizer, model = tiny_tokenizer(), tiny_model()
    prompts = torch.tensor(tokenizer.encode(" is" * 12)[:8]).repeat(3, 1)
    found = loops.read_model(model, tokenizer, prompts, seed=4)
    for name, setting in loops.SETTINGS.items():
        said = generate(model, prompts, max_new_tokens=10, generator=generator(4), **setting)
        new = said[:, 8:].tolist()
        assert found["distinct_2"][name] == pytest.approx(distinct(new, 2), abs=1e-4)
        assert found["loops"][name] == pytest.approx(share_of_loops(new), abs=1e-4)
    greedy = generate(model, prompts[:1], max_new_tokens=10, temperature=0)
    assert found["text"] == tokenizer.decode(greedy[0, 8:], skip_special_tokens=True)[:300]


def test_a_model_that_says_one_word_for_ever_loops_where_it_is_greedy(monkeypatch):
    """All logits are equal: greedy takes the lowest id until a penalty lowers it."""
    monkeypatch.setattr(loops, "NEW_TOKENS", 12)
    model = llama(vocab_size=len(tiny_tokenizer()))
    with torch.no_grad():
        model.lm_head.weight.zero_()
    found = loops.read_model(model, tiny_tokenizer(), torch.full((2, 4), 40), seed=0)
    assert found["loops"]["greedy"] == 1 and found["loops"]["T = 1"] == 0
    assert found["distinct_2"]["greedy"] == pytest.approx(1 / 22, abs=1e-4)
    assert found["loops"]["presence penalty 1"] == found["loops"]["frequency penalty 0.5"] == 0


def test_documents_of_a_row_are_apart_and_another_seed_has_others():
    tokenizer = tiny_tokenizer()
    rows = loops.town_rows(tokenizer, 20, seed=1)
    documents = [example.ids for row in rows.rows for example in row]
    assert len(documents) + rows.skipped == 20 and documents
    for ids in documents:
        assert (ids[0], ids[-1]) == (tokenizer.bos_token_id, tokenizer.eos_token_id)
        assert ids.count(tokenizer.eos_token_id) == 1
    for row in rows.rows:
        assert sum(len(example.ids) for example in row) <= loops.SEQ_LEN
    for seed, same in ((1, True), (2, False)):
        again = loops.town_rows(tokenizer, 20, seed)
        assert ([example.ids for row in again.rows for example in row] == documents) is same
