"""The benchmark of training compares like with like: the same work counted, padding left out."""

from __future__ import annotations

import math
import os

import pytest
import torch

from workbook.core.hub import loading
from workbook.core.runs import bench as core_bench
from workbook.core.system import peak_memory
from workbook.training import bench, mfu
from workbook.training.mfu import Size


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


def test_the_work_of_a_token_is_counted_as_torch_counts_it():
    """Against torch's own FLOP counter; it sees the whole square of attention, we its half."""
    from torch.utils.flop_counter import FlopCounterMode

    from workbook.training.losses import causal_loss

    size = Size("tiny", 64, 3, 4, 160, batch_size=2, seq_len=32)
    model = mfu.make(size)
    ids = torch.randint(mfu.VOCABULARY, (size.batch_size, size.seq_len))
    with FlopCounterMode(display=False) as counter:
        causal_loss(model, {"ids": ids, "labels": ids}).total.backward()
    counted = counter.get_total_flops() / ids.numel()
    attention = 6.0 * size.layers * size.hidden_size * size.seq_len
    assert counted == pytest.approx(mfu.flops_per_token(size) + attention, rel=0.02)


def test_the_sizes_are_those_they_are_called():
    named = {"124M": 124e6, "350M": 350e6, "1.3B": 1.3e9}
    for size in mfu.SIZES:
        with torch.device("meta"):
            parameters = sum(p.numel() for p in mfu.make(size).parameters())
        assert parameters == pytest.approx(named[size.name], rel=0.1)


def test_utilisation_is_measured_on_any_device(monkeypatch):
    tiny = Size("tiny", 16, 1, 2, 16, batch_size=2, seq_len=8)
    use = mfu.measure(tiny, compiled=False, steps=4, warmup=2)
    assert use.tokens_per_second > 0 and use.first_loss == pytest.approx(math.log(32_000), rel=0.1)
    assert math.isnan(use.mfu)  # nobody has written down this processor's peak
    known_chip = mfu.machine.Accelerator("cpu", "NVIDIA H100 80GB HBM3")
    monkeypatch.setattr(mfu.machine, "find_accelerator", lambda: known_chip)
    known = mfu.measure(tiny, compiled=False, steps=4, warmup=2)
    assert known.mfu == pytest.approx(known.tokens_per_second * mfu.flops_per_token(tiny) / 989e12)
    assert mfu.peak("NVIDIA H200") == 989e12 and math.isnan(mfu.peak("abacus"))


@pytest.mark.parametrize(
    "name, teraflops",
    [
        ("NVIDIA H100 80GB HBM3", 989),
        ("NVIDIA H100 PCIe", 756),
        ("NVIDIA H100 NVL", 835),
        ("NVIDIA A100-SXM4-80GB", 312),
        ("NVIDIA A100 80GB PCIe", 312),
        ("NVIDIA L40S", 362),
        ("NVIDIA L40", 181),
        ("NVIDIA L4", 121),
        ("NVIDIA GeForce RTX 4090", 165),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", None),
        ("NVIDIA GH200 480GB", None),
        ("NVIDIA H100 80GB HBM3 MIG 1g.10gb", None),
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", None),
    ],
)
def test_a_peak_is_of_the_very_chip(name, teraflops):
    """Guards against a word in the name: an L40 is no L4, an H100 PCIe no H100 SXM."""
    found = mfu.peak(name)
    assert math.isnan(found) if teraflops is None else found == teraflops * 1e12
