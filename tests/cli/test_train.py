"""`workbook train`: the recipes it lists, what it hands to a run, and how a stop is told."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from workbook.cli import app, train
from workbook.training import recipe_runs


@pytest.mark.parametrize("arguments", [("train",), ("train", "finetune"), ("train", "pretrain")])
def test_train_without_arguments_names_the_recipes(root, arguments, shell):
    """C12"""
    done = shell(*arguments)
    said = done.stdout + done.stderr
    assert done.returncode == 2 and "Traceback" not in said
    recipes = (root / "workbook" / "training" / "recipes").glob(f"{(*arguments, '')[1]}*.toml")
    for recipe in recipes:
        assert recipe.name in said


class Done:
    """A run that has ended."""

    out = Path("runs/mine")

    def summary(self):
        return "Two steps."


def test_every_recipe_of_the_course_is_of_one_kind():
    pretrain, finetune = train.bundled("pretrain"), train.bundled("finetune")
    assert [file.name for file in pretrain] == ["pretrain-gpu.toml", "pretrain-laptop.toml"]
    assert {"finetune-laptop.toml", "lora-laptop.toml"} <= {file.name for file in finetune}
    assert sorted(pretrain + finetune) == train.bundled() == sorted(train.RECIPES.glob("*.toml"))


@pytest.mark.parametrize("kind", ["pretrain", "finetune"])
def test_the_example_is_a_command_that_works_as_it_is(kind, monkeypatch, tmp_path):
    for folder in (train.RECIPES.parents[2], tmp_path):  # in the checkout and elsewhere
        monkeypatch.chdir(folder)
        program, *words = shlex.split(train.example(kind))
        asked = []
        monkeypatch.setattr(recipe_runs, kind, lambda *given, to=asked: to.append(given) or Done())
        done = CliRunner().invoke(app, words)
        assert program == "workbook" and done.exit_code == 0, done.output
        assert asked[0][0].out == "runs/mine"


def test_an_adapter_is_made_of_the_recipe_that_names_it(call, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(recipe_runs, "finetune", lambda *given: asked.append(given) or Done())
    call("train", "finetune", f"out={tmp_path}", "adapter=lora", "rank=3")
    call("train", "finetune", f"out={tmp_path}")
    (_, _, adapter), plain = asked
    assert callable(adapter.attach) and callable(adapter.save) and len(plain) == 2
    with pytest.raises(ValueError, match="^there is no adapter 'lori'; there are: lora.$"):
        call("train", "finetune", f"out={tmp_path}", "adapter=lori")
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [((), "stopped at once."), (("stopped after step 3.",), "stopped after step 3.")],
)
def test_a_stop_by_hand_ends_with_130_and_says_where(monkeypatch, tmp_path, said, words):
    def stopped(*_):
        raise KeyboardInterrupt(*said)

    monkeypatch.setattr(recipe_runs, "pretrain", stopped)
    done = CliRunner().invoke(app, ["train", "pretrain", f"out={tmp_path}"])
    assert (done.exit_code, done.stdout, done.stderr) == (130, "", f"workbook: {words}\n")


def test_only_the_first_process_of_several_says_where_the_model_is(call, monkeypatch, tmp_path):
    monkeypatch.setattr(recipe_runs, "pretrain", lambda *given: Done())
    asked = ("train", "pretrain", f"out={tmp_path}")
    assert call(*asked) == (0, f"Two steps. The model is in {Done.out / 'final'}.\n")
    monkeypatch.setenv("RANK", "1")
    assert call(*asked) == (0, "")
