"""The benchmark compares like with like: the same outputs, the same weights trained."""

import torch
from tiny_lora import attached, llama, logits

from workbook.lora import adapters_off, bench, lora_layers


def test_what_the_benchmark_compares_is_the_same_and_no_larger(monkeypatch):
    monkeypatch.setattr(bench, "NEW_TOKENS", 3)
    monkeypatch.setattr("gc.collect", lambda: 0)  # before each timing; here nothing is timed
    base = llama()
    ours, theirs = bench.pair(base)
    tokens = bench.random_ids(base, 2, 8)
    torch.testing.assert_close(logits(ours, tokens), logits(theirs, tokens), atol=1e-6, rtol=0)
    rows = bench.against_peft(base, 2) + bench.serving(base, 2, 3)
    assert len(rows) == 7 and all(row.ours > 0 for row in rows)
    assert rows[1].name == "peak memory, training" and rows[1].ratio >= 0.999


def test_a_filled_adapter_does_something_and_the_same_each_time():
    model = bench.filled(attached(), seed=3)
    tokens = bench.random_ids(model, 2, 6)
    adapted = logits(model, tokens)
    with adapters_off(model):
        assert (logits(model, tokens) - adapted).abs().max() > 1e-4
    assert torch.equal(logits(bench.filled(attached(), seed=3), tokens), adapted)
    assert not torch.equal(logits(bench.filled(attached(), seed=4), tokens), adapted)


def test_rows_of_tokens_are_the_same_for_both_and_in_the_vocabulary():
    model = llama()
    tokens = bench.random_ids(model, 5, 70)
    assert tokens.shape == (5, 70) and torch.equal(tokens, bench.random_ids(model, 5, 70))
    assert 0 <= tokens.min() and tokens.max() == model.config.vocab_size - 1


def test_a_step_trains_the_adapter_and_leaves_no_gradient():
    model = attached().train()
    before = {name: p.clone() for name, p in model.named_parameters()}
    bench.step_of(model, bench.random_ids(model, 2, 6))()
    moved = {n for n, p in model.named_parameters() if not torch.equal(before[n], p)}
    assert moved == {name for name, p in model.named_parameters() if p.requires_grad}
    assert len(moved) == 2 * len(lora_layers(model))
    assert all(p.grad is None for p in model.parameters())


def test_less_memory_is_a_ratio_above_one():
    models = [attached(), llama()]
    tokens = bench.random_ids(models[0], 2, 6)
    row = bench.memory_row("x", [(model, bench.step_of(model, tokens)) for model in models])
    assert 0 < row.ours < row.peer and row.ratio == row.peer / row.ours > 1
    assert (row.name, row.unit) == ("peak memory, x", "MB")
