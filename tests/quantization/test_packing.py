"""Codes side by side in bytes: by hand, there and back, and what is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.core.runs.seeding import generator
from workbook.quantization.packing import pack, unpack


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.integers(0, 70), st.integers(0, 10**6))
def test_packing_keeps_every_code_in_the_fewest_bytes(bits, count, seed):
    codes = torch.randint(0, 2**bits, (count,), generator=generator(seed)).to(torch.uint8)
    packed = pack(codes, bits)
    assert packed.dtype == torch.uint8 and len(packed) == -(-count * bits // 8)
    assert torch.equal(unpack(packed, bits, count), codes)


def test_packing_by_hand():
    assert pack(torch.tensor([1, 15]), 4).tolist() == [0x1F]
    assert pack(torch.tensor([0b101, 0b011, 0b111]), 3).tolist() == [0b10101111, 0b10000000]


def test_the_first_code_lies_in_the_highest_bits_and_the_last_byte_is_filled_with_zeros():
    assert pack(torch.tensor([1, 0, 0, 0, 0, 0, 0, 0, 1]), 1).tolist() == [0x80, 0x80]
    assert pack(torch.tensor([[3, 0], [1, 2]]), 2).tolist() == [0b11000110]
    assert pack(torch.tensor([1, 2, 3]), 4).tolist() == [0x12, 0x30]
    assert unpack(torch.tensor([0x12, 0x30], dtype=torch.uint8), 4, 3).tolist() == [1, 2, 3]


def test_the_bytes_of_eight_bits_are_the_codes_but_no_view_of_them():
    codes = torch.tensor([7, 255], dtype=torch.uint8)
    packed = pack(codes, 8)
    codes[0] = 1
    assert packed.tolist() == [7, 255]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: pack(torch.tensor([4]), 2), "codes of 2 bits are 0 to 3"),
        (lambda: pack(torch.tensor([-1]), 8), "codes of 8 bits are 0 to 255"),
        (lambda: pack(torch.tensor([0]), 9), "1 to 8 bits, not 9"),
        (lambda: unpack(torch.zeros(1, dtype=torch.uint8), 4, 3), "hold no 3 codes"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()
