"""Every bit pattern of every format against torch, NumPy and ml_dtypes, which share no code."""

import math
import struct
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
import torch

from workbook.quantization import FORMATS, finite_values, from_bits, nf4_codebook, split_bits
from workbook.quantization import to_bits as encode
from workbook.quantization.formats import values_between

PEERS = {  # format -> a NumPy dtype of another maker
    "fp16": np.float16,
    "bf16": ml_dtypes.bfloat16,
    "fp8_e4m3": ml_dtypes.float8_e4m3fn,
    "fp8_e5m2": ml_dtypes.float8_e5m2,
    "fp6_e3m2": ml_dtypes.float6_e3m2fn,
    "fp6_e2m3": ml_dtypes.float6_e2m3fn,
    "fp4_e2m1": ml_dtypes.float4_e2m1fn,
    "int8": np.int8,
    "int4": ml_dtypes.int4,
}
TORCH = {
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
    "fp8_e4m3": torch.float8_e4m3fn,
    "fp8_e5m2": torch.float8_e5m2,
}
# bitsandbytes' published table (tests/test_functional.py and csrc), to 7 digits.
NF4 = (
    -1.0, -0.6961928, -0.5250731, -0.3949175, -0.2844414, -0.1847734, -0.0910500, 0.0,
    0.0795803, 0.1609302, 0.2461123, 0.3379152, 0.4407098, 0.5626170, 0.7229568, 1.0,
)  # fmt: skip


def same(one, other):
    """True for equal numbers, with the sign of a zero; every NaN equals every NaN."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other and math.copysign(1, one) == math.copysign(1, other)


def peer_values(name):
    """All patterns of a format, read by another implementation."""
    bits = FORMATS[name].bits
    patterns = np.arange(2**bits, dtype=np.uint16 if bits > 8 else np.uint8)
    if name == "int4":  # its own reader looks at the lower four bits
        patterns = np.where(patterns > 7, patterns.astype(np.int16) - 16, patterns).astype(np.int8)
        return patterns.astype(ml_dtypes.int4).astype(np.float64)
    return patterns.view(PEERS[name]).astype(np.float64)


@pytest.mark.parametrize("name", PEERS)
def test_every_pattern_is_read_as_the_peer_reads_it(name):
    peer = peer_values(name)
    assert len(peer) == 2 ** FORMATS[name].bits
    wrong = [b for b, value in enumerate(peer) if not same(from_bits(b, name), float(value))]
    assert wrong == []


@pytest.mark.parametrize("name", TORCH)
def test_every_pattern_is_read_as_torch_reads_it(name):
    whole = torch.uint16 if FORMATS[name].bits == 16 else torch.uint8
    patterns = torch.arange(2 ** FORMATS[name].bits).to(whole)
    peer = patterns.view(TORCH[name]).double().tolist()
    assert all(same(from_bits(bits, name), value) for bits, value in enumerate(peer))


@pytest.mark.parametrize("name", FORMATS)
def test_a_value_of_the_format_goes_back_to_its_own_pattern(name):
    bits = FORMATS[name].bits
    few = bits > 16
    patterns = np.random.default_rng(0).integers(0, 2**bits, 20_000) if few else range(2**bits)
    for pattern in map(int, patterns):
        value = from_bits(pattern, name)
        if not math.isnan(value):
            assert encode(value, name) == pattern
        else:
            assert math.isnan(from_bits(encode(value, name), name))


def hard_numbers(name, count=4000):
    """Random numbers over the whole range and beyond, and every middle between two neighbours."""
    source = np.random.default_rng(1)
    spread = source.normal(size=count) * 2.0 ** source.uniform(-40, 40, count)
    if FORMATS[name].bits <= 16:
        table = np.array(finite_values(name))
        some = source.choice(len(table) - 1, min(2000, len(table) - 1), replace=False)
        middles = (table[some] + table[some + 1]) / 2  # exact in float32: one more bit
        edges = [table[-1] * 1.01, table[-1] * 1.04, table[-1] * 1.07, table[-1] * 2]
        spread = np.concatenate([spread, middles, edges, np.negative(edges), [0.0, -0.0]])
    with np.errstate(over="ignore"):
        return spread.astype(np.float32)


@pytest.mark.parametrize("name", [n for n in PEERS if not n.startswith("int")])
def test_rounding_to_nearest_even_is_the_peers(name):
    """NaN aside, whose payload is free, the very same patterns; overflow to NaN included."""
    numbers = hard_numbers(name)
    with np.errstate(over="ignore"):
        peer = numbers.astype(PEERS[name]).view(np.uint16 if FORMATS[name].bits == 16 else np.uint8)
    for number, pattern in zip(numbers.tolist(), peer.tolist(), strict=True):
        ours = encode(number, name, saturate=False)
        if ours != pattern:
            assert math.isnan(from_bits(ours, name)) and math.isnan(from_bits(pattern, name)), (
                number, ours, pattern)  # fmt: skip


@pytest.mark.parametrize("name", TORCH)
def test_rounding_is_torchs_too(name):
    """With torch's rule of overflow: what E4M3 cannot hold becomes its largest number."""
    numbers = hard_numbers(name)
    peer = torch.from_numpy(numbers).to(TORCH[name]).double().tolist()
    ours = [from_bits(encode(number, name), name) for number in numbers.tolist()]
    assert all(map(same, ours, peer))


def test_fp32_is_what_the_machine_stores():
    source = np.random.default_rng(2)
    patterns = source.integers(0, 2**32, 20_000, dtype=np.uint64).tolist()
    for bits in [*patterns, 0x00000001, 0x007FFFFF, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x80000000]:
        (value,) = struct.unpack("<f", struct.pack("<I", bits))
        assert same(from_bits(bits, "fp32"), value)
    for number in (source.normal(size=5000) * 2.0 ** source.uniform(-150, 120, 5000)).tolist():
        (bits,) = struct.unpack("<I", struct.pack("<f", number))
        assert encode(number, "fp32") == bits


def test_tf32_is_fp32_without_its_last_13_bits():
    """19 bits: the exponent of fp32, the fraction of fp16 (NVIDIA 2020)."""
    assert FORMATS["tf32"].bits == 19
    wide = (np.arange(2**19, dtype=np.uint32) << 13).view(np.float32).tolist()
    assert [
        bits for bits, value in enumerate(wide) if not same(from_bits(bits, "tf32"), value)
    ] == []
    halfway = from_bits((5 << 13) + (1 << 12), "fp32")  # between 5 and 6: to the even one
    assert encode(halfway, "tf32") == 6


def test_integers_round_to_even_and_saturate():
    assert [encode(x, "int8") for x in (0.5, 1.5, -0.5, -1.5, -1, 1e9, -1e9, math.inf)] == [
        0, 2, 0, 254, 255, 127, 128, 127]  # fmt: skip
    assert [encode(x, "int4") for x in (7.4, 7.6, -8.6, -1)] == [7, 7, 8, 15]


def test_e4m3_has_no_infinity_and_e5m2_has():
    assert from_bits(0x7E, "fp8_e4m3") == 448 and math.isnan(from_bits(0x7F, "fp8_e4m3"))
    assert from_bits(0x7B, "fp8_e5m2") == 57344 and from_bits(0x7C, "fp8_e5m2") == math.inf
    assert encode(464, "fp8_e4m3") == 0x7E  # the middle of 448 and 480 goes to the even pattern
    assert encode(465, "fp8_e4m3") == encode(math.inf, "fp8_e4m3") == 0x7E
    assert encode(465, "fp8_e4m3", saturate=False) == 0x7F
    assert encode(-math.inf, "fp8_e4m3", saturate=False) == 0xFF
    assert encode(1e9, "fp8_e5m2") == 0x7C and encode(-1e9, "fp8_e5m2", saturate=True) == 0xFB


@pytest.mark.parametrize(
    ("name", "largest", "smallest_normal", "smallest"),
    [
        ("fp16", 65504.0, 2.0**-14, 2.0**-24),
        ("bf16", 3.3895313892515355e38, 2.0**-126, 2.0**-133),
        ("fp8_e4m3", 448.0, 2.0**-6, 2.0**-9),
        ("fp8_e5m2", 57344.0, 2.0**-14, 2.0**-16),
        ("fp4_e2m1", 6.0, 1.0, 0.5),
    ],
)
def test_the_ends_of_each_range_as_published(name, largest, smallest_normal, smallest):
    values = finite_values(name)
    assert values[-1] == -values[0] == largest
    assert min(value for value in values if value > 0) == smallest
    assert 2.0 ** FORMATS[name].lowest_exponent == smallest_normal


def test_pi_in_16_bits_as_on_the_courses_slide():
    kept = [from_bits(encode(math.pi, name), name) for name in ("fp32", "fp16", "bf16")]
    assert kept == [3.1415927410125732, 3.140625, 3.140625]


def test_nf4_is_the_published_codebook():
    assert nf4_codebook() == pytest.approx(NF4, abs=1e-6)
    assert [encode(x, "nf4") for x in (-9.0, 0.0, 0.04, 0.039, 1.0, math.inf)] == [
        0, 7, 8, 7, 15, 15]  # fmt: skip
    assert from_bits(0, "nf4") == -1.0


def test_nf4_comes_from_scipys_quantiles_too():
    from scipy.stats import norm

    ends = np.linspace(0.9677083, 0.5, 9)[:-1], np.linspace(0.9677083, 0.5, 8)[:-1]
    values = np.sort(np.concatenate([norm.ppf(ends[0]), -norm.ppf(ends[1]), [0.0]]))
    assert nf4_codebook() == pytest.approx(values / values.max(), abs=1e-6)


@pytest.mark.parametrize("name", ["fp8_e4m3", "fp8_e5m2", "int8", "int4", "nf4", "fp4_e2m1"])
@pytest.mark.parametrize("ends", [(1.2, 5.1), (-0.3, 0.26), (-5.0, -1.5), (400.0, 1e9)])
def test_the_numbers_between_two_others(name, ends):
    low, high = ends
    inside = [value for value in finite_values(name) if low <= value <= high]
    assert values_between(low, high, name) == inside


def test_too_many_numbers_are_not_listed():
    assert values_between(3.0, 4.0, "fp32") is None and values_between(-1.0, 1.0, "fp16") is None
    steps = [3.0 + step * 2**-22 for step in range(5)]
    assert values_between(steps[0], steps[-1], "fp32") == steps


def test_the_parts_of_a_pattern():
    assert split_bits(encode(-1.5, "bf16"), "bf16") == {
        "sign": "1", "exponent": "01111111", "fraction": "1000000"}  # fmt: skip
    assert split_bits(encode(-1, "int4"), "int4") == {"integer": "1111"}


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: encode(1.0, "fp7"), "no format 'fp7'; there are fp32, tf32"),
        (lambda: encode(math.nan, "int8"), "int8 has no pattern for NaN"),
        (lambda: encode(math.nan, "nf4"), "nf4 has no pattern for NaN"),
        (lambda: encode(math.nan, "fp4_e2m1"), "fp4_e2m1 has no pattern for NaN"),
        (lambda: from_bits(256, "int8"), "patterns 0 to 255, not 256"),
        (lambda: from_bits(-1, "fp16"), "patterns 0 to 65535, not -1"),
        (lambda: from_bits(1.5, "int8"), "patterns 0 to 255, not 1.5"),
        (lambda: from_bits(2.0, "nf4"), "patterns 0 to 15, not 2.0"),
        (lambda: finite_values("fp32"), "too many for a list"),
    ],
)
def test_bad_input_gets_one_sentence(act, words):
    with pytest.raises(ValueError, match=words):
        act()


def test_the_contract_is_light():
    code = "import sys; from workbook.quantization import *; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
