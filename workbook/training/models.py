"""Small models with random weights, in the layouts of Llama and of T5, as anyone can load them.

Here a recipe's new model, the models of speed measurements and those of comparisons with libraries
are made. Left out: our own Transformer, which is lesson 01's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerBase, T5ForConditionalGeneration


def small_llama(
    vocab_size: int,
    *,
    hidden_size: int = 192,
    layers: int = 6,
    heads: int = 3,
    ffn_dim: int = 512,
    seq_len: int = 512,
    seed: int | None = None,
    **shape: Any,
) -> LlamaForCausalLM:
    """Return a random-weight decoder in float32.

    seq_len: the longest text it is meant for, in tokens. seed: None draws the weights from torch's
    generator as it stands. shape: further keys of `LlamaConfig`, such as tie_word_embeddings.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    if seed is not None:
        torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=vocab_size,
        hidden_size=hidden_size,
        intermediate_size=ffn_dim,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=seq_len,
        **shape,
    )
    return LlamaForCausalLM(config)


def special_ids(tokenizer: PreTrainedTokenizerBase) -> dict[str, int | None]:
    """Return the ids of padding, beginning and end, as a model's configuration names them."""
    return {
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }


def small_t5(
    tokenizer: PreTrainedTokenizerBase,
    seed: int = 0,
    *,
    hidden_size: int = 128,
    layers: int = 2,
    heads: int = 4,
    ffn_dim: int = 256,
    dropout: float = 0.0,
) -> T5ForConditionalGeneration:
    """Return a random-weight encoder-decoder in the layout of FLAN-T5, `layers` on each side."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(seed)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=hidden_size,
        d_kv=hidden_size // heads,
        d_ff=ffn_dim,
        num_layers=layers,
        num_heads=heads,
        dropout_rate=dropout,
        feed_forward_proj="gated-gelu",
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    config.decoder_start_token_id = tokenizer.pad_token_id
    return T5ForConditionalGeneration(config)
