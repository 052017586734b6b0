"""The benchmark of training compares like with like: the same work counted, padding left out."""

from __future__ import annotations

import os

import pytest
import torch

from workbook.core.hub import loading
from workbook.core.runs import bench as core_bench
from workbook.core.system import peak_memory
from workbook.training import bench


@pytest.fixture
def task(tiny_llama, monkeypatch):
    """A task of two steps for a tiny model with the town's tokenizer."""
    tokenizer = loading.load_tokenizer("base")
    tiny_llama.resize_token_embeddings(len(tokenizer))
    tiny_llama.config.max_position_embeddings = bench.LENGTH
    monkeypatch.setattr(bench, "EXAMPLES", 60)
    monkeypatch.setattr(loading, "load_model", lambda role, dtype: tiny_llama)
    return bench.make_task(steps=2)


@pytest.mark.slow
def test_every_peer_trains_and_its_padding_does_not_count(task):
    lengths = {len(chat.ids) for chat in task.examples}
    for name, options in bench.PEERS.items():
        train, work = bench.prepare_peer(name, task)
        if options and options.get("packing"):
            assert 0 < work <= 2 * bench.ROWS * bench.LENGTH
        else:
            assert 2 * bench.BATCH * min(lengths) <= work < 2 * bench.BATCH * max(lengths)
        assert train().global_step == 2
    ours, work = bench.prepare_ours(task)
    assert ours().records[-1]["tokens"] == work <= 2 * bench.ROWS * bench.LENGTH


@pytest.mark.slow
def test_the_peers_have_our_model_optimiser_and_precision(task):
    for name in bench.PEERS:
        trainer = bench.make_trainer(name, task, "unused")
        assert not trainer.args.bf16 and not trainer.args.fp16
        assert trainer.args.optim == "adamw_torch_fused"
        assert trainer.args.learning_rate == bench.RATE
        weights = trainer.model.state_dict()
        for key, value in task.model.state_dict().items():
            assert torch.equal(weights[key], value) and weights[key] is not value


def test_a_turn_starts_from_the_same_weights_and_leaves_the_tasks_own(task):
    before = {key: value.clone() for key, value in task.model.state_dict().items()}
    bench.prepare_ours(task)[0]()
    assert all(torch.equal(before[k], v) for k, v in task.model.state_dict().items())


@pytest.mark.slow
def test_memory_is_that_of_the_child_alone():
    """Guards against ru_maxrss, with which a child starts at its parent's peak."""
    ballast = torch.ones(200_000_000)  # 800 MB in the parent
    mine = peak_memory.high_water(os.getpid()) / 1e6
    assert ballast.sum() > 0 and 300 < bench._peak_of_child(bench.OURS) < mine - 100


def test_rates_are_of_real_tokens(monkeypatch):
    """Two seconds for 100 tokens against one second for 20 is 50 against 20 tokens/s."""

    def two():
        return None

    def one():
        return None

    monkeypatch.setattr(bench, "PEERS", {"slow": {}})
    monkeypatch.setattr(bench, "prepare_ours", lambda task: (two, 100))
    monkeypatch.setattr(bench, "prepare_peer", lambda name, task: (one, 20))
    monkeypatch.setattr(bench, "seconds", lambda f: 2.0 if f is two else 1.0)
    (row,) = bench.measure(None, rounds=3)
    assert (row.ours, row.peer, row.ratio, row.rounds) == (50.0, 20.0, pytest.approx(2.5), 3)
    assert core_bench.table([row], "x").row_count == 1
