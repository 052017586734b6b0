"""A batch in which every row has its own adapter, against one row at a time and against peft."""

import pytest
import torch
from tiny_lora import TARGETS, attached, ids, in_peft, llama, logits, moved

from workbook.lora import (
    adapter_per_row,
    adapters_off,
    attach,
    load_adapter,
    lora_layers,
    merge,
    switch_adapter,
)

FAMILIES = pytest.mark.parametrize("family", TARGETS)


def several(family="llama"):
    """Three adapters of different ranks, of different layers."""
    make, targets = TARGETS[family]
    model = make()
    fewer = ["up_proj"] if family == "qwen2" else targets[:1]
    adapters = [("a", 3, targets), ("b", 1, targets), ("c", 5, fewer)]
    for seed, (name, rank, where) in enumerate(adapters):
        moved(attach(model, rank, 6, where, name=name, variant="rslora" if name == "b" else "lora"),
              seed)  # fmt: skip
    return model


@FAMILIES
@torch.no_grad()
def test_each_row_is_what_its_adapter_alone_gives(family):
    model, names = several(family), ["a", "__base__", "c", "b", "a"]
    tokens = ids(rows=len(names))
    with adapter_per_row(model, names):
        together = logits(model, tokens)
    for row, name in enumerate(names):
        if name == "__base__":
            with adapters_off(model):
                alone = logits(model, tokens[row : row + 1])
        else:
            switch_adapter(model, name)
            alone = logits(model, tokens[row : row + 1])
        torch.testing.assert_close(together[row : row + 1], alone, atol=1e-5, rtol=1e-5)
    switch_adapter(model, "b")
    assert (together[0] - logits(model, tokens[:1])).abs().max() > 1e-3


@torch.no_grad()
def test_rows_are_those_of_peft(tmp_path):
    from peft import LoraConfig

    theirs = in_peft(llama(), 3, 6, ("q_proj", "v_proj"))
    theirs.add_adapter("b", LoraConfig(r=2, lora_alpha=8, target_modules=["q_proj"]))
    for layer in theirs.base_model.model.model.layers:
        torch.nn.init.normal_(layer.self_attn.q_proj.lora_B["b"].weight)
    theirs.eval().save_pretrained(tmp_path)
    ours = load_adapter(load_adapter(llama(), tmp_path), tmp_path / "b", "b")
    names = ["b", "default", "__base__", "default"]
    with adapter_per_row(ours, names):
        out = logits(ours, ids(rows=4))
    wanted = theirs(input_ids=ids(rows=4), adapter_names=names).logits
    torch.testing.assert_close(out, wanted, atol=1e-5, rtol=1e-5)


def test_generation_with_an_adapter_for_each_row():
    model, names = several(), ["a", "b", "c"]
    tokens = ids()
    settings = {"max_new_tokens": 6, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    with adapter_per_row(model, names):
        together = model.generate(tokens, **settings)
    for row, name in enumerate(names):
        switch_adapter(model, name)
        assert torch.equal(model.generate(tokens[row : row + 1], **settings)[0], together[row])


def test_what_cannot_be_mixed_is_one_sentence():
    model = several()
    with pytest.raises(ValueError, match="'x'; there are a, b, c, __base__"):
        with adapter_per_row(model, ["a", "x"]):
            pass
    with (
        pytest.raises(ValueError, match="2 adapters were named for a batch of 3 rows"),
        adapter_per_row(model, ["a", "b"]),
    ):
        logits(model, ids())
    assert all(layer.rows is None for layer in lora_layers(model).values())
    attach(model, 2, 2, ("q_proj",), name="d", variant="dora")
    with pytest.raises(ValueError, match="'d' is a DoRA adapter"), adapter_per_row(model, "ad"):
        pass
    model = attached()
    merge(model)
    with pytest.raises(ValueError, match="`unmerge` it first"), adapter_per_row(model, ["default"]):
        pass


@torch.no_grad()
def test_turned_off_means_the_base_also_in_a_batch_of_many_adapters():
    """Guards the reference model of lesson 12: rows used to go on with their adapters."""
    model, tokens = several(), ids()
    plain = logits(llama(), tokens)
    with adapter_per_row(model, "abc"):
        mixed = logits(model, tokens)
        with adapters_off(model):
            assert torch.equal(logits(model, tokens), plain)
        assert torch.equal(logits(model, tokens), mixed)
    with adapters_off(model), adapter_per_row(model, "abc"):
        assert torch.equal(logits(model, tokens), plain)
    assert (mixed - plain).abs().max() > 1e-3


@torch.no_grad()
def test_a_block_within_a_block_gives_the_outer_one_back():
    model, tokens = several(), ids()
    with adapter_per_row(model, "abc"):
        outer = logits(model, tokens)
        with adapter_per_row(model, "cba"):
            assert not torch.equal(logits(model, tokens), outer)
        assert torch.equal(logits(model, tokens), outer)


def test_the_base_cannot_be_changed_where_it_is_the_base():
    model = moved(attached())
    plain = logits(llama(), ids())
    with adapters_off(model):
        with pytest.raises(ValueError, match="merge outside of `adapters_off`"):
            merge(model)
        assert torch.equal(logits(model, ids()), plain)
    with adapter_per_row(model, ["default"]), pytest.raises(ValueError, match="merge outside of"):
        merge(model)
