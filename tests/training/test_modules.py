"""Linear layers are found by name as peft finds them, and replaced in the model at hand."""

import pytest
import torch
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel, LlamaForCausalLM

from workbook.training.models import small_llama
from workbook.training.modules import linear_names, replace_linears


def llama() -> LlamaForCausalLM:
    return small_llama(40, hidden_size=16, layers=2, heads=2, ffn_dim=24)


def gpt2() -> GPT2LMHeadModel:
    return GPT2LMHeadModel(GPT2Config(vocab_size=40, n_embd=16, n_layer=2, n_head=2))


@pytest.mark.parametrize(
    ("make", "targets"),
    [
        (llama, ["q_proj", "v_proj"]),
        (llama, ["mlp.down_proj"]),
        (llama, r".*layers\.1\.self_attn\..*"),
        (llama, "all-linear"),
        (gpt2, ["c_attn"]),
        (gpt2, "all-linear"),
    ],
)
def test_the_same_layers_as_peft(make, targets):
    from peft import LoraConfig, get_peft_model

    names = linear_names(make(), targets)
    config = LoraConfig(target_modules=targets, fan_in_fan_out=make is gpt2)
    theirs = get_peft_model(make(), config)
    wrapped = [
        name.removeprefix("base_model.model.")
        for name, module in theirs.named_modules()
        if hasattr(module, "lora_A")
    ]
    assert names == wrapped and names


@pytest.mark.parametrize("targets", [["q_proj", "query"], "nothing.*", [], ["_proj"]])
def test_a_name_that_meets_nothing_is_refused_with_those_there_are(targets):
    with pytest.raises(ValueError, match="this model has .*q_proj"):
        linear_names(llama(), targets)


def test_the_new_layer_is_used():
    model = llama().eval()
    ids = torch.arange(5)[None]
    before = model(ids).logits

    class Twice(nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return 2 * self.layer(x)

    assert len(replace_linears(model, Twice, ["down_proj"])) == 2
    assert not torch.allclose(model(ids).logits, before)
    assert linear_names(model, ["down_proj.layer"])


def test_a_layer_around_a_linear_one_keeps_its_name():
    """A second adapter must find the layers that have a first one, and not what is within."""

    class Around(nn.Module):
        wraps_linear = True

        def __init__(self, layer):
            super().__init__()
            self.base = layer

    model, names = llama(), linear_names(llama())
    assert replace_linears(model, Around, ["q_proj"]) == linear_names(llama(), ["q_proj"])
    assert linear_names(model) == names
    assert isinstance(model.model.layers[0].self_attn.q_proj.base, nn.Linear)
