"""Tiny random models of three families, sharp enough that the likeliest token is never a tie."""

from __future__ import annotations

from functools import cache

import torch
import transformers

from workbook.inference import positions

V = 97
FAMILIES = ("llama", "gpt2", "qwen2")
SHAPE = {
    "vocab_size": V,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}


@cache
def tiny(family: str):
    """A model in eval mode; tests must leave it as it is."""
    if family == "llama":
        return sharp(transformers.LlamaForCausalLM(transformers.LlamaConfig(**SHAPE)))
    if family == "qwen2":
        return sharp(transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**SHAPE)))
    sizes = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128, "vocab_size": V}
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    return sharp(transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, **ends)))


def llama(**changes):
    """A Llama of its own, with another shape."""
    return sharp(transformers.LlamaForCausalLM(transformers.LlamaConfig(**SHAPE | changes)))


def sharp(model):
    """Other random weights, eight times as large as a new model's; biases that are not zero."""
    source = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                weight.copy_(torch.randn(weight.shape, generator=source) * 0.16)
            elif name.endswith("bias"):
                weight.copy_(torch.randn(weight.shape, generator=source) * 0.1)
            else:
                weight.copy_(1 + torch.randn(weight.shape, generator=source) * 0.1)
    model.generation_config = transformers.GenerationConfig()
    return model.eval()


def prompts(rows: int = 4, tokens: int = 9):
    """Ids `B T`, and a mask under which they are 9, 6, 2 and 9 tokens long."""
    ids = torch.randint(3, V, (rows, tokens), generator=torch.Generator().manual_seed(11))
    keep_mask = torch.ones_like(ids, dtype=torch.bool)
    for row, pads in zip(range(rows), (0, 3, 7, 0), strict=False):
        keep_mask[row, :pads] = False
    return ids, keep_mask


def theirs(model, ids, keep_mask=None, **settings):
    """What `model.generate` of transformers writes."""
    keep_mask = torch.ones_like(ids) if keep_mask is None else keep_mask
    settings = {"do_sample": False, "pad_token_id": 0, "max_new_tokens": 20} | settings
    config = transformers.GenerationConfig(**settings)
    return model.generate(ids, attention_mask=keep_mask.long(), generation_config=config)


@torch.no_grad()
def expected_logits(model, ids, keep_mask):
    """Logits `B T V` of the whole text at once, by the model itself, without any cache."""
    keep_mask = torch.ones_like(ids) if keep_mask is None else keep_mask
    places = positions(keep_mask.bool())
    return model(ids, attention_mask=keep_mask.long(), position_ids=places).logits
