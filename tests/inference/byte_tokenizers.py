"""Tokenizers of single bytes, with and without special tokens of their own."""

from __future__ import annotations

CHAT = "{% for m in messages %}<s>{{ m['content'] }}</s>{% endfor %}"


def byte_tokenizer(own_specials: bool = False, **special: str):
    """A byte-level tokenizer without merges.

    special: such as bos_token="<s>". own_specials: it writes <s> and </s> itself, as BART's does.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    names = ["<s>", "<pad>", "</s>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    vocabulary = {name: number for number, name in enumerate(names)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    if own_specials:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)
