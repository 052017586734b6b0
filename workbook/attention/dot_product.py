"""Attention as a function, three times: matrix, chunked and fused.

Each query is compared with every key, the scores become weights that add up to one, and the result
is the weighted mean of the values. The matrix form is to be read (the lesson grows it from a loop),
the chunked form never holds all scores at once, the fused one is torch's own kernel. A row that may
look at nothing gives zeros. Left out: dropout. Lesson 01.

Shapes: B batch, H heads, K key-value heads, T time, D head size. `keep_mask` is true on real
tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor


def scaled_dot_product_attention(
    q: Float[Tensor, "*q_rows Tq D"],
    k: Float[Tensor, "*k_rows Tk D"],
    v: Float[Tensor, "*k_rows Tk Dv"],
    keep_mask: Bool[Tensor, " ..."] | None = None,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    bias: Float[Tensor, " ..."] | None = None,
) -> Float[Tensor, "*q_rows Tq Dv"]:
    """softmax(q k' / sqrt(D)) v (Vaswani et al. 2017, equation 1), `B H Tq Dv` for q `B H Tq D`.

    k, v: `B K Tk D`; with K < H, each key head serves H / K neighbouring query heads. Other numbers
    of leading dimensions work too. keep_mask, true where a query may look: `B Tk` (which keys are
    real), `Tq Tk`, `B Tq Tk`, or four dimensions that broadcast to `B H Tq Tk`. A mask of two
    dimensions that fits both `B Tk` and `Tq Tk` is refused: say which with `[:, None, None]` or
    `[None, None]`. is_causal: a query sees no later key, the last query standing at the last key
    (so that a cache works; torch's own flag lines up the first ones).
    scale: of the scores, 1 / sqrt(D) if None. bias: added to the scores, broadcast to them.
    A query with nothing to look at gives zeros. ValueError for shapes that do not go together.
    """
    _check(q, k, v)
    weights = attention_weights(q, k, keep_mask, is_causal, scale=scale, bias=bias)
    return weights @ _for_each_query_head(v, q)


def attention_weights(
    q: Float[Tensor, "*q_rows Tq D"],
    k: Float[Tensor, "*k_rows Tk D"],
    keep_mask: Bool[Tensor, " ..."] | None = None,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    bias: Float[Tensor, " ..."] | None = None,
) -> Float[Tensor, "*q_rows Tq Tk"]:
    """The attention weights `B H Tq Tk`, each row adds up to 1, or to 0 if it may look at nothing.

    Arguments as for `scaled_dot_product_attention`.
    """
    _check(q, k)
    k = _for_each_query_head(k, q)
    scores = q @ k.transpose(-2, -1) * _scale(q, scale)  # B H Tq Tk
    if bias is not None:
        scores = scores + bias
    seen = visible(q, k, keep_mask, is_causal)
    if seen is None:
        return scores.softmax(-1)
    # Minus infinity would make NaN of an empty row, in its gradient too, even if hidden afterwards.
    weights = scores.masked_fill(~seen, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(~seen, 0.0)


def fused_attention(
    q: Float[Tensor, "*q_rows Tq D"],
    k: Float[Tensor, "*k_rows Tk D"],
    v: Float[Tensor, "*k_rows Tk Dv"],
    keep_mask: Bool[Tensor, " ..."] | None = None,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    bias: Float[Tensor, " ..."] | None = None,
) -> Float[Tensor, "*q_rows Tq Dv"]:
    """Return the same from torch's kernel, which never stores the `Tq Tk` scores in full.

    Arguments as for `scaled_dot_product_attention`. The kernel is the reference for the fast part;
    the meaning of the masks is ours.
    """
    _check(q, k, v)
    k, v = _for_each_query_head(k, q), _for_each_query_head(v, q)
    square = q.shape[-2] == k.shape[-2]
    if keep_mask is None and bias is None and (square or not is_causal):
        return F.scaled_dot_product_attention(q, k, v, is_causal=is_causal, scale=scale)
    seen = visible(q, k, keep_mask, is_causal)
    mask = seen if bias is None else bias if seen is None else _added(bias, seen)
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)
    return mixed if seen is None else mixed.masked_fill(~seen.any(-1, keepdim=True), 0.0)


def chunked_attention(
    q: Float[Tensor, "*rows Tq D"],
    k: Float[Tensor, "*rows Tk D"],
    v: Float[Tensor, "*rows Tk Dv"],
    is_causal: bool = False,
    chunk: int = 128,
) -> Float[Tensor, "*rows Tq Dv"]:
    """The same result with at most `chunk` x `chunk` scores of a head in memory at a time.

    The softmax is kept as a running maximum, a running sum and a running mean, which are corrected
    whenever a larger score turns up (Milakov and Gimelshein 2018; FlashAttention, Dao et al. 2022).
    """
    _check(q, k, v)
    if chunk < 1:
        raise ValueError(f"a chunk holds at least 1 key, not {chunk}.")
    past = k.shape[-2] - q.shape[-2]
    if is_causal and past < 0:
        raise ValueError("with is_causal there must be at least as many keys as queries.")
    parts = []
    for start in range(0, q.shape[-2], chunk):
        query = q[..., start : start + chunk, :]
        last = past + start + query.shape[-2] if is_causal else k.shape[-2]
        parts.append(_one_chunk(query, k[..., :last, :], v[..., :last, :], is_causal, chunk))
    return torch.cat(parts, -2)


def _one_chunk(q: Tensor, k: Tensor, v: Tensor, is_causal: bool, chunk: int) -> Tensor:
    """Attention of a few queries over all their keys, a chunk of keys at a time."""
    largest = q.new_full((*q.shape[:-1], 1), -torch.inf)
    total = torch.zeros_like(largest)
    mixed = q.new_zeros((*q.shape[:-1], v.shape[-1]))
    at = k.shape[-2] - q.shape[-2] + torch.arange(q.shape[-2], device=q.device)[:, None]
    for start in range(0, k.shape[-2], chunk):
        key, value = k[..., start : start + chunk, :], v[..., start : start + chunk, :]
        scores = q @ key.transpose(-2, -1) * _scale(q, None)
        if is_causal:
            place = start + torch.arange(key.shape[-2], device=q.device)
            scores = scores.masked_fill(place > at, -torch.inf)
        now = torch.maximum(largest, scores.amax(-1, keepdim=True))
        share = (scores - now).exp()
        correction = (largest - now).exp()
        total = total * correction + share.sum(-1, keepdim=True)
        mixed = mixed * correction + share @ value
        largest = now
    return mixed / total


def causal_mask(queries: int, keys: int | None = None, device=None) -> Bool[Tensor, "Tq Tk"]:
    """True where key j is not after query i; the last query stands at the last key."""
    keys = queries if keys is None else keys
    return torch.ones(queries, keys, dtype=torch.bool, device=device).tril(keys - queries)


def sliding_mask(
    queries: int, window: int, keys: int | None = None, device=None
) -> Bool[Tensor, "Tq Tk"]:
    """Causal, and no key more than window - 1 places back: each query sees at most `window`."""
    if window < 1:
        raise ValueError(f"a window holds at least 1 token, the query's own, not {window}.")
    seen = causal_mask(queries, keys, device)
    return seen & ~seen.tril(seen.shape[1] - queries - window)


def visible(
    q: Float[Tensor, "*q_rows Tq D"],
    k: Float[Tensor, "*k_rows Tk D"],
    keep_mask: Bool[Tensor, " ..."] | None,
    is_causal: bool = False,
) -> Bool[Tensor, " ..."] | None:
    """Return one mask of both kinds that broadcasts to the scores; None if all may be seen.

    keep_mask, is_causal: as for `scaled_dot_product_attention`.
    """
    seen = None if keep_mask is None else _spread(keep_mask, q, k)
    if is_causal:
        if q.shape[-2] > k.shape[-2]:
            raise ValueError("with is_causal there must be at least as many keys as queries.")
        order = causal_mask(q.shape[-2], k.shape[-2], q.device)
        seen = order if seen is None else seen & order
    return seen


def _spread(keep_mask: Tensor, q: Tensor, k: Tensor) -> Tensor:
    """A mask in any of the documented shapes, with as many dimensions as the scores (or two)."""
    if keep_mask.is_floating_point():  # it may be meant as a bias
        raise ValueError(f"keep_mask must hold true and false, not {keep_mask.dtype}: use .bool().")
    keep_mask = keep_mask.bool()
    scores = (*q.shape[:-1], k.shape[-2])  # B H Tq Tk
    rows, shape = (scores[0], scores[-1]), tuple(keep_mask.shape)
    if len(scores) > 2 and shape == rows:  # B Tk
        if shape == scores[-2:] and shape[0] > 1:
            raise ValueError(
                f"a keep_mask of shape {shape} fits both texts by keys and queries by keys here: "
                "write keep_mask[:, None, None] for the first, keep_mask[None, None] for the other."
            )
        keep_mask = keep_mask.view(rows[0], *[1] * (len(scores) - 2), rows[1])
    elif len(scores) == 4 and keep_mask.dim() == 3:  # B Tq Tk
        keep_mask = keep_mask[:, None]
    try:
        fits = torch.broadcast_shapes(keep_mask.shape, scores) == scores
    except RuntimeError:
        fits = False
    if not fits:
        raise ValueError(f"a keep_mask of shape {shape} does not fit scores of shape {scores}.")
    return keep_mask


def _check(q: Tensor, k: Tensor, v: Tensor | None = None) -> None:
    """ValueError, in one sentence, for queries, keys and values that do not go together."""
    tensors = [tensor for tensor in (q, k, v) if tensor is not None]
    shapes = ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
    if min(tensor.dim() for tensor in tensors) < 2:
        problem = "each must have at least two dimensions, time and channels"
    elif q.shape[-1] != k.shape[-1]:
        problem = f"queries of {q.shape[-1]} numbers cannot be compared with keys of {k.shape[-1]}"
    elif v is not None and k.shape[:-1] != v.shape[:-1]:
        problem = "there must be one value for each key"
    elif not _broadcast(*(x.shape[: -3 if q.dim() == k.dim() else -2] for x in (q, k))):
        problem = "queries and keys must be of the same batch"
    else:
        return
    raise ValueError(f"attention got shapes {shapes}: {problem}.")


def _broadcast(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    return all(1 in (a, b) or a == b for a, b in zip(first[::-1], second[::-1], strict=False))


def _for_each_query_head(k: Tensor, q: Tensor) -> Tensor:
    """`B K T D` repeated to `B H T D` where several query heads share one key head."""
    if k.dim() < 3 or q.dim() != k.dim() or k.shape[-3] == q.shape[-3]:
        return k
    heads, kv_heads = q.shape[-3], k.shape[-3]
    if heads % kv_heads:
        raise ValueError(f"{heads} query heads cannot share {kv_heads} key heads evenly.")
    return k.repeat_interleave(heads // kv_heads, -3)


def _scale(q: Tensor, scale: float | None) -> float:
    return 1 / math.sqrt(q.shape[-1]) if scale is None else scale


def _added(bias: Tensor, seen: Tensor) -> Tensor:
    """Bias and mask as one number per score; finite, so that an empty row does not become NaN."""
    return bias.masked_fill(~seen, torch.finfo(bias.dtype).min / 2)
