"""Tiny models of random weights, one of each family that fills a role on the gpu profile."""

from __future__ import annotations

VOCABULARY = 97
SIZES = {"vocab_size": VOCABULARY, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
BLOCK = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
GATED = {**BLOCK, "intermediate_size": 64, "num_key_value_heads": 2}
FAMILIES = ("t5", "qwen2", "llama", "gpt2", "roberta", "bert")
ROLES = {  # family -> a role that it fills
    "t5": "seq2seq",
    "qwen2": "instruct",
    "llama": "base",
    "gpt2": "base",
    "roberta": "toxicity",
    "bert": "embedder",
}


def build(family: str):
    """A model of a family, the same each time."""
    import torch
    import transformers as hf

    torch.manual_seed(FAMILIES.index(family))
    if family == "t5":
        config = hf.T5Config(
            d_model=32, d_ff=64, d_kv=8, num_layers=2, num_heads=4, decoder_start_token_id=0,
            feed_forward_proj="gated-gelu", **SIZES,
        )  # fmt: skip
        return hf.T5ForConditionalGeneration(config).eval()
    if family == "qwen2":
        return hf.Qwen2ForCausalLM(hf.Qwen2Config(**GATED, **SIZES)).eval()
    if family == "llama":
        return hf.LlamaForCausalLM(hf.LlamaConfig(**GATED, **SIZES)).eval()
    if family == "gpt2":
        return hf.GPT2LMHeadModel(hf.GPT2Config(n_embd=32, n_layer=2, n_head=4, **SIZES)).eval()
    encoder = {**BLOCK, "intermediate_size": 64, "max_position_embeddings": 64, **SIZES}
    if family == "roberta":
        return hf.RobertaForSequenceClassification(hf.RobertaConfig(**encoder)).eval()
    return hf.BertModel(hf.BertConfig(**encoder)).eval()


def save(family: str, folder) -> None:
    """A model with a tokenizer of words, as a folder of the Hub has them."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    build(family).save_pretrained(folder)
    words = {"<pad>": 0, "<s>": 1, "</s>": 2, "town": 3, "hall": 4, "?": 5}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>"
    ).save_pretrained(folder)
