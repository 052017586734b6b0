"""Values that cross between two processes as JSON: numbers, texts, lists, arrays; never code.

`encode` writes exact built-in types, NumPy arrays, tensors and random generators by their state;
anything else becomes the name of its type, so that an object with an `__eq__` of its own cannot
pass for a number. `decode` trusts nothing that it reads: it makes arrays from raw bytes, and
unpickles nothing. A tensor that wants a gradient says so; what it depends on does not cross
(`gradients.py`). The grader and the edition of the course without answers use it.
"""

from __future__ import annotations

import base64
import copy
import json
import math
from collections import Counter, OrderedDict, defaultdict
from typing import Any

DEPTH = 20  # lists inside lists
LARGEST = 10_000_000  # numbers of an array; of an empty one, without its sizes of 0
DTYPES = {
    "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64",
    "complex64", "complex128",
}  # fmt: skip
LISTS: dict[type, str] = {
    list: "list",
    tuple: "tuple",
    type(iter([])): "iterator",
}  # an iterator over a list
SETS: dict[type, str] = {set: "set", frozenset: "frozenset"}
DICTS: dict[type, str] = {
    dict: "dict",
    OrderedDict: "dict",
    defaultdict: "dict",
    Counter: "Counter",
}
NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class Foreign:
    """Stands for a value of a type that does not cross; `kind` is the type's name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"<a value of type {self.kind}>"


def foreign(kind: str) -> Foreign:
    """Return a stand-in whose own type has that name, as messages about it will say."""
    name = "".join(c for c in kind if c.isidentifier() or c.isdigit())[:60] or "unknown"
    return type(name, (Foreign,), {})(name)


def encode(value: Any, depth: int = DEPTH) -> Any:
    """Return the value in words of JSON; a type that does not cross as {"t": "other"}."""
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) < 2**53 else {"t": "int", "v": str(value)}
    if kind is float:
        return value if math.isfinite(value) else {"t": "float", "v": str(value)}
    if depth and kind in LISTS:  # of an iterator a copy is read
        items = [encode(item, depth - 1) for item in copy.copy(value)]
        return {"t": LISTS[kind], "v": items}
    if depth and kind in SETS:
        items = sorted((encode(item, depth - 1) for item in value), key=json.dumps)
        return {"t": SETS[kind], "v": items}
    if depth and kind in DICTS:
        pairs = [[encode(k, depth - 1), encode(v, depth - 1)] for k, v in value.items()]
        return {"t": DICTS[kind], "v": pairs}
    if (kind.__module__, kind.__name__) == ("torch._C", "Generator"):
        return {"t": "generator", "v": encode(value.get_state())}
    return _encode_array(value)


def _encode_array(value: Any) -> dict[str, Any]:
    """Encode a tensor or a NumPy array or number, or name the type of anything else."""
    import numpy as np

    kind, name, wants = "array", type(value).__name__, False
    if type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        kind, wants, value = "tensor", value.requires_grad, value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            value = value.float()
        value = np.asarray(value if str(value.layout) == "torch.strided" else value.to_dense())
    elif isinstance(value, np.generic):
        value = np.asarray(value)
    if not isinstance(value, np.ndarray) or str(value.dtype) not in DTYPES:
        return {"t": "other", "v": name}
    raw = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
    coded = {"t": kind, "dtype": str(value.dtype), "shape": list(value.shape), "v": raw}
    return coded | {"grad": True} if wants else coded


def decode(coded: Any, depth: int = DEPTH) -> Any:
    """Return the value that `encode` wrote. Raises ValueError for anything else."""
    if coded is None or type(coded) in (bool, str, int, float):
        return coded
    if not isinstance(coded, dict) or depth < 0:
        raise ValueError("this is no encoded value.")
    kind, content = coded.get("t"), coded.get("v")
    if kind in _MADE_OF_ITEMS and isinstance(content, list):
        return _decode_items(kind, content, depth - 1)
    if kind == "float" and content in NUMBERS:
        return NUMBERS[content]
    if kind == "int" and isinstance(content, str) and len(content) < 400:
        return int(content)
    if kind in ("array", "tensor"):
        return _decode_array(coded, kind)
    if kind == "generator":
        return _decode_generator(content)
    if kind == "other":
        return foreign(str(content))
    raise ValueError("this is no encoded value.")


_MADE_OF_ITEMS: dict[str, Any] = {
    "list": list, "tuple": tuple, "iterator": iter, "set": set, "frozenset": frozenset,
    "dict": dict, "Counter": lambda pairs: Counter(dict(pairs)),
}  # fmt: skip


def _decode_items(kind: str, content: list, depth: int) -> Any:
    try:
        if kind in DICTS.values():
            content = [(decode(key, depth), decode(item, depth)) for key, item in content]
        else:
            content = [decode(item, depth) for item in content]
        return _MADE_OF_ITEMS[kind](content)
    except TypeError as error:  # no pair, or a key that cannot be one
        raise ValueError(f"this is no encoded {kind}.") from error


def _decode_generator(content: Any) -> Any:
    import torch

    state = decode(content)
    try:
        return torch.Generator().set_state(state)
    except (TypeError, RuntimeError) as error:
        raise ValueError("this is no state of a random generator.") from error


def _decode_array(coded: dict[str, Any], kind: str) -> Any:
    import numpy as np

    shape, dtype = coded.get("shape"), coded.get("dtype")
    if dtype not in DTYPES or not isinstance(shape, list) or not isinstance(coded.get("v"), str):
        raise ValueError("this is no encoded array.")
    if not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError("the shape of an array is a list of sizes.")
    if math.prod(size or 1 for size in shape) > LARGEST:  # no bytes of it, and gigabytes of sums
        raise ValueError("the array is too large.")
    raw = base64.b64decode(coded["v"], validate=True)
    array = np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
    if kind == "array":
        return array
    import torch

    tensor = torch.from_numpy(array)
    wants = coded.get("grad") is True and (tensor.is_floating_point() or tensor.is_complex())
    return tensor.requires_grad_() if wants else tensor
