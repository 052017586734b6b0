"""Recipes: every key checked, the nearest named, and the course's own files read."""

import re
from pathlib import Path

import pytest
import torch

from workbook.core.hub import loading
from workbook.training import FitConfig, recipe_runs, recipes
from workbook.training.recipes import Finetune, Pretrain, read

FILES = sorted((Path(recipes.__file__).parent / "recipes").glob("*.toml"))


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'out = "runs"\nsteps = 40\nlearning_rate = 1\npacked = false\n', encoding="utf-8"
    )
    return file


def test_a_file_gives_a_recipe_and_a_config(file):
    recipe, config = read("finetune", file)
    assert recipe == Finetune(out="runs", packed=False)
    assert config == FitConfig(steps=40, learning_rate=1.0)


def test_settings_come_after_the_file(file):
    settings = [
        "steps=7", "out=some/where else", "learning_rate=2e-4", "betas=[0.8, 0.9]",
        'families=["polite"]', "compile=true", "schedule=cosine", "data=2026",
    ]  # fmt: skip
    recipe, config = read("finetune", file, settings)
    assert (recipe.out, recipe.data, recipe.families) == ("some/where else", "2026", ("polite",))
    assert config == FitConfig(
        steps=7, learning_rate=2e-4, betas=(0.8, 0.9), compile=True, schedule="cosine"
    )


@pytest.mark.parametrize(
    "setting, sentence",
    [
        ("stpes=3", "there is no setting 'stpes'; the nearest is 'steps'"),
        ("learning-rate=3", "the nearest is 'learning_rate'"),
        ("zzz=3", "there is no setting 'zzz'; the nearest is "),
        ("hidden_size=3", "'hidden_size' is a setting of `pretrain`, not of `finetune`"),
        ("steps=many", "steps is a whole number, not 'many'"),
        ("steps=2.5", "steps is a whole number, not 2.5"),
        ("steps=true", "steps is a whole number, not True"),
        ("learning_rate=fast", "learning_rate is a number, not 'fast'"),
        ("packed=1", "packed is true or false, not 1"),
        ("optimiser=sgd", "optimiser is one of adamw, muon, not 'sgd'"),
        ("betas=0.9", r"betas is a list such as \[0.9, 0.95\], not 0.9"),
        ("families=polite", 'families is a list such as \\["summarise", "polite"\\]'),
        ("steps=0", "steps is a whole number of at least 1"),
        ("batch_size=0", "batch_size is a whole number of at least 1"),
        ("steps", "'steps' is no setting: write key=value"),
        ("out=", "say where the run is to be kept"),
    ],
)
def test_a_mistake_is_one_sentence(file, setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        read("finetune", file, [setting])


def test_a_file_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(ValueError, match="nothing.toml cannot be read.*recipes are in"):
        read("pretrain", tmp_path / "nothing.toml")
    (tmp_path / "bad.toml").write_text("steps = = 3", encoding="utf-8")
    with pytest.raises(ValueError, match="bad.toml is not TOML"):
        read("pretrain", tmp_path / "bad.toml")


def test_what_is_wrong_in_a_file_names_the_file(tmp_path):
    """A wrong key in a recipe was told without saying which of two recipes it stands in."""
    file = tmp_path / "own.toml"
    for text, sentence in (
        ("stpes = 3", "own.toml: there is no setting 'stpes'"),
        ("steps = 'many'", "own.toml: steps is a whole number"),
        ("steps = 3\nout = = 4", r"own.toml is not TOML: .*line 2"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=sentence):
            read("pretrain", file)
    file.write_bytes(b"steps = 3\nout = 'caf\xe9'")
    with pytest.raises(ValueError, match=r"own.toml cannot be read \(line 2 is not UTF-8"):
        read("pretrain", file)


def test_a_recipe_may_begin_with_a_bom(tmp_path):
    """Notepad writes one, and tomllib refuses it."""
    file = tmp_path / "own.toml"
    file.write_text('\ufeffsteps = 3\r\nout = "a\u2028b"\r\n', encoding="utf-8")
    recipe, config = read("pretrain", file)
    assert (recipe.out, config.steps) == ("a\u2028b", 3)


@pytest.mark.parametrize("make", [Finetune, Pretrain])
def test_a_tilde_is_the_home_folder(make, tmp_path, monkeypatch):
    """`out = "~/x"` made a folder that is called `~`."""
    from tiny_runs import Counting, Tiny, loss

    from workbook.training import fit

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    recipe = make("~/x", model="~/small", data="~/own.jsonl")
    home = [str(tmp_path / name) for name in ("x", "small", "own.jsonl")]
    assert [recipe.out, recipe.model, recipe.data] == home
    config = FitConfig(steps=1, device="cpu")
    assert fit(Tiny(), Counting(), loss, config, out="~/y", progress=False).out == tmp_path / "y"
    assert (tmp_path / "y" / "final").is_dir()


def test_there_are_recipes_for_both_kinds_and_both_machines():
    names = {file.name for file in FILES}
    both = {f"{kind}-{on}.toml" for kind in recipes.KINDS for on in ("laptop", "gpu")}
    lora = {"lora-laptop.toml", "lora-qwen-gpu.toml", "qlora-7b-gpu.toml"}
    assert names == both | {"finetune-flan-t5.toml", "town-agent.toml"} | lora


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_courses_recipes_are_right(file):
    kind = "pretrain" if file.name.startswith("pretrain") else "finetune"
    recipe, config = read(kind, file, ["out=x"])
    for stated in re.findall(r"([0-9.]+) million parameters", file.read_text(encoding="utf-8")):
        with torch.device("meta"):
            model = recipe_runs.new_model(recipe, loading.load_tokenizer("base"), 0)
        assert stated == f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f}"
    assert isinstance(recipe, (Finetune, Pretrain)) and config.save_every
    assert f"workbook train {kind}" in file.read_text(encoding="utf-8")
