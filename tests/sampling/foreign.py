"""Small models of other families, in folders as the Hub has them, with tokenizers trained here.

Random weights, so what they write is nonsense; but shapes, classes, special tokens and files are
those of the real ones: a lesson that runs on these runs on theirs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
import transformers

from workbook.sampling.faithfulness import statements

V = 400
WRITERS = ("t5", "qwen2", "llama", "gpt2")
READERS = ("roberta", "bert")
SMALL = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 32}
LLAMA = SMALL | {"intermediate_size": 64, "num_key_value_heads": 2, "max_position_embeddings": 512}
T5 = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 3, "num_decoder_layers": 2}
T5 |= {"num_heads": 4, "decoder_start_token_id": 0}
KINDS = {  # family -> (name of its classes, shape)
    "t5": ("T5", T5),
    "qwen2": ("Qwen2", LLAMA),
    "llama": ("Llama", LLAMA),
    "gpt2": ("GPT2", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 512}),
    "roberta": ("Roberta", SMALL | {"intermediate_size": 64}),
    "bert": ("Bert", SMALL | {"intermediate_size": 64}),
}
HEADS = {"t5": "ForConditionalGeneration", "gpt2": "LMHeadModel"}


@cache
def tokenizer(family: str):
    """The family's own kind of tokenizer, trained on sentences of the town."""
    kind = getattr(transformers, f"{KINDS[family][0]}Tokenizer")
    texts = [f"{one.prompt} {one.value}." for one in statements(120)]
    return kind().train_new_from_iterator(texts, vocab_size=V, show_progress=False)


def save(family: str, folder: Path, head: str | None = None) -> Path:
    """Write a model with its tokenizer; head: the class's ending, by default one that writes."""
    name, shape = KINDS[family]
    words = tokenizer(family)
    specials = {f"{each}_token_id": getattr(words, f"{each}_token_id") for each in ("bos", "eos")}
    config = getattr(transformers, f"{name}Config")(
        vocab_size=len(words), pad_token_id=words.pad_token_id, **specials, **shape
    )
    torch.manual_seed(7)
    model = getattr(transformers, name + (head or HEADS.get(family, "ForCausalLM")))(config)
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder
