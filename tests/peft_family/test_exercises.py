"""The exercises of lesson 11: references right for every seed, wrong answers refused."""

import json
from pathlib import Path

import nbformat
import torch
from exercise_rules import rules
from torch.nn import functional as F

from workbook.core.runs.seeding import generator
from workbook.peft_family import exercises
from workbook.peft_family.exercises import EXERCISES


def without_prefix_in_the_mask(q, k, v, prefix_k, prefix_v):
    keys, values = torch.cat([prefix_k, k]), torch.cat([prefix_v, v])
    scores = q @ keys.T / q.shape[-1] ** 0.5
    hidden = torch.ones(scores.shape, dtype=torch.bool).triu(1)
    return scores.masked_fill(hidden, -torch.inf).softmax(-1) @ values


def without_a_mask(q, k, v, prefix_k, prefix_v):
    keys, values = torch.cat([prefix_k, k]), torch.cat([prefix_v, v])
    return (q @ keys.T / q.shape[-1] ** 0.5).softmax(-1) @ values


WRONG = {
    "peft_family.bottleneck": [
        lambda h, down, up: F.gelu(h @ down.T) @ up.T,
        lambda h, down, up: h + (h @ down.T) @ up.T,
    ],
    "peft_family.scale_attention": [
        lambda q, k, v, l_k, l_v: (q @ k.T / q.shape[-1] ** 0.5).softmax(-1) @ (v * l_v),
        lambda q, k, v, l_k, l_v: (q @ (k * l_k).T / q.shape[-1] ** 0.5).softmax(-1) @ v,
        lambda q, k, v, l_k, l_v: (q @ (k * l_k).T).softmax(-1) @ (v * l_v),
    ],
    "peft_family.put_in_front": [
        lambda prompt, embedded, keep_mask: (embedded, keep_mask),
        lambda prompt, embedded, keep_mask: (
            torch.cat([prompt.expand(len(embedded), -1, -1), embedded], 1),
            torch.cat([keep_mask, keep_mask.new_ones(len(embedded), len(prompt))], 1),
        ),
        lambda prompt, embedded, keep_mask: (
            torch.cat([embedded, prompt.expand(len(embedded), -1, -1)], 1),
            torch.cat([keep_mask.new_ones(len(embedded), len(prompt)), keep_mask], 1),
        ),
    ],
    "peft_family.attend_with_prefix": [without_prefix_in_the_mask, without_a_mask],
    "peft_family.predict_counts": [
        (38_400, 1_382_400, 8_942_976), (1_382_400, 2_764_800, 8_942_976),
        (38_400, 2_764_800, 4_471_488),
    ],
    "peft_family.merge_factors": [
        lambda weight, factors, is_input: weight * factors[0],
        lambda weight, factors, is_input: (
            weight * factors if is_input else weight / factors[:, None]
        ),
        lambda weight, factors, is_input: (
            weight * factors if is_input else weight.mul_(factors[:, None])
        ),
    ],
    "peft_family.gap_closed": [
        lambda frozen, tuned, full: [
            (b - c) / (a - c) for a, b, c in zip(frozen, tuned, full, strict=True)
        ],
        lambda frozen, tuned, full: [c / b for b, c in zip(tuned, full, strict=True)],
    ],
}  # fmt: skip
globals().update(rules(EXERCISES, WRONG))


def test_attention_with_a_prefix_is_the_end_of_attention_over_both():
    """Against torch's own attention: a query in front of the text sees what stands before it."""
    q, k, v, prefix_k, prefix_v = exercises._text(3)
    front = torch.cat([torch.zeros_like(prefix_k), q])
    keys, values = torch.cat([prefix_k, k]), torch.cat([prefix_v, v])
    both = F.scaled_dot_product_attention(front, keys, values, is_causal=True)
    assert torch.allclose(exercises.attend_with_prefix(q, k, v, prefix_k, prefix_v), both[3:],
                          atol=1e-6)  # fmt: skip


def test_merged_factors_do_what_they_did_beside_the_weight():
    x = torch.randn(4, 3, generator=generator(1))
    weight, factors, _ = exercises._weight(2, True)
    merged = exercises.merge_factors(weight, factors, True)
    assert torch.allclose(x @ merged.T, F.linear(x * factors, weight), atol=1e-6)
    weight, factors, _ = exercises._weight(2, False)
    merged = exercises.merge_factors(weight, factors, False)
    assert torch.allclose(x @ merged.T, F.linear(x, weight) * factors, atol=1e-6)


def test_the_prediction_is_by_hand():
    prompt, prefix = 30 * 1280, 2 * 30 * 36 * 1280
    assert exercises.family_counts() == (prompt, prefix, 2 * 36 * (2 * 1280 * 48 + 1280 + 48))


def test_the_prediction_cannot_be_read_off_above():
    """Guards against answers that a table of the lesson prints before they are asked for."""
    notebook = next((Path(__file__).parents[2] / "notebooks").glob("*_peft_family.ipynb"))
    cells = nbformat.read(notebook, as_version=4).cells
    asked = next(i for i, c in enumerate(cells) if '"peft_family.predict_counts"' in c.source)
    before = "".join(json.dumps(cell.get("outputs", "")) + cell.source for cell in cells[:asked])
    for number in exercises.family_counts():
        assert f"{number}" not in before and f"{number:,}" not in before
