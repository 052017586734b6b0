"""Counts against published figures and real adapters; memory against what tensors really take."""

import pytest
import torch
from tiny_lora import TARGETS, gpt2, llama, t5
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

from workbook.core.system.memory import shape_of
from workbook.lora import adapter_parameters, attach
from workbook.lora.counts import (
    PUBLISHED,
    break_even_rank,
    count,
    flan_t5_base,
    llama_2_7b,
    lora_weights,
    published_table,
)
from workbook.lora.memory import ALL, MeasuredPeak, adapter_weights, estimate, projections
from workbook.training.losses import causal_loss


def test_the_published_counts():
    """Hu et al. (2021), Tables 4 and 5, and the course's labs; each figure as it is stated."""
    counted = {row.what: row.count() for row in PUBLISHED}
    assert list(counted.values()) == [
        4_608, 8_192, 4_718_592, 18_874_368, 37_748_736, 3_538_944, 3_539_713, 4_194_304,
    ]  # fmt: skip
    for row in PUBLISHED:
        number = float(row.stated.rstrip("M").replace(",", "") or 0)
        if row.stated.endswith("M"):
            assert number == pytest.approx(row.count() / 1e6, abs=0.9 if number == 18 else 0.05)
        elif row.stated:
            assert number == row.count()
    table = published_table()
    assert table.loc["FLAN-T5-base, q and v, rank 32", "of"] == "251,116,800"
    assert table.loc["FLAN-T5-base, q and v, rank 32", "share"] == "1.4093%"
    assert table.loc["512 x 64, rank 8", "share"] == "14.0625%"


@pytest.mark.parametrize(
    ("make", "targets", "rank", "wanted"),
    [(flan_t5_base, ("q", "v"), 32, 3_538_944), (llama_2_7b, ("q_proj", "v_proj"), 8, 4_194_304)],
)
def test_counts_are_those_of_a_real_adapter_on_the_whole_model(make, targets, rank, wanted):
    model = attach(make(), rank, rank, targets)
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == wanted


@pytest.mark.parametrize("family", TARGETS)
def test_counting_without_attaching_is_attaching_and_counting(family):
    make, targets = TARGETS[family]
    assert count(make(), 5, targets) == adapter_parameters(attach(make(), 5, 1, targets))


def test_the_break_even_rank():
    assert break_even_rank(512, 64) == pytest.approx(56.889, abs=1e-3)
    for outputs, inputs in ((512, 64), (512, 512), (7, 300)):
        rank = int(break_even_rank(outputs, inputs))
        assert lora_weights(outputs, inputs, rank) <= outputs * inputs
        assert lora_weights(outputs, inputs, rank + 1) > outputs * inputs


# Memory.

SHAPES = {  # what, batch, tokens
    "small": (LlamaForCausalLM, LlamaConfig, (1000, 96, 256, 3, 4, 2, True), 4, 64),
    "deep": (LlamaForCausalLM, LlamaConfig, (500, 64, 176, 12, 4, 4, False), 4, 96),
    "wide": (LlamaForCausalLM, LlamaConfig, (4096, 384, 1024, 2, 6, 6, True), 4, 64),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config, (3000, 128, 512, 4, 8, 2, True), 8, 64),
}


def model_of(name):
    kind, config, (vocabulary, width, inner, layers, heads, keys, tied), batch, tokens = SHAPES[
        name
    ]
    torch.manual_seed(0)
    model = kind(
        config(
            vocab_size=vocabulary,
            hidden_size=width,
            intermediate_size=inner,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=keys,
            tie_word_embeddings=tied,
        )  # fmt: skip
    )
    return model, batch, tokens


@pytest.mark.parametrize("base", ["float32", "bfloat16"])
@pytest.mark.parametrize("targets", [("q_proj", "v_proj"), ALL], ids=["q, v", "all"])
@pytest.mark.parametrize("name", SHAPES)
def test_the_estimate_is_within_15_percent_of_the_measured_peak(name, targets, base):
    model, batch, tokens = model_of(name)
    shape = shape_of(model.config, model.num_parameters())
    attach(model.to(getattr(torch, base)), 8, 16, targets).train()
    assert adapter_weights(shape, 8, targets) == adapter_parameters(model)
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], fused=True)
    ids = torch.randint(model.config.vocab_size, (batch, tokens))
    with MeasuredPeak(model) as measured:
        for _ in range(2):
            with torch.autocast("cpu", torch.bfloat16, enabled=base == "bfloat16"):
                total = causal_loss(model, {"ids": ids, "labels": ids}).total
            total.backward()
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            del total
    found = estimate(shape, 8, targets, batch, tokens, base).total
    assert found == pytest.approx(measured.peak, rel=0.03 if base == "float32" else 0.15)


def test_the_meter_counts_each_tensor_once_and_forgets_it():
    with MeasuredPeak() as measured:
        one = torch.zeros(1000)
        view = one[:500].view(5, 100)
        assert measured.peak == measured.now == 4000
        two = one + 1
        assert measured.peak == 8000
        del one, view
        assert measured.now == 4000
        three = two.clone()
    assert measured.peak == 8000 and three.numel() == 1000


def test_nf4_takes_an_eighth_of_the_linear_layers():
    model, *_ = model_of("wide")
    shape = shape_of(model.config, model.num_parameters())
    linear = shape.layers * sum(o * i for o, i in projections(shape).values())
    half, four = (estimate(shape, 8, base=base).weights for base in ("bfloat16", "nf4"))
    largest = max(o * i for o, i in projections(shape).values())
    assert half - four == pytest.approx(linear * (2 - 4.127 / 8) - 2 * largest, rel=1e-3)


def test_recomputing_keeps_one_block():
    shape = shape_of(model_of("deep")[0].config, 10**6)
    kept, recomputed = (estimate(shape, 8, recomputed=each).activations for each in (False, True))
    assert recomputed < kept / 2


def test_an_unknown_layer_is_named():
    shape = shape_of(llama().config, 1)
    with pytest.raises(ValueError, match="there is no layer 'query'; there are q_proj"):
        adapter_weights(shape, 2, ("query",))
    assert count(gpt2(), 1, ("c_attn",)) != count(t5(), 1, ("q",))
