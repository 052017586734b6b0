"""A run at work: one step of the weights, and what surrounds it (judging, saving).

`Loop.update` is the heart: gradients of sums, divided once by the tokens of all processes.
Left out: where tensors live (`devices.py`), how a checkpoint is written (`checkpoint.py`) and read
again (`resume.py`), and in which order things are done (`fit.py`). Lesson 02 writes its heart by
hand.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from workbook.training import state
from workbook.training.batches import Batches, to_device
from workbook.training.checkpoint import Checkpoints, save_model
from workbook.training.config import FitConfig
from workbook.training.devices import (
    Dist,
    full_tensor,
    grad_sync,
    memory_in_use,
    reshard,
    wrap_model,
)
from workbook.training.losses import Loss
from workbook.training.optimisers import make_optimisers, rates, set_learning_rate
from workbook.training.run_log import Journal
from workbook.training.schedules import factor

Record = dict[str, Any]
COUNTERS = ("step", "seen", "seconds", "best")  # of a run, kept in its checkpoints


class Loop:
    """One run: model, optimisers and counters, and the operations of `fit` on them."""

    def __init__(
        self,
        model: nn.Module,
        batches: Batches,
        loss: Callable[[nn.Module, Any], Loss],
        config: FitConfig,
        dist: Dist,
        out: str | Path | None,
    ) -> None:
        self.model, self.batches, self.loss = model, batches, loss
        self.config, self.dist = config, dist
        self.wrapped_model = wrap_model(model, config, dist)
        self.optimisers = make_optimisers(model, config)
        self.trained = [p for p in model.parameters() if p.requires_grad]
        self.scaler = torch.amp.GradScaler(dist.device.type, enabled=dist.dtype == torch.float16)
        self.out = Path(out) if out else None
        self.checkpoints = (
            Checkpoints(self.out / "checkpoints", config.keep_checkpoints) if self.out else None
        )
        self.journal = Journal(self.out / "log.jsonl" if self.out and dist.is_main else None)
        self.alone = (
            dist.world * config.grad_accumulation == 1
        )  # one batch a step: its count is known
        self.step = self.seen = 0
        self.seconds = 0.0
        self.best: Record | None = None
        self.best_weights: state.Named | None = None
        self.over = self.stopping = False

    # One step.

    def update(self, asked_to_stop: bool = False) -> Record:
        """One step of the weights.

        1. Add up loss and gradient over this step's batches.
        2. Add up over all processes: now the number of tokens is known.
        3. Turn the gradient's sum into a mean, shortened where it is longer than `max_grad_norm`.
        4. Move the weights.
        """
        started = time.perf_counter()
        set_learning_rate(self.optimisers, factor(self.step, self.config))
        # 1.
        share = self._backward()
        gradients = [p.grad for p in self.trained if p.grad is not None]
        length = full_tensor(nn.utils.get_total_norm(gradients))
        # 2.
        *added, norm, stops = self.dist.all_reduce_sum(
            [*share.values(), length * self.dist.is_main, float(asked_to_stop)]
        )
        sums = dict(zip(share, added, strict=True))
        self._check(sums, norm)
        # 3.
        mean = 1.0 if self.alone else self.dist.world / sums["tokens"]
        norm *= mean
        if self.config.max_grad_norm:  # rounded as in torch.nn.utils.clip_grad_norm_
            mean *= min(1.0, float(self.config.max_grad_norm / (torch.tensor(norm) + 1e-6)))
        if mean != 1.0:
            torch._foreach_mul_(gradients, mean)
        # 4.
        for optimiser in self.optimisers:
            self.scaler.step(optimiser)
            optimiser.zero_grad(set_to_none=True)
        self.scaler.update()
        self.step += 1
        self.stopping = stops > 0
        return self._record(sums, norm, time.perf_counter() - started)

    def _backward(self) -> dict[str, Tensor | float]:
        """Gradients of the summed loss over this process's share of the batches; the sums.

        Processes average their gradients, so `update` multiplies by their number.
        """
        sums: dict[str, Tensor | float] = {}
        mine = range(self.dist.rank, self.config.grad_accumulation, self.dist.world)
        for number in mine:
            batch = self.batches.batch(self.step * self.config.grad_accumulation + number)
            with grad_sync(self.wrapped_model, self.model, number == mine[-1]):
                found = self._loss_of(to_device(batch, self.dist.device))
                share = found.total / found.tokens if self.alone else found.total
                self.scaler.scale(share).backward()
            read = found.tokens if found.read is None else found.read
            new = {"loss": found.total.detach(), "tokens": found.tokens, "read": read}
            sums = {k: sums.get(k, 0.0) + v for k, v in {**new, **found.parts}.items()}
        for optimiser in self.optimisers:
            self.scaler.unscale_(optimiser)
        return sums

    def _loss_of(self, batch: Any) -> Loss:
        with self.dist.autocast():
            found = self.loss(self.wrapped_model, batch)
        if not isinstance(found, Loss):
            raise ValueError(
                "loss(model, batch) must return Loss(total, tokens): the sum over the batch's "
                f"tokens and their number, not {type(found).__name__}."
            )
        return found

    def _check(self, sums: Mapping[str, float], norm: float) -> None:
        """Stop before the weights move when a step makes no sense."""
        broken = not math.isfinite(sums["loss"])
        lost = not math.isfinite(norm) and not self.scaler.is_enabled()  # float16 skips such steps
        if sums["tokens"] and not broken and not lost:
            return
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        where = f"step {self.step} (batch {self.step * self.config.grad_accumulation}"
        where += ")" if self.config.grad_accumulation == 1 else " and those after it)"
        if not sums["tokens"]:
            raise ValueError(f"{where}: no token carries loss; look at the labels.")
        what = f"loss is {sums['loss']}" if broken else f"gradient's length is {norm}"
        speed = ", ".join(
            f"{name.replace('_', ' ')} {rate:.3g}" for name, rate in rates(self.optimisers).items()
        )
        raise ValueError(f"{where}: the {what} at {speed}. {self.recovery_advice()}")

    def _record(self, sums: Mapping[str, float], norm: float, seconds: float) -> Record:
        self.seen += int(sums["read"])
        self.seconds += seconds
        parts = {k: v / sums["tokens"] for k, v in sums.items() if k not in ("tokens", "read")}
        return {
            "step": self.step,
            **parts,
            **rates(self.optimisers),
            "gradient_norm": norm,
            "tokens": self.seen,
            "tokens_per_second": sums["read"] / seconds,
            "memory_bytes": memory_in_use(self.dist.device),
            "seconds": self.seconds,
        }

    # Around the step.

    def is_time_for(self, every: int) -> bool:
        """True at each multiple of `every`, and after the last step."""
        return self.step == self.config.steps or self.over or bool(every and self.step % every == 0)

    def log(self, record: Record) -> None:
        """Keep a record where one is due."""
        if self.is_time_for(self.config.log_every) or "evaluation_loss" in record:
            self.journal.add(record)

    def evaluate(self, evaluate: Callable[[nn.Module], Any]) -> Record:
        """Evaluate, remember the best weights, and see whether it is time to stop early."""
        before = state.random_state()
        self.model.eval()
        with torch.no_grad(), self.dist.autocast():
            found = evaluate(self.model)
        reshard(self.model.train())
        state.set_random_state(before)  # an evaluation must not change what comes after it
        found = dict(found) if isinstance(found, Mapping) else {"loss": float(found)}
        loss = found["loss"] = self.dist.all_reduce_sum([found["loss"] * self.dist.is_main])[0]
        if math.isfinite(loss) and (self.best is None or loss < self.best["loss"]):
            self.best = {"step": self.step, "loss": loss}
            if self.checkpoints or self.config.restore_best:
                keep = self.dist.is_main or self.config.restore_best
                self.best_weights = state.copied(state.weights(self.model, keep))
        self.over = self.out_of_patience()
        return {f"evaluation_{name}": value for name, value in found.items()}

    def out_of_patience(self) -> bool:
        """True when `patience` evaluations in a row have found nothing better."""
        waited = self.step - (self.best["step"] if self.best else 0)
        return 0 < self.config.patience * self.config.evaluate_every <= waited

    # Saving.

    def save(self) -> Path | None:
        """Write a checkpoint of everything the run consists of; None without a place for it."""
        if (checkpoints := self.checkpoints) is None:
            return None
        is_main = self.dist.is_main
        whole_state = {
            "optimisers": state.optimiser_state(self.model, self.optimisers, is_main),
            "scaler": self.scaler.state_dict(),
            "random": self.dist.all_gather(state.random_state()),
            "config": asdict(self.config),
            "counters": {name: getattr(self, name) for name in COUNTERS},
        }
        weights = state.weights(self.model, is_main)

        def write() -> None:
            self.journal.flush(to_disk=True)
            checkpoints.save(self.step, weights, whole_state, self.best_weights)

        self.dist.on_main(write)
        return checkpoints.place(self.step)

    def end(self, save_final: Callable[[nn.Module, state.Named, Path], None] | None = None) -> None:
        """Leave the weights that were asked for, save the run and, beside it, the model.

        save_final: what writes the model from its trained weights; None: all of it, as it is.
        """
        saved = self.checkpoints.place(self.step) if self.checkpoints else None
        if saved and not self.dist.on_main(saved.exists):
            self.save()
        self.dist.on_main(self.journal.flush)
        if self.config.restore_best and self.best_weights:
            state.load_weights(self.model, self.best_weights)
        if self.out is not None:
            final = self.out / "final"
            save, frozen = save_final or save_model, save_final is None
            weights = state.weights(self.model, self.dist.is_main, frozen)
            self.dist.on_main(lambda: save(self.model, weights, final))

    def interrupted_message(self) -> str:
        """What to tell somebody who stopped the run."""
        if self.checkpoints is None:
            return f"stopped after step {self.step}; nothing is saved, as no `out` was given."
        return (
            f"stopped after step {self.step} of {self.config.steps} and saved in {self.out}; "
            "start the same run again and it goes on from there."
        )

    def recovery_advice(self) -> str:
        """Where a run can go on from after a step that makes no sense, as advice.

        A checkpoint from before the step is saved only where there is none at all: the same weights
        meet the same batch again, so an earlier one is the better start.
        """
        if self.checkpoints is None:
            return (
                "The weights from before this step are in the model; lower the learning rate or "
                "look at the batch, and train again."
            )
        here = self.checkpoints.place(self.step)
        kept = self.dist.on_main(self.checkpoints.usable)
        if not kept and not self._all_finite():
            return (
                "Nothing is saved, as the weights are no numbers any more: lower the learning "
                "rate, and run again from the beginning."
            )
        if not kept:
            self.save()
            kept = [here]
        earlier = kept[-2].name if len(kept) > 1 else "the beginning"
        if kept[-1] == here:
            return (
                f"The weights from before this step are saved in {here}. Mend the batch and run "
                "again to go on from there; if only the learning rate is lowered, delete that "
                f"folder first, to go on from {earlier}."
            )
        return (
            f"The last checkpoint is {kept[-1]}: lower the learning rate or look at the batch, and "
            f"run again to go on from there; delete that folder to go on from {earlier}."
        )

    def _all_finite(self) -> bool:
        """True when all weights and moments are finite, in every process."""
        moments = (m for o in self.optimisers for kept in o.state.values() for m in kept.values())
        tensors = [*self.trained, *self.model.buffers(), *filter(torch.is_tensor, moments)]
        here = (t.to_local() if isinstance(t, DTensor) else t for t in tensors)
        return self.dist.all_reduce_sum([float(sum(not t.isfinite().all() for t in here))])[0] == 0
