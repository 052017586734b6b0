"""Adapters as files: peft reads ours, we read peft's, and what does not fit is named."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from tiny_lora import TARGETS, VARIANTS, attached, ids, in_peft, llama, logits, moved

from workbook.lora import (
    adapter_names,
    attach,
    load_adapter,
    lora_layers,
    merge,
    save_adapter,
    switch_adapter,
)
from workbook.lora.files import CONFIG, WEIGHTS

FAMILIES = pytest.mark.parametrize("family", TARGETS)


@FAMILIES
@pytest.mark.parametrize("variant", VARIANTS)
def test_peft_loads_what_we_save(family, variant, tmp_path):
    make, _ = TARGETS[family]
    model = moved(attached(family, variant=variant))
    save_adapter(model, tmp_path)
    theirs = PeftModel.from_pretrained(make(), tmp_path).eval()
    torch.testing.assert_close(logits(theirs, ids()), logits(model, ids()), atol=1e-5, rtol=1e-5)
    ours = load_adapter(make(), tmp_path)
    assert torch.equal(logits(ours, ids()), logits(model, ids()))


def test_a_merged_adapter_is_saved_the_same(tmp_path):
    model = moved(attached())
    adapted = logits(model, ids())
    save_adapter(model, tmp_path / "a")
    merge(model)
    save_adapter(model, tmp_path / "b")
    assert (tmp_path / "a" / CONFIG).read_bytes() == (tmp_path / "b" / CONFIG).read_bytes()
    one, two = (load_file(tmp_path / folder / WEIGHTS) for folder in "ab")
    assert one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)
    assert torch.equal(logits(load_adapter(llama(), tmp_path / "b"), ids()), adapted)


def test_patterns_of_rank_and_alpha_are_read(tmp_path):
    theirs = in_peft(
        llama(), 3, 6, ("q_proj", "v_proj"), rank_pattern={"v_proj": 5},
        alpha_pattern={"layers.1.self_attn.q_proj": 30},
    )  # fmt: skip
    theirs.save_pretrained(tmp_path)
    ours = load_adapter(llama(), tmp_path)
    torch.testing.assert_close(logits(ours, ids()), logits(theirs, ids()), atol=1e-5, rtol=1e-5)


def test_targets_are_short_where_they_can_be(tmp_path):
    model = attach(llama(), 2, 2, r".*layers\.1\..*q_proj")
    config = json.loads((save_adapter(model, tmp_path) / CONFIG).read_text(encoding="utf-8"))
    assert config["target_modules"] == ["model.layers.1.self_attn.q_proj"]
    assert json.loads((save_adapter(attached(), tmp_path) / CONFIG).read_text(encoding="utf-8"))[
        "target_modules"
    ] == ["q_proj", "v_proj"]


def test_two_adapters_in_two_folders(tmp_path):
    model = moved(attach(moved(attached()), 2, 4, ("up_proj",), name="b"), 3)
    for name in ("default", "b"):
        save_adapter(model, tmp_path / name, name)
    fresh = load_adapter(load_adapter(llama(), tmp_path / "default"), tmp_path / "b", "b")
    assert adapter_names(fresh) == ["default", "b"]
    for name in ("default", "b"):
        switch_adapter(model, name)
        switch_adapter(fresh, name)
        assert torch.equal(logits(fresh, ids()), logits(model, ids()))


def test_a_loaded_adapter_can_be_frozen(tmp_path):
    save_adapter(attached(), tmp_path)
    frozen = load_adapter(llama(), tmp_path, trainable=False)
    assert not any(p.requires_grad for p in frozen.parameters())


# What does not fit.


def changed(folder, edit):
    """Save an adapter whose weights `edit` has changed."""
    save_adapter(moved(attached()), folder)
    tensors = load_file(folder / WEIGHTS)
    edit(tensors)
    save_file(tensors, folder / WEIGHTS)
    return folder


Q = "base_model.model.model.layers.0.self_attn.q_proj"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda t: t.pop(f"{Q}.lora_B.weight"), rf"lacks {Q}.lora_B.weight"),
        (lambda t: t.update({f"{Q}.lora_A.weight": torch.zeros(3, 99)}),
         r"lora_A.weight of model.layers.0.self_attn.q_proj is \(3, 99\), and \(3, 16\) is needed"),
        (lambda t: t.update({f"{Q}.lora_embedding_A": torch.zeros(1)}),
         "lora_embedding_A, which is no weight of a LoRA layer"),
        (lambda t: t.update({f"{Q}2.lora_{p}.weight": torch.zeros(1, 1) for p in "AB"}),
         "has a layer model.layers.0.self_attn.q_proj2, and this LlamaForCausalLM has none"),
        (lambda t: [t.pop(key) for key in list(t) if "layers.1" in key],
         "lacks the weights of model.layers.1.self_attn.q_proj and of 1 more layers"),
        (lambda t: t[f"{Q}.lora_A.weight"].fill_(torch.nan), "lora_A.weight with numbers that are"),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_are_named(edit, message, tmp_path):
    model = llama()
    with pytest.raises(ValueError, match=message):
        load_adapter(model, changed(tmp_path, edit))
    assert not lora_layers(model)


def test_another_family_is_named(tmp_path):
    save_adapter(attached("gpt2"), tmp_path)
    with pytest.raises(ValueError, match="transformer.h.0.attn.c_attn, and this LlamaForCausalLM"):
        load_adapter(llama(), tmp_path)


def test_a_base_with_other_weights_is_noticed(tmp_path):
    """peft loads such an adapter without a word; a base in 16 bits is the same base."""
    save_adapter(moved(attached()), tmp_path)
    load_adapter(llama().bfloat16(), tmp_path)
    other = llama()
    with torch.no_grad():
        for parameter in other.parameters():
            parameter += 0.05 * parameter.std() * torch.randn_like(parameter)
    with pytest.raises(ValueError, match="was trained on a base with other weights .*_proj"):
        load_adapter(other, tmp_path)


def test_files_that_are_not_there_or_torn(tmp_path):
    with pytest.raises(ValueError, match=f"holds no adapter: {CONFIG} is missing"):
        load_adapter(llama(), tmp_path)
    save_adapter(attached(), tmp_path)
    for file in (CONFIG, WEIGHTS):
        broken = tmp_path / file.replace(".", "_")
        broken.mkdir()
        for name in (CONFIG, WEIGHTS):
            shutil.copy(tmp_path / name, broken)
        (broken / file).write_bytes((broken / file).read_bytes()[:20])
        with pytest.raises(ValueError, match="is torn"):
            load_adapter(llama(), broken)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("peft_type", "IA3", "of the kind IA3, not LORA"),
        ("bias", "all", "bias='all', which this course's LoRA does not compute"),
        ("modules_to_save", ["lm_head"], r"modules_to_save=\['lm_head'\]"),
        ("init_lora_weights", "pissa", "init_lora_weights='pissa'"),
        ("lora_alpha", None, "has lora_alpha=None"),
        ("r", "8", "has r='8'"),
        ("alpha_pattern", [1], r"has alpha_pattern=\[1\]"),
    ],
)
def test_configs_that_mean_more_are_refused(key, value, message, tmp_path):
    save_adapter(attached(), tmp_path)
    config = json.loads((tmp_path / CONFIG).read_text(encoding="utf-8"))
    (tmp_path / CONFIG).write_text(json.dumps({**config, key: value}), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_adapter(llama(), tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[]", "is a list, and no set of settings"),
        (b"3", "is a int, and no set of settings"),
        (b'{"peft_type": "LORA", "lora_alpha": 1}', "lacks r"),
        (b'{"peft_type": "LORA", "r": 1}', "lacks lora_alpha"),
        (b"\xff\xfe", "is torn"),
    ],
)
def test_configs_that_are_none_are_one_sentence(text, message, tmp_path):
    save_adapter(attached(), tmp_path)
    (tmp_path / CONFIG).write_bytes(text)
    with pytest.raises(ValueError, match=message):
        load_adapter(llama(), tmp_path)


@pytest.mark.parametrize(
    "more",
    [
        {"layers_to_transform": [1]},
        {"layers_to_transform": 1, "layers_pattern": "layers"},
        {"exclude_modules": ["layers.0.self_attn.q_proj"]},
        {"target_modules": r".*layers\.1\..*q_proj"},
    ],
)
def test_layers_that_a_config_leaves_out_are_not_missing(more, tmp_path):
    theirs = in_peft(llama(), **{"targets": ("q_proj",), **_targets(more)})
    theirs.save_pretrained(tmp_path)
    ours = load_adapter(llama(), tmp_path)
    torch.testing.assert_close(logits(ours, ids()), logits(theirs, ids()), atol=1e-5, rtol=1e-5)
    assert len(lora_layers(ours)) == 1


def _targets(more):
    """`in_peft` calls the targets by another name."""
    return {"targets" if key == "target_modules" else key: value for key, value in more.items()}


def test_what_is_refused_leaves_the_model_as_it_was(tmp_path):
    """Guards against half an adapter: its first layers used to stay where a later one failed."""
    save_adapter(moved(attached()), tmp_path)
    model = moved(attach(llama(), 2, 4, ("v_proj",)), 5)
    before, layers = logits(model, ids()), list(lora_layers(model))
    with pytest.raises(ValueError, match="has an adapter 'default' already: give another name="):
        load_adapter(model, tmp_path)
    assert list(lora_layers(model)) == layers and torch.equal(logits(model, ids()), before)
    config = json.loads((tmp_path / CONFIG).read_text(encoding="utf-8"))
    config["alpha_pattern"] = {"v_proj": -1}
    (tmp_path / CONFIG).write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ValueError, match="alpha is a number above 0, not -1"):
        load_adapter(plain := llama(), tmp_path)
    assert not lora_layers(plain) and all(p.requires_grad for p in plain.parameters())


@pytest.mark.parametrize(
    "part", ["model.embed_tokens.weight", "model.norm.weight", "model.layers.1.mlp.up_proj.weight"]
)
def test_every_weight_of_the_base_is_looked_at(part, tmp_path):
    """Guards against a base that differs only where the adapter is not, such as its embeddings."""
    save_adapter(moved(attached()), tmp_path)
    load_adapter(llama().half(), tmp_path)
    other = llama()
    with torch.no_grad():
        other.get_parameter(part).mul_(1.05)
    with pytest.raises(ValueError, match=f"other weights .they differ most in {part}"):
        load_adapter(other, tmp_path)
    assert not lora_layers(other)


def test_a_kill_between_two_files_leaves_both_as_they_were(tmp_path, monkeypatch):
    """Guards against new weights beside an old config, which would be scaled by the old alpha."""
    folder = tmp_path / "adapter"
    save_adapter(attached(), folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    write = Path.write_bytes

    def killed(path, content):
        if CONFIG in path.name:
            raise KeyboardInterrupt
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", killed)
    with pytest.raises(KeyboardInterrupt):
        save_adapter(moved(attach(llama(), 3, 60, ("q_proj", "v_proj"))), folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_what_else_a_folder_holds_stays(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    save_adapter(attached(), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {CONFIG, WEIGHTS, "tokenizer.json"}


def test_no_folder_of_this_machine_is_saved(tmp_path):
    """A name of the Hub stays whole; a path would tell who saved the file."""
    model = attached()
    names = {
        "/home/ada/models/town": "town",
        "C:\\ada\\x\\town": "town",
        "Qwen/Qwen2.5": None,
        "": "",
    }
    for name, kept in names.items():
        model.config._name_or_path = name
        text = (save_adapter(model, tmp_path / "a") / CONFIG).read_text(encoding="utf-8")
        said = json.loads(text)["base_model_name_or_path"]
        assert said == ((name if kept is None else kept) or None)


def test_what_is_not_there_cannot_be_saved(tmp_path):
    with pytest.raises(ValueError, match="no adapter: `attach` one"):
        save_adapter(llama(), tmp_path)
    with pytest.raises(ValueError, match="no adapter is called 'x'"):
        save_adapter(attached(), tmp_path, "x")
