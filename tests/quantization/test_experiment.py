"""The measurements of lesson 05 on the town's model, and the runs that are recorded."""

import statistics

import pytest
import torch

from workbook.core.hub import load_model, load_tokenizer
from workbook.quantization import experiment, measure
from workbook.quantization.layers import QuantizedLinear


@pytest.fixture(scope="module")
def town():
    model, tokenizer = load_model("bundled:town-lm").float(), load_tokenizer("bundled:town-lm")
    return model, tokenizer, measure.town_rows(tokenizer, 40)


def test_the_loss_is_transformers_own(town):
    model, tokenizer, _ = town
    rows = measure.town_rows(tokenizer, 12)
    total = tokens = 0.0
    with torch.no_grad():
        for row in rows.rows:
            for example in row:  # each document by itself: packing must not change its loss
                ids = torch.tensor([example.ids])
                total += model(input_ids=ids, labels=ids).loss.item() * (len(example.ids) - 1)
                tokens += len(example.ids) - 1
    assert measure.known_loss(model, rows) == pytest.approx(total / tokens, rel=1e-4)


def test_gptq_beats_rounding_to_nearest_on_perplexity_too(town):
    """At 3 bits with the same groups and the same scales to choose from."""
    model, tokenizer, rows = town
    texts = measure.calibration(tokenizer, 24)
    losses = {
        method: measure.known_loss(measure.quantized_copy(model, method, 3, texts), rows)
        for method in ("least error, groups of 32", "GPTQ, groups of 32")
    }
    exact = measure.known_loss(model, rows)
    nearest, gptq = (loss - exact for loss in losses.values())
    assert 0 < gptq < 0.9 * nearest


def test_eight_bits_are_nearly_free_and_two_are_too_few(town):
    model, _, rows = town
    exact = measure.known_loss(model, rows)
    losses = {
        bits: measure.known_loss(
            measure.quantized_copy(model, "round to nearest, groups of 32", bits), rows
        )
        for bits in (8, 4, 2)
    }
    assert abs(losses[8] - exact) < 0.01 < losses[2] - exact
    assert losses[4] < losses[2]
    assert measure.quantized_copy(model, "NF4", 16) is not model


def test_files_shrink_with_the_bits(town):
    model = town[0]
    sizes = [measure.file_bytes(measure.quantized_copy(model, "round to nearest, groups of 32", b))
             for b in (16, 8, 4, 2)]  # fmt: skip
    assert sizes == sorted(sizes, reverse=True)
    linear = sum(m.weight.numel() for n, m in model.named_modules()
                 if isinstance(m, torch.nn.Linear) and "lm_head" not in n)  # fmt: skip
    assert sizes[1] - sizes[2] == pytest.approx(linear / 2, rel=0.01)  # four bits of each weight


def test_speed_is_a_number_of_tokens(town):
    assert measure.tokens_per_second(town[0], 4, 1) > 1


def test_an_unknown_method_is_refused(town):
    with pytest.raises(ValueError, match="no method 'magic'; there are round to nearest"):
        measure.quantized_copy(town[0], "magic", 4)


def test_skills_are_scores(monkeypatch):
    """With a model that says nothing, all scores are there and none is above 0."""
    from workbook.town_lm import quality

    monkeypatch.setattr(quality, "answerer", lambda *_: lambda chats, **how: [""] * len(chats))
    found = measure.skills(None, None, 3)
    assert list(found) == [
        "closed book", "open book", "few-shot", "look-up", "arithmetic", "faithful"]  # fmt: skip
    assert set(found.values()) == {0.0}


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
    assert set(experiment.run_outlier(20.0)["losses"]) == {"32-bit float", *experiment.W8A8}
    trained = [experiment.run_qat(kind, 0, steps=2) for kind in ("QAT", "no rounding")]
    assert all(len(run["losses"]) == 1 and run["loss"] > 5 for run in trained)
    assert experiment.run_rounded("GPTQ")["loss"] > 5
    assert not any(isinstance(module, QuantizedLinear) for module in model.modules())
