"""The settings of a transformer: what is refused, what stays as it is, what follows from what."""

import re
from dataclasses import FrozenInstanceError, replace

import pytest

from workbook.attention import Transformer, TransformerConfig
from workbook.attention.config import CHOICES


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: TransformerConfig(9, architecture="both"), "architecture is one of"),
        (lambda: TransformerConfig(9, positions="alibi"), "positions is one of"),
        (lambda: replace(TransformerConfig(9), norm="batch"), "norm is one of rms, layer, not 'ba"),
    ],
)
def test_what_is_not_supported_is_one_sentence(make, says):
    with pytest.raises(ValueError, match=says) as error:
        make()
    assert "\n" not in str(error.value)


def test_every_choice_that_a_message_names_is_taken():
    for name, allowed in CHOICES.items():
        with pytest.raises(ValueError, match=re.escape(", ".join(allowed))):
            TransformerConfig(9, **{name: "no such thing"})
        for each in allowed:
            assert getattr(TransformerConfig(9, **{name: each}), name) == each


def test_a_configuration_cannot_be_changed_and_equal_ones_are_one():
    config = TransformerConfig(9, heads=2)
    with pytest.raises(FrozenInstanceError):
        config.heads = 4
    assert len({config, TransformerConfig(9, heads=2), TransformerConfig(9, heads=1)}) == 2


def test_rotary_angles_count_but_are_not_printed():
    config = TransformerConfig(9, inv_freq=(1.0, 0.125))
    assert "0.125" not in repr(config) and config != TransformerConfig(9)


def test_what_is_left_open_follows_from_the_channels_and_heads():
    block = Transformer(TransformerConfig(9, hidden_size=24, heads=3)).decoder.blocks[0]
    assert (block.attention.kv_heads, block.attention.head_size) == (3, 8)
    assert block.feed_forward.up.out_features == 96
    changed = TransformerConfig(9, hidden_size=24, heads=3, kv_heads=1, head_size=4, ffn_dim=10)
    block = Transformer(changed).decoder.blocks[0]
    assert (block.attention.kv_heads, block.attention.head_size) == (1, 4)
    assert block.feed_forward.up.out_features == 10
