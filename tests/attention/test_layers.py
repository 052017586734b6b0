"""The layers against torch's own: values and gradients; cross-attention, groups, a cache."""

import pytest
import torch
from torch import nn

from workbook.attention import (
    FeedForward,
    GrowingKVCache,
    LayerNorm,
    MultiHeadAttention,
    RMSNorm,
    rotary_embedding,
    scaled_dot_product_attention,
)
from workbook.attention.library_weights import attention_from_torch


def torchs(bias=True):
    return nn.MultiheadAttention(32, 4, bias=bias, batch_first=True).double()


@pytest.mark.parametrize("bias", [True, False])
def test_multi_head_is_torchs_with_gradients(bias):
    theirs = torchs(bias)
    ours = attention_from_torch(theirs)
    x = torch.randn(2, 7, 32, dtype=torch.float64, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    keep_mask = torch.ones(2, 7, dtype=torch.bool)
    keep_mask[1, 4:] = False
    mine = ours(x, keep_mask=keep_mask, is_causal=True)
    order = torch.ones(7, 7, dtype=torch.bool).triu(1)
    other = theirs(y, y, y, key_padding_mask=~keep_mask, attn_mask=order, need_weights=False)[0]
    torch.testing.assert_close(mine, other)
    mine.square().sum().backward(), other.square().sum().backward()
    torch.testing.assert_close(x.grad, y.grad)
    grads = torch.cat([part.weight.grad for part in (ours.query, ours.key, ours.value)])
    torch.testing.assert_close(grads, theirs.in_proj_weight.grad)


def test_cross_attention_and_weights_are_torchs():
    theirs = torchs()
    ours, seen = attention_from_torch(theirs), []
    ours.on_weights = seen.append
    x, memory = torch.randn(2, 3, 32).double(), torch.randn(2, 5, 32).double()
    out, weights = theirs(x, memory, memory, average_attn_weights=False)
    torch.testing.assert_close(ours(x, memory), out)
    torch.testing.assert_close(seen[0], weights)


@pytest.mark.parametrize("kv_heads", [1, 2])
def test_shared_keys_are_copied_keys(kv_heads):
    """Multi-query and grouped queries: a full attention whose key and value heads are copies."""
    few = MultiHeadAttention(16, 4, kv_heads=kv_heads).double()
    full = MultiHeadAttention(16, 4).double()
    state = few.state_dict()
    for name in ("key.weight", "value.weight"):
        heads = state[name].unflatten(0, (kv_heads, 4))
        state[name] = heads.repeat_interleave(4 // kv_heads, 0).flatten(0, 1)
    full.load_state_dict(state)
    x = torch.randn(2, 5, 16).double()
    torch.testing.assert_close(few(x, is_causal=True), full(x, is_causal=True))
    assert few.key.weight.numel() * 4 == full.key.weight.numel() * kv_heads


def test_a_mask_of_two_dimensions_says_which_keys_are_real():
    """Guards against `B S` taken for `T S` where there are as many texts as tokens."""
    layer, x = MultiHeadAttention(16, 4), torch.randn(5, 5, 16)
    keep_mask = torch.rand(5, 5) < 0.6
    one_by_one = [layer(x[i : i + 1], keep_mask=keep_mask[i : i + 1]) for i in range(5)]
    torch.testing.assert_close(layer(x, keep_mask=keep_mask), torch.cat(one_by_one))


def test_a_cache_changes_nothing():
    layer = MultiHeadAttention(16, 4, rotary_base=100.0).double()
    x, cache, parts = torch.randn(2, 6, 16).double(), GrowingKVCache(), []
    for start, end in ((0, 3), (3, 4), (4, 6)):
        parts.append(layer(x[:, start:end], is_causal=True, cache=cache))
        cache.length = end
    torch.testing.assert_close(torch.cat(parts, 1), layer(x, is_causal=True))


def test_without_positions_order_does_not_matter():
    """What positions are for: a permutation of the tokens permutes the result, no more."""
    layer, x = MultiHeadAttention(16, 2), torch.randn(1, 6, 16)
    order = torch.randperm(6)
    torch.testing.assert_close(layer(x[:, order]), layer(x)[:, order])
    turned = MultiHeadAttention(16, 2, rotary_base=10.0)
    assert not torch.allclose(turned(x[:, order]), turned(x)[:, order], atol=1e-3)


def test_queries_and_keys_are_turned_with_the_base_given():
    layer, x = MultiHeadAttention(16, 2, rotary_base=77.0).double(), torch.randn(2, 5, 16).double()
    places = torch.tensor([3, 4, 9, 10, 20])
    q, k, v = (
        part(x).unflatten(-1, (2, 8)).transpose(1, 2)
        for part in (layer.query, layer.key, layer.value)
    )
    q, k = (rotary_embedding(each, places, base=77.0) for each in (q, k))
    by_hand = layer.out(scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
    torch.testing.assert_close(layer(x, positions=places), by_hand)


def test_a_memory_is_not_turned():
    """Guards against positions of one text used for another of a different length."""
    layer = MultiHeadAttention(16, 2, rotary_base=10.0)
    x, memory = torch.randn(2, 3, 16), torch.randn(2, 5, 16)
    order = torch.randperm(5)
    torch.testing.assert_close(layer(x, memory[:, order]), layer(x, memory))


def test_norms_are_torchs():
    x = 5 * torch.randn(3, 4, 16) + 2
    for ours, theirs in (
        (LayerNorm(16, 1e-5), nn.LayerNorm(16, 1e-5)),
        (RMSNorm(16, 1e-6), nn.RMSNorm(16, 1e-6)),
    ):
        with torch.no_grad():
            for weight in ours.parameters():
                weight.copy_(torch.randn(16))
        theirs.load_state_dict(ours.state_dict())
        mine, other = x.clone().requires_grad_(), x.clone().requires_grad_()
        torch.testing.assert_close(ours(mine), theirs(other))
        ours(mine).square().sum().backward(), theirs(other).square().sum().backward()
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["relu", "gelu", "silu", "reglu", "geglu", "swiglu"])
def test_feed_forward_by_hand(kind):
    layer, x = FeedForward(6, 10, kind, bias=True), torch.randn(2, 3, 6)
    activations = {"relu": nn.ReLU(), "gelu": nn.GELU(), "silu": nn.SiLU()}
    activation = activations[{"reglu": "relu", "geglu": "gelu", "swiglu": "silu"}.get(kind, kind)]
    inner = (
        activation(layer.up(x)) if layer.gate is None else activation(layer.gate(x)) * layer.up(x)
    )
    torch.testing.assert_close(layer(x), layer.down(inner))
    assert (layer.gate is not None) == kind.endswith("glu")


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: MultiHeadAttention(10, 3), "does not split into 3 heads"),
        (lambda: MultiHeadAttention(12, 4, kv_heads=3), "cannot share 3"),
        (lambda: FeedForward(8, kind="tanh"), "no feed-forward 'tanh'"),
        (lambda: MultiHeadAttention(6, 2, rotary_base=10.0), "even number"),
    ],
)
def test_impossible_layers_are_one_sentence(make, says):
    with pytest.raises(ValueError, match=says):
        make()
