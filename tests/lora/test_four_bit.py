"""QLoRA: an NF4 base under adapters, against bitsandbytes and peft."""

import copy

import pytest
import torch
from tiny_lora import VARIANTS, gpt2, ids, in_peft, llama, logits, moved

from workbook.lora import attach, load_adapter, lora_layers, merge, save_adapter, unmerge
from workbook.lora.four_bit import bits_per_weight, quantize_base
from workbook.lora.weights import is_four_bit, read_weight

TARGETS = ("q_proj", "v_proj")


def base(four=True, **changes):
    model = llama(hidden_size=64, intermediate_size=64, **changes)
    if four:
        quantize_base(model)
    return model


def test_the_base_is_that_of_transformers(tmp_path):
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    base(four=False).save_pretrained(tmp_path)
    config = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )  # fmt: skip
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path, quantization_config=config).eval()
    for name, module in theirs.named_modules():
        if name.endswith("_proj"):
            ours = base().get_submodule(name)
            assert is_four_bit(ours) and torch.equal(read_weight(ours), read_weight(module))
    torch.testing.assert_close(logits(base(), ids()), logits(theirs, ids()), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_twenty_steps_end_where_peft_ends(variant, tmp_path):
    theirs = in_peft(base(), 3, 6, TARGETS, **VARIANTS[variant])
    theirs.save_pretrained(tmp_path)
    ours = load_adapter(base(), tmp_path)
    for model in (ours, theirs):
        optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
        for step in range(20):
            out = logits(model, ids(step))[:, :-1].flatten(0, 1)
            torch.nn.functional.cross_entropy(out, ids(step)[:, 1:].flatten()).backward()
            optimiser.step()
            optimiser.zero_grad()
    torch.testing.assert_close(logits(ours, ids(9)), logits(theirs, ids(9)), atol=1e-5, rtol=1e-5)


def test_merging_into_four_bits_is_that_of_peft_and_says_what_it_loses(tmp_path):
    ours = moved(attach(base(), 3, 6, TARGETS))
    before = copy.deepcopy(ours)
    save_adapter(ours, tmp_path)
    from peft import PeftModel

    theirs = PeftModel.from_pretrained(base(), tmp_path).merge_and_unload()
    done = merge(ours)
    for name, layer in lora_layers(ours).items():
        assert is_four_bit(layer.base)
        torch.testing.assert_close(
            read_weight(layer.base), read_weight(theirs.get_submodule(name)), atol=1e-6, rtol=0
        )
        exact = before.get_submodule(name)
        wanted = exact.adapter("default").merged(read_weight(exact.base))
        error = (read_weight(layer.base) - wanted).norm() / exact.adapter("default").update().norm()
        assert done.lost[name] == pytest.approx(float(error), rel=1e-4)
    in_float = merge(moved(attach(base(four=False), 3, 6, TARGETS)))
    assert in_float.worst < 1e-5 < 0.02 < min(done.lost.values())
    unmerge(ours)
    assert torch.equal(logits(ours, ids()), logits(before, ids()))


def test_an_adapter_trained_on_float_weights_loads_on_the_same_base_in_four_bits(tmp_path):
    save_adapter(moved(attach(base(four=False), 3, 6, TARGETS)), tmp_path)
    load_adapter(base(), tmp_path)
    other = base(four=False)
    torch.nn.init.normal_(other.model.layers[0].self_attn.q_proj.weight)
    torch.nn.init.normal_(other.model.layers[1].self_attn.v_proj.weight)
    quantize_base(other)
    with pytest.raises(ValueError, match="trained on a base with other weights"):
        load_adapter(other, tmp_path)


def test_weights_that_a_forward_pass_has_laid_out_anew_are_read_right(tmp_path):
    """On CPUs with AVX512-BF16 bitsandbytes packs the codes; read as they lie they are nonsense.

    The packing rounds the scales to bfloat16.
    """
    from bitsandbytes.functional import has_avx512bf16

    model = base()
    before = read_weight(model.model.layers[0].self_attn.q_proj)
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = has_avx512bf16()
    with torch.no_grad():
        logits(model, ids())
    after = read_weight(model.model.layers[0].self_attn.q_proj)
    torch.testing.assert_close(after, before, atol=1e-5, rtol=0.02)


def test_bits_are_those_of_the_paper_and_of_the_layer():
    """Section 3: double quantization takes the scale from 0.5 bits a weight to 0.127."""
    assert bits_per_weight(double=False) == 4.5
    assert bits_per_weight() == pytest.approx(4.127, abs=5e-4)
    weight = base().model.layers[0].mlp.up_proj.weight
    state = weight.quant_state
    kept = weight.nbytes + state.absmax.nbytes + state.state2.absmax.nbytes
    assert kept * 8 / (64 * 64) == pytest.approx(bits_per_weight(), abs=0.01)


def test_what_cannot_be_quantized_is_one_sentence():
    with pytest.raises(ValueError, match="c_attn is a Conv1D layer"):
        quantize_base(gpt2())
    with pytest.raises(ValueError, match="before an adapter"):
        quantize_base(attach(base(four=False), 3, 6, TARGETS))
