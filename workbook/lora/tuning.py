"""Fine-tuning through a LoRA adapter, on the course's one loop, with what it costs.

`tune_lora` is lesson 08's `tune` with an adapter: same rows, same loss, same schedule; the copy it
returns has the adapter beside its weights. `step_cost` times a step and follows its memory. Left
out: recipes on disk, which `workbook train finetune` runs. Lesson 10.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from workbook.core.runs.bench import seconds
from workbook.finetuning.tuning import TuneConfig, Tuned, train_on
from workbook.lora.adapters import attach
from workbook.lora.layer import Variant
from workbook.lora.memory import MeasuredPeak
from workbook.training import FitConfig, causal_loss
from workbook.training.batches import to_device
from workbook.training.chat_examples import Messages
from workbook.training.modules import ALL
from workbook.training.optimisers import make_optimisers

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LEARNING_RATE = 5e-3  # of AdamW, on the town's models with every linear layer; lesson 10 sweeps it
FULL_LEARNING_RATE = 1e-3


def tune_lora(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    chats: Sequence[Messages],
    steps: int = 60,
    seed: int = 0,
    *,
    rank: int = 8,
    alpha: float | None = None,
    targets: str | Iterable[str] = ALL,
    variant: Variant = "lora",
    progress: bool = True,
    on_step: Callable[[dict[str, Any]], object] | None = None,
    **changes: Any,
) -> Tuned:
    """Return a copy of `model` with an adapter tuned on chats; the model stays as it was.

    alpha: by default 2 rank, so that every rank has the same scale. seed: of the adapter's first
    numbers and of the order of the rows. changes: single `TuneConfig`, as in learning_rate=3e-3.
    """
    settings = replace(TuneConfig(learning_rate=LEARNING_RATE), **changes)
    learner = copy.deepcopy(model).float()
    attach(learner, rank, 2 * rank if alpha is None else alpha, targets, variant=variant, seed=seed)
    watched = {"progress": progress, "on_step": on_step}
    return Tuned(*train_on(learner, tokenizer, chats, steps, seed, settings, None, **watched))


class StepCost(NamedTuple):
    """What one training step takes."""

    seconds: float
    peak_bytes: int  # of all tensors at one time, the weights among them
    trained: int  # weights
    state_bytes: int  # gradients and AdamW's moments


def step_cost(model: nn.Module, batch: Mapping[str, Any], rounds: int = 3) -> StepCost:
    """Return the cost of a step of AdamW on one batch, for whichever weights are to be trained.

    The weights move a little; give a copy. The time is the median of `rounds` steps.
    """
    optimisers = make_optimisers(model, FitConfig(learning_rate=1e-5))
    batch = to_device(batch, next(model.parameters()).device)

    def step() -> None:
        loss = causal_loss(model, batch)
        (loss.total / loss.tokens).backward()
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)

    model.train()
    with MeasuredPeak(model) as measured:
        step()
        step()
    times = sorted(seconds(step) for _ in range(rounds))
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    state = sum(
        moment.nbytes
        for optimiser in optimisers
        for kept in optimiser.state.values()
        for moment in kept.values()
        if torch.is_tensor(moment)
    )
    return StepCost(times[rounds // 2], measured.peak, trained, state + 4 * trained)
