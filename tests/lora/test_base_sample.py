"""A base is known again in any precision, and another one is named by its weight."""

import pytest
import torch
from torch import nn

from workbook.lora import base_sample
from workbook.lora.adapters import attach


def model(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Embedding(20, 8), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))


def sampled(module):
    return base_sample.read(base_sample.write(base_sample.sample_base(module)))


def test_a_sample_is_four_numbers_of_each_weight_from_end_to_end():
    weight = torch.arange(10.0).reshape(2, 5)
    found = base_sample.sample_weights({"w": weight, "one": torch.ones(1)})
    assert found["w"].values.tolist() == [0, 3, 6, 9] and not found["w"].is_four_bit
    assert found["one"].values.tolist() == [1]


def test_what_is_written_is_read_again():
    seen = base_sample.sample_base(model())
    read = base_sample.read(base_sample.write(seen))
    assert len(read) == len(seen) == 5
    assert base_sample.unlike(read, seen) is None
    with pytest.raises(ValueError):
        base_sample.read('{"0": ":not base64!"}')


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_the_same_base_in_16_bits_is_known_again(dtype):
    assert base_sample.unlike(sampled(model()), base_sample.sample_base(model().to(dtype))) is None


def test_a_base_with_one_other_weight_is_named():
    other = model()
    with torch.no_grad():
        other[0].weight.mul_(1.1)
    assert base_sample.unlike(sampled(model()), base_sample.sample_base(other)) == "0.weight"
    assert base_sample.unlike(sampled(model()), base_sample.sample_base(model(1))) is not None


def test_adapters_do_not_count_and_names_are_those_of_the_plain_model():
    plain = base_sample.sample_base(model())
    adapted = attach(model(), rank=2, alpha=4, targets=["1", "3"])
    assert set(base_sample.sample_base(adapted)) == set(plain)
    assert base_sample.unlike(sampled(model()), base_sample.sample_base(adapted)) is None


def test_a_weight_of_only_one_of_the_two_counts_where_it_is_asked():
    longer = nn.Sequential(*model(), nn.Linear(4, 4))
    assert base_sample.unlike(sampled(model()), base_sample.sample_base(longer)) is None
    found = base_sample.unlike(sampled(model()), base_sample.sample_base(longer), strict=True)
    assert found in ("4.weight", "4.bias")
