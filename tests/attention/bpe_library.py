"""Byte-pair encodings trained by the library `tokenizers`, to compare ours with."""

from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from workbook.town import stream

TEXTS = [
    "The baker's bread, the baker's bread: 12 loaves at 3.50!",
    "  She'll say we've been there;\n\n\tthe thethe the aaaa aaa.",
    "naïve façade, żółw, 東京 2024 ½ and ²; it's «fine» ☃",
]


ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


# The cuts of Llama 3 and GPT-4, and those of Qwen 2; both published in the models' tokenizer.json.
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


QWEN = LLAMA_3.replace("{1,3}", "")


def by_pattern(pattern, behavior="isolated", invert=False):
    """The steps of a tokenizer that cuts by a pattern, and leaves GPT-2's cuts out."""
    return [
        pre_tokenizers.Split(Regex(pattern), behavior, invert),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]


def library(texts, size, special=(), single_digits=False, steps=None, normalizer=None):
    """The same training in the library."""
    inner = Tokenizer(models.BPE())
    steps = steps or [pre_tokenizers.ByteLevel(add_prefix_space=False)]
    if single_digits:
        steps.insert(0, pre_tokenizers.Digits(individual_digits=True))
    if normalizer is not None:
        inner.normalizer = normalizer
    inner.pre_tokenizer = pre_tokenizers.Sequence(steps)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(texts, trainer)
    return inner


def pages(count):
    source = stream("page", "train", 4)
    return [next(source).text for _ in range(count)]
