"""Adapters against peft in five families of models, and the properties that merging must keep."""

import copy

import pytest
import torch
from tiny_lora import (
    TARGETS,
    VARIANTS,
    V,
    attached,
    ids,
    in_peft,
    llama,
    logits,
    moved,
)
from torch import nn

from workbook.lora import (
    LoraLinear,
    active_adapter,
    adapter_names,
    adapter_parameters,
    adapters_off,
    attach,
    load_adapter,
    lora_layers,
    merge,
    merge_and_unload,
    switch_adapter,
    unload,
    unmerge,
)
from workbook.lora.weights import read_weight

FAMILIES = pytest.mark.parametrize("family", TARGETS)


def both(family, tmp_path, variant="lora", dtype=torch.float32):
    """The same adapter on the same base, in peft and in ours."""
    make, targets = TARGETS[family]
    theirs = in_peft(make().to(dtype), 3, 6, targets, **VARIANTS[variant])
    theirs.save_pretrained(tmp_path)
    return load_adapter(make().to(dtype), tmp_path), theirs


@FAMILIES
def test_a_new_adapter_changes_no_output(family):
    make, targets = TARGETS[family]
    plain = make()
    expected = logits(plain, ids())
    model = attach(plain, 3, 6, targets)
    torch.testing.assert_close(logits(model, ids()), expected, atol=1e-6, rtol=0)
    assert (
        len(lora_layers(model)) == {"ours": 4, "llama": 4, "qwen2": 14, "gpt2": 4, "t5": 16}[family]
    )


@FAMILIES
@pytest.mark.parametrize("variant", VARIANTS)
def test_logits_and_gradients_are_those_of_peft(family, variant, tmp_path):
    ours, theirs = both(family, tmp_path, variant)
    plain = logits(TARGETS[family][0](), ids())
    for model in (ours, theirs):
        logits(model, ids()).square().mean().backward()
    assert (logits(ours, ids()) - plain).abs().max() > 1e-3
    torch.testing.assert_close(logits(ours, ids()), logits(theirs, ids()), atol=1e-5, rtol=1e-5)
    found = {n: p.grad for n, p in ours.named_parameters() if p.requires_grad}
    wanted = {n: p.grad for n, p in theirs.named_parameters() if p.requires_grad}
    assert len(found) == len(wanted) > 0
    ours_by_layer = {
        (n.partition(".adapters.")[0], n.rpartition(".")[2]): g for n, g in found.items()
    }
    part = {"lora_A": "A", "lora_B": "B", "lora_magnitude_vector": "magnitude"}
    for name, gradient in wanted.items():
        layer, kind = name.removeprefix("base_model.model.").removesuffix(
            ".weight").removesuffix(".default").rsplit(".", 1)  # fmt: skip
        torch.testing.assert_close(
            ours_by_layer[layer, part[kind]], gradient, atol=1e-6, rtol=1e-4, msg=name
        )


@FAMILIES
@pytest.mark.parametrize("variant", ["lora", "dora"])
def test_twenty_steps_end_where_peft_ends(family, variant, tmp_path):
    ours, theirs = both(family, tmp_path, variant)
    for model in (ours, theirs):
        model.train(False)  # no dropout of the models' own
        trained = [p for p in model.parameters() if p.requires_grad]
        optimiser = torch.optim.AdamW(trained, lr=1e-2)
        for step in range(20):
            tokens = ids(step)
            out = logits(model, tokens)[:, :-1].flatten(0, 1)
            nn.functional.cross_entropy(out, tokens[:, 1:].flatten()).backward()
            optimiser.step()
            optimiser.zero_grad()
    torch.testing.assert_close(logits(ours, ids(50)), logits(theirs, ids(50)), atol=1e-5, rtol=1e-5)


def test_the_seed_fixes_the_first_numbers():
    a, b, c = (
        next(iter(lora_layers(attached(seed=s)).values())).adapters["default"].A for s in (1, 1, 2)
    )
    assert torch.equal(a, b) and not torch.equal(a, c)


@FAMILIES
def test_only_the_adapter_is_trained(family):
    model = attached(family)
    trained = [p for p in model.parameters() if p.requires_grad]
    logits(model, ids()).square().mean().backward()
    assert sum(p.numel() for p in trained) == adapter_parameters(model)
    assert all((p.grad is not None) == p.requires_grad for p in model.parameters())
    optimiser = torch.optim.AdamW(trained)
    optimiser.step()
    assert {id(p) for p in optimiser.state} == {id(p) for p in trained}


@FAMILIES
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_merged_model_gives_the_same_logits(family, variant):
    model = moved(attached(family, variant=variant))
    before, plain = logits(model, ids()), logits(TARGETS[family][0](), ids())
    done = merge(model)
    assert done.lost.keys() == lora_layers(model).keys() and done.worst < 1e-5
    torch.testing.assert_close(logits(model, ids()), before, atol=1e-5, rtol=1e-5)
    assert (before - plain).abs().max() > 1e-3


def test_the_merged_weight_is_that_of_the_equation_and_of_peft(tmp_path):
    ours, theirs = both("gpt2", tmp_path)
    merged = merge_and_unload(ours)
    for name, layer in theirs.merge_and_unload().named_modules():
        if name.endswith("c_attn"):
            torch.testing.assert_close(merged.get_submodule(name).weight, layer.weight)
    model = moved(attached())
    for layer in lora_layers(model).values():
        W, adapter = layer.weight.clone(), layer.adapters["default"]
        layer.merge()
        torch.testing.assert_close(layer.weight, W + (6 / 3) * adapter.B @ adapter.A)


def test_merging_twice_is_merging_once_and_unmerging_gives_every_bit_back():
    model = moved(attached())
    weights = {n: p.clone() for n, p in model.named_parameters()}
    merge(model)
    once = {n: p.clone() for n, p in model.named_parameters()}
    again = merge(model)
    assert not again.lost and "Nothing to merge" in str(again)
    assert all(torch.equal(once[n], p) for n, p in model.named_parameters())
    assert any(not torch.equal(weights[n], p) for n, p in model.named_parameters())
    unmerge(model)
    assert all(torch.equal(weights[n], p) for n, p in model.named_parameters())


@FAMILIES
def test_without_adapters_a_model_is_the_one_from_before(family):
    plain = TARGETS[family][0]()
    names = [(n, type(m)) for n, m in plain.named_modules()]
    model = unload(moved(attached(family)))
    assert [(n, type(m)) for n, m in model.named_modules()] == names
    assert all(
        torch.equal(a, b) for a, b in zip(plain.parameters(), model.parameters(), strict=True)
    )


def test_merged_and_unloaded_the_fast_engine_can_read_it():
    from workbook.sampling.engine_cache import unsupported_reason

    model = moved(attached())
    expected = logits(model, ids())
    assert "LoraLinear" in unsupported_reason(model)
    plain = merge_and_unload(model)
    assert unsupported_reason(plain) is None
    torch.testing.assert_close(logits(plain, ids()), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("merged", [False, True])
def test_adapters_off_is_the_base_bit_for_bit(merged):
    model = moved(attached())
    if merged:
        merge(model)
    adapted, plain = logits(model, ids()), logits(llama(), ids())
    with adapters_off(model):
        assert torch.equal(logits(model, ids()), plain)
        with adapters_off(model):  # within each other, too
            assert torch.equal(logits(model, ids()), plain)
        assert torch.equal(logits(model, ids()), plain)
    assert torch.equal(logits(model, ids()), adapted) and not torch.equal(adapted, plain)


def test_adapters_off_ends_after_an_error():
    model = moved(attached())
    expected = logits(model, ids())
    with pytest.raises(RuntimeError, match="on purpose"), adapters_off(model):
        raise RuntimeError("on purpose")
    assert torch.equal(logits(model, ids()), expected)


def test_several_adapters_share_a_base():
    model = moved(attached(), 1)
    first = logits(model, ids())
    moved(attach(model, 2, 4, ("q_proj", "down_proj"), name="second"), 2)
    second = logits(model, ids())
    assert adapter_names(model) == ["default", "second"] and active_adapter(model) == "second"
    assert all(not isinstance(layer.base, LoraLinear) for layer in lora_layers(model).values())
    assert not torch.allclose(first, second)
    switch_adapter(model, "default")
    assert torch.equal(logits(model, ids()), first)
    trained = {n for n, p in model.named_parameters() if p.requires_grad}
    assert trained and all(".adapters.default." in n for n in trained)
    merge(model)
    switch_adapter(model, "second")  # unmerges first
    assert torch.equal(logits(model, ids()), second)


def test_switching_is_what_peft_does(tmp_path):
    from peft import LoraConfig

    theirs = in_peft(llama(), 3, 6, ("q_proj", "v_proj"))
    theirs.add_adapter("second", LoraConfig(r=2, lora_alpha=8, target_modules=["up_proj"]))
    theirs.eval()
    torch.nn.init.normal_(
        theirs.base_model.model.model.layers[1].mlp.up_proj.lora_B["second"].weight
    )
    theirs.save_pretrained(tmp_path)
    model = load_adapter(load_adapter(llama(), tmp_path), tmp_path / "second", "second")
    for name in ("default", "second"):
        switch_adapter(model, name)
        theirs.set_adapter(name)
        torch.testing.assert_close(logits(model, ids()), logits(theirs, ids()))


def test_an_adapter_on_a_16_bit_base_is_float32_and_equals_peft(tmp_path):
    ours, theirs = both("llama", tmp_path, dtype=torch.bfloat16)
    adapters = [p for p in ours.parameters() if p.requires_grad]
    assert {p.dtype for p in adapters} == {torch.float32}
    assert torch.equal(logits(ours, ids()), logits(theirs, ids()))


def test_merging_into_16_bits_says_what_it_loses():
    """A tiny update is below half a unit in the last place of most weights: nearly all is lost."""
    lost = []
    for size in (1.0, 0.001):
        model = moved(attach(llama().bfloat16(), 3, 6 * size, ("q_proj", "v_proj")))
        exact = {
            n: layer.adapters["default"].merged(read_weight(layer.base))
            for n, layer in lora_layers(model).items()
        }
        base = {n: read_weight(layer.base) for n, layer in lora_layers(model).items()}
        done = merge(model)
        for n, layer in lora_layers(model).items():
            error = (layer.weight.float() - exact[n]).norm() / (exact[n] - base[n]).norm()
            assert done.lost[n] == pytest.approx(float(error), rel=1e-5)
        lost.append(done.worst)
        unmerge(model)
        assert all(torch.equal(read_weight(e.base), base[n]) for n, e in lora_layers(model).items())
    assert 1e-4 < lost[0] < 0.1 < lost[1]


def test_a_merged_model_can_be_moved_and_unmerged():
    model = moved(attached())
    merge(model)
    double = logits(copy.deepcopy(model).double(), ids())
    torch.testing.assert_close(double.float(), logits(model, ids()), atol=1e-5, rtol=1e-5)
    model.double()
    unmerge(model)
    assert torch.equal(
        model.model.layers[0].self_attn.q_proj.weight,
        llama().model.layers[0].self_attn.q_proj.weight.double(),
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ((0, 6, "all-linear"), "rank is a whole number of at least 1, not 0"),
        ((2.5, 6, "all-linear"), "rank is a whole number of at least 1, not 2.5"),
        ((3, 0, "all-linear"), "alpha is a number above 0, not 0"),
        ((3, 6, ("query",)), "no linear layer is called query"),
        ((3, 6, "all-linear", 1.0), "dropout is a share from 0 to below 1, not 1.0"),
        ((3, 6, ("lm_head",)), "lm_head shares its weight with model.embed_tokens"),
    ],
)
def test_bad_settings_are_one_sentence(settings, message):
    model = llama(tie_word_embeddings=True)
    with pytest.raises(ValueError, match=message):
        attach(model, *settings)
    assert not lora_layers(model) and all(p.requires_grad for p in model.parameters())


def test_names_and_variants_are_checked():
    model = attached()
    with pytest.raises(ValueError, match="q_proj has an adapter 'default' already"):
        attach(model, 3, 6, ("q_proj",))
    with pytest.raises(ValueError, match="no adapter is called 'x'; there are default"):
        switch_adapter(model, "x")
    with pytest.raises(ValueError, match="a word without dots, not 'a.b'"):
        attach(model, 3, 6, ("q_proj",), name="a.b")
    with pytest.raises(ValueError, match="variant is one of lora, rslora, dora, not 'vera'"):
        attach(model, 3, 6, ("q_proj",), name="b", variant="vera")
    with pytest.raises(ValueError, match="nothing to turn off"), adapters_off(llama()):
        pass
    with pytest.raises(ValueError, match="no adapter: `attach` one"):
        active_adapter(llama())


def test_a_head_added_later_is_trained_beside_the_adapter():
    model = attached()
    model.value_head = nn.Linear(16, 1)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert trained == adapter_parameters(model) + 17
    assert V == 40


def test_layers_that_an_adapter_cannot_sit_beside_are_one_sentence():
    """In 8 bits a layer's weight is codes; MultiheadAttention never calls its output layer."""

    class Linear8bitLt(nn.Linear):
        pass

    eight = nn.Sequential(Linear8bitLt(4, 4))
    attention = nn.ModuleDict({"attention": nn.MultiheadAttention(4, 2)})
    for model, message in ((eight, "0 keeps 8-bit codes"), (attention, "out_proj is never called")):
        with pytest.raises(ValueError, match=message):
            attach(model, 2, 4, ".*")
        assert not lora_layers(model) and all(p.requires_grad for p in model.parameters())
