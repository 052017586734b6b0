"""Tiny random models of the library, sharp enough that an error in any weight is seen."""

from __future__ import annotations

import torch
import transformers

V = 97
CLOSE = {"atol": 1e-5, "rtol": 1e-5}
SHAPE = {
    "vocab_size": V,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
}
ENDS = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
LLAMA_3 = {
    "rope_type": "llama3",
    "rope_theta": 500_000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}


def llama(**changes):
    shape = SHAPE | ENDS | {"num_key_value_heads": 2} | changes
    return sharp(transformers.LlamaForCausalLM(transformers.LlamaConfig(**shape)))


def qwen2(**changes):
    shape = SHAPE | ENDS | {"num_key_value_heads": 2} | changes
    return sharp(transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**shape)))


def gpt2(**changes):
    sizes = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "vocab_size": V}
    return sharp(transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes | ENDS | changes)))


def bert(**changes):
    return sharp(transformers.BertModel(transformers.BertConfig(**SHAPE | changes)))


def t5(**changes):
    sizes = {
        "vocab_size": V, "d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 4,
        "relative_attention_num_buckets": 8, "relative_attention_max_distance": 10,
    }  # fmt: skip
    config = transformers.T5Config(**sizes | changes)
    return sharp(transformers.T5ForConditionalGeneration(config))


def sharp(model):
    """Random weights, eight times as large as a new model's; biases and norms that matter."""
    source = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=source)
            if weight.dim() > 1:
                weight.copy_(noise * 0.16)
            elif name.endswith("bias"):
                weight.copy_(noise * 0.1)
            else:
                weight.copy_(1 + noise * 0.1)
    return model.eval()


def texts(rows: int = 3, tokens: int = 12):
    """Ids `B T` and a mask: the first row full, the second padded right, the third left."""
    ids = torch.randint(3, V, (rows, tokens), generator=torch.Generator().manual_seed(11))
    keep_mask = torch.ones_like(ids, dtype=torch.bool)
    keep_mask[1, 8:] = False
    keep_mask[2, :5] = False
    return ids, keep_mask


def places(keep_mask):
    """Positions counted from the first real token, as the library's `generate` counts them."""
    return (keep_mask.long().cumsum(1) - 1).clamp(min=0)


def check_close(ours, theirs, keep_mask=None):
    """The same numbers at every real token."""
    kept = torch.ones(ours.shape[:2], dtype=torch.bool) if keep_mask is None else keep_mask
    torch.testing.assert_close(ours[kept], theirs[kept], **CLOSE)
