"""Attention as a function: the four ways agree with torch, the masks mean what they say."""

import re

import pytest
import torch
import torch.nn.functional as F
from beartype import beartype
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError, jaxtyped

from workbook import attention
from workbook.attention import dot_product
from workbook.attention.dot_product import (
    attention_weights,
    causal_mask,
    chunked_attention,
    fused_attention,
    scaled_dot_product_attention,
    sliding_mask,
)

SIZES = st.integers(1, 7)


def qkv(batch=2, heads=4, queries=5, keys=6, size=8, kv_heads=None, dtype=torch.float64):
    kv_heads = heads if kv_heads is None else kv_heads
    q = torch.randn(batch, heads, queries, size, dtype=dtype)
    k = torch.randn(batch, kv_heads, keys, size, dtype=dtype)
    v = torch.randn(batch, kv_heads, keys, size, dtype=dtype)
    return q, k, v


@settings(max_examples=40, deadline=None)
@given(SIZES, SIZES, SIZES, st.sampled_from([None, "keys", "full"]))
def test_it_is_torchs(batch, queries, keys, mask):
    q, k, v = qkv(batch, 2, queries, keys)
    shape = {"keys": (batch, 1, 1, keys), "full": (batch, 2, queries, keys)}.get(mask)
    keep_mask = None if mask is None else torch.rand(shape) < 0.7
    if keep_mask is not None:
        keep_mask[..., 0] = True  # torch has no promise for an empty row
    theirs = F.scaled_dot_product_attention(q, k, v, attn_mask=keep_mask)
    for ours in (scaled_dot_product_attention, fused_attention):
        torch.testing.assert_close(ours(q, k, v, keep_mask), theirs)


@settings(max_examples=20, deadline=None)
@given(SIZES, SIZES, st.integers(1, 4))
def test_causal_is_torchs_and_chunks_change_nothing(batch, time, chunk):
    q, k, v = qkv(batch, 2, time, time)
    theirs = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v, is_causal=True), theirs)
    torch.testing.assert_close(fused_attention(q, k, v, is_causal=True), theirs)
    torch.testing.assert_close(chunked_attention(q, k, v, is_causal=True, chunk=chunk), theirs)
    everything = F.scaled_dot_product_attention(q, k, v)
    torch.testing.assert_close(chunked_attention(q, k, v, chunk=chunk), everything)


def test_chunks_survive_large_scores():
    """Guards against a running maximum that is not subtracted: exp(800) would be infinite."""
    q, k, v = qkv()
    q = 300 * q
    expected = scaled_dot_product_attention(q, k, v)
    torch.testing.assert_close(chunked_attention(q, k, v, chunk=2), expected)


def test_the_loop_is_the_matrix():
    q, k, v = (x[0, 0] for x in qkv())
    rows = []
    for query in q:
        weights = torch.stack([(query @ key / 8**0.5).exp() for key in k])
        rows.append(sum(w * value for w, value in zip(weights / weights.sum(), v, strict=True)))
    torch.testing.assert_close(torch.stack(rows), scaled_dot_product_attention(q, k, v))


@pytest.mark.parametrize("kv_heads", [1, 2, 4])
def test_grouped_queries_are_repeated_keys(kv_heads):
    q, k, v = qkv(kv_heads=kv_heads)
    theirs = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v), theirs)
    torch.testing.assert_close(fused_attention(q, k, v), theirs)
    heads = [4 // kv_heads * g for g in range(kv_heads)]  # the first of each group, by hand
    alone = scaled_dot_product_attention(q[:, heads], k, v)
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v)[:, heads], alone)


def test_gradients_are_torchs():
    ours = [x.requires_grad_() for x in qkv(queries=6)]
    theirs = [x.detach().clone().requires_grad_() for x in ours]
    weight = torch.randn(2, 4, 6, 8, dtype=torch.float64)
    (scaled_dot_product_attention(*ours, is_causal=True) * weight).sum().backward()
    (F.scaled_dot_product_attention(*theirs, is_causal=True) * weight).sum().backward()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine.grad, other.grad)


@pytest.mark.parametrize("function", [scaled_dot_product_attention, fused_attention])
def test_a_row_with_nothing_to_see_gives_zeros_and_clean_gradients(function):
    q, k, v = (x.requires_grad_() for x in qkv())
    keep_mask = torch.ones(2, 6, dtype=torch.bool)
    keep_mask[1] = False
    out = function(q, k, v, keep_mask)
    assert out[1].eq(0).all() and out[0].ne(0).any()
    out.square().sum().backward()
    for x in (q, k, v):
        assert x.grad.isfinite().all() and x.grad[1].eq(0).all()


@pytest.mark.filterwarnings("ignore:Anomaly Detection")
@pytest.mark.parametrize("function", [scaled_dot_product_attention, fused_attention])
def test_an_empty_row_is_no_alarm_for_torchs_anomaly_detection(function):
    """Guards against a NaN inside, hidden from the result, that stops a learner's debugging."""
    q, k, v = (x.requires_grad_() for x in qkv())
    keep_mask = torch.ones(2, 6, dtype=torch.bool)
    keep_mask[1] = False
    with torch.autograd.detect_anomaly(check_nan=True):
        function(q, k, v, keep_mask).square().sum().backward()
    assert q.grad.isfinite().all()


def test_an_empty_row_with_a_bias_gives_zeros_too():
    """Guards against a bias that fills an empty row: the lowest numbers would share evenly."""
    q, k, v = qkv()
    keep_mask = torch.ones(5, 6, dtype=torch.bool)
    keep_mask[3] = False
    bias = torch.randn(4, 5, 6, dtype=torch.float64)
    slow = scaled_dot_product_attention(q, k, v, keep_mask, bias=bias)
    assert slow[:, :, 3].eq(0).all()
    torch.testing.assert_close(fused_attention(q, k, v, keep_mask, bias=bias), slow)


def test_masks_of_every_documented_shape():
    q, k, v = qkv()
    keys = torch.rand(2, 6) < 0.6
    full = keys[:, None, None].expand(2, 4, 5, 6)
    expected = scaled_dot_product_attention(q, k, v, full)
    for mask in (keys, keys[:, None, None], keys[:, None].expand(2, 5, 6), full):
        torch.testing.assert_close(scaled_dot_product_attention(q, k, v, mask), expected)
    table = torch.rand(5, 6) < 0.6  # does not fit B Tk, so it is Tq Tk
    expected = scaled_dot_product_attention(q, k, v, table.expand(2, 4, 5, 6))
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v, table), expected)


@pytest.mark.parametrize("function", [scaled_dot_product_attention, fused_attention])
@pytest.mark.parametrize("heads", [None, 2])
def test_a_mask_that_can_be_read_in_two_ways_is_refused(function, heads):
    """Guards against causal_mask(5) read as padding, without a word, where B is 5 as well."""
    q, k, v = qkv(batch=5, heads=2, queries=5, keys=5)
    if heads is None:
        q, k, v = q[:, 0], k[:, 0], v[:, 0]
    with pytest.raises(ValueError, match="fits both") as error:
        function(q, k, v, causal_mask(5))
    assert "\n" not in str(error.value)
    order = causal_mask(5)[(None,) * (q.dim() - 2)]
    torch.testing.assert_close(function(q, k, v, order), function(q, k, v, is_causal=True))
    keys = torch.rand(5, 5) < 0.6
    told = keys[:, None, None] if heads else keys[:, None]
    alone = [function(q[i : i + 1], k[i : i + 1], v[i : i + 1], keys[i : i + 1]) for i in range(5)]
    torch.testing.assert_close(function(q, k, v, told), torch.cat(alone))


def test_three_dimensions_are_texts_queries_and_keys():
    """Guards against a mask for each head that is read as one for each text where B equals H."""
    q, k, v = qkv(batch=4, heads=4)
    mask = torch.rand(4, 5, 6) < 0.6
    expected = scaled_dot_product_attention(q, k, v, mask[:, None].expand(4, 4, 5, 6))
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v, mask), expected)
    with pytest.raises(ValueError, match="does not fit"):
        scaled_dot_product_attention(*qkv(batch=2, heads=4), mask)


def test_texts_without_heads_and_single_texts():
    q, k, v = (x[:, 0] for x in qkv())
    keys = torch.rand(2, 6) < 0.6
    torch.testing.assert_close(
        scaled_dot_product_attention(q, k, v, keys),
        scaled_dot_product_attention(q[:, None], k[:, None], v[:, None], keys)[:, 0],
    )
    torch.testing.assert_close(
        scaled_dot_product_attention(q[1], k[1], v[1], keys[1]),
        scaled_dot_product_attention(q, k, v, keys)[1],
    )


def test_causal_and_padding_go_together():
    q, k, v = qkv(queries=6)
    keys = torch.rand(2, 6) < 0.7
    both = keys[:, None, None] & causal_mask(6)
    torch.testing.assert_close(
        scaled_dot_product_attention(q, k, v, keys, is_causal=True),
        scaled_dot_product_attention(q, k, v, both),
    )


def test_with_more_keys_than_queries_the_last_stand_together():
    """As a cache needs it: the newest queries see what all queries would have seen."""
    q, k, v = qkv(queries=6)
    whole = scaled_dot_product_attention(q, k, v, is_causal=True)
    for function in (scaled_dot_product_attention, fused_attention, chunked_attention):
        new = function(q[:, :, 4:], k, v, is_causal=True)
        torch.testing.assert_close(new, whole[:, :, 4:])


def test_weights_are_shares():
    q, k, _ = qkv()
    keep_mask = torch.rand(2, 6) < 0.5
    keep_mask[0] = False
    weights = attention_weights(q, k, keep_mask)
    assert weights.min() >= 0 and weights.masked_select(~keep_mask[:, None, None]).eq(0).all()
    any_seen = keep_mask.any(1)[:, None, None].expand(2, 4, 5).double()
    torch.testing.assert_close(weights.sum(-1), any_seen)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(1, 9))
def test_sliding_mask_by_hand(time, window):
    expected = [[0 <= i - j < window for j in range(time)] for i in range(time)]
    assert sliding_mask(time, window).tolist() == expected
    assert sliding_mask(1, window, time).tolist() == expected[-1:]


@pytest.mark.parametrize(
    "change, says",
    [
        ({"keep_mask": torch.ones(2, 6)}, "use .bool()"),
        ({"keep_mask": torch.ones(3, 6, dtype=torch.bool)}, "does not fit"),
        (dict.fromkeys("kv", torch.zeros(2, 3, 6, 8)), "cannot share 3 key heads"),
        ({"q": torch.zeros(2, 4, 9, 8), "is_causal": True}, "at least as many keys"),
        ({"k": torch.zeros(2, 4, 6, 3)}, "8 numbers cannot be compared with keys of 3"),
        ({"v": torch.zeros(2, 4, 5, 8)}, "one value for each key"),
        ({"k": torch.zeros(3, 4, 6, 8), "v": torch.zeros(3, 4, 6, 8)}, "of the same batch"),
        ({"q": torch.zeros(8)}, "at least two dimensions"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(change, says):
    given = dict(zip("qkv", qkv(dtype=torch.float32), strict=True)) | change
    for function in (scaled_dot_product_attention, fused_attention):
        with pytest.raises(ValueError, match=re.escape(says)) as error:
            function(**given)
        assert "\n" not in str(error.value)
    for bad in (lambda: sliding_mask(3, 0), lambda: chunked_attention(*qkv(), chunk=0)):
        with pytest.raises(ValueError, match="at least 1"):
            bad()


def test_inputs_are_left_alone():
    given = (*qkv(), torch.rand(2, 6) < 0.5)
    copies = [x.clone() for x in given]
    for function in (scaled_dot_product_attention, fused_attention):
        function(*given)
    assert all(torch.equal(x, y) for x, y in zip(given, copies, strict=True))


def test_shapes_in_the_signatures_are_true():
    checked = jaxtyped(typechecker=beartype)(dot_product.scaled_dot_product_attention)
    q, k, v = qkv()
    assert checked(q, k, v).shape == (2, 4, 5, 8)
    with pytest.raises(TypeCheckError):
        checked(q, k[..., :3], v)
    turned = jaxtyped(typechecker=beartype)(attention.rotary_embedding)
    assert turned(q, torch.arange(5)).shape == q.shape
