"""What is counted and measured: parameters of known models, bytes, operations, paths, copying."""

import math

import pandas as pd
import pytest
import torch
from hf_models import gpt2, t5
from torch.utils.flop_counter import FlopCounterMode

from workbook.attention import (
    GrowingKVCache,
    Transformer,
    TransformerConfig,
    cost,
    counts,
    experiment,
    recurrence,
    scale,
)
from workbook.attention.library_weights import from_transformers


@pytest.mark.parametrize("known", counts.KNOWN, ids=lambda known: known.name)
def test_published_models_are_counted_to_the_last_parameter(known):
    pooler = known.config.channels**2 + known.config.channels if known.pooler else 0
    assert counts.count(known.config) + pooler == known.exact


def test_counting_is_what_a_real_model_holds():
    for hf in (gpt2(), t5(feed_forward_proj="gated-gelu")):
        ours = from_transformers(hf)
        assert counts.count(ours.config) == counts.parameters(ours) == hf.num_parameters()


def test_formulas_of_the_literature():
    """GPT-2: V d + T d + L (12 d^2 + 13 d) + 2 d; Flan-T5: an encoder's and a decoder's layer."""
    for known, depth in zip(counts.KNOWN[1:5], (12, 24, 36, 48), strict=True):
        d = known.config.channels
        assert known.exact == 50_257 * d + 1024 * d + depth * (12 * d * d + 13 * d) + 2 * d
    flan = next(k for k in counts.KNOWN if k.name == "Flan-T5-base").exact
    assert flan == 2 * 32_128 * 768 + 12 * (7_079_424 + 9_439_488) + 768 + 1536


def test_table_3_has_no_vocabulary_for_all_its_rows():
    """figures: 63.0M for base at 37,000; base rows need 41,003 to 41,208; big 35.4k to 36.3k."""
    from workbook.attention.exercises import implied_vocabulary

    table = counts.table_3()
    assert len(table) == 11 and table.counted["base"] == 63.0
    # Twice 512 x 8 x (64 - d_k) fewer in each of 18 attentions.
    assert table.body["base"] - table.body["d_k = 16"] == 18 * 2 * 512 * 8 * 48
    assert table.body["base"] - table.body["d_k = 32"] == 18 * 2 * 512 * 8 * 32
    rows = list(zip(table.published, table.body, table.channels, strict=True))
    assert implied_vocabulary(rows[:-1]) == (41_004, 41_208)
    low, high = implied_vocabulary(rows[-1:])
    assert 35_300 < low < high < 36_400 and implied_vocabulary(rows) is None


def test_the_table_shows_what_was_published_beside_what_is_counted():
    table = counts.known_table()
    assert table["equal"].all() and table["apart, %"].abs().max() < 2
    gpt_3 = table.loc["GPT-3 175B"]
    assert gpt_3["published"] == "174,600M" and gpt_3["counted here"] == "174,604,259,328"
    assert table["apart, %"]["BERT large"] == round(100 * (335_141_888 / 340e6 - 1), 1) == -1.4


def test_operations_of_gpt2_are_the_published_integer():
    """291,648,307,200 for a text of 1,024 tokens (nanoGPT, transformer_sizing.ipynb)."""
    gpt2_small = counts.KNOWN[1].config
    done = scale.operations(gpt2_small, 1024)
    assert sum(done.values()) == 291_648_307_200 and done["pairs"] == 38_654_705_664


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"kv_heads": 1, "tied": False},
        {"positions": "learned", "norm": "layer", "feed_forward": "gelu", "inner_bias": True},
        {"norm_first": False, "attention_bias": True, "out_bias": True, "head_size": 8},
    ],
)
def test_operations_are_those_torch_counts_in_a_whole_model(changes):
    config = TransformerConfig(50, channels=24, layers=3, heads=2, **changes)
    counter = FlopCounterMode(display=False)
    with torch.device("meta"), counter:
        Transformer(config)(torch.zeros(1, 17, dtype=torch.long))
    assert counter.get_total_flops() == sum(scale.operations(config, 17).values())


def test_pairs_overtake_weights_at_the_even_length():
    config = counts.LLAMA_2_7B
    even = scale.even_length(config)
    below, above = (scale.operations(config, int(even * factor)) for factor in (0.99, 1.01))
    assert below["pairs"] < below["weights"] and above["pairs"] > above["weights"]


@torch.no_grad()
def test_the_cache_is_as_large_as_counted():
    config = TransformerConfig(50, channels=24, layers=3, heads=4, kv_heads=2)
    cache, model = GrowingKVCache(), Transformer(config)
    model(torch.zeros(1, 9, dtype=torch.long), cache=cache)
    held = sum(part.nbytes for pair in cache.kept.values() for part in pair)
    assert held == scale.cache_bytes(config, 9, each=4)
    table = scale.scale_table(counts.LLAMA_2_7B, (2048, 4096))
    assert table["cache, GB"].iloc[0] == pytest.approx(4 * table["cache with K = 8, GB"].iloc[0])
    assert table["scores of a layer, GB"].iloc[1] == pytest.approx(2 * 32 * 4096**2 / 1e9)


def test_a_device_that_is_no_cuda_device_is_waited_for(monkeypatch):
    """Guards against torch.cuda called for every device but the CPU, such as Apple's mps."""
    waited = []
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda: waited.append(1))
    x = torch.ones(3)
    assert cost._seconds(lambda y: y + 1, [x], "mps") >= 0 and len(waited) == 2
    assert cost.peak_bytes(lambda: torch.zeros(1000), "mps") == 4000
    assert cost._seconds(lambda y: y + 1, [x], "cpu") >= 0 and len(waited) == 2


def test_peak_bytes_of_known_allocations():
    assert cost.peak_bytes(lambda: torch.zeros(1000)) == 4000
    assert cost.peak_bytes(lambda: torch.zeros(1000).add(1)) == 8000
    assert cost.peak_bytes(lambda: torch.zeros(1000).add_(1)) == 4000
    given = torch.zeros(500)
    assert cost.peak_bytes(lambda: given.view(50, 10).t()) == 0, "a view of an input is free"

    def chain():
        x = torch.zeros(1000)
        for _ in range(5):
            x = x + 1  # the one before is let go
        return x

    assert cost.peak_bytes(chain) == 8000


def test_naive_memory_is_quadratic_and_fused_is_linear():
    threads, during = torch.get_num_threads(), []

    def watch(lengths):
        during.append(torch.get_num_threads())
        return lengths

    rows = cost.measure([64, 128, 256, 512], repeats=1, progress=watch)
    assert during == [1] and torch.get_num_threads() == threads, "waiting threads are no work"
    laws = {
        way: cost.fit(mine.length.tolist(), mine.bytes.tolist())
        for way, mine in rows.groupby("way")
    }
    assert laws["naive"].exponent == pytest.approx(2, abs=0.02)
    assert laws["fused"].exponent == pytest.approx(1, abs=0.1)
    assert laws["chunked"].exponent < laws["naive"].exponent
    assert (rows.seconds >= 0).all()


def test_a_power_law_is_found_again():
    law = cost.fit([1, 2, 4, 8], [3.0 * n**1.7 for n in (1, 2, 4, 8)])
    assert law.exponent == pytest.approx(1.7) and law.factor == pytest.approx(3.0)
    assert str(law).startswith("1.70 ± ")
    for lengths, values in (([1, 2], [1, 2]), ([1, 2, 3], [1, 0, 2])):
        with pytest.raises(ValueError, match="at least three points"):
            cost.fit(lengths, values)


@pytest.mark.parametrize("kind", ["attention", "GRU"])
@pytest.mark.parametrize("length, channels", [(8, 4), (16, 12), (33, 6)])
def test_operations_are_those_torch_counts(kind, length, channels):
    by_formula = cost.layer_operations(kind, length, channels)
    assert cost.counted_operations(kind, length, channels) == sum(by_formula.values())
    assert by_formula["pairs"] == (2 * length**2 * channels if kind == "attention" else 0)


def test_a_recurrent_layer_is_linear_in_length_and_attention_is_not():
    def doubling(kind):
        long, short = (cost.layer_operations(kind, time, 64) for time in (4096, 2048))
        return sum(long.values()) / sum(short.values())

    assert doubling("GRU") == 2 and 3.5 < doubling("attention") < 4
    with pytest.raises(ValueError, match="no layer 'LSTM'"):
        cost.layer_operations("LSTM", 1, 1)


def test_paths_grow_with_the_text_in_a_gru_only():
    paths = {n: recurrence.signal_paths("GRU", n) for n in (4, 8, 16)}
    assert paths[16]["path"] - paths[8]["path"] == 2 * (paths[8]["path"] - paths[4]["path"]) > 0
    assert paths[16]["chain"] - paths[8]["chain"] == 2 * (paths[8]["chain"] - paths[4]["chain"])
    assert recurrence.signal_paths("attention", 4) == recurrence.signal_paths("attention", 64)


def test_paths_by_hand():
    x = torch.zeros(1, requires_grad=True)
    y = x.exp()
    z = y.exp().exp() + y
    assert (recurrence._shortest(z, x), recurrence._longest(z)) == (2, 4)
    with pytest.raises(ValueError, match="does not depend"):
        recurrence._shortest(z, torch.zeros(1, requires_grad=True))


def test_copy_batch_says_the_string_again():
    ids = recurrence.copy_batch(3, 5, torch.Generator().manual_seed(1))
    assert ids.shape == (3, 12) and torch.equal(ids[:, 1:6], ids[:, 7:])
    assert (ids[:, 0] == recurrence.START).all() and (ids[:, 6] == recurrence.AGAIN).all()


def test_both_models_are_about_as_large_and_cannot_see_ahead():
    sizes = []
    for kind in recurrence.KINDS:
        model = recurrence.copy_model(kind, 32).eval()
        sizes.append(counts.parameters(model))
        ids = recurrence.copy_batch(2, 4, torch.Generator().manual_seed(1))
        other = ids.clone()
        other[:, -1] = (ids[:, -1] + 1) % 16
        torch.testing.assert_close(model(ids)[:, :-1], model(other)[:, :-1])
    assert max(sizes) < 1.3 * min(sizes)
    with pytest.raises(ValueError, match="no model"):
        recurrence.copy_model("LSTM", 32)


def test_a_run_is_repeatable_and_learns():
    task = recurrence.CopyTask("attention", length=3, steps=150, rows=16, channels=32)
    first, again = recurrence.train_copy(task), recurrence.train_copy(task)
    assert first == again and first["loss"] < math.log(recurrence.ALPHABET) - 1
    other = recurrence.train_copy(recurrence.CopyTask("attention", 3, 150, 16, 32, seed=1))
    assert other["loss"] != first["loss"]


def test_runs_are_recorded_and_read(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    monkeypatch.setattr(experiment, "LENGTHS", (2,))
    monkeypatch.setattr(experiment, "COPY_STEPS", 2)
    for seeds in ([0], [0, 1]):
        experiment.EXPERIMENT.run_missing("copy", seeds)
    rows = experiment.recorded("copy")
    assert sorted(rows.run) == ["GRU/2/0", "GRU/2/1", "attention/2/0", "attention/2/1"]
    assert set(rows.kind) == set(recurrence.KINDS) and rows.stamp[0]["seed"] == 0


def test_the_bundled_runs_are_whole():
    """Every kind at every length with three seeds, and the finding that the lesson reports."""
    rows = experiment.recorded("copy")
    table = rows.groupby(["kind", "length"]).accuracy.agg(["count", "mean"])
    assert isinstance(table, pd.DataFrame) and (table["count"] >= 3).all()
    longest = rows.length.max()
    assert table["mean"]["attention", longest] > 0.99 > table["mean"]["GRU", longest] + 0.5


def test_a_config_counts_the_same_on_the_meta_device_as_in_memory():
    for architecture in ("decoder", "encoder", "encoder-decoder"):
        config = TransformerConfig(50, 16, architecture=architecture, positions="relative")
        assert counts.count(config) == counts.parameters(Transformer(config))
