"""Where a run takes place: one CPU, one GPU, or many processes that torchrun has started.

`join` finds out, `wrap_model` prepares the model: a whole copy in each process (DDP), or shards of
every layer (FSDP2, `fully_shard`). The loop itself is the same everywhere. Several machines need
a disk that all of them see, for `out`. Left out: tensor and pipeline parallelism. Lesson 07 builds
by hand what happens here.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, distributed, nn
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor

from workbook.training.config import FitConfig


@dataclass(frozen=True)
class Dist:
    """This process among its peers."""

    device: torch.device
    rank: int = 0
    world: int = 1  # processes
    dtype: torch.dtype = torch.float32  # that matrix products are computed in

    @property
    def is_main(self) -> bool:
        """True in the one process that writes files and draws the progress bar."""
        return self.rank == 0

    def all_reduce_sum(self, numbers: list[float | Tensor]) -> list[float]:
        """Each number's sum over all processes, as plain floats. One wait for the device."""
        exact = torch.float32 if self.device.type == "mps" else torch.float64
        parts = [torch.as_tensor(n, dtype=exact, device=self.device) for n in numbers]
        total = torch.stack(parts)
        if self.world > 1:
            distributed.all_reduce(total)
        return total.tolist()

    def autocast(self) -> torch.autocast:
        """Matrix products in the run's number format; sums and losses stay in float32."""
        lower = self.dtype != torch.float32
        return torch.autocast(self.device.type, self.dtype if lower else None, enabled=lower)

    def all_gather(self, mine: Any) -> list[Any]:
        """What each process hands in, in the order of ranks."""
        if self.world == 1:
            return [mine]
        found: list[Any] = [None] * self.world
        distributed.all_gather_object(found, mine)
        return found

    def on_main(self, action: Callable[[], Any]) -> Any:
        """What `action` gives in the first process, in every process; its ValueError likewise."""
        found: Any = None
        if self.is_main:
            try:
                found = action()
            except ValueError as error:
                found = error
        found = self.all_gather(found)[0]
        if isinstance(found, ValueError):
            raise found
        return found


def join(config: FitConfig) -> Dist:
    """Return what this process is among its peers; joins the group where torchrun started several.

    The group lasts as long as the process: shards are of no use without it.
    Raises ValueError as `check` does.
    """
    world, device, dtype = check(config)
    if world > 1 and not distributed.is_initialized():
        if device.type == "cuda":
            torch.cuda.set_device(device)
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
        atexit.register(distributed.destroy_process_group)
    return Dist(device, distributed.get_rank() if world > 1 else 0, world, dtype)


def check(config: FitConfig) -> tuple[int, torch.device, torch.dtype]:
    """Number of processes, device and number format, before any work is done.

    Raises ValueError when the device is not there, when the batches of a step cannot be dealt out
    evenly, or when shards would be trained in float16.
    """
    world = int(os.environ.get("WORLD_SIZE", 1))
    device = _device(config)
    if config.grad_accumulation % world:
        raise ValueError(
            f"grad_accumulation={config.grad_accumulation} batches a step cannot be shared by "
            f"{world} processes: make it a multiple of {world} (and the batches smaller)."
        )
    dtype = _dtype(config, device)
    if world > 1 and config.parallel == "fsdp" and dtype == torch.float16:
        raise ValueError("float16 needs parallel=ddp: shards are trained in bfloat16 or float32.")
    return world, device, dtype


def _device(config: FitConfig) -> torch.device:
    from workbook.core.system import profile

    name = profile.current().device if config.device == "auto" else config.device
    number = int(os.environ.get("LOCAL_RANK", 0))
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there[name]:
        raise ValueError(f"device={name}, but torch finds no such device here: give device=cpu.")
    if name == "cuda" and number >= torch.cuda.device_count():
        raise ValueError(
            f"process {number} of this machine has no GPU of its own: start at most "
            f"{torch.cuda.device_count()} with --nproc-per-node."
        )
    return torch.device("cuda", number) if name == "cuda" else torch.device(name)


def _dtype(config: FitConfig, device: torch.device) -> torch.dtype:
    if config.precision != "auto":
        return getattr(torch, config.precision)
    from workbook.core.system import machine, profile

    return getattr(torch, profile.best_dtype(device.type, machine.detect()))


def wrap_model(model: nn.Module, config: FitConfig, dist: Dist) -> nn.Module:
    """The model on its device, ready to be called; `model` itself keeps its names.

    Under "fsdp" its parameters become shards in place, so optimisers are made after this.
    """
    model.to(dist.device)
    if dist.world == 1:
        wrapped = model
    elif config.parallel == "fsdp":
        wrapped = _shard(model, dist)
    else:
        ids = [dist.device.index] if dist.device.type == "cuda" else None
        wrapped = nn.parallel.DistributedDataParallel(model, device_ids=ids)
    return cast(nn.Module, torch.compile(wrapped)) if config.compile else wrapped


def _shard(model: nn.Module, dist: Dist) -> nn.Module:
    from torch.distributed.device_mesh import init_device_mesh

    for tensor in (*model.parameters(), *model.buffers()):
        distributed.broadcast(tensor.detach(), 0)  # shards of one model, whatever the seeds
    mesh = init_device_mesh(dist.device.type, (dist.world,))
    policy = MixedPrecisionPolicy()
    if dist.dtype == torch.bfloat16:
        policy = MixedPrecisionPolicy(param_dtype=dist.dtype, reduce_dtype=torch.float32)
    for block in blocks(model):
        fully_shard(block, mesh=mesh, mp_policy=policy)
    fully_shard(model, mesh=mesh, mp_policy=policy)  # in place
    return model


def blocks(model: nn.Module) -> list[nn.Module]:
    """The repeated layers of a model: the members of its outermost lists of modules of one kind."""
    found: list[nn.Module] = []
    inside: set[nn.Module] = set()
    for module in model.modules():
        if not isinstance(module, nn.ModuleList) or module in inside or not len(module):
            continue
        if len({type(child) for child in module}) == 1 and list(module[0].parameters()):
            found.extend(module)
            inside.update(part for child in module for part in child.modules())
    return found


def grad_sync(wrapped: nn.Module, model: nn.Module, last: bool) -> AbstractContextManager:
    """Processes exchange gradients after the last batch of a step only: sums can wait."""
    wrapped = getattr(wrapped, "_orig_mod", wrapped)  # within torch.compile
    if isinstance(model, FSDPModule):
        model.set_requires_gradient_sync(last)
    elif isinstance(wrapped, nn.parallel.DistributedDataParallel) and not last:
        return wrapped.no_sync()
    return nullcontext()


def reshard(model: nn.Module) -> None:
    """Give up what a forward pass without a backward pass has left put together."""
    for module in model.modules():
        if isinstance(module, FSDPModule):
            module.reshard()


def full_tensor(tensor: Tensor) -> Tensor:
    """A tensor put together from its shards; every process must call this together."""
    return (tensor.full_tensor() if isinstance(tensor, DTensor) else tensor).detach()


def memory_in_use(device: torch.device) -> int:
    """Bytes: on a GPU the most that was ever in use, elsewhere what the process has now."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    import psutil

    return psutil.Process().memory_info().rss


@contextmanager
def activation_checkpointing(model: nn.Module, config: FitConfig) -> Iterator[None]:
    """Where the config asks for it: a layer keeps its input and is computed again going back."""
    from functools import partial

    from torch.utils.checkpoint import checkpoint

    chosen = blocks(model) if config.activation_checkpointing else []
    for block in chosen:
        block.forward = partial(checkpoint, block.forward, use_reentrant=False)
    try:
        yield
    finally:
        for block in chosen:
            del block.forward
