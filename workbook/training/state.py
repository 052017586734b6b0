"""What a run consists of, as plain tensors by name: weights, optimiser, random numbers.

Everything is gathered whole, whatever it was spread over, so that a checkpoint written by shards
can be read by one process, and the other way round. Frozen parameters are left out: they are as
they were. Lesson 07 counts what is gathered here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from types import EllipsisType
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor, distribute_tensor

from workbook.training.devices import full_tensor

Named = dict[str, Tensor]


def weights(model: nn.Module, keep: bool = True, frozen: bool = False) -> Named:
    """Trained parameters and lasting buffers on the CPU; every process must call this together.

    keep: False where this process needs none of it (the result is empty then).
    frozen: also the parameters that are not trained.
    """
    wholes = (
        (name, full_tensor(tensor).cpu().contiguous()) for name, tensor in _lasting(model, frozen)
    )
    return {name: tensor for name, tensor in wholes if keep}


def copied(tensors: Named) -> Named:
    """Copies that stay as they are when the model goes on."""
    return {name: tensor.clone() for name, tensor in tensors.items()}


def load_weights(model: nn.Module, found: Named) -> None:
    """Put weights back. Raises ValueError when they are another model's."""
    wanted = dict(_lasting(model))
    for name in sorted(wanted.keys() ^ found.keys()):
        where = "lacks" if name in wanted else "also has"
        raise ValueError(f"the saved weights are another model's: {where} {name}.")
    for name, tensor in wanted.items():
        if tensor.shape != found[name].shape:
            shapes = f"{tuple(found[name].shape)}, not {tuple(tensor.shape)}"
            raise ValueError(f"the saved weights are another model's: {name} is {shapes}.")
        with torch.no_grad():
            once = _written_once(tensor)
            tensor[once].copy_(_spread(found[name], tensor)[once])


def optimiser_state(
    model: nn.Module, optimisers: list[torch.optim.Optimizer], keep: bool = True
) -> dict[str, Named]:
    """Each trained parameter's moments, by its name; every process must call this together."""
    saved: dict[str, Named] = {}
    for name, parameter, optimiser in _owners(model, optimisers):
        moments = optimiser.state.get(parameter, {})
        wholes = {key: full_tensor(value).cpu().contiguous() for key, value in moments.items()}
        if keep:
            saved[name] = wholes
    return saved


def load_optimiser_state(
    model: nn.Module, optimisers: list[torch.optim.Optimizer], saved: dict[str, Named]
) -> None:
    """Put moments back, by name; a parameter that has none saved starts without.

    A moment of the parameter's shape gets the parameter's memory layout, as the optimiser gave it:
    with other strides the same numbers are added in another order.
    """
    for name, parameter, optimiser in _owners(model, optimisers):
        moments = saved.get(name, {})
        optimiser.state[parameter] = {
            key: _laid_out_like(parameter, value)
            if value.shape == parameter.shape
            else value.to(parameter.device, copy=True)
            for key, value in moments.items()
        }


def random_state() -> dict[str, Any]:
    """The state of every global source of random numbers in this process."""
    import numpy as np

    kind, keys, *rest = cast("tuple[Any, ...]", np.random.get_state(legacy=True))
    version, words, gauss = random.getstate()
    return {
        "python": [version, list(words), gauss],
        "numpy": [kind, torch.from_numpy(keys.astype("int64")), *rest],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Put a `random_state` back."""
    import numpy as np

    version, words, gauss = state["python"]
    random.setstate((version, tuple(words), gauss))
    kind, keys, *rest = state["numpy"]
    np.random.set_state((kind, keys.numpy().astype("uint32"), *rest))
    torch.set_rng_state(state["torch"])
    if state["cuda"] and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])


def _lasting(model: nn.Module, frozen: bool = False) -> Iterator[tuple[str, Tensor]]:
    """Trained parameters and the buffers that a state dict holds; a tied one once."""
    yield from ((name, p) for name, p in model.named_parameters() if p.requires_grad or frozen)
    kept, seen = model.state_dict().keys(), set()
    for name, buffer in model.named_buffers(remove_duplicate=False):
        if name in kept and id(buffer) not in seen:
            seen.add(id(buffer))
            yield name, buffer


def _owners(
    model: nn.Module, optimisers: list[torch.optim.Optimizer]
) -> Iterator[tuple[str, nn.Parameter, torch.optim.Optimizer]]:
    owner = {id(p): o for o in optimisers for group in o.param_groups for p in group["params"]}
    for name, parameter in model.named_parameters():
        if id(parameter) in owner:
            yield name, parameter, owner[id(parameter)]


def _laid_out_like(parameter: Tensor, full: Tensor) -> Tensor:
    """Return a whole tensor on the device, in the shards and with the strides of a parameter."""
    if isinstance(parameter, DTensor):
        return _spread(full, parameter)
    return torch.empty_like(parameter, dtype=full.dtype, requires_grad=False).copy_(full)


def _written_once(tensor: Tensor) -> tuple[slice, ...] | EllipsisType:
    """Return the index of a tensor's own memory: of an expanded dimension, its first place."""
    if isinstance(tensor, DTensor) or 0 not in tensor.stride():
        return ...
    return tuple(slice(1) if step == 0 else slice(None) for step in tensor.stride())


def _spread(full: Tensor, like: Tensor) -> Tensor:
    """A whole tensor on the device of another, and in shards if that one is."""
    moved = full.to(like.device, copy=True)
    if isinstance(like, DTensor):
        return distribute_tensor(moved, like.device_mesh, like.placements)
    return moved
