"""A result whose gradient is worked out elsewhere: in the process that computed it, or in a store.

Plain values carry no graph of operations. `connected` gives a result that came from elsewhere a
backward step that asks there: given the gradient at the result, what are those at the arguments?
`slopes` answers that where the graph is. Both go through the arguments in the same order. Left out:
results other than a single tensor, and second derivatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def leaves(value: Any) -> list[Any]:
    """Return the tensors in a value that want a gradient, in order."""
    if getattr(value, "requires_grad", False) is True:
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [one for item in value for one in leaves(item)] if type(value) in (list, tuple) else []


def slopes(result: Any, arguments: Any, gradient: Any) -> list[Any]:
    """Return the gradient at each leaf of the arguments; None where the result does not depend."""
    import torch

    wanted = leaves(arguments)
    return list(torch.autograd.grad(result, wanted, gradient, allow_unused=True))


def connected(result: Any, arguments: Any, ask: Callable[[Any], list[Any]]) -> Any:
    """Return the result so that its backward step asks for the gradients at the arguments.

    ask: gradient at the result -> one for each leaf. A result that has no gradient stays as it is.
    """
    wanted = leaves(arguments)
    if not wanted or getattr(result, "requires_grad", False) is not True:
        return result
    return _function().apply(ask, result.detach(), *wanted)


def _function() -> Any:
    import torch

    class Elsewhere(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, ask: Any, result: Any, *wanted: Any) -> Any:  # type: ignore[override]
            context.ask, context.shapes = ask, [(one.shape, one.dtype) for one in wanted]
            return result.clone()

        @staticmethod
        def backward(context: Any, gradient: Any) -> Any:  # type: ignore[override]
            found = context.ask(gradient)
            fits = len(found) == len(context.shapes) and all(
                one is None or (getattr(one, "shape", None), getattr(one, "dtype", None)) == form
                for one, form in zip(found, context.shapes, strict=True)
            )
            if not fits:
                raise ValueError("the gradient has another form than the arguments.")
            return None, None, *found

    return Elsewhere
