"""Positions: against the formula, against transformers, and what each kind promises."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb
from transformers.models.t5.modeling_t5 import T5Attention

from workbook.attention import rotary_embedding, sinusoidal_positions
from workbook.attention.positions import (
    RelativeBias,
    frequencies,
    mean_similarity,
    relative_buckets,
    rotary_scores,
)


def test_sinusoidal_is_the_formula():
    table = sinusoidal_positions(50, 16)
    for place in (0, 1, 7, 49):
        for pair in range(8):
            angle = place / 10_000 ** (2 * pair / 16)
            assert table[place, 2 * pair] == pytest.approx(math.sin(angle), abs=1e-5)
            assert table[place, 2 * pair + 1] == pytest.approx(math.cos(angle), abs=1e-5)


def test_sinusoidal_products_depend_on_the_distance_only():
    table = sinusoidal_positions(40, 32).double()
    products = table @ table.T
    for distance in range(40):
        along = products.diagonal(distance)
        torch.testing.assert_close(along, along[:1].expand_as(along), atol=1e-4, rtol=0)


def test_rotary_is_that_of_transformers():
    q, k = torch.randn(2, 3, 7, 8), torch.randn(2, 3, 7, 8)
    positions = torch.randint(0, 50, (2, 7))
    angles = positions[..., None] * frequencies(8, 500.0)
    cos, sin = (f(torch.cat([angles, angles], -1)) for f in (torch.cos, torch.sin))
    theirs = apply_rotary_pos_emb(q, k, cos, sin)
    for ours, other in zip((q, k), theirs, strict=True):
        torch.testing.assert_close(rotary_embedding(ours, positions, base=500.0), other)


@settings(max_examples=30)
@given(st.integers(0, 2**31 - 1), st.integers(0, 60), st.integers(0, 60), st.integers(0, 40))
def test_rotary_products_depend_on_the_distance_only(seed, place, other, shift):
    source = torch.Generator().manual_seed(seed)
    q, k = torch.randn(2, 1, 1, 1, 16, generator=source, dtype=torch.float64)

    def product(a, b):
        turned = rotary_embedding(q, torch.tensor([a])), rotary_embedding(k, torch.tensor([b]))
        return (turned[0] * turned[1]).sum().item()

    assert product(place, other) == pytest.approx(product(place + shift, other + shift), abs=1e-3)


def test_rotary_keeps_lengths_and_leaves_position_0_alone():
    x = torch.randn(2, 3, 5, 8)
    turned = rotary_embedding(x)
    torch.testing.assert_close(turned.norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(turned[..., 0, :], x[..., 0, :])
    assert not torch.allclose(turned[..., 1, :], x[..., 1, :])


@pytest.mark.parametrize("both_ways", [True, False])
@pytest.mark.parametrize("buckets, longest", [(32, 128), (8, 10)])
def test_buckets_are_those_of_t5(both_ways, buckets, longest):
    distances = torch.arange(-300, 301)
    theirs = T5Attention._relative_position_bucket(distances, both_ways, buckets, longest)
    ours = relative_buckets(distances, both_ways, buckets, longest)
    assert torch.equal(ours, theirs)
    never = {buckets // 2} if both_ways else set()  # it would be of keys 0 places after the query
    assert set(ours.tolist()) == set(range(buckets)) - never


def test_relative_bias_is_a_table_by_distance():
    bias = RelativeBias(heads=3, both_ways=True)
    table = bias(torch.arange(6), torch.arange(6))
    assert table.shape == (3, 6, 6)
    for distance in range(-5, 6):
        along = table.diagonal(distance, 1, 2)
        assert torch.equal(along, along[:, :1].expand_as(along))
    assert torch.equal(bias(torch.arange(4, 6), torch.arange(6)), table[:, 4:])


def test_likeness_is_a_mean_over_places():
    table = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    assert mean_similarity(table).tolist() == pytest.approx([1.0, (1 + 2) / 2 / (7 / 3), 0.0])
    sinusoidal = mean_similarity(sinusoidal_positions(64, 64))
    assert sinusoidal[0] == 1 and sinusoidal[1] > 0.9 > sinusoidal[40]


def test_rotary_scores_are_those_of_a_query_behind_its_key():
    q, k = torch.randn(2, 16)
    scores = rotary_scores(q, k, 6, base=77.0)
    for distance in range(6):
        turned = rotary_embedding(q[None], torch.tensor([9]), base=77.0)
        key = rotary_embedding(k[None], torch.tensor([9 - distance]), base=77.0)
        assert scores[distance].item() == pytest.approx((turned * key).sum().item() / 4, abs=1e-4)


@pytest.mark.parametrize("channels", [0, 3])
def test_an_odd_number_of_channels_is_refused(channels):
    with pytest.raises(ValueError, match="even number"):
        sinusoidal_positions(4, channels)
