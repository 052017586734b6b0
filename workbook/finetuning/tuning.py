"""Fine-tuning: all weights of a copy of a model, on chats, through the course's one loop.

`tune` makes the rows, runs `workbook.training.fit` and hands back the tuned copy with the records
of its steps; the model it was given stays as it was. Left out: what is kept of the old skills,
which is `remedies.py`, and how good the answers are, which is `families.py`. Lesson 08.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from workbook.finetuning.data import LENGTH, ROWS, LossOn, Statistics, examples, pad_id, statistics
from workbook.inference import listen_for
from workbook.training import FitConfig, Loss, Run, causal_loss, fit
from workbook.training.chat_examples import Messages, end_of_turn
from workbook.training.losses import keeps_documents_apart
from workbook.training.packing import Rows

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Penalty = Callable[[nn.Module], Tensor]  # of a model: a scalar to be added to the mean loss


@dataclass(frozen=True)
class TuneConfig:
    """How a model is tuned; the defaults suit the town's models."""

    learning_rate: float = 5e-4  # peak, of AdamW
    batch_size: int = ROWS  # of a batch
    seq_len: int = LENGTH  # tokens of a row at most; longer chats are left out
    packed: bool = True  # several chats in a row; False: one chat a row, the rest padding
    loss_on: LossOn = "answer"
    warmup: int = 5  # steps
    decay_fraction: float = 0.5  # share of the run, at its end, in which the learning rate falls
    weight_decay: float = 0.0

    def fit_config(self, steps: int, seed: int) -> FitConfig:
        """The same as the loop wants it told."""
        return FitConfig(
            steps=steps,
            learning_rate=self.learning_rate,
            warmup=self.warmup,
            decay_fraction=self.decay_fraction,
            weight_decay=self.weight_decay,
            seed=seed,
        )


@dataclass(frozen=True)
class Tuned:
    """A tuned model and what its tuning was."""

    model: PreTrainedModel
    run: Run
    statistics: Statistics

    @property
    def tokens(self) -> int:
        """Real tokens read."""
        return self.run.records[-1]["tokens"]

    @property
    def losses(self) -> list[float]:
        """The loss of each step, nats a token that carries loss; a penalty is in it."""
        return self.run.losses


def first_rate(model: PreTrainedModel) -> float:
    """The learning rate to try first: large models want small steps (FLAN-T5-base's lab: 1e-5)."""
    return TuneConfig.learning_rate if model.num_parameters() < 10**8 else 1e-5


def tune(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    chats: Sequence[Messages],
    steps: int = 100,
    seed: int = 0,
    settings: TuneConfig | None = None,
    *,
    penalty: Penalty | None = None,
    progress: bool = True,
    on_step: Callable[[dict[str, Any]], object] | None = None,
    **changes: Any,
) -> Tuned:
    """A copy of `model`, tuned on `chats` for `steps` steps, in eval mode.

    seed: of the order of the rows. changes: single `TuneConfig`, as in learning_rate=3e-4.
    penalty(model): added to each step's mean loss. progress: show a bar. on_step: called with the
    record of each step, such as a `LiveLoss`.
    """
    settings = replace(settings or TuneConfig(), **changes)
    learner = copy.deepcopy(model).float()
    watched = {"progress": progress, "on_step": on_step}
    return Tuned(*train_on(learner, tokenizer, chats, steps, seed, settings, penalty, **watched))


def train_on(
    learner: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    chats: Sequence[Messages],
    steps: int,
    seed: int,
    settings: TuneConfig,
    penalty: Penalty | None = None,
    **watched: Any,
) -> tuple[PreTrainedModel, Run, Statistics]:
    """`tune` without the copy: trains the learner itself, whichever of its weights are free.

    watched: `progress` and `on_step` of `fit`.
    """
    found = examples(tokenizer, chats, settings.loss_on)
    packed = settings.packed and keeps_documents_apart(learner, found[0].ids)
    if settings.packed and not packed:
        print(f"{type(learner).__name__} mixes packed chats: each gets a row of its own.")
    listen_for(learner, end_of_turn(tokenizer))
    batches = Rows(found, settings.batch_size, settings.seq_len, pad_id(tokenizer), seed, packed)
    loss = causal_loss if penalty is None else with_penalty(penalty)
    run = fit(learner, batches, loss, settings.fit_config(steps, seed), **watched)
    return learner.eval(), run, statistics(found, settings.batch_size, settings.seq_len, seed)


def with_penalty(penalty: Penalty) -> Callable[[nn.Module, Mapping[str, Any]], Loss]:
    """The causal loss with a penalty on the weights: mean loss + penalty(model) at each step.

    The loop divides a sum by its tokens, so the penalty is multiplied by them first.
    """

    def loss(model: nn.Module, batch: Mapping[str, Any]) -> Loss:
        found = causal_loss(model, batch)
        extra = penalty(model) * found.tokens
        parts = {"answer_loss": found.total.detach(), "penalty": extra.detach()}
        return found._replace(total=found.total + extra, parts=parts)

    return loss
