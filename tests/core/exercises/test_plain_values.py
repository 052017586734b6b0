"""Values on their way between two processes: what each is written as, and what is not believed."""

import base64
import enum
import math
from collections import Counter, defaultdict

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


def test_tensors_come_back_dense_and_say_whether_they_want_a_gradient():
    weight = torch.tensor([1.5, -2.0], requires_grad=True)
    for value in (weight, 2 * weight):
        back = decode(encode(value))
        assert torch.equal(back, value) and back.requires_grad and back.is_leaf
    assert not decode(encode(weight.detach())).requires_grad
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

    for value, name in ((Sly(3), "Sly"), (Colour.RED, "Colour"), (b"x", "bytes")):
        assert encode(value) == {"t": "other", "v": name}
        back = decode(encode(value))
        assert isinstance(back, Foreign) and back != 3
        assert (type(back).__name__, repr(back)) == (name, f"<a value of type {name}>")
    assert repr(foreign("<script>")) == "<a value of type script>"
    assert repr(foreign("!")) == "<a value of type unknown>" and len(foreign("x" * 99).kind) == 60


@pytest.mark.parametrize(
    "value",
    [{3, "a", (1, 2)}, frozenset({2.5}), set(), Counter("abca"), {("a",): Counter({"b": 2})}],
)
def test_sets_and_counters_come_back_as_what_they_are(value):
    back = decode(encode(value))
    assert back == value and type(back) is type(value)
    assert encode(value) == encode(back), "in an order of its own, which no hash seed changes"


def test_a_dict_with_defaults_is_a_dict():
    counts = defaultdict(Counter, {"a": Counter("b")})
    assert decode(encode(counts)) == counts and type(decode(encode(counts))) is dict
    assert decode(encode(Counter()))["none"] == 0


def test_of_an_iterator_over_a_list_the_rest_crosses_and_it_is_not_used_up():
    items = iter([1, 2, 3])
    next(items)
    assert list(decode(encode(items))) == [2, 3] and list(items) == [2, 3]
    for other in (zip([1], [2], strict=True), (n for n in [1]), map(str, [1])):
        assert isinstance(decode(encode(other)), Foreign)


def test_a_random_generator_goes_on_where_it_is():
    source = torch.Generator().manual_seed(5)
    torch.rand(3, generator=source)
    back = decode(encode(source))
    assert torch.equal(torch.rand(4, generator=back), torch.rand(4, generator=source))


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
        {"t": "set", "v": [{"t": "list", "v": []}]},
        {"t": "Counter", "v": [1]},
        {"t": "generator", "v": 5},
        {"t": "generator", "v": encode(torch.zeros(5056, dtype=torch.uint8))},
        {"t": "generator", "v": encode(torch.zeros(7, dtype=torch.uint8))},
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
        FLOATS | {"shape": [2**40, 0], "v": ""},
        FLOATS | {"v": "AAAA!AA=="},
        {"t": "tensor", "dtype": "float32", "shape": [1]},
    ],
)
def test_what_encode_never_writes_is_refused(forged):
    assert decode(FLOATS).tolist() == [0.0]
    with pytest.raises(ValueError):
        decode(forged)
