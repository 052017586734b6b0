"""The benchmark of sampling runs, compares like with like, and leaves the model as it was."""

from __future__ import annotations

import torch

from workbook.sampling import bench


def test_it_runs_and_says_what_was_equal(tiny_llama, monkeypatch):
    monkeypatch.setattr(bench, "load_model", lambda role: tiny_llama)
    settings = tiny_llama.generation_config
    rows = bench.run(quick=True)
    names = [row.name for row in rows]
    assert [name.split(",")[0] for name in names] == ["batch 1"] * 2 + ["batch 32"] * 2
    assert names[0].endswith("greedy, 64 of 64 tokens the same")
    assert all(row.ratio > 0 and row.rounds == 3 and row.unit == "tokens/s" for row in rows)
    assert tiny_llama.generation_config is settings


def test_both_write_as_many_tokens_past_any_end(tiny_llama):
    """Guards against a peer that stops at its end token and so looks fast."""
    ids = bench.own_text(tiny_llama, 2)
    assert ids.shape == (2, bench.PROMPT)
    with torch.no_grad():
        tiny_llama.lm_head.weight[tiny_llama.config.eos_token_id] *= 50  # it wants to end
    for settings in ({"temperature": 0}, bench.SAMPLED):
        assert bench.theirs(tiny_llama, ids, 20, settings).shape == (2, bench.PROMPT + 20)


def test_the_peer_is_not_held_to_fifty_tokens(tiny_llama):
    """Guards against transformers' own default top-k of 50, which would make the two differ."""
    with torch.no_grad():
        tiny_llama.lm_head.weight *= 0.01  # nearly flat: all 97 tokens have their chance
    ids = bench.own_text(tiny_llama, 8)
    written = bench.theirs(tiny_llama, ids, 60, bench.SAMPLED)[:, bench.PROMPT :]
    assert len(written.unique()) > 50
