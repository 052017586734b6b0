"""A tokenizer trained on a few of the town's sentences and a random model that goes with it."""

from functools import cache

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from workbook.sampling.faithfulness import statements


@cache
def tiny_tokenizer():
    """Byte-level BPE, like the town's own; `<eos>` ends a text."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=330,
        special_tokens=["<pad>", "<eos>", "<bos>"],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    bpe.train_from_iterator([one.prompt for one in statements(50)], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<eos>", pad_token="<pad>", bos_token="<bos>"
    )


@cache
def tiny_model():
    """Two layers of random weights, large enough that its guesses differ; in eval mode."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tiny_tokenizer()),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        initializer_range=0.5,
        eos_token_id=1,
        bos_token_id=2,
        pad_token_id=0,
    )
    return LlamaForCausalLM(config).eval()
