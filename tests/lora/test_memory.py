"""The memory of a LoRA run: sums by hand, and estimates against what tensors really take."""

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

from workbook.core.system.memory import Shape, adapter_weights, projections, shape_of
from workbook.lora import adapter_parameters, attach
from workbook.lora.four_bit import quantize_base
from workbook.lora.memory import ALL, MeasuredPeak, base_bytes, estimate
from workbook.training.losses import causal_loss

SMALL = Shape(10_000, 2, width=8, heads=2, key_heads=1, head_size=4, ffn_dim=16, vocabulary=50)


SHAPES = {  # what, batch, tokens
    "small": (LlamaForCausalLM, LlamaConfig, (1000, 96, 256, 3, 4, 2, True), 4, 64),
    "deep": (LlamaForCausalLM, LlamaConfig, (500, 64, 176, 12, 4, 4, False), 4, 96),
    "wide": (LlamaForCausalLM, LlamaConfig, (4096, 384, 1024, 2, 6, 6, True), 4, 64),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config, (3000, 128, 512, 4, 8, 2, True), 8, 64),
}


def model_of(name):
    kind, config, (vocabulary, width, ffn_dim, layers, heads, keys, tied), batch, tokens = SHAPES[
        name
    ]
    torch.manual_seed(0)
    model = kind(
        config(
            vocab_size=vocabulary,
            hidden_size=width,
            intermediate_size=ffn_dim,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=keys,
            tie_word_embeddings=tied,
        )  # fmt: skip
    )
    return model, batch, tokens


@pytest.mark.parametrize("base", ["float32", "bfloat16", "nf4"])
@pytest.mark.parametrize("targets", [("q_proj", "v_proj"), ALL], ids=["q, v", "all"])
@pytest.mark.parametrize("name", SHAPES)
def test_the_estimate_is_within_15_percent_of_the_measured_peak(name, targets, base):
    model, batch, tokens = model_of(name)
    shape = shape_of(model.config, model.num_parameters())
    if base == "nf4":
        quantize_base(model.bfloat16(), compute_dtype=torch.bfloat16)  # as a recipe does
    else:
        model.to(getattr(torch, base))
    attach(model, 8, 16, targets).train()
    assert adapter_weights(shape, 8, targets) == adapter_parameters(model)
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], fused=True)
    ids = torch.randint(model.config.vocab_size, (batch, tokens))
    with MeasuredPeak(model) as measured:
        for _ in range(2):
            with torch.autocast("cpu", torch.bfloat16, enabled=base != "float32"):
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
    kept, recomputed = (estimate(shape, 8, recompute=each).activations for each in (False, True))
    assert recomputed < kept / 2


def test_an_estimate_by_hand():
    """q alone at rank 3 has 2 x 3 x (8 + 8) weights; a token keeps 396 bytes a block (below)."""
    found = estimate(SMALL, 3, ("q_proj",), batch_size=2, seq_len=5)
    assert found.weights == 4 * (10_000 + 96)
    assert (found.gradients, found.optimiser) == (4 * 96, 8 * 96)
    assert found.activations == 10 * (2 * 396 + 3 * 50 * 4)
    answers = estimate(SMALL, 3, ("q_proj",), batch_size=2, seq_len=5, loss_share=0.5)
    assert found.activations - answers.activations == 10 * 3 * 50 * 2
    half = estimate(SMALL, 3, ("q_proj",), base="bfloat16")
    assert half.weights == 2 * 10_000 + 4 * 96, "an adapter stays in float32"


def test_sixteen_bits_halve_the_base():
    assert base_bytes(SMALL, "float32") == 2 * base_bytes(SMALL, "bfloat16") == 40_000
