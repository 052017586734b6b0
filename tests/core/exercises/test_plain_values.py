"""Values on their way between two processes: what each is written as, and what is not believed."""

import base64
import enum
import math

import numpy as np
import pytest
import torch

from workbook.core.exercises.plain_values import DEPTH, Foreign, decode, encode, foreign


@pytest.mark.parametrize(
    ("value", "coded"),
    [
        (7, 7),
        (2**53 - 1, 2**53 - 1),
        (-(2**53), {"t": "int", "v": "-9007199254740992"}),  # JSON numbers are exact below it
        (-math.inf, {"t": "float", "v": "-inf"}),
        ((True, [None]), {"t": "tuple", "v": [True, {"t": "list", "v": [None]}]}),
        ({(1,): "a"}, {"t": "dict", "v": [[{"t": "tuple", "v": [1]}, "a"]]}),
    ],
)
def test_each_kind_has_one_form(value, coded):
    assert encode(value) == coded
    assert decode(coded) == value and type(decode(coded)) is type(value)


def test_an_array_is_its_bytes_row_by_row_whatever_its_strides():
    array = np.arange(6, dtype="<i2").reshape(3, 2).T
    coded = encode(array)
    assert (coded["t"], coded["dtype"], coded["shape"]) == ("array", "int16", [2, 3])
    raw = base64.b64decode(coded["v"])
    assert raw == b"\0\0\2\0\4\0\1\0\3\0\5\0"
    back = decode(coded)
    assert np.array_equal(back, array)
    back[0, 0] = 9  # it is not a view of the message
    assert encode(np.float32(0.5)) == encode(np.array(0.5, np.float32))


def test_tensors_come_back_dense_and_without_a_gradient():
    weight = torch.tensor([1.5, -2.0], requires_grad=True)
    assert torch.equal(decode(encode(weight)), weight) and not decode(encode(weight)).requires_grad
    half = torch.tensor([0.5, 3.0], dtype=torch.bfloat16)
    assert decode(encode(half)).dtype == torch.float32 and decode(encode(half)).tolist() == [0.5, 3]
    sparse = torch.eye(3).to_sparse()
    assert torch.equal(decode(encode(sparse)), torch.eye(3))


def test_a_type_that_only_looks_plain_is_a_name():
    class Sly(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__

    class Colour(enum.IntEnum):
        RED = 1

    for value, name in ((Sly(3), "Sly"), (Colour.RED, "Colour"), ({1, 2}, "set"), (b"x", "bytes")):
        assert encode(value) == {"t": "other", "v": name}
        back = decode(encode(value))
        assert isinstance(back, Foreign) and back != 3
        assert (type(back).__name__, repr(back)) == (name, f"<a value of type {name}>")
    assert repr(foreign("<script>")) == "<a value of type script>"
    assert repr(foreign("!")) == "<a value of type unknown>" and len(foreign("x" * 99).kind) == 60


def test_what_is_nested_too_deep_becomes_a_name():
    """And what lies just within comes back, also where it ends in what JSON has no word for."""

    def nested(levels, value):
        for _ in range(levels):
            value = [value]
        return value

    for value in (1, math.inf, 2**60):
        assert decode(encode(nested(DEPTH, value))) == nested(DEPTH, value)
    inner = decode(encode(nested(DEPTH + 1, 1)))
    for _ in range(DEPTH):
        (inner,) = inner
    assert isinstance(inner, Foreign) and inner.kind == "list"


FLOATS = {"t": "array", "dtype": "float32", "shape": [1], "v": "AAAAAA=="}


@pytest.mark.parametrize(
    "forged",
    [
        [1],
        {"t": "list", "v": "abc"},
        {"t": "dict", "v": [1]},
        {"t": "dict", "v": [[{"t": "list", "v": []}, 1]]},
        {"t": "float", "v": "1e5"},
        {"t": "int", "v": "9" * 400},
        {"t": "int", "v": "x"},
        {"t": "pickle", "v": "gASVAA=="},
        FLOATS | {"dtype": "object"},
        FLOATS | {"shape": [2]},
        FLOATS | {"shape": [-1]},
        FLOATS | {"shape": [True]},
        FLOATS | {"shape": "1"},
        FLOATS | {"v": "AAAA!AA=="},
        {"t": "tensor", "dtype": "float32", "shape": [1]},
    ],
)
def test_what_encode_never_writes_is_refused(forged):
    assert decode(FLOATS).tolist() == [0.0]
    with pytest.raises(ValueError):
        decode(forged)
