"""A run at work: one step of the weights, and what surrounds it (judging, saving).

`Loop.update` is the heart: gradients of sums, divided once by the tokens of all processes.
Left out: where tensors live (`devices.py`), how a checkpoint is written (`checkpoint.py`) and read
again (`resuming.py`), and in which order things are done (`fit.py`). Lesson 08 reads this file.
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

from workbook.training import state
from workbook.training.batches import Batches, to_device
from workbook.training.checkpoint import Checkpoints, save_model
from workbook.training.config import FitConfig
from workbook.training.devices import (
    Place,
    back_to_shards,
    memory_in_use,
    spread,
    synchronised,
    whole,
)
from workbook.training.losses import Loss
from workbook.training.optimisers import make_optimisers, rates, set_learning_rate
from workbook.training.resume import COUNTERS, way_back
from workbook.training.run_log import Journal
from workbook.training.schedules import factor

Record = dict[str, Any]


class Loop:
    """One run: model, optimisers and counters, and the operations of `fit` on them."""

    def __init__(
        self,
        model: nn.Module,
        batches: Batches,
        loss: Callable[[nn.Module, Any], Loss],
        config: FitConfig,
        place: Place,
        out: str | Path | None,
    ) -> None:
        self.model, self.batches, self.loss = model, batches, loss
        self.config, self.place = config, place
        self.runner = spread(model, config, place)
        self.optimisers = make_optimisers(model, config)
        self.trained = [p for p in model.parameters() if p.requires_grad]
        self.scaler = torch.amp.GradScaler(place.device.type, enabled=place.dtype == torch.float16)
        self.out = Path(out) if out else None
        self.checkpoints = Checkpoints(self.out / "checkpoints", config.keep) if out else None
        self.journal = Journal(self.out / "log.jsonl" if out and place.leads else None)
        self.alone = place.world * config.accumulate == 1  # one batch a step: its count is known
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
        3. Turn the gradient's sum into a mean, shortened where it is longer than `clip`.
        4. Move the weights.
        """
        started = time.perf_counter()
        set_learning_rate(self.optimisers, factor(self.step, self.config))
        # 1.
        sums = self._backward()
        gradients = [p.grad for p in self.trained if p.grad is not None]
        norm = whole(nn.utils.get_total_norm(gradients))
        # 2.
        added = self.place.add_up([*sums.values(), norm * self.place.leads, float(asked_to_stop)])
        *added, norm, stops = added
        sums = dict(zip(sums, added, strict=True))
        self._check(sums, norm)
        # 3.
        mean = 1.0 if self.alone else self.place.world / sums["tokens"]
        norm *= mean
        if self.config.clip:  # rounded as in torch.nn.utils.clip_grad_norm_
            mean *= min(1.0, float(self.config.clip / (torch.tensor(norm) + 1e-6)))
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
        mine = range(self.place.rank, self.config.accumulate, self.place.world)
        for number in mine:
            batch = self.batches.batch(self.step * self.config.accumulate + number)
            with synchronised(self.runner, self.model, number == mine[-1]):
                found = self._loss_of(to_device(batch, self.place.device))
                share = found.total / found.tokens if self.alone else found.total
                self.scaler.scale(share).backward()
            read = found.tokens if found.read is None else found.read
            new = {"loss": found.total.detach(), "tokens": found.tokens, "read": read}
            sums = {k: sums.get(k, 0.0) + v for k, v in {**new, **found.parts}.items()}
        for optimiser in self.optimisers:
            self.scaler.unscale_(optimiser)
        return sums

    def _loss_of(self, batch: Any) -> Loss:
        with self.place.computing():
            found = self.loss(self.runner, batch)
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
        where = f"step {self.step} (batch {self.step * self.config.accumulate}"
        where += ")" if self.config.accumulate == 1 else " and those after it)"
        if not sums["tokens"]:
            raise ValueError(f"{where}: no token carries loss; look at the labels.")
        what = f"loss is {sums['loss']}" if broken else f"gradient's length is {norm}"
        speed = ", ".join(
            f"{name.replace('_', ' ')} {rate:.3g}" for name, rate in rates(self.optimisers).items()
        )
        raise ValueError(f"{where}: the {what} at {speed}. {way_back(self)}")

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
            "memory_bytes": memory_in_use(self.place.device),
            "seconds": self.seconds,
        }

    # Around the step.

    def is_time_for(self, every: int) -> bool:
        """True at each multiple of `every`, and after the last step."""
        return self.step == self.config.steps or self.over or bool(every and self.step % every == 0)

    def write_down(self, record: Record) -> None:
        """Keep a record where one is due."""
        if self.is_time_for(self.config.log_every) or "evaluation_loss" in record:
            self.journal.add(record)

    def judge(self, evaluate: Callable[[nn.Module], Any]) -> Record:
        """Evaluate, remember the best weights, and see whether it is time to stop early."""
        before = state.random_state()
        self.model.eval()
        with torch.no_grad(), self.place.computing():
            found = evaluate(self.model)
        back_to_shards(self.model.train())
        state.set_random_state(before)  # an evaluation must not change what comes after it
        found = dict(found) if isinstance(found, Mapping) else {"loss": float(found)}
        loss = found["loss"] = self.place.add_up([found["loss"] * self.place.leads])[0]
        if math.isfinite(loss) and (self.best is None or loss < self.best["loss"]):
            self.best = {"step": self.step, "loss": loss}
            if self.checkpoints or self.config.restore_best:
                keep = self.place.leads or self.config.restore_best
                self.best_weights = state.copied(state.weights(self.model, keep))
        self.over = self.waits_in_vain()
        return {f"evaluation_{name}": value for name, value in found.items()}

    def waits_in_vain(self) -> bool:
        """True when `patience` evaluations in a row have found nothing better."""
        waited = self.step - (self.best["step"] if self.best else 0)
        return 0 < self.config.patience * self.config.evaluate_every <= waited

    # Saving.

    def save(self) -> Path | None:
        """Write a checkpoint of everything the run consists of; None without a place for it."""
        if self.checkpoints is None:
            return None
        leads = self.place.leads
        whole_state = {
            "optimisers": state.optimiser_state(self.model, self.optimisers, leads),
            "scaler": self.scaler.state_dict(),
            "random": self.place.gather(state.random_state()),
            "config": asdict(self.config),
            "counters": {name: getattr(self, name) for name in COUNTERS},
        }
        weights = state.weights(self.model, leads)

        def write() -> None:
            self.journal.flush(to_disk=True)
            self.checkpoints.save(self.step, weights, whole_state, self.best_weights)

        self.place.led(write)
        return self.checkpoints.place(self.step)

    def end(self) -> None:
        """Leave the weights that were asked for, save the run and, beside it, the model."""
        saved = self.checkpoints.place(self.step) if self.checkpoints else None
        if saved and not self.place.led(saved.exists):
            self.save()
        self.place.led(self.journal.flush)
        if self.config.restore_best and self.best_weights:
            state.load_weights(self.model, self.best_weights)
        if self.out is not None:
            whole_model = state.weights(self.model, self.place.leads, frozen=True)
            self.place.led(lambda: save_model(self.model, whole_model, self.out / "final"))

    def farewell(self) -> str:
        """What to tell somebody who stopped the run."""
        if self.checkpoints is None:
            return f"stopped after step {self.step}; nothing is saved, as no `out` was given."
        return (
            f"stopped after step {self.step} of {self.config.steps} and saved in {self.out}; "
            "start the same run again and it goes on from there."
        )
