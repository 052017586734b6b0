"""The town's tokenizer: byte-level BPE trained with `tokenizers` on the town's own text.

Every string can be encoded (bytes are the alphabet), digits stand alone so that arithmetic is
done digit by digit, and the special tokens are the ones the chat template needs plus a few kept
for later lessons. Lesson 01 builds byte-pair encoding from nothing.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

PAD, BOS, END = "<|pad|>", "<|bos|>", "<|end|>"
USER, ASSISTANT = "<|user|>", "<|assistant|>"
RESERVED = ("<|system|>", "<|tool|>", "<|mask|>", *(f"<|extra_{i}|>" for i in range(8)))
SPECIAL = (PAD, BOS, END, USER, ASSISTANT, *RESERVED)
VOCABULARY = 2048
LONGEST = 768  # tokens that the town's models have been trained to read

# For each message the token of its role, the content, an end token: as town.texts.chat writes it.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m['role'] == 'assistant' %}{{ '<|assistant|>\n' }}{% generation %}"
    "{{ m['content'] + '<|end|>' }}{% endgeneration %}{{ '\n' }}"
    "{% elif m['role'] in ['system', 'user', 'tool'] %}"
    "{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n' }}"
    "{% else %}{{ raise_exception('roles are system, user, assistant and tool') }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)


def train_tokenizer(
    texts: Iterable[str], vocabulary: int = VOCABULARY
) -> "PreTrainedTokenizerFast":
    """Train byte-level BPE of exactly `vocabulary` entries, special tokens included."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    smallest = 256 + len(SPECIAL)
    if vocabulary < smallest:
        raise ValueError(f"the vocabulary needs at least {smallest} entries, not {vocabulary}")
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
    )
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=END,
        extra_special_tokens=[USER, ASSISTANT, *RESERVED],
        padding_side="left",
        model_max_length=LONGEST,
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )
