"""`workbook plan`: every option reaches its sum, and the table shows the parts and their total."""

from __future__ import annotations

import re

import pytest

from workbook.quantization import planner

ROW = re.compile(r"│ (\S.*?)\s*│\s*([\d.,]+)\s*│")
MODEL = "llama-2-7b"


@pytest.fixture
def planned(call):
    """Plan with some words: (title, {part: GB as printed})."""

    def run(*words):
        code, printed = call("plan", *words)
        assert code == 0, printed
        title = " ".join(printed.partition("┏")[0].split())  # the table may be narrower
        return title, dict(ROW.findall(printed))

    return run


def rows(plan):
    return {name: f"{size:,.2f}" for name, size in plan.gigabytes().items()}


def test_a_billion_weights_in_fp32_take_four_four_and_eight_gigabytes(planned):
    """Rajbhandari et al. 2020: 4 bytes for a weight, 4 for its gradient, 8 for AdamW."""
    _, parts = planned("1b", "--train", "full", "--dtype", "fp32")
    assert [parts[name] for name in ("weights", "gradients", "AdamW's moments (fp32)")] == [
        "4.00", "4.00", "8.00",
    ]  # fmt: skip
    _, parts = planned("1b", "--train", "full", "--dtype", "fp32", "--zero", "2", "--devices", "4")
    assert [parts[name] for name in ("weights", "gradients", "AdamW's moments (fp32)")] == [
        "4.00", "1.00", "2.00",
    ]  # fmt: skip


def test_without_train_the_table_is_that_of_serving(planned):
    spec = planner.spec_of(MODEL)
    title, parts = planned(MODEL)
    plan = planner.plan_serving(spec, seq_len=1024)
    assert (title, parts) == (plan.title, rows(plan))
    words = ("--weights", "nf4", "--cache", "int8", "--batch-size", "2", "--seq-len", "300")
    title, parts = planned(MODEL, *words)
    plan = planner.plan_serving(spec, "nf4", 2, 300, "int8")
    assert (title, parts) == (plan.title, rows(plan))
    assert title.endswith("2 x 300 tokens")


def test_every_option_of_training_is_passed_on(planned):
    words = ("--train", "lora", "--dtype", "fp16", "--batch-size", "2", "--seq-len", "300",
             "--rank", "4", "--zero", "3", "--devices", "8", "--recompute")  # fmt: skip
    title, parts = planned(MODEL, *words)
    plan = planner.plan_training(
        planner.spec_of(MODEL), "fp16", 2, 300, "lora", 4, 3, 8, recompute=True
    )
    assert (title, parts) == (plan.title, rows(plan))
    assert "activations (recomputed)" in parts and "adapters" in parts


def test_a_small_model_is_planned_in_megabytes(call, root):
    """Guards: nearly every row of a town model's plan was 0.00."""
    folder = root / "data" / "models" / "town-lm"
    code, printed = call("plan", str(folder), "--train", "full", "--dtype", "fp32")
    plan = planner.plan_training(planner.spec_of(str(folder)), "fp32")
    assert code == 0 and plan.total < planner.GB
    assert dict(ROW.findall(printed)) == {
        name: f"{1000 * size:,.2f}" for name, size in plan.gigabytes().items()
    }
    assert re.search(r"┃\s+MB ┃", printed)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gpt-9"], "no model 'gpt-9'"),
        ([MODEL, "--train", "half"], "training is full, lora or qlora"),
        ([MODEL, "--weights", "int3"], "not 'int3'"),
        ([MODEL, "--batch-size", "0"], "batch_size is a whole number of at least 1, not 0"),
    ],
)
def test_what_cannot_be_planned_is_one_sentence(call, words, message):
    with pytest.raises(ValueError, match=message) as caught:
        call("plan", *words)
    assert "\n" not in str(caught.value)
