"""What the course says of Hub models before it has seen them, against their architectures."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import transformers as hf

from workbook.core.system import known_models, memory, profile
from workbook.core.system.machine import Machine

GB = 2**30
CARD = Machine(8, 64 * GB, 60 * GB, "cuda", "a card", 40 * GB - 500 * 2**20, (8, 0), True)


def qwen(width, inner, layers, heads, key_heads, vocabulary=151_936, tied=True):
    config = hf.Qwen2Config(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=inner,
        num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=key_heads,
        tie_word_embeddings=tied,
    )  # fmt: skip
    return hf.Qwen2ForCausalLM, config


def flan(width, inner, layers, heads):
    config = hf.T5Config(
        vocab_size=32_128, d_model=width, d_ff=inner, d_kv=64, num_layers=layers, num_heads=heads,
        feed_forward_proj="gated-gelu",
    )  # fmt: skip
    return hf.T5ForConditionalGeneration, config


BUILT = {
    known_models.QWEN: qwen(896, 4864, 24, 14, 2),
    known_models.QWEN_INSTRUCT: qwen(896, 4864, 24, 14, 2),
    known_models.QWEN_LARGE: qwen(1536, 8960, 28, 12, 2),
    known_models.QWEN_INSTRUCT_LARGE: qwen(3584, 18944, 28, 28, 4, 152_064, tied=False),
    known_models.FLAN: flan(768, 2048, 12, 12),
    known_models.FLAN_LARGE: flan(1024, 2816, 24, 16),
    known_models.HATE: (
        hf.RobertaForSequenceClassification,
        hf.RobertaConfig(vocab_size=50_265, max_position_embeddings=514, type_vocab_size=1),
    ),
    known_models.MINILM: (
        hf.BertModel,
        hf.BertConfig(
            hidden_size=384, intermediate_size=1536, num_hidden_layers=6, num_attention_heads=12
        ),
    ),
}


@pytest.mark.parametrize("name", BUILT)
def test_the_shape_is_the_architectures(name):
    """Built on torch's meta device: all shapes, no memory."""
    kind, config = BUILT[name]
    with torch.device("meta"):
        count = kind(config).num_parameters()
    if name in (known_models.FLAN, known_models.FLAN_LARGE):  # their files hold output weights too
        count += config.vocab_size * config.d_model
    assert memory.shape_of(config, count) == known_models.ENTRIES[name].shape


def test_every_model_has_its_architecture_tested():
    models = {name for name, entry in known_models.ENTRIES.items() if entry.shape}
    assert models == set(BUILT)


def test_profiles_and_suggestions_speak_of_what_is_known():
    named = {getattr(profile.BUDGETS["gpu"], field) for field in profile.ROLES.values()}
    assert named | set(profile.LARGE.values()) == set(known_models.ENTRIES)
    for role, names in known_models.SMALLER.items():
        assert role in profile.ROLES
        assert all(name in known_models.ENTRIES or name.startswith("bundled:") for name in names)


def test_a_large_card_gets_larger_models_which_it_can_train_or_at_least_run():
    chosen = profile.choose(CARD, {})
    assert (chosen.base_model, chosen.seq2seq_model) == (
        known_models.QWEN_LARGE,
        known_models.FLAN_LARGE,
    )
    room = CARD.device_memory
    for name in (chosen.base_model, chosen.seq2seq_model):
        shape = known_models.ENTRIES[name].shape
        assert memory.training(shape, "bfloat16", 4, 512, "cuda").total < room, name
    shape = known_models.ENTRIES[chosen.instruct_model].shape
    assert memory.inference(shape, "bfloat16", 32, 512, "cuda").total < room
    assert memory.training(shape, "bfloat16", 4, 512, "cuda").total > room
    adapters = memory.training(shape, "bfloat16", 4, 512, "cuda", trainable=40_000_000)
    assert adapters.total < room


def test_a_smaller_card_a_laptop_and_a_hand_get_what_they_ask_for():
    small = replace(CARD, device_memory=24 * GB)
    assert profile.choose(small, {}).base_model == known_models.QWEN
    on_cpu = profile.choose(CARD, {"WORKBOOK_DEVICE": "cpu"})
    assert on_cpu.base_model == known_models.QWEN
    assert profile.choose(CARD, {"WORKBOOK_PROFILE": "laptop"}).base_model == "bundled:town-lm"
    by_hand = profile.choose(CARD, {"WORKBOOK_BASE_MODEL": "/mine"})
    assert (by_hand.base_model, by_hand.seq2seq_model) == ("/mine", known_models.FLAN_LARGE)
