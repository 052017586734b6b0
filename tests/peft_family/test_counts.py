"""Counts: closed forms against attachments to models that are only shapes, and printed figures."""

import pytest
import torch
import transformers

from workbook.peft_family import counts
from workbook.peft_family.methods import attach


def only_shape(kind, **sizes):
    """A model without numbers: of any size, in no memory."""
    classes = {
        "gpt2": (transformers.GPT2LMHeadModel, transformers.GPT2Config),
        "t5": (transformers.T5ForConditionalGeneration, transformers.T5Config),
        "bert": (transformers.BertModel, transformers.BertConfig),
        "llama": (transformers.LlamaForCausalLM, transformers.LlamaConfig),
    }
    model, config = classes[kind]
    with torch.device("meta"):
        return model(config(**sizes))


GPT3 = {"n_embd": 12288, "n_layer": 96, "n_head": 96, "n_positions": 2048}


@pytest.fixture(scope="module")
def gpt3():
    return only_shape("gpt2", **GPT3)


@pytest.mark.parametrize(
    ("method", "settings", "counted"),
    [
        ("bottleneck", {"width": 1}, counts.bottleneck_weights(96, 12288, 1)),
        ("bottleneck", {"width": 8}, counts.bottleneck_weights(96, 12288, 8)),
        ("bias", {}, counts.bias_weights(96, 12288)),
        ("ia3", {}, counts.ia3_weights(96, 12288, 4 * 12288) + 96 * 12288),  # queries too
        ("last", {"layers": 2}, 2 * (12 * 12288**2 + 13 * 12288)),
    ],
)
def test_gpt3_by_formula_and_by_attachment(gpt3, method, settings, counted):
    attachment = attach(gpt3, method, **settings)
    assert attachment.trained == counted
    attachment.detach()


def test_figures_of_the_papers():
    """figures.md of the course's sources: what was printed, and what the formulas give."""
    assert counts.lora_weights(1, 96, 12288) == 4_718_592
    assert counts.lora_weights(8, 96, 12288) == 37_748_736
    assert round(counts.bottleneck_weights(96, 12288, 1) / 1e6, 1) == 7.1
    assert round(counts.bottleneck_weights(96, 12288, 8) / 1e6, 1) == 40.1
    assert counts.prompt_weights(256, 12288) == 3_145_728
    assert counts.prompt_weights(5, 4096) == 20_480
    assert counts.prefix_weights(10, 24, 1024) == 491_520
    assert counts.lora_weights(4, 24, 1024) == 393_216


def test_all_weights_of_gpt3_are_those_of_its_shape(gpt3):
    """The paper's own table has 0.4 % more, so its row does not close."""
    assert counts.gpt2_weights(96, 12288, 2048) == sum(p.numel() for p in gpt3.parameters())
    rows = counts.published()
    assert rows.loc["all weights", "closes"] == rows.loc["LoRA, r = 4, q and v", "closes"] == "no"


def test_prefix_of_gpt2_medium_and_prompt_of_t5_xxl():
    """The prefix's and the prompt's own weights; their modules are drawn, so the sizes are real."""
    medium = only_shape("gpt2", n_embd=1024, n_layer=24, n_head=16)
    own = sum(p.numel() for p in medium.parameters())
    from workbook.core.system.memory import shape_of
    from workbook.peft_family.prefix import Prefix

    shape = shape_of(medium.config, own)
    prefix = Prefix(10, (shape.layers, shape.key_heads, shape.head_size), 0, 0)
    count = sum(p.numel() for p in prefix.parameters())
    assert count == counts.prefix_weights(10, 24, 1024)
    assert round(count / own, 4) == 0.0014


def test_a_lone_prompt_of_t5_xxl():
    xxl = only_shape("t5", d_model=4096, d_ff=10240, num_layers=24, num_heads=64, d_kv=64)
    from workbook.peft_family.prompt import SoftPrompt

    table = xxl.get_input_embeddings().weight
    prompt = SoftPrompt(table[:5].detach().clone())
    count = sum(p.numel() for p in prompt.parameters())
    assert count == counts.prompt_weights(5, 4096)
    assert count / sum(p.numel() for p in xxl.parameters()) < 1e-4 / 40


def test_ia3_on_llama_has_keys_values_and_the_inside():
    model = only_shape(
        "llama", hidden_size=64, intermediate_size=160, num_hidden_layers=3, num_attention_heads=4
    )
    assert attach(model, "ia3").trained == counts.ia3_weights(3, 64, 160)


def test_the_table_says_which_figures_do_not_close():
    table = counts.published()
    closes = table["closes"].to_dict()
    assert closes["LoRA, r = 8, q and v"] == closes["bottleneck, m = 8"] == "yes"
    assert closes["prompt, n = 5"] == "yes"
    assert closes["hidden states of all layers, n = 8 + 8"] == "no"
    assert closes["biases"] == "no"
    assert len(table) == len(counts.FIGURES)
