"""The runs of lesson 05: what is recorded of them, and one of each kind."""

import statistics

import torch

from workbook.core.hub import load_tokenizer
from workbook.quantization import experiment, layers
from workbook.quantization.layers import QuantizedLinear


def test_every_part_is_recorded_whole():
    rows = experiment.recorded("methods")
    assert {(row["run"]) for row in rows} == {job.name for job in experiment.method_jobs([0])}
    assert {run["factor"] for run in experiment.recorded("outliers")} == set(experiment.FACTORS)
    names = {job.name for job in experiment.qat_jobs([0, 1, 2])}
    assert names <= {run["run"] for run in experiment.recorded("qat")}


def test_what_the_lesson_says_about_the_records():
    """The prose keeps to these; where a new model breaks one, the lesson must be read again."""
    table = {(row["method"], row["bits"]): row["loss"] for row in experiment.recorded("methods")}
    stored = table["as stored", 16]
    assert abs(table[experiment.CHANNEL, 8] - stored) < 0.01
    for bits in (4, 3):
        assert stored < table[experiment.GPTQ, bits] < table[experiment.GROUPS, bits]
        assert table[experiment.GROUPS, bits] < table[experiment.CHANNEL, bits]
    assert table[experiment.GROUPS, 2] > stored + 1
    largest = experiment.recorded("outliers")[-1]["losses"]
    assert largest["absmax"] > largest["vector-wise"] + 0.1
    assert largest["LLM.int8()"] < largest["32-bit float"] + 0.05
    assert largest["rotated"] < largest["32-bit float"] + 0.05
    kinds = {}
    for run in experiment.recorded("qat"):
        kinds.setdefault(run["kind"], []).append(run["loss"])
    means = {kind: statistics.fmean(losses) for kind, losses in kinds.items()}
    assert len(kinds["QAT"]) == len(kinds["no rounding"]) == 3
    damage = means["QAT"] - means["no rounding"]
    assert damage < means["GPTQ"] - means["float"] < means["least error"] - means["float"]


def test_a_run_of_each_kind_can_be_made(monkeypatch, tiny_llama):
    """On a tiny model: the jobs themselves, not what they find."""
    tokenizer = load_tokenizer("bundled:town-lm")
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, bos_token_id=1,
    )).eval()  # fmt: skip
    monkeypatch.setattr(experiment, "bundled", lambda name: (model, tokenizer))
    monkeypatch.setattr(experiment, "DOCUMENTS", 8)
    monkeypatch.setattr(experiment, "QAT_DOCUMENTS", 12)
    monkeypatch.setattr(experiment, "skills", lambda *_: {"a": 0.5})
    row = experiment.run_method(experiment.GPTQ, 4, True)
    assert row["loss"] > 5 and row["bytes"] > 1000 and row["skills"] == {"a": 0.5}
    assert 1000 < row["memory"] < layers.weight_bytes(model)
    assert set(experiment.run_outlier(20.0)["losses"]) == {"32-bit float", *experiment.W8A8}
    trained = [experiment.run_qat(kind, 0, steps=2) for kind in ("QAT", "no rounding")]
    assert all(len(run["losses"]) == 1 and run["loss"] > 5 for run in trained)
    assert set(trained[1]["rounded"]) == {"least error", "GPTQ"} and "rounded" not in trained[0]
    assert any(loss != trained[1]["loss"] for loss in trained[1]["rounded"].values())
    losses = {kind: experiment.run_rounded(kind)["loss"] for kind in ("float", "GPTQ")}
    assert 5 < losses["float"] != losses["GPTQ"]
    assert not any(isinstance(module, QuantizedLinear) for module in model.modules())
