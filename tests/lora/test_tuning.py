"""Tuning through an adapter: it alone learns, its settings arrive, and what a step costs."""

import pytest
import torch
from tiny_lora import attached, ids, llama
from tiny_tuning import tiny_model, tokenizer

from workbook.core.hub import load_model, load_tokenizer
from workbook.finetuning.data import NEW, chats
from workbook.lora import adapter_parameters, lora_layers
from workbook.lora.tuning import step_cost, tune_lora


@pytest.fixture(scope="module")
def town():
    return load_model("bundled:town-lm"), load_tokenizer("bundled:town-lm")


def test_tuning_learns_through_the_adapter_alone(town):
    model, tokenizer = town
    before = {n: p.clone() for n, p in model.named_parameters()}
    tuned = tune_lora(model, tokenizer, chats(NEW, 20), 8, rank=2, progress=False)
    assert tuned.losses[-1] < tuned.losses[0] - 0.3
    assert all(torch.equal(before[n], p) for n, p in model.named_parameters())
    learned = dict(tuned.model.named_parameters())
    for name, weight in before.items():
        other = name.replace("_proj.weight", "_proj.base.weight")
        assert torch.equal(learned[other], weight.float())
    assert all(layer.adapter("default").B.any() for layer in lora_layers(tuned.model).values())
    again = tune_lora(model, tokenizer, chats(NEW, 20), 8, rank=2, progress=False)
    assert again.losses == tuned.losses


def test_a_step_through_an_adapter_needs_less_memory():
    batch = {"ids": ids(rows=4, time=20), "labels": ids(rows=4, time=20)}
    full, lora = (step_cost(model, batch, 1) for model in (llama(), attached()))
    assert lora.trained == adapter_parameters(attached()) < full.trained
    assert lora.peak_bytes < full.peak_bytes
    assert lora.state_bytes == pytest.approx(lora.trained * 12, rel=0.1)


def test_every_rank_has_the_same_scale_unless_alpha_is_given():
    found, model = chats(NEW, 6), tiny_model()
    for settings, scale in (({"rank": 2}, 2), ({"rank": 8}, 2), ({"rank": 2, "alpha": 1}, 0.5)):
        tuned = tune_lora(model, tokenizer(), found, 1, progress=False, **settings)
        scales = {layer.adapter("default").scale for layer in lora_layers(tuned.model).values()}
        assert scales == {scale}, settings


def test_settings_reach_the_adapter_and_the_loop():
    seen = []
    tuned = tune_lora(
        tiny_model(), tokenizer(), chats(NEW, 6), 2, rank=3, targets=("q_proj",), variant="dora",
        progress=False, on_step=seen.append, learning_rate=2e-3, warmup=0, decay_fraction=0.0,
    )  # fmt: skip
    layers = lora_layers(tuned.model)
    assert {name.rpartition(".")[2] for name in layers} == {"q_proj"}
    assert {layer.adapter("default").variant for layer in layers.values()} == {"dora"}
    assert [record["learning_rate"] for record in seen] == [2e-3, 2e-3]
    assert not tuned.model.training


def test_the_seed_decides_the_adapters_first_numbers():
    found, model = chats(NEW, 6), tiny_model()
    runs = [
        tune_lora(model, tokenizer(), found, 1, seed, rank=2, progress=False) for seed in (0, 0, 1)
    ]
    one, again, other = (next(iter(lora_layers(r.model).values())).adapter("default").A
                         for r in runs)  # fmt: skip
    assert torch.equal(one, again) and not torch.equal(one, other)


class Moved(dict):
    """A batch that says where it was moved to."""

    def to(self, device, **_):
        self.clear()
        self |= {"ids": ids(), "labels": ids(), "device": device}
        return self


def test_a_batch_goes_to_where_the_model_is():
    """Guards a lesson on a GPU, whose batches are made on the CPU."""
    batch = Moved()
    step_cost(attached(), batch, 1)
    assert batch["device"] == torch.device("cpu")
