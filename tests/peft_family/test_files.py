"""Saved weights: small, on their base the same, switched, in peft's format, refused elsewhere."""

import json
import shutil

import peft
import pytest
import torch
from tiny_family import FAMILIES, logits, settings_of, shake, texts, tiny

from workbook.lora import load_adapter
from workbook.peft_family.files import CONFIG, WEIGHTS, load, save, switch
from workbook.peft_family.methods import METHODS, attach
from workbook.peft_family.tokens import fixed_input


def saved(folder, family, method, **settings):
    attachment = shake(attach(tiny(family), method, **settings_of(family)[method] | settings))
    size = save(attachment, folder / method)
    return attachment, folder / method, size


def answer(attachment, method):
    ids, mask = texts()
    if method == "tokens":
        return logits(attachment.model, fixed_input(attachment, ids))
    return logits(attachment.model, ids, mask)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", FAMILIES)
def test_loaded_on_its_base_it_answers_as_before(family, method, tmp_path):
    attachment, folder, size = saved(tmp_path, family, method)
    again = load(tiny(family), folder)
    assert torch.equal(answer(again, method), answer(attachment, method))
    assert again.trained == attachment.trained
    needed = 4 * sum(weight.numel() for weight in attachment.kept.values())
    assert needed < size == sum(f.stat().st_size for f in folder.iterdir()) < needed + 12_000


def test_a_network_is_not_saved_with_its_prefix(tmp_path):
    attachment, folder, _ = saved(tmp_path, "llama", "prefix", hidden=7)
    again = load(tiny("llama"), folder)
    assert again.trained < attachment.trained
    assert torch.allclose(answer(again, "prefix"), answer(attachment, "prefix"), atol=1e-5)


@pytest.mark.parametrize("method", ["prompt", "prefix", "ia3"])
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_peft_loads_what_we_saved(family, method, tmp_path):
    attachment, folder, _ = saved(tmp_path, family, method)
    theirs = peft.PeftModel.from_pretrained(tiny(family), str(folder)).eval()
    ids, mask = texts()
    own = answer(attachment, method)
    assert torch.allclose(logits(theirs, ids, mask)[:, -9:], own, atol=1e-5)


@pytest.mark.parametrize("method", ["prompt", "prefix", "ia3"])
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_we_load_what_peft_saved(family, method, tmp_path):
    configs = {
        "prompt": peft.PromptTuningConfig(num_virtual_tokens=4, task_type="CAUSAL_LM"),
        "prefix": peft.PrefixTuningConfig(num_virtual_tokens=3, task_type="CAUSAL_LM"),
        "ia3": peft.IA3Config(task_type="CAUSAL_LM"),
    }
    theirs = peft.get_peft_model(tiny(family), configs[method]).eval()
    with torch.no_grad():
        for parameter in theirs.parameters():
            if parameter.requires_grad:
                parameter += torch.randn(parameter.shape) * 0.3
    theirs.save_pretrained(tmp_path / "theirs")
    ours = load(tiny(family), tmp_path / "theirs")
    ids, mask = texts()
    assert ours.method == method
    assert torch.allclose(logits(theirs, ids, mask)[:, -9:], answer(ours, method), atol=1e-5)


def test_several_tasks_take_turns_on_one_base(tmp_path):
    folders = {m: saved(tmp_path, "llama", m) for m in ("prompt", "last", "ia3", "bottleneck")}
    model = tiny("llama")
    for method in ("prompt", "last", "prompt", "ia3", "bottleneck", "last"):
        attachment, folder, _ = folders[method]
        assert torch.equal(answer(switch(model, folder), method), answer(attachment, method))
    model.attachment.detach()
    ids, mask = texts()
    assert torch.equal(logits(model, ids, mask), logits(tiny("llama"), ids, mask))


@pytest.mark.parametrize("method", METHODS)
def test_another_base_is_one_sentence(method, tmp_path):
    """Same shapes, other weights: without the fingerprint it would load and answer nonsense."""
    _, folder, _ = saved(tmp_path, "llama", method)
    model = tiny("llama", seed=4)
    message = (
        f"{method} was trained on (unnamed,|a base) .*other weights .they differ most in model"
    )
    with pytest.raises(ValueError, match=message) as said:
        load(model, folder)
    assert "\n" not in str(said.value) and getattr(model, "attachment", None) is None
    assert load(model, folder, any_base=True).method == method


@pytest.mark.parametrize(
    ("method", "changes", "said"),
    [
        (
            "prompt",
            {"hidden_size": 64},
            r"soft_prompt.embedding as \[4, 32\], and this .* \[4, 64\]",
        ),
        ("ia3", {"num_hidden_layers": 1}, "has model.layers.1.mlp.down_proj.factors, which"),
        ("ia3", {"num_hidden_layers": 3}, "lacks model.layers.2.mlp.down_proj.factors, which"),
        ("prefix", {"num_key_value_heads": 4}, "prefix.rows as"),
    ],
)
def test_other_shapes_name_the_weight(method, changes, said, tmp_path):
    _, folder, _ = saved(tmp_path, "llama", method)
    model = tiny("llama", **changes)
    with pytest.raises(ValueError, match=said):
        load(model, folder, any_base=True)
    assert all(p.requires_grad for p in model.parameters())


def test_a_damaged_folder_is_one_sentence(tmp_path):
    _, folder, _ = saved(tmp_path, "llama", "prompt")
    with pytest.raises(ValueError, match="holds no adapter that can be read"):
        load(tiny("llama"), tmp_path / "nothing")
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:40])
    with pytest.raises(ValueError, match="holds no adapter that can be read"):
        load(tiny("llama"), folder)
    shutil.rmtree(folder)
    targets = ["q_proj"]
    theirs = peft.get_peft_model(tiny("llama"), peft.LoHaConfig(r=2, target_modules=targets))
    theirs.save_pretrained(folder)
    with pytest.raises(ValueError, match="a LOHA is not read here"):
        load(tiny("llama"), folder)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("[]", "its config is a list"),
        ('{"peft_type": "PROMPT_TUNING"}', "its config has num_virtual_tokens=None"),
        ("\udcff", "can't decode byte"),
    ],
)
def test_a_config_that_is_none_is_one_sentence(config, message, tmp_path):
    theirs = peft.get_peft_model(
        tiny("llama"), peft.PromptTuningConfig(num_virtual_tokens=4, task_type="CAUSAL_LM")
    )
    theirs.save_pretrained(tmp_path)
    (tmp_path / CONFIG).write_bytes(config.encode(errors="surrogateescape"))
    with pytest.raises(ValueError, match=message):
        load(tiny("llama"), tmp_path)


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    attachment = attach(tiny("llama"), "prompt", length=4)
    attachment.weights["soft_prompt.embedding"].data[0] = torch.nan
    save(attachment, tmp_path / "p")
    with pytest.raises(ValueError, match="prompt_embeddings with numbers that are not finite"):
        load(tiny("llama"), tmp_path / "p")


@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
def test_a_base_is_known_again_in_16_bits_and_by_one_number(kind, tmp_path):
    """Guards against a base in float16 that was refused on its own weights."""
    _, folder, _ = saved(tmp_path, "llama", "prompt")
    model = tiny("llama").to(getattr(torch, kind))
    load(model, folder).detach()
    model.get_parameter("model.norm.weight").data[0] += 0.1
    with pytest.raises(ValueError, match="they differ most in model.norm.weight"):
        load(model, folder)


def test_a_deeper_base_is_another_base(tmp_path):
    """A prompt fits a model of any depth; only what the file says of its base can tell."""
    _, folder, _ = saved(tmp_path, "llama", "prompt")
    for layers in (1, 3):
        with pytest.raises(ValueError, match="this model has other weights"):
            load(tiny("llama", num_hidden_layers=layers), folder)


def test_lora_saved_here_is_read_by_lesson_10_and_by_peft(tmp_path):
    attachment, folder, _ = saved(tmp_path, "llama", "lora")
    ids, mask = texts()
    wanted = answer(attachment, "lora")
    assert torch.equal(logits(load_adapter(tiny("llama"), folder), ids, mask), wanted)
    theirs = peft.PeftModel.from_pretrained(tiny("llama"), str(folder)).eval()
    assert torch.allclose(logits(theirs, ids, mask), wanted, atol=1e-5)
    theirs.save_pretrained(tmp_path / "theirs")
    assert torch.allclose(answer(load(tiny("llama"), tmp_path / "theirs"), "lora"), wanted,
                          atol=1e-5)  # fmt: skip


def test_no_folder_of_this_machine_is_saved(tmp_path):
    """Guards against a base's path, with the name of its owner, in a file that is handed on."""
    model = tiny("llama")
    model.config._name_or_path = "/home/ada/models/town-instruct"
    save(attach(model, "prompt", length=2), tmp_path / "p")
    text = (tmp_path / "p" / CONFIG).read_text(encoding="utf-8")
    assert json.loads(text)["base_model_name_or_path"] == "town-instruct"
    assert b"/home/ada" not in (tmp_path / "p" / WEIGHTS).read_bytes()
