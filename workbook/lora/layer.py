"""One LoRA layer: a frozen linear layer with a small trainable product beside it.

y = W x + s B A x with W of shape (out, in), A of (rank, in) and B of (out, rank); only A and B are
trained, and s is alpha / rank (Hu et al., 2021, section 4.1). `LowRank` is the product, of which a
layer may have several by name; `LoraLinear` puts the one in use beside the layer that was there.
DoRA (Liu et al., 2024) also learns each output's magnitude. Left out: finding the layers of a
model (`adapters.py`), files (`files.py`), rows with different adapters (`rows.py`). Lesson 10.

Shapes: N tokens of all rows, B rows, T time, I inputs and O outputs of a layer, R rank.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from workbook.lora.weights import Layer, adapter_dtype, read_weight, stored_weight
from workbook.training.modules import sizes

Variant = Literal["lora", "rslora", "dora"]


class LowRank(nn.Module):
    """The update of one layer: B A times a scale, with B = 0 at the start.

    A is drawn uniformly up to 1 / sqrt(I) in size, as `nn.Linear` draws its weights, so that the
    first step moves B and the second moves both. Scale: alpha / R, or alpha / sqrt(R) in "rslora"
    (Kalajdzievski, 2023), which keeps large ranks from learning slower. "dora" adds `magnitude`,
    the length of each row of the merged weight, which starts as the row's own.
    """

    def __init__(
        self,
        layer: Layer,
        rank: int,
        alpha: float,
        dropout: float = 0.0,
        variant: Variant = "lora",
        source: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        outputs, inputs = sizes(layer)
        self.rank, self.alpha, self.variant = rank, alpha, variant
        self.scale = alpha / (math.sqrt(rank) if variant == "rslora" else rank)
        self.dropout = nn.Dropout(dropout)
        place = {"dtype": adapter_dtype(layer), "device": layer.weight.device}
        drawn = torch.rand(rank, inputs, generator=source, dtype=torch.float32) * 2 - 1
        self.A = nn.Parameter((drawn / math.sqrt(inputs)).to(**place))
        self.B = nn.Parameter(torch.zeros(outputs, rank, **place))
        if variant == "dora":
            self.magnitude = nn.Parameter(read_weight(layer).norm(dim=1).to(**place))

    def update(self) -> Float[Tensor, "O I"]:
        """Return s B A, `O I`."""
        return self.scale * (self.B @ self.A)

    def merged(self, weight: Float[Tensor, "O I"]) -> Float[Tensor, "O I"]:
        """Return the weight `O I` with the update in it: W + s B A; in DoRA with its lengths."""
        changed = weight + self.update()
        if self.variant == "dora":
            changed = changed * (self.magnitude / changed.norm(dim=1))[:, None]
        return changed

    def extra_repr(self) -> str:
        return f"rank={self.rank}, alpha={self.alpha:g}, variant={self.variant}"


@dataclass(frozen=True)
class RowAdapters:
    """A layer's adapters of each row of a batch, padded with zeros to the largest rank."""

    a: Tensor  # B R I
    b: Tensor  # B R O, scaled

    def add_to(
        self, out: Float[Tensor, "B *T O"], x: Float[Tensor, "B *T I"], inputs: int
    ) -> Float[Tensor, "B *T O"]:
        """Return `out` (`B T O`) with each row's own update of x (`B T I`) added."""
        if len(x) != len(self.a) or x.dim() < 2:
            raise ValueError(
                f"{len(self.a)} adapters were named for a batch of {len(x)} rows: name one a row."
            )
        rows = x.reshape(len(x), -1, inputs).to(self.a.dtype)  # B T I
        low = torch.bmm(rows, self.a.transpose(1, 2))  # B T R
        update = torch.bmm(low, self.b)
        return out + update.view(out.shape).to(out.dtype)


class LoraLinear(nn.Module):
    """A frozen linear layer and the adapters beside it, of which at most one is in use."""

    wraps_linear = True

    def __init__(self, base: Layer) -> None:
        super().__init__()
        self.base: Layer = base
        self.out_features, self.in_features = sizes(base)
        self.adapters = nn.ModuleDict()
        self.active: str | None = None
        self.enabled = True
        self.rows: RowAdapters | None = None  # of a batch in which every row has its own
        self.kept: nn.Parameter | None
        object.__setattr__(self, "kept", None)  # the weight without the merged update

    @property
    def weight(self) -> Tensor:
        """The frozen layer's weight, as models that look at a layer's dtype expect it."""
        return self.base.weight

    @property
    def bias(self) -> Tensor | None:
        """The frozen layer's bias."""
        return self.base.bias

    def adapter(self, name: str) -> LowRank:
        """Return the adapter of this name."""
        return cast(LowRank, self.adapters[name])

    @property
    def is_merged(self) -> bool:
        """Whether the frozen layer's weight holds the update now."""
        return self.kept is not None

    def forward(self, x: Float[Tensor, "*rows I"]) -> Float[Tensor, "*rows O"]:
        if self.rows is not None and self.enabled:
            return self.rows.add_to(self.base(x), x, self.in_features)
        if self.active is None or self.is_merged or not self.enabled:
            return self.base(x)
        adapter = self.adapter(self.active)
        if adapter.variant == "dora":
            return self._forward_dora(x, adapter)
        flat = x.flatten(0, -2)  # N I
        out = self.base(flat)  # N O
        low = F.linear(adapter.dropout(flat.to(adapter.A.dtype)), adapter.A)  # N R
        if type(self.base) is nn.Linear and out.dtype == low.dtype == adapter.B.dtype:
            out = out.addmm_(low, adapter.B.T, alpha=adapter.scale)  # one product, no sum after it
        else:
            out = (out + F.linear(low, adapter.B) * adapter.scale).to(out.dtype)
        return out.view(*x.shape[:-1], self.out_features)

    def _forward_dora(self, x: Tensor, adapter: LowRank) -> Tensor:
        """DoRA: c (W x + s B A x) + bias, with c = magnitude / length of each row of W + s B A.

        The length counts as a constant in the gradient (Liu et al., 2024, section 4.3).
        """
        weight = read_weight(self.base)
        with torch.no_grad():
            length = (weight + adapter.update()).norm(dim=1)  # O
        ratio = adapter.magnitude / length
        out, given = self.base(x), adapter.dropout(x.to(adapter.A.dtype))
        plain = out if self.bias is None else out - self.bias
        if self.training and adapter.dropout.p:
            plain = F.linear(given, weight.to(given.dtype))
        low = F.linear(F.linear(given, adapter.A), adapter.B) * adapter.scale
        return (out + (ratio - 1) * plain + ratio * low).to(out.dtype)

    @torch.no_grad()
    def merge(self) -> float:
        """Put the update into the frozen weight; return the part of it that rounding lost.

        That is the length of what the layer's type could not keep over the length of the update.
        The weight from before is kept for `unmerge`.
        """
        if self.active is None or self.is_merged:
            return 0.0
        before = read_weight(self.base)
        exact = self.adapter(self.active).merged(before)
        object.__setattr__(self, "kept", self.base.weight)
        self.base.weight = stored_weight(self.base, exact)
        length = (exact - before).norm()
        return float((read_weight(self.base) - exact).norm() / length) if length else 0.0

    def unmerge(self) -> None:
        """Put the weight from before the merge back, bit for bit."""
        if self.kept is not None:
            self.base.weight = self.kept
            object.__setattr__(self, "kept", None)

    def remerge(self, merged: nn.Parameter) -> None:
        """Put a merged weight back that `unmerge` took away, without computing it again."""
        object.__setattr__(self, "kept", self.base.weight)
        self.base.weight = merged

    def _apply(self, function: Any, recurse: bool = True) -> LoraLinear:
        """Move the kept weight along with the others."""
        super()._apply(function, recurse)
        if self.kept is not None:
            merged, self.base.weight = self.base.weight, self.kept
            self.base._apply(function, recurse)
            object.__setattr__(self, "kept", self.base.weight)
            self.base.weight = merged
        return self
