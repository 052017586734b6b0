"""`workbook train`: data in, a model anyone can load out, and on again after a kill."""

import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from workbook.core.hub import loading
from workbook.training import recipe_runs
from workbook.training.config import FitConfig
from workbook.training.recipes import Finetune, Pretrain

QUICK = FitConfig(steps=2, device="cpu", warmup=1)


@pytest.fixture(scope="module")
def tokenizer():
    return loading.load_tokenizer("base")


@pytest.fixture
def small(tiny_llama, tokenizer, tmp_path):
    """A random model with the town's tokenizer, in a folder."""
    tiny_llama.resize_token_embeddings(len(tokenizer))
    tiny_llama.save_pretrained(tmp_path / "small")
    tokenizer.save_pretrained(tmp_path / "small")
    return str(tmp_path / "small")


def test_finetune_makes_a_model_that_anyone_can_load(small, tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    recipe = Finetune(str(tmp_path / "out"), small, examples=30, validation=4)
    run = recipe_runs.finetune(recipe, QUICK)
    assert run.step == 2 and run.best is not None
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "out" / "final")
    for name, tensor in run.model.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name])
    assert len(AutoTokenizer.from_pretrained(tmp_path / "out" / "final")) == model.vocab_size


def test_pretrain_starts_from_nothing_and_maps_its_tokens(tmp_path, tokenizer):
    recipe = Pretrain(
        str(tmp_path / "out"),
        "new",
        "town",
        30,
        2,
        64,
        4,
        hidden_size=16,
        layers=1,
        heads=2,
        ffn_dim=16,
    )
    run = recipe_runs.pretrain(recipe, QUICK)
    rows = np.load(tmp_path / "out" / "rows" / "ids.npy")
    assert rows.dtype == np.uint16 and (rows == tokenizer.eos_token_id).sum() == 30
    used = np.load(tmp_path / "out" / "rows" / "used.npy")
    assert used.sum() == (rows != tokenizer.pad_token_id).sum()
    assert 0 < run.records[-1]["tokens"] <= 2 * 2 * 64
    assert run.model.config.hidden_size == 16 and (tmp_path / "out" / "final").is_dir()
    with pytest.raises(ValueError, match="hidden_size=10 is no even multiple of heads=4"):
        recipe_runs.new_model(replace(recipe, hidden_size=10, heads=4), tokenizer, 0)


def test_another_recipe_in_the_same_folder_is_refused(small, tmp_path):
    recipe = Finetune(str(tmp_path / "out"), small, examples=30, validation=4)
    recipe_runs.claim(recipe)
    recipe_runs.claim(replace(recipe, validation=9))  # judged otherwise, trained the same
    with pytest.raises(ValueError, match="holds a run with examples=30, not 31"):
        recipe_runs.claim(replace(recipe, examples=31))
    with pytest.raises(ValueError, match="holds a run with kind='finetune', not 'pretrain'"):
        recipe_runs.claim(Pretrain(str(tmp_path / "out")))


@pytest.mark.parametrize("kind", ["pretrain", "finetune"])
def test_the_command_line_passes_the_recipe_on(kind, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from workbook.cli import app

    asked = []

    class Done:
        out = tmp_path
        summary = lambda self: "Two steps."  # noqa: E731

    monkeypatch.setattr(recipe_runs, kind, lambda *recipe: asked.append(recipe) or Done())
    done = CliRunner().invoke(app, ["train", kind, "steps=2", f"out={tmp_path}"])
    assert done.exit_code == 0, done.output
    assert done.output.split() == f"Two steps. The model is in {tmp_path / 'final'}.".split()
    ((recipe, config),) = asked
    assert recipe.out == str(tmp_path) and config == FitConfig(steps=2)
    mistaken = CliRunner().invoke(app, ["train", kind, "stps=2"])
    assert str(mistaken.exception) == "there is no setting 'stps'; the nearest is 'steps'."

    def stopped(*_):
        raise KeyboardInterrupt("stopped after step 1")

    monkeypatch.setattr(recipe_runs, kind, stopped)
    assert CliRunner().invoke(app, ["train", kind, f"out={tmp_path}"]).exit_code == 130


@pytest.mark.slow
def test_the_command_goes_on_after_a_kill_and_after_ctrl_c(small, tmp_path, root):
    """The command as the shell gives it, killed, interrupted, and run to its end."""
    recipe = "workbook/training/recipes/finetune-laptop.toml"
    settings = [f"model={small}", "steps=40", "examples=60", "validation=4", "save_every=5",
                "warmup=2", "evaluate_every=20"]  # fmt: skip

    def call(out):
        start = [sys.executable, "-m", "workbook", "train", "finetune", "--config", recipe]
        told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([*start, *settings, f"out={out}"], cwd=root, **told)

    def wait_for_step(process, out, step):
        end = time.monotonic() + 300
        while not (out / "checkpoints" / f"step-{step:08d}").exists():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                pytest.fail(f"step {step} never came: {process.communicate()}")
            time.sleep(0.02)

    out, whole = tmp_path / "out", tmp_path / "whole"
    first = call(out)
    wait_for_step(first, out, 5)
    first.kill()
    first.communicate()
    second = call(out)
    wait_for_step(second, out, 15)
    second.send_signal(signal.SIGINT)
    _, told = second.communicate()
    if second.returncode:  # unless it was at its end already
        assert second.returncode == 130 and "start the same run again" in told
    third = call(out)
    printed, told = third.communicate()
    assert third.returncode == 0, told
    assert "Going on from step " in printed and "40 steps" in printed
    assert call(whole).wait() == 0
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        assert (out / "final" / name).read_bytes() == (whole / "final" / name).read_bytes()


@pytest.mark.slow
def test_a_finished_run_can_be_started_again_under_torchrun(small, tmp_path, root):
    """Guards the second process, which keeps no log: what it was to print used to end it."""
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2",
             "-m", "workbook", "train", "finetune", f"model={small}", f"out={tmp_path / 'out'}",
             "steps=2", "grad_accumulation=2", "examples=30", "validation=4",
             "device=cpu"]  # fmt: skip
    for again in (False, True):
        done = subprocess.run(start, cwd=root, capture_output=True, text=True, timeout=500)
        assert done.returncode == 0, done.stderr[-3000:]
        assert done.stdout.count("2 steps, ") == done.stdout.count("The model is in") == 1
        assert done.stdout.count("Nothing to train: the run in") == again
