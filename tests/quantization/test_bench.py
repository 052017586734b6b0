"""The benchmark: which comparisons it makes, and that both sides of each do the same work."""

import pytest
import torch
from torch import nn

from workbook.core.system.memory import in_words
from workbook.quantization import bench
from workbook.quantization.int8 import Int8Linear
from workbook.quantization.layers import weight_bytes

KINDS = ("W8A8 against float32", "LLM.int8() against bitsandbytes", "NF4 against bitsandbytes")


@pytest.fixture
def compared(monkeypatch):
    """Name -> both sides of each comparison and how it is made; nothing is timed."""
    found = {}

    def compare(name, ours, peer, **how):
        found[name] = (ours, peer, how)
        return name

    monkeypatch.setattr(bench, "compare", compare)
    return found


@torch.inference_mode()
def test_layers_get_the_same_rows_and_give_the_same_numbers(compared):
    bench.layer_rows(3, width=64, counts=(1, 4))
    named = [name for name in compared if "torchao" not in name]  # where that is installed
    assert named == [f"{kind}, {count} rows" for count in (1, 4) for kind in KINDS]
    for name, (ours, peer, how) in compared.items():
        (repeat, layer, x), (peer_repeat, peer_layer, peer_x) = ours.args, peer.args
        assert repeat == peer_repeat and how["work"] == repeat * len(x) and how["rounds"] == 3
        found, want = layer(x), peer_layer(peer_x).float()
        assert (found - want).norm() < 0.03 * want.norm(), name


@torch.inference_mode()
def test_a_weight_is_put_into_the_same_bytes(compared):
    bench.quantize_rows(3, size=64)
    ours, peer, how = compared["to NF4"]
    assert torch.equal(ours().packed, peer()[0].flatten())
    assert how["work"] == 64 * 64 / 1e6


@torch.inference_mode()
def test_the_model_is_read_in_8_bits_and_as_it_is(compared, monkeypatch, tiny_llama):
    monkeypatch.setattr(bench, "load_model", {"base": tiny_llama}.__getitem__)
    bench.model_rows(3)
    (ours, peer, how), writing = compared.values()
    assert torch.equal(ours.args[0], peer.args[0]) and how["work"] == ours.args[0].numel()
    kinds = [sum(isinstance(m, Int8Linear) for m in side.func.modules()) for side in (ours, peer)]
    assert kinds == [14, 0] and isinstance(peer.func.model.layers[0].mlp.up_proj, nn.Linear)
    found, want = ours().logits, peer().logits
    assert (found - want).norm() < 0.05 * want.norm()
    sizes = [in_words(weight_bytes(side.func)) for side in (ours, peer)]
    assert all(f"({sizes[0]} against {sizes[1]})" in name for name in compared)
    assert [side.args[0] for side in writing[:2]] == [ours.func, peer.func]
    assert all(side.args[1].shape == (1, 1) for side in writing[:2])
    assert writing[0].keywords["max_new_tokens"] == writing[2]["work"] == bench.TOKENS


def test_a_quick_run_takes_fewer_rounds_and_no_run_keeps_gradients(monkeypatch):
    def noted(part):
        return lambda rounds: [(part, rounds, torch.is_inference_mode_enabled())]

    for part in ("layer_rows", "quantize_rows", "model_rows"):
        monkeypatch.setattr(bench, part, noted(part))
    quick, whole = bench.run(quick=True), bench.run()
    assert [row[0] for row in quick] == ["layer_rows", "quantize_rows", "model_rows"]
    assert {row[1:] for row in quick} == {(3, True)} and {row[1:] for row in whole} == {(9, True)}
