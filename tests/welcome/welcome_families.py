"""Tiny random models of several families, with a tokenizer of the town's words, for answers."""

from functools import cache

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

FAMILIES = ("llama", "qwen2", "gpt2", "t5")
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)


@cache
def tokenizer(template: bool = False, begin: bool = True):
    """Byte-level BPE; `<end>` ends a text. template: with a chat template of its own."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<pad>", "<end>", "<begin>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(["Where does the ferry go?", "Question: Answer:"], trainer)
    marks = {"eos_token": "<end>", "pad_token": "<pad>"} | (
        {"bos_token": "<begin>"} if begin else {}
    )
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=bpe, **marks)
    made.chat_template = TEMPLATE if template else None
    return made


@cache
def model(family: str, longest: int = 256):
    """Two layers of random weights in eval mode; tests must leave it as it is."""
    torch.manual_seed(3)
    size = len(tokenizer())
    ends = {"bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0}
    shape = {
        "vocab_size": size,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": longest,
        "initializer_range": 0.3,
    }
    if family == "llama":
        made = transformers.LlamaForCausalLM(transformers.LlamaConfig(**shape, **ends))
    elif family == "qwen2":
        made = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**shape, **ends))
    elif family == "gpt2":
        sizes = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": longest}
        config = transformers.GPT2Config(vocab_size=size, initializer_range=0.3, **sizes, **ends)
        made = transformers.GPT2LMHeadModel(config)
    else:
        sizes = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
        config = transformers.T5Config(
            vocab_size=size, decoder_start_token_id=0, initializer_factor=3.0, **sizes,
            eos_token_id=1, pad_token_id=0,
        )  # fmt: skip
        made = transformers.T5ForConditionalGeneration(config)
    return made.eval()
