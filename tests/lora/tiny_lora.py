"""Tiny models with random weights, one of each family that LoRA must fit, and the same in peft."""

import copy

import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from workbook.attention import Transformer, TransformerConfig
from workbook.lora import attach, lora_layers

V = 40


def llama(**changes):
    torch.manual_seed(1)
    shape = {
        "vocab_size": V, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 32,
    }  # fmt: skip
    return LlamaForCausalLM(LlamaConfig(**{**shape, **changes})).eval()


def qwen2():
    torch.manual_seed(2)
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=V,
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
        )  # fmt: skip
    ).eval()


def gpt2():
    torch.manual_seed(3)
    return GPT2LMHeadModel(GPT2Config(vocab_size=V, n_embd=16, n_layer=2, n_head=2)).eval()


def t5():
    torch.manual_seed(4)
    return T5ForConditionalGeneration(
        T5Config(vocab_size=V, d_model=16, d_kv=8, d_ff=24, num_layers=2, num_heads=2)
    ).eval()


def ours():
    torch.manual_seed(5)
    return Transformer(TransformerConfig(vocabulary=V, hidden_size=16, layers=2, heads=2)).eval()


TARGETS = {
    "ours": (ours, ("query", "value")),
    "llama": (llama, ("q_proj", "v_proj")),
    "qwen2": (qwen2, "all-linear"),
    "gpt2": (gpt2, ("c_attn", "mlp.c_proj")),
    "t5": (t5, ("q", "v", "wo")),
}


def ids(seed=0, rows=3, time=7):
    return torch.randint(V, (rows, time), generator=torch.Generator().manual_seed(seed))


def logits(model, tokens):
    """Of any of the families; an encoder-decoder reads and continues the same tokens."""
    if getattr(getattr(model, "config", None), "is_encoder_decoder", False):
        return model(input_ids=tokens, decoder_input_ids=tokens).logits
    out = model(tokens)
    return out.logits if hasattr(out, "logits") else out


def in_peft(model, rank=3, alpha=6, targets=("q_proj",), **more):
    """A copy of the model with peft's adapter, B not zero."""
    from peft import LoraConfig, get_peft_model

    targets = targets if isinstance(targets, str) else list(targets)
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=targets, **more)
    adapted = get_peft_model(copy.deepcopy(model), config)
    torch.manual_seed(9)
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    return adapted.eval()


VARIANTS = {
    "lora": {},
    "rslora": {"use_rslora": True},
    "dora": {"use_dora": True},
}


def attached(family="llama", **more):
    make, targets = TARGETS[family]
    return attach(make(), 3, 6, targets, **more)


def moved(model, seed=7):
    """Fill B with numbers, so that the adapter does something."""
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in lora_layers(model).values():
            if layer.active is None:
                continue
            adapter = layer.adapters[layer.active]
            adapter.B.copy_(torch.randn(adapter.B.shape, generator=source) * 0.1)
    return model
