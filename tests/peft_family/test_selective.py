"""Some of a model's own weights: which are free, and what they were before."""

import torch
from tiny_family import C, L, shake, tiny
from torch import nn

from workbook.peft_family.counts import bias_weights
from workbook.peft_family.layout import blocks
from workbook.peft_family.methods import attach
from workbook.peft_family.selective import attach_bias, attach_chosen, attach_last
from workbook.training.modules import linear_names


def test_the_biases_of_a_gpt2_are_those_of_the_formula():
    attachment = attach_bias(tiny("gpt2"))
    assert all(name.endswith(".bias") for name in attachment.weights)
    assert attachment.trained == bias_weights(L, C)


def test_added_biases_are_zeros_and_leave_again():
    model = tiny("llama")
    attachment = attach_bias(model, add=True)
    assert list(attachment.weights) == [f"{name}.bias" for name in linear_names(model)]
    assert not any(weight.any() for weight in attachment.weights.values())
    attachment.detach()
    assert all(m.bias is None for m in model.modules() if isinstance(m, nn.Linear))


def test_last_layers_are_the_decoders():
    model = tiny("t5")
    assert blocks(model) is model.decoder.block and len(blocks(tiny("gpt2"))) == L
    names = attach(model, "last", layers=1).weights
    assert names and all(name.startswith(f"decoder.block.{L - 1}.") for name in names)


def test_the_last_two_layers_of_three():
    names = attach_last(tiny("llama", num_hidden_layers=3), layers=2).weights
    assert {name.split(".")[2] for name in names} == {"1", "2"}


def test_a_chosen_module_may_be_a_whole_part():
    names = attach(tiny("llama"), "chosen", modules=("layers.1.mlp",)).weights
    assert sorted(name.split(".")[-2] for name in names) == ["down_proj", "gate_proj", "up_proj"]
    model = tiny("llama")
    assert len(attach(model, "chosen").weights) == len(list(model.parameters()))


def test_a_name_is_meant_whole_and_may_be_given_alone():
    """The norm at the end is "norm"; "input_layernorm" only ends in these letters."""
    attachment = attach_chosen(tiny("llama"), "norm")
    assert list(attachment.weights) == ["model.norm.weight"]
    assert attachment.settings == {"modules": ["norm"]}


def test_the_base_keeps_the_values_from_before():
    attachment = shake(attach_last(tiny("llama")))
    plain = dict(tiny("llama").named_parameters())
    assert all(torch.equal(attachment.base[name], weight) for name, weight in plain.items())
    assert not any(torch.equal(weight, plain[n]) for n, weight in attachment.weights.items())
