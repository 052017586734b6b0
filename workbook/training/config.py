"""What a training run is told: one frozen `FitConfig`, checked when it is made.

A wrong value is one clear sentence at once, not a crash after an hour. Left out: the model, the
data and where to write, which are arguments of `fit`; recipes in TOML are in `recipes.py`.
Lesson 02 shows the loop that reads this.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

from workbook.core.runs.seeding import checked
from workbook.core.system.ranges import at_least


@dataclass(frozen=True)
class FitConfig:
    """Settings of `fit`.

    One config gives the same numbers, to rounding, on any number of processes; not with dropout,
    for which each process draws numbers of its own.
    """

    steps: int = 300  # updates of the weights, in all
    learning_rate: float = 1e-3  # peak, of AdamW
    muon_learning_rate: float = 0.02  # peak, of Muon, which takes the hidden matrices
    optimiser: Literal["adamw", "muon"] = "adamw"
    weight_decay: float = 0.01  # on matrices; vectors have none under "adamw"
    betas: tuple[float, float] = (0.9, 0.95)  # of AdamW
    schedule: Literal["wsd", "cosine", "constant"] = "wsd"
    warmup: int = 10  # steps in which the learning rate rises
    decay_fraction: float = 0.2  # "wsd": share of the run, at its end, in which it falls
    min_lr_ratio: float = 0.02  # factor on the peak below which the schedule does not fall
    max_grad_norm: float = 1.0  # longest gradient; 0 does not clip
    grad_accumulation: int = 1  # batches per step, over all processes together
    seed: int = 0  # of dropout and whatever else draws numbers
    evaluate_every: int = 0  # steps between evaluations; 0: only after the last step
    patience: int = 0  # evaluations without a better loss before the run stops; 0: never
    restore_best: bool = False  # end with the weights of the best evaluation
    save_every: int = 0  # steps between checkpoints; 0: only after the last step
    keep_checkpoints: int = 2  # checkpoints that stay
    log_every: int = 1  # steps between records
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    compile: bool = False  # torch.compile
    activation_checkpointing: bool = False  # compute activations twice and keep few of them
    parallel: Literal["ddp", "fsdp"] = "ddp"  # under torchrun: whole copies, or shards
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"

    def __post_init__(self) -> None:
        for name, hint in get_type_hints(type(self)).items():
            if choices := get_args(hint):
                _one_of(name, getattr(self, name), choices)
        for name in ("steps", "grad_accumulation", "keep_checkpoints", "log_every"):
            at_least(name, getattr(self, name), 1)
        for name in ("warmup", "evaluate_every", "patience", "save_every"):
            at_least(name, getattr(self, name), 0)
        for name in ("learning_rate", "muon_learning_rate", "weight_decay", "max_grad_norm"):
            at_least(name, getattr(self, name), 0.0)
        for name in ("decay_fraction", "min_lr_ratio"):
            at_least(name, getattr(self, name), 0.0)
            if getattr(self, name) > 1:
                raise ValueError(f"{name} is a share from 0 to 1, not {getattr(self, name)!r}.")
        if not _two_shares(self.betas):
            raise ValueError(f"betas are two numbers from 0 to below 1, not {self.betas!r}.")
        if self.patience and not self.evaluate_every:
            raise ValueError("patience counts evaluations: set evaluate_every as well.")
        checked(self.seed)

    def replace(self, **changes: Any) -> FitConfig:
        """A copy with some settings changed."""
        return dataclasses.replace(self, **changes)


def _two_shares(pair: Any) -> bool:
    """True for two numbers from 0 to below 1."""
    two = isinstance(pair, (tuple, list)) and len(pair) == 2
    return two and all(isinstance(one, (int, float)) and 0 <= one < 1 for one in pair)


def _one_of(name: str, value: object, choices: tuple[Any, ...]) -> None:
    if all(isinstance(choice, str) for choice in choices) and value not in choices:
        raise ValueError(f"{name} is one of {', '.join(choices)}, not {value!r}.")
