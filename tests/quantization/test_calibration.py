"""Statistics of what layers get to see, and what methods that look at them win."""

import copy

import pytest
import torch
from torch import nn

from workbook.core.runs.seeding import generator
from workbook.quantization.awq import awq_model
from workbook.quantization.calibration import (
    block_by_block,
    gather_inputs,
    output_error,
    watch_inputs,
)
from workbook.quantization.gptq import gptq_model
from workbook.quantization.quantizers import Scheme
from workbook.training.modules import linear_names


def by_hand():
    """A model that looks up rows (1, 2), (3, -4), (0, 0) and hands them to its only layer."""
    table = nn.Embedding.from_pretrained(torch.tensor([[1.0, 2.0], [3.0, -4.0], [0.0, 0.0]]))
    return nn.Sequential(table, nn.Linear(2, 1))


@pytest.mark.parametrize(
    "batches", [[[[0, 1], [1, 2]]], [[[0]], [[1, 1, 2]]], [[[2, 1, 1]], [[0]]]]
)
def test_statistics_by_hand_however_the_rows_are_batched(batches):
    seen = gather_inputs(by_hand(), ["1"], [torch.tensor(ids) for ids in batches])["1"]
    assert seen.rows == 4 and seen.largest.tolist() == [3.0, 4.0]
    assert seen.magnitude.tolist() == [(1 + 3 + 3) / 4, (2 + 4 + 4) / 4]
    cross = (1 * 2 - 3 * 4 - 3 * 4) / 4
    assert seen.hessian.tolist() == [[(1 + 9 + 9) / 4, cross], [cross, (4 + 16 + 16) / 4]]


def test_statistics_of_inputs(tiny_llama, token_ids):
    names = linear_names(tiny_llama)
    seen = gather_inputs(tiny_llama, names, [token_ids(), token_ids(3, 7)])
    assert list(seen) == names
    first = seen[names[0]]
    assert first.rows == 2 * 20 + 3 * 7
    assert first.hessian.shape == (32, 32) and torch.equal(first.hessian, first.hessian.T)
    assert (first.magnitude <= first.largest).all()
    assert (first.hessian.diagonal().sqrt() <= first.largest.double() + 1e-6).all()
    assert [len(block) for block in block_by_block(names)] == [7, 7]
    assert block_by_block(["h.1.a", "h.11.a", "h.11.b", "x"]) == [
        ["h.1.a"],
        ["h.11.a", "h.11.b"],
        ["x"],
    ]


def test_nothing_watches_a_model_once_the_block_has_ended():
    model, seen = by_hand(), []
    with (
        pytest.raises(KeyError),
        watch_inputs(model, ["1"], lambda name, x: seen.append((name, x.tolist()))),
    ):
        model(torch.tensor([[1]]))
        raise KeyError
    model(torch.tensor([[0]]))
    assert seen == [("1", [[[3.0, -4.0]]])]


def test_the_error_of_an_output_is_a_share_of_its_square():
    """Weights (3, 4) kept as (3, 3): off by 1 of 25 in square, or by more where inputs count."""
    weight, kept = torch.tensor([[3.0, 4.0]]), torch.tensor([[3.0, 3.0]])
    assert output_error(weight, kept, torch.eye(2).double()) == pytest.approx(1 / 25)
    larger = torch.diag(torch.tensor([1.0, 10.0])).double()
    assert output_error(weight, kept, larger) == pytest.approx(10 / (9 + 160))
    assert output_error(weight, weight, larger) == 0.0


@pytest.mark.parametrize("with_data", [gptq_model, awq_model])
def test_whole_models_come_out_closer_than_rounded_ones(tiny_llama, with_data):
    from workbook.quantization.layers import quantize_model

    with torch.no_grad():
        for module in tiny_llama.modules():
            if isinstance(module, nn.Linear):
                module.weight.mul_(8)  # a fresh model's blocks add next to nothing
    ids = [torch.randint(3, 97, (8, 40), generator=generator(n)) for n in range(6)]
    scheme = Scheme(3, 16)
    nearest, ours = copy.deepcopy(tiny_llama), copy.deepcopy(tiny_llama)
    quantize_model(nearest, scheme)
    errors = with_data(ours, ids, scheme)
    assert len(errors) == 14 and all(0 < error < 1 for error in errors.values())
    test = torch.randint(3, 97, (8, 40), generator=generator(99))
    with torch.no_grad():
        exact = tiny_llama(test).logits.log_softmax(-1)
        gaps = [
            nn.functional.kl_div(m(test).logits.log_softmax(-1), exact, log_target=True).item()
            for m in (nearest, ours)
        ]
    assert gaps[1] < gaps[0]


def test_calibration_needs_a_batch():
    with pytest.raises(ValueError, match="at least one batch"):
        gather_inputs(nn.Sequential(nn.Linear(64, 48)), ["0"], [])
