"""Learning a new task without losing the old ones: seven ways to tune, compared on equal terms.

"none" tunes on the new task alone, "gentle" with smaller steps. "multitask" mixes in all old
families, "replay" a small memory of them. "l2" holds every weight near where it was, "ewc" most of
all those that the old answers depend on (Kirkpatrick et al. 2017). "lora" (Hu et al. 2021) freezes
them and learns a low-rank difference. All read equally many chats of the new task; what they cost
beside that is reported. Left out: choosing a strength, which is `experiment.py`. Lesson 08.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from torch import nn

from workbook.core.runs.seeding import seed_everything
from workbook.finetuning.data import NEW, chats
from workbook.finetuning.families import FAMILIES_ASKED
from workbook.finetuning.mixing import NewChats, memory, mixed, old_count
from workbook.finetuning.penalties import Anchor, old_fisher
from workbook.finetuning.tuning import Penalty, TuneConfig, Tuned, train_on
from workbook.training.data import Messages

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

NEW_CHATS = 400  # different chats of the new task; enough that few are read twice
RANK = 8


@dataclass(frozen=True)
class Remedy:
    """One way to tune, with a strength that means what `strength_is` says."""

    name: str
    about: str
    strength_is: str
    grid: tuple[float, ...]  # strengths to choose from, the one that forgets most first


REMEDIES: Mapping[str, Remedy] = {
    remedy.name: remedy
    for remedy in (
        Remedy("none", "new task only", "learning rate", (2e-3, 1e-3, 5e-4)),
        Remedy("gentle", "new task only, smaller steps", "learning rate", (3e-4, 2e-4, 1e-4, 5e-5)),
        Remedy("multitask", "all old families mixed in", "share of old chats",
               (0.2, 0.5, 0.7, 0.8, 0.9)),
        Remedy("replay", "a few old chats, again and again", "share of old chats",
               (0.2, 0.5, 0.7, 0.8)),
        Remedy("l2", "pulled to the old weights", "weight of the penalty",
               (0.01, 0.05, 0.2, 1.0)),
        Remedy("ewc", "pulled where the old answers depend on it", "weight of the penalty",
               (0.05, 0.2, 1.0)),
        Remedy("lora", "a low-rank difference only", "learning rate", (2e-3, 1e-3, 5e-4)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What a remedied run took."""

    steps: int
    tokens: int  # real tokens read
    new_chats: int  # chats of the new task read
    trained: int  # weights that changed
    extra_bytes: int  # kept beside the model and its training: old weights, their importance
    seconds: float  # the whole run, its preparation too


def remedy_run(
    name: str,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    strength: float | None = None,
    steps: int = 80,
    seed: int = 0,
    settings: TuneConfig | None = None,
    *,
    new: Sequence[Messages] | None = None,
    progress: bool = True,
) -> tuple[Tuned, Cost]:
    """A copy of `model` tuned on the new task under one remedy, and what that cost.

    1. Chats: the new task's, with old ones mixed in where the remedy does so. Steps are added
       until as many chats of the new task are read as without old ones.
    2. A copy of the model: whole, or with an adapter.
    3. The penalty, where there is one.
    4. Train, and merge an adapter into the weights.
    strength: by default the middle of the remedy's grid. new: chats of the new task.
    ValueError for an unknown remedy or a strength that makes no sense.
    """
    remedy = _remedy(name)
    strength = remedy.grid[len(remedy.grid) // 2] if strength is None else strength
    settings = settings or TuneConfig()
    if remedy.strength_is == "learning rate":
        settings = replace(settings, learning_rate=strength)
    started = time.perf_counter()
    # 1.
    new = list(new or chats(NEW, NEW_CHATS, seed=seed))
    mix, steps, read = _mix(name, new, strength, steps, tokenizer, settings, seed)
    # 2.
    learner = copy.deepcopy(model).float()
    if name == "lora":
        learner = with_adapter(learner, RANK, seed)
    # 3.
    penalty, kept = _penalty(name, learner, tokenizer, strength, seed)
    # 4.
    trained = sum(p.numel() for p in learner.parameters() if p.requires_grad)
    learner, run, counts = train_on(
        learner, tokenizer, mix, steps, seed, settings, penalty, progress=progress
    )
    learner = learner.merge_and_unload() if name == "lora" else learner
    seconds = time.perf_counter() - started
    cost = Cost(steps, run.records[-1]["tokens"], read, trained, kept, seconds)
    return Tuned(learner.eval(), run, counts), cost


def _remedy(name: str) -> Remedy:
    if name not in REMEDIES:
        raise ValueError(f"no remedy is called {name!r}; there are {', '.join(REMEDIES)}.")
    return REMEDIES[name]


# Old chats.


def _mix(
    name: str,
    new: Sequence[Messages],
    share: float,
    steps: int,
    tokenizer: PreTrainedTokenizerBase,
    settings: TuneConfig,
    seed: int,
) -> tuple[list[Messages], int, int]:
    """The chats to train on, the steps, and the new chats read: as many as `steps` read alone.

    A step is not divided, so a mix may read a chat or two more.
    """
    alone = NewChats(tokenizer, new, new, settings, seed).read(steps)
    if name not in ("multitask", "replay"):
        return list(new), steps, alone
    wanted = old_count(len(new), share)
    old = memory(seed) if name == "replay" else chats(FAMILIES_ASKED, max(wanted, 1), seed=seed)
    mix = mixed(new, old, share, seed)
    counted = NewChats(tokenizer, mix, new, settings, seed)
    steps = counted.steps_to_read(alone)
    return mix, steps, counted.read(steps)


# Old weights.


def _penalty(
    name: str, learner: nn.Module, tokenizer: PreTrainedTokenizerBase, strength: float, seed: int
) -> tuple[Penalty | None, int]:
    """The penalty of a remedy and the bytes it keeps."""
    if name not in ("l2", "ewc"):
        return None, 0
    importance = old_fisher(learner, tokenizer, seed=seed) if name == "ewc" else None
    anchor = Anchor(learner, strength, importance)
    return anchor, anchor.bytes


# Few new weights.


def with_adapter(model: PreTrainedModel, rank: int = RANK, seed: int = 0) -> PreTrainedModel:
    """The model with its weights frozen and a LoRA adapter (of peft) beside every linear layer.

    `merge_and_unload()` adds the adapter to the weights and gives the plain model back. seed: of
    the adapter's first numbers (and of every global source). Lesson 10 takes LoRA apart.
    """
    from peft import LoraConfig, get_peft_model

    seed_everything(seed)
    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return get_peft_model(model, config)
