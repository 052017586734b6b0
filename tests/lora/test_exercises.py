"""The exercises of lesson 10: references right for every seed, wrong answers refused."""

import torch
import torch.nn.functional as F
from exercise_rules import rules

from workbook.lora import attach
from workbook.lora.exercises import (
    EXERCISES,
    dora_weight,
    first_matrices,
    lora_forward,
    merged_weight,
    updates_per_row,
)


def least_squares(update):
    """The part of the squared length in each singular value."""
    squares = torch.linalg.svdvals(update).square()
    return squares / squares.sum()


WRONG = {
    "lora.layer": [
        lambda x, weight, A, B, alpha: F.linear(x, weight) + alpha * F.linear(F.linear(x, A), B),
        lambda x, weight, A, B, alpha: alpha / len(A) * F.linear(F.linear(x, A), B),
    ],
    "lora.first_matrices": [
        lambda outputs, inputs, rank, source: (
            torch.zeros(rank, inputs), torch.zeros(outputs, rank)),
        lambda outputs, inputs, rank, source: (
            torch.randn(rank, inputs, generator=source), torch.zeros(outputs, rank)),
        lambda outputs, inputs, rank, source: (
            first_matrices(outputs, inputs, rank, source)[0],
            torch.rand(outputs, rank, generator=source)),
    ],
    "lora.merge": [
        lambda weight, A, B, alpha: weight + alpha * (B @ A),
        lambda weight, A, B, alpha: weight.add_(alpha / len(A) * (B @ A)),
        lambda weight, A, B, alpha: A.T @ B.T,
    ],
    "lora.counts": [(4 * 2 * 64, 4 * (3072 + 768), 383), (6144, 4 * 3072 * 768, 768)],
    "lora.least_rank": [
        lambda update, part: int((least_squares(update).cumsum(0) < part).sum()),
        lambda update, part: int((torch.linalg.svdvals(update).cumsum(0)
                                  / torch.linalg.svdvals(update).sum() < part).sum()) + 1,
    ],
    "lora.dora": [
        lambda weight, magnitude, A, B, alpha: merged_weight(weight, A, B, alpha),
        lambda weight, magnitude, A, B, alpha: magnitude[:, None]
        * merged_weight(weight, A, B, alpha),
        lambda weight, magnitude, A, B, alpha: dora_weight(weight, magnitude, A, B, 1.0),
    ],
    "lora.updates_per_row": [
        lambda x, A, B, adapter: x @ A[0].T @ B[0].T,
        lambda x, A, B, adapter: x @ A[adapter].transpose(1, 2),
    ],
}  # fmt: skip
globals().update(rules(EXERCISES, WRONG))


def test_the_references_are_the_layer_of_the_package():
    """The learner's functions, against the classes that the lesson goes on with."""
    plain = torch.nn.Sequential(torch.nn.Linear(9, 6, bias=False)).requires_grad_(False)
    weight, x = plain[0].weight.clone(), torch.randn(4, 5, 9)
    for variant in ("lora", "dora"):
        model = attach(torch.nn.Sequential(torch.nn.Linear(9, 6, bias=False)), 3, 6, ("0",),
                       variant=variant)  # fmt: skip
        layer = model[0]
        with torch.no_grad():
            layer.base.weight.copy_(weight)
            adapter = layer.adapter("default")
            adapter.B.normal_()
            if variant == "dora":
                adapter.magnitude.uniform_(0.5, 1.5)
        given = (adapter.A, adapter.B, 6)
        if variant == "lora":
            torch.testing.assert_close(model(x), lora_forward(x, weight, *given))
            torch.testing.assert_close(adapter.merged(weight), merged_weight(weight, *given))
        else:
            wanted = dora_weight(weight, adapter.magnitude, *given)
            torch.testing.assert_close(model(x), F.linear(x, wanted), atol=1e-5, rtol=1e-5)
            torch.testing.assert_close(adapter.merged(weight), wanted)


def test_rows_are_those_of_one_adapter_at_a_time():
    x, A, B = torch.randn(4, 3, 9), torch.randn(3, 2, 9), torch.randn(3, 6, 2)
    out = updates_per_row(x, A, B, torch.tensor([2, 0, 1, 2]))
    for row, number in enumerate((2, 0, 1, 2)):
        torch.testing.assert_close(out[row], x[row] @ A[number].T @ B[number].T)
