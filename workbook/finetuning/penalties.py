"""Old weights to be held to: a penalty on leaving them, and how much each of them matters.

`Anchor` is that penalty, for L2 and for elastic weight consolidation (Kirkpatrick et al. 2017), and
`fisher` measures how much the old answers depend on each weight. Left out: whole matrices of
Fisher information (only the diagonal fits in memory), and several old tasks one after the other.
Lesson 08 compares both penalties with other remedies (`remedies.py`).

Shapes: V vocabulary; a weight's importance has the weight's own shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from workbook.core.runs.seeding import generator
from workbook.finetuning.data import examples, pad_id
from workbook.finetuning.mixing import MEMORY, memory
from workbook.training.batches import to_device
from workbook.training.packing import Example, collate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class Anchor:
    """strength / 2 * sum of importance * (weight - old weight)^2, to be added to the loss.

    importance: by parameter name, of the parameter's shape; None is 1 for every weight (L2-SP, Li
    et al. 2018). With the Fisher information it is elastic weight consolidation (Kirkpatrick et
    al. 2017, eq. 3). Only trained parameters are held.
    """

    def __init__(
        self, model: nn.Module, strength: float, importance: Mapping[str, Tensor] | None = None
    ) -> None:
        if not strength >= 0:
            raise ValueError(f"the weight of a penalty is at least 0, not {strength}.")
        self.strength = strength
        self.old = {name: p.detach().clone() for name, p in _trained(model)}
        self.importance = importance

    def __call__(self, model: nn.Module) -> Tensor:
        total = torch.zeros((), device=next(model.parameters()).device)
        for name, parameter in _trained(model):
            moved = (parameter - self.old[name]).square()
            if self.importance is not None:
                moved = moved * self.importance[name]
            total = total + moved.sum()
        return total * self.strength / 2

    @property
    def bytes(self) -> int:
        """What it keeps in memory."""
        kept = [*self.old.values(), *(self.importance or {}).values()]
        return sum(tensor.numel() * tensor.element_size() for tensor in kept)


def fisher(
    model: nn.Module,
    batches: Sequence[Mapping[str, Any]],
    seed: int = 0,
    labels: str = "model",
) -> dict[str, Tensor]:
    """The diagonal of the Fisher information, by parameter name: how much answers depend on it.

    The mean over batches of the squared gradient of ln p(answer). Give batches of one example
    each: the square of a sum is not the sum of squares. labels: "model" draws every token of an
    answer from the model, as the definition has it; "true" takes the given ones, which is known as
    the empirical Fisher and is something else (Kunstner et al. 2019).
    """
    if labels not in ("model", "true"):
        raise ValueError(f'labels is "model" or "true", not {labels!r}.')
    device = next(model.parameters()).device
    source = generator(seed, str(device))
    sums = {name: torch.zeros_like(p) for name, p in _trained(model)}
    training = model.training
    model.eval()
    for batch in batches:
        model.zero_grad(set_to_none=True)
        _answer_log_prob(model, to_device(batch, device), labels, source).backward()
        for name, parameter in _trained(model):
            if parameter.grad is not None:
                sums[name] += parameter.grad.square()
    model.zero_grad(set_to_none=True)
    model.train(training)
    return {name: total / len(batches) for name, total in sums.items()}


def _answer_log_prob(
    model: nn.Module, batch: Mapping[str, Any], labels: str, source: torch.Generator
) -> Tensor:
    """ln p of the answer's tokens, each after the true ones before it."""
    places = batch["loss_at"]
    positions = batch.get("positions")
    logits = model(input_ids=batch["ids"], position_ids=positions, use_cache=False).logits
    log_probs = logits.float().flatten(0, 1)[places].log_softmax(-1)  # answer tokens, V
    if labels == "model":
        said = torch.multinomial(log_probs.detach().exp(), 1, generator=source)
    else:
        said = batch["labels"].flatten()[places + 1, None]
    return log_probs.gather(1, said).sum()


def old_fisher(
    model: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    count: int = MEMORY,
    seed: int = 0,
) -> dict[str, Tensor]:
    """The Fisher information of the old families' answers, scaled to a mean of 1.

    Scaled, so that the same strength pulls as hard as in L2, only elsewhere.
    """
    old = examples(tokenizer, memory(seed, count))
    found = fisher(model, [_alone(each, tokenizer) for each in old], seed)
    mean = sum(float(f.sum()) for f in found.values()) / sum(f.numel() for f in found.values())
    return {name: f / mean for name, f in found.items()}


def _alone(example: Example, tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    return collate([[example]], pad_id(tokenizer))


def _trained(model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return [(name, p) for name, p in model.named_parameters() if p.requires_grad]
