"""What every method of the family shares: a frozen base, a few weights beside it, and a way back.

An `Attachment` freezes the model, keeps the weights that are trained instead by their names, and
undoes all of it: after `detach()` the model computes what it computed before. The methods
themselves are in files of their own (`prompt.py`, `prefix.py`, `ia3.py`, `bottleneck.py`,
`selective.py`), called by name through `methods.py`. Lesson 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

if TYPE_CHECKING:
    from transformers import PreTrainedModel

GRADIENT, MOMENTS = 4, 8  # bytes of a trained float32 weight: its gradient, AdamW's two moments
TIMES = 3  # a gradient and two moments, each as large as the weight


class Attachment:
    """One method at work in one model.

    weights: what is trained, by name. base: the model's own weights as they were.
    settings: what `methods.attach` needs, beside the model, to make the same places again.
    """

    def __init__(self, model: PreTrainedModel, method: str, settings: Mapping[str, Any]) -> None:
        refuse_second(model)
        self.model, self.method, self.settings = model, method, dict(settings)
        self.base: dict[str, Tensor] = dict(model.named_parameters())
        self.weights: dict[str, nn.Parameter] = {}
        self.undo: list[Callable[[], object]] = []
        self.exported: Callable[[], Mapping[str, Tensor]] = lambda: self.weights
        self._was_free = [p for p in model.parameters() if p.requires_grad]
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        object.__setattr__(model, "attachment", self)  # beside the modules, so never saved

    def detach(self) -> None:
        """Take the method out: the model is as it was, weight for weight."""
        for step in reversed(self.undo):
            step()
        self.undo.clear()
        for parameter in self._was_free:
            parameter.requires_grad_(True)
        object.__setattr__(self.model, "attachment", None)

    def insert(self, name: str, module: nn.Module) -> None:
        """Register a new module of the model, all of whose weights are trained."""
        self.model.add_module(name, module.train(self.model.training))
        self.undo.append(lambda: delattr(self.model, name))
        self.weights |= {f"{name}.{key}": weight for key, weight in module.named_parameters()}

    @property
    def trained(self) -> int:
        """How many weights are trained."""
        return sum(weight.numel() for weight in self.weights.values())

    @property
    def share(self) -> float:
        """The trained weights as a share of the base's."""
        return self.trained / sum(weight.numel() for weight in self.base.values())

    @property
    def kept(self) -> dict[str, Tensor]:
        """What has to be saved: the trained weights, or what they come to (see `prefix.py`)."""
        return {name: weight.detach() for name, weight in self.exported().items()}

    @property
    def training_bytes(self) -> int:
        """Bytes of gradients and AdamW's moments, which only trained weights have."""
        return TIMES * sum(weight.nbytes for weight in self.weights.values())


def refuse_second(model: PreTrainedModel) -> None:
    """Raise ValueError, in one sentence, where the model carries a method already."""
    carried = getattr(model, "attachment", None)
    if carried is not None:
        raise ValueError(f"this model already carries {carried.method!r}: detach it first.")
