"""A cache of keys and values in few bits: its blocks, its bytes, and models that read it."""

import pytest
import torch

from workbook.core.runs.seeding import generator
from workbook.quantization.kv_cache import (
    PackedBlock,
    QuantizedLayer,
    cache_bytes,
    quantized_cache,
)


def states(time=32, seed=0):
    """Keys or values `B H T D`: 1, 2, time, 8."""
    return torch.randn(1, 2, time, 8, generator=generator(seed))


def test_a_key_shares_its_scale_over_time_and_a_value_over_channels():
    """So one large channel of keys, or one large token of values, spoils no other."""
    channel, token = states(), states()
    channel[..., 3] *= 100
    token[:, :, 5] *= 100
    errors = {}
    for axis in (2, 3):
        errors["channel", axis] = (PackedBlock(channel, 4, axis).unpack() - channel)[..., 4:].norm()
        errors["token", axis] = (PackedBlock(token, 4, axis).unpack() - token)[:, :, 6:].norm()
    assert errors["channel", 2] < errors["channel", 3] / 5
    assert errors["token", 3] < errors["token", 2] / 5


def test_the_bytes_of_a_block_by_hand():
    """512 numbers; 16 channels, or 64 tokens of heads, with a 16-bit scale and an 8-bit zero."""
    sizes = {(bits, axis): PackedBlock(states(), bits, axis).nbytes
             for bits in (4, 3) for axis in (2, 3)}  # fmt: skip
    assert sizes == {(4, 2): 256 + 16 * 3, (4, 3): 256 + 64 * 3,
                     (3, 2): 192 + 16 * 3, (3, 3): 192 + 64 * 3}  # fmt: skip
    assert PackedBlock(states().bfloat16(), 4, 2).unpack().dtype == torch.bfloat16


def test_tokens_are_rounded_for_the_calls_after_their_own():
    keys, values, layer = states(12), states(12, seed=1), QuantizedLayer(4, block=8)
    assert layer.get_seq_length() == 0
    first = layer.update(keys, values)
    assert torch.equal(first[0], keys) and torch.equal(first[1], values)
    new = states(1, seed=2)
    for found, given, axis in zip(layer.update(new, new), (keys, values), (2, 3), strict=True):
        full = PackedBlock(given[:, :, :8], 4, axis).unpack()
        assert torch.equal(found, torch.cat([full, given[:, :, 8:], new], 2))
        assert not torch.equal(full, given[:, :, :8])
    assert layer.get_seq_length() == 13 and len(layer.packed) == 1


@pytest.mark.parametrize("pieces", [(40,), (33, 1, 1, 5), (1,) * 40])
def test_a_cache_in_8_bits_gives_the_same_text_and_fewer_bits_lose_more(
    tiny_llama, token_ids, pieces
):
    ids = token_ids(2, 40)
    with torch.no_grad():
        exact = tiny_llama(ids).logits
        errors = []
        for bits in (8, 4, 2):
            cache = quantized_cache(2, bits, block=8)
            parts = [
                tiny_llama(part, past_key_values=cache).logits for part in ids.split(pieces, 1)
            ]
            errors.append((torch.cat(parts, 1) - exact).norm() / exact.norm())
            assert cache.get_seq_length() == 40
    if pieces == (40,):  # a single call is answered before anything is rounded
        assert max(errors) < 1e-5
    else:
        assert errors[0] < 0.01 and errors == sorted(errors)


def test_a_cache_keeps_what_it_says(tiny_llama, token_ids):
    from transformers import DynamicCache

    ids = token_ids(1, 64)
    sizes = {}
    with torch.no_grad():
        for name, cache in {
            "float": DynamicCache(),
            8: quantized_cache(2, 8),
            4: quantized_cache(2, 4),
        }.items():
            tiny_llama(ids, past_key_values=cache)
            sizes[name] = cache_bytes(cache)
    assert sizes["float"] == 2 * 2 * 2 * 8 * 64 * 4
    assert sizes[4] < 0.3 * sizes["float"] < sizes[8] < 0.42 * sizes["float"]


def test_generation_goes_through_the_cache(tiny_llama, token_ids):
    ids = token_ids(1, 40)
    plain = tiny_llama.generate(ids, max_new_tokens=8, do_sample=False)
    packed = tiny_llama.generate(
        ids, max_new_tokens=8, do_sample=False, past_key_values=quantized_cache(2, 8)
    )
    assert torch.equal(plain, packed)


def test_beams_take_their_keys_and_values_along():
    """Guards: only the block that was not full yet was reordered."""
    order = torch.tensor([1, 1, 0])
    keys = torch.randn(2, 2, 12, 8, generator=generator(0))
    layer, expected = QuantizedLayer(4, block=8), QuantizedLayer(4, block=8)
    layer.update(keys, 2 * keys)
    expected.update(keys[order], 2 * keys[order])
    layer.reorder_cache(order)
    new = torch.zeros(3, 2, 1, 8)
    for found, wanted in zip(layer.update(new, new), expected.update(new, new), strict=True):
        assert torch.equal(found, wanted)
    repeated = QuantizedLayer(4, block=8)
    repeated.update(keys, 2 * keys)
    repeated.batch_repeat_interleave(2)
    assert torch.equal(repeated.packed[0][0].unpack()[1], repeated.packed[0][0].unpack()[0])
    assert repeated.recent[0].shape == (4, 2, 4, 8)


@pytest.mark.parametrize("removed", [1, 4, 5, 8, 11, 12, 30])
def test_tokens_that_are_taken_back_are_gone(removed):
    """Guards: tokens in full blocks stayed when they were taken back."""
    keys, layer = states(12), QuantizedLayer(8, block=4)
    layer.update(keys, keys)
    layer.crop(-removed)
    assert layer.get_seq_length() == max(0, 12 - removed)
    new = states(1, seed=1)
    found, _ = layer.update(new, new)
    wanted = torch.cat([keys[:, :, : max(0, 12 - removed)], new], 2)
    torch.testing.assert_close(found, wanted, atol=0.02, rtol=0)


def test_a_cache_that_was_reset_is_empty():
    layer = QuantizedLayer(4, block=8)
    layer.update(states(20), states(20))
    layer.reset()
    assert layer.get_seq_length() == 0 and layer.nbytes == 0


def test_beam_search_finds_what_it_finds_without_rounding(tiny_llama, token_ids):
    ids = token_ids(2, 40)
    how = {"max_new_tokens": 12, "num_beams": 3, "do_sample": False}
    plain = tiny_llama.generate(ids, **how)
    packed = tiny_llama.generate(ids, past_key_values=quantized_cache(2, 8, block=4), **how)
    assert torch.equal(plain, packed)


def test_nine_bits_are_refused():
    with pytest.raises(ValueError, match="2 to 8 bits, not 9"):
        quantized_cache(2, 9)
