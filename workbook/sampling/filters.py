"""From logits to one token: temperature, three filters, two kinds of penalty, and the draw.

Each function takes logits `... V` (any number of rows of a vocabulary of V), returns a new tensor
and leaves its input alone. A token that is cut gets the logit -inf, so filters can follow one
another in any order, and the softmax of what is left shares out the probability again. Left out:
grammars, n-gram blocks and biases. Lesson 03 grows each of them on one example.

Shapes: B batch, T time, V vocabulary. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
import operator

import torch
from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor

CUT = float("-inf")


def apply_temperature(
    logits: Float[Tensor, "*rows V"], temperature: float
) -> Float[Tensor, "*rows V"]:
    """Logits `... V` divided by the temperature: below 1 sharper, above 1 flatter.

    At 0 the limit is returned: 0 for the largest logit (or for all that share it), -inf elsewhere.
    Raises ValueError for a negative or infinite temperature and for logits no softmax can take.
    """
    check_temperature(temperature)
    best = _largest(logits)
    if temperature == 0:
        return torch.zeros_like(logits).masked_fill(logits < best, CUT)
    return logits / temperature


def top_k_filter(logits: Float[Tensor, "*rows V"], k: int) -> Float[Tensor, "*rows V"]:
    """Keep the k largest of logits `... V` (Fan et al. 2018, section 5.1); all if k is V or more.

    Every token that ties with the k-th largest stays, so more than k can be left.
    """
    k = min(check_top_k(k), logits.shape[-1])
    _largest(logits)
    smallest_kept = logits.topk(k).values[..., -1:]
    return logits.masked_fill(logits < smallest_kept, CUT)


def top_p_filter(logits: Float[Tensor, "*rows V"], p: float) -> Float[Tensor, "*rows V"]:
    """Keep the smallest set of tokens with probability at least p (Holtzman et al. 2020, eq. 2).

    From the least likely token upward, cut while the probability cut so far is at most 1 - p.
    The likeliest token always stays. Which of several tokens that tie at the edge are cut is left
    to torch's sort, as in transformers.
    """
    p = check_share("top_p", p)
    _largest(logits)
    rising, order = logits.sort()
    cut = rising.softmax(-1).cumsum(-1) <= 1 - p
    cut[..., -1] = False
    return logits.masked_fill(torch.empty_like(cut).scatter_(-1, order, cut), CUT)


def min_p_filter(logits: Float[Tensor, "*rows V"], p: float) -> Float[Tensor, "*rows V"]:
    """Keep tokens at least p times as likely as the likeliest (Nguyen et al. 2024, section 3)."""
    p = check_share("min_p", p)
    _largest(logits)
    probs = logits.softmax(-1)
    return logits.masked_fill(probs < p * probs.amax(-1, keepdim=True), CUT)


def repetition_penalty(
    logits: Float[Tensor, "B V"],
    ids: Int[Tensor, "B T"],
    penalty: float,
    keep_mask: Bool[Tensor, "B T"] | None = None,
) -> Float[Tensor, "B V"]:
    """Make every token of the text so far less likely (Keskar et al. 2019, section 4.1).

    Its logit is divided by the penalty if positive and multiplied if negative, once however often
    it occurs; 1 changes nothing, below 1 rewards repetition. Padding (keep_mask false; the last
    column is real) is no text. Raises ValueError for shapes that do not fit and ids beyond V.
    """
    check_penalty(penalty)
    _largest(logits)
    if logits.dim() != 2 or ids.dim() != 2 or len(ids) != len(logits):
        shapes = f"{tuple(logits.shape)} and {tuple(ids.shape)}"
        raise ValueError(f"the penalty takes logits B V and ids B T, not shapes {shapes}.")
    if ids.numel() and not 0 <= int(ids.min()) <= int(ids.max()) < logits.shape[1]:
        raise ValueError(f"every id must be from 0 to {logits.shape[1] - 1}, the last logit's.")
    if keep_mask is not None:
        ids = torch.where(keep_mask, ids, ids[:, -1:])
    said = logits.gather(1, ids)
    return logits.scatter(1, ids, torch.where(said < 0, said * penalty, said / penalty))


def count_penalties(
    logits: Float[Tensor, "B V"], ids: Int[Tensor, "B N"], presence: float, frequency: float
) -> Float[Tensor, "B V"]:
    """Return logits less `presence` for each token of ids, and `frequency` for each time it occurs.

    ids: `B N`, the continuation so far, without the prompt, as vLLM counts. A penalty that
    subtracts treats all logits alike, whatever their sign; below 0 it rewards. Raises ValueError
    for penalties that are no numbers.
    """
    check_count_penalties(presence, frequency)
    counts = torch.zeros_like(logits).scatter_add_(1, ids, torch.ones_like(ids, dtype=logits.dtype))
    return logits - presence * (counts > 0) - frequency * counts


def sample(
    logits: Float[Tensor, "*rows V"], generator: Generator | None = None
) -> Int[Tensor, "*rows"]:
    """Draw one token per row of logits `... V`, with the probabilities of their softmax.

    The probabilities are laid end to end on a line from 0 to 1, and one uniform number per row
    says where to look: one random number for a row instead of one for each token. A token that
    was cut has no length and is never drawn; the others' chances are exact to about 6e-8.
    The same generator state gives the same tokens, whatever device the logits are on.
    """
    _largest(logits)
    ends = logits.float().softmax(-1).cumsum(-1, dtype=torch.float64 if logits.is_cuda else None)
    device = logits.device if generator is None else generator.device
    place = torch.rand(*logits.shape[:-1], 1, generator=generator, device=device)
    place = place.to(ends.device, ends.dtype) * ends[..., -1:]  # the ends may miss 1 by rounding
    return torch.searchsorted(ends, place, right=True).squeeze(-1)


def check_temperature(temperature: float) -> None:
    """ValueError unless the temperature is a finite number of at least 0."""
    if not (_is_number(temperature) and 0 <= temperature < math.inf):
        raise ValueError(
            f"the temperature must be 0 (greedy) or a positive number, not {temperature!r}."
        )


def check_top_k(k: int) -> int:
    """k as an int; ValueError unless it is a whole number of at least 1."""
    try:
        whole = operator.index(k)
    except TypeError:
        whole = 0
    if whole < 1 or isinstance(k, bool):
        raise ValueError(f"top_k must be a whole number of at least 1, not {k!r}.")
    return whole


def check_share(name: str, p: float) -> float:
    """p as a float; ValueError unless 0 < p <= 1."""
    if not (_is_number(p) and 0 < p <= 1):
        raise ValueError(f"{name} must be above 0 and at most 1, not {p!r}.")
    return float(p)


def check_penalty(penalty: float) -> None:
    """ValueError unless the repetition penalty is a positive number."""
    if not (_is_number(penalty) and 0 < penalty < math.inf):
        raise ValueError(f"the repetition penalty must be a positive number, not {penalty!r}.")


def check_count_penalties(presence: float, frequency: float) -> None:
    """ValueError unless both are finite numbers."""
    for name, value in (("presence", presence), ("frequency", frequency)):
        if not (_is_number(value) and math.isfinite(value)):
            raise ValueError(f"the {name} penalty must be a finite number, not {value!r}.")


def _is_number(value: object) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, (bool, str))


def _largest(logits: Tensor) -> Tensor:
    """The largest logit of each row, `... 1`; ValueError where no softmax can be taken."""
    if not logits.is_floating_point() or logits.dim() == 0 or logits.shape[-1] == 0:
        kind = f"{logits.dtype} of shape {tuple(logits.shape)}"
        raise ValueError(f"logits must be real numbers of shape ... V, not {kind}.")
    best = logits.amax(-1, keepdim=True)
    if best.isfinite().all():
        return best
    if logits.isnan().any():
        raise ValueError("there is a NaN among the logits: the model's weights or inputs are bad.")
    if best.isposinf().any():
        raise ValueError("there is an infinite logit: look for a division by almost zero.")
    raise ValueError("a row has no token left: every logit of it is -inf.")
