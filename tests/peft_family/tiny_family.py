"""Tiny random models of the three layouts, two of Llama's, and settings for every method."""

import torch
import transformers

V, C, L = 97, 32, 2
ENDS = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
FAMILIES = ("llama", "qwen2", "gpt2", "t5")
NORMS = {
    "llama": ("input_layernorm",),
    "qwen2": ("input_layernorm",),
    "gpt2": ("ln_1", "ln_2"),
    "t5": ("layer_norm",),
}


def tiny(family, seed=3, **changes):
    """A model in eval mode with weights large enough to matter; a new one at every call."""
    torch.manual_seed(seed)
    if family in ("llama", "qwen2"):
        shape = {
            "vocab_size": V, "hidden_size": C, "intermediate_size": 48, "num_hidden_layers": L,
            "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 128,
            "initializer_range": 0.2, **ENDS,
        }  # fmt: skip
        kind, config = {
            "llama": (transformers.LlamaForCausalLM, transformers.LlamaConfig),
            "qwen2": (transformers.Qwen2ForCausalLM, transformers.Qwen2Config),
        }[family]
        model = kind(config(**shape | changes))
    elif family == "gpt2":
        shape = {
            "vocab_size": V, "n_embd": C, "n_layer": L, "n_head": 4, "n_positions": 128,
            "initializer_range": 0.2, **ENDS,
        }  # fmt: skip
        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape | changes))
    else:
        shape = {
            "vocab_size": V, "d_model": C, "d_kv": 8, "d_ff": 48, "num_layers": L, "num_heads": 4,
            "decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 1,
        }  # fmt: skip
        model = transformers.T5ForConditionalGeneration(transformers.T5Config(**shape | changes))
    start = {"decoder_start_token_id": 0} if family == "t5" else {}
    model.generation_config = transformers.GenerationConfig(pad_token_id=0, **start)
    return model.eval()


def settings_of(family):
    """Method -> settings, one entry for each way that is tested."""
    return {
        "chosen": {"modules": NORMS[family]},
        "last": {"layers": 1},
        "bias": {"add": family in ("llama", "t5")},
        "bottleneck": {"width": 5},
        "lora": {"rank": 2},
        "ia3": {},
        "prefix": {"length": 3},
        "prompt": {"length": 4},
        "tokens": {"length": 4},
    }


def texts():
    """Ids `3 9`, and a mask under which the second row is 6 tokens long, padded on the left."""
    ids = torch.randint(3, V, (3, 9), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[1, :3] = 0
    return ids, mask


def logits(model, ids, mask=None, **more):
    """Logits of a text; an encoder-decoder writes the text's first five tokens."""
    if model.config.is_encoder_decoder:
        more = {"decoder_input_ids": ids[:, -5:] % V, **more}
    return model(input_ids=ids, attention_mask=mask, **more).logits


def shake(attachment, size=0.3, seed=5):
    """Move the trained weights, as training would."""
    source = torch.Generator().manual_seed(seed)
    for weight in attachment.weights.values():
        weight.data += torch.randn(weight.shape, generator=source) * size
    return attachment
