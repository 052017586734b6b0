"""Where a model keeps its layers: three layouts by their names, and what is refused."""

import pytest
import torch
from tiny_family import tiny
from torch import nn

from workbook.peft_family.layout import LAYOUTS, blocks, layout_of


@pytest.mark.parametrize(
    ("family", "layout"), [("llama", "Llama"), ("gpt2", "GPT-2"), ("t5", "T5")]
)
def test_a_model_is_known_by_the_names_of_its_layers(family, layout):
    assert layout_of(tiny(family)) is LAYOUTS[layout]


def test_an_unknown_layout_is_refused_with_its_names():
    with pytest.raises(ValueError, match="Sequential is laid out neither .* it has 0"):
        layout_of(torch.nn.Sequential(torch.nn.Linear(2, 2)))


def test_all_names_of_a_layout_have_to_be_there_as_whole_words():
    """Keys and values alone are no Llama, and a layer called mask_k is none called k."""
    keys = nn.ModuleDict({"k_proj": nn.Linear(2, 2), "v_proj": nn.Linear(2, 2)})
    with pytest.raises(ValueError, match="ModuleDict is laid out .* it has k_proj, v_proj"):
        layout_of(keys)
    near = nn.ModuleDict({f"mask_{end}": nn.Linear(2, 2) for end in ("k", "v", "o", "wo")})
    with pytest.raises(ValueError, match="it has mask_k"):
        layout_of(near)
    with pytest.raises(ValueError, match="it has none"):
        layout_of(nn.Sequential(nn.Embedding(2, 2)))


def test_the_layers_are_the_models_own_list():
    llama, gpt2 = tiny("llama"), tiny("gpt2")
    assert blocks(llama) is llama.model.layers and blocks(gpt2) is gpt2.transformer.h
    llama.config.num_hidden_layers = 5
    with pytest.raises(ValueError, match="LlamaForCausalLM has no list of its 5 layers"):
        blocks(llama)
