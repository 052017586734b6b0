"""`workbook train finetune` with an adapter: run, killed, resumed, and loaded by peft."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from workbook.cli import app
from workbook.core.hub import load_model, load_tokenizer
from workbook.lora import load_adapter, lora_layers
from workbook.training.recipes import Finetune

RECIPE = "workbook/training/recipes/lora-laptop.toml"
QUICK = ["steps=12", "examples=24", "validation=2", "save_every=2", "warmup=2",
         "evaluate_every=0", "rank=2", "batch_size=2", 'families=["sentiment"]']  # fmt: skip


def call(root, out, *settings):
    start = [sys.executable, "-m", "workbook", "train", "finetune", "--config", RECIPE]
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*start, *QUICK, *settings, f"out={out}"], cwd=root, **told)


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_adapter_which_peft_loads(root, tmp_path):
    from peft import PeftModel

    killed, whole = tmp_path / "killed", tmp_path / "whole"
    first = call(root, killed)
    end = time.monotonic() + 300
    while not (killed / "checkpoints" / "step-00000004").exists():
        if first.poll() is not None or time.monotonic() > end:
            first.kill()
            pytest.fail(f"step 4 never came: {first.communicate()}")
        time.sleep(0.02)
    first.kill()
    first.communicate()
    again, alone = call(root, killed), call(root, whole)
    printed, told = again.communicate()
    assert again.returncode == 0 and "Going on from step " in printed, told
    assert alone.wait() == 0
    one, two = (load_file(f / "final" / "adapter_model.safetensors") for f in (killed, whole))
    assert one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)
    final = killed / "final"
    assert not (final / "model.safetensors").exists() and (final / "tokenizer.json").exists()
    assert sum(file.stat().st_size for file in (killed / "checkpoints").rglob("*")) < 5e6

    ids = torch.tensor([load_tokenizer("bundled:town-lm").encode("Good morning.")])
    with torch.no_grad():
        plain = load_model("bundled:town-lm")(ids).logits
        theirs = PeftModel.from_pretrained(load_model("bundled:town-lm"), final)(ids).logits
        ours = load_adapter(load_model("bundled:town-lm"), final)
        torch.testing.assert_close(ours(ids).logits, theirs, atol=1e-4, rtol=1e-4)
    assert (theirs - plain).abs().max() > 0.01
    assert len(lora_layers(ours)) == 7 * ours.config.num_hidden_layers


@pytest.mark.parametrize("base_type", ["bfloat16", "nf4"])
def test_a_recipe_chooses_the_type_of_the_base(base_type):
    from tiny_lora import llama

    from workbook.lora.recipe import from_recipe
    from workbook.lora.weights import is_four_bit

    recipe = Finetune("x", adapter="lora", rank=2, targets=("q_proj",), base_type=base_type)
    model = from_recipe(recipe).attach(llama(hidden_size=64).bfloat16())
    layers = lora_layers(model)
    assert all(is_four_bit(layer.base) == (base_type == "nf4") for layer in layers.values())
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}
    assert {n.rpartition(".")[2] for n in layers} == {"q_proj"}


def test_what_a_recipe_cannot_mean_is_one_sentence(tmp_path):
    done = CliRunner().invoke(app, ["train", "finetune", "adapter=vera", f"out={tmp_path}"])
    assert str(done.exception) == "there is no adapter 'vera'; there are: lora."
    with pytest.raises(ValueError, match="base_type=nf4 is of a base that stays as it is"):
        Finetune("x", base_type="nf4")


def test_an_older_run_that_knew_no_adapters_goes_on(tmp_path):
    """A setting that an old recipe.json lacks had its default value then."""
    import json

    from workbook.training.recipe_runs import claim

    recipe = Finetune(out=str(tmp_path))
    assert claim(recipe)
    file = Path(tmp_path) / "recipe.json"
    old = {
        k: v
        for k, v in json.loads(file.read_text(encoding="utf-8")).items()
        if k not in ("adapter", "rank")
    }
    file.write_text(json.dumps(old), encoding="utf-8")
    assert claim(recipe) is False
    with pytest.raises(ValueError, match="rank"):
        claim(Finetune(out=str(tmp_path), rank=4))
