"""`workbook train pretrain` and `workbook train finetune`: a model from a recipe.

A recipe is a TOML file; `workbook.training.recipes` reads it, `recipe_runs` runs it. Lesson 08
explains a run. Without a recipe and a folder, the command lists the recipes that the course brings.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

ADAPTERS = {"lora": "workbook.lora.recipe"}  # name in a recipe -> module with `from_recipe`
RECIPES = Path(__file__).resolve().parents[1] / "training" / "recipes"
RecipeFile = Annotated[Path | None, typer.Option("--config", help="A recipe, in TOML.")]
RecipeSettings = Annotated[
    list[str] | None, typer.Argument(help="key=value, such as steps=40 out=runs/mine.")
]
app = typer.Typer(help="Train a model from a recipe.", invoke_without_command=True)


@app.callback()
def train(context: typer.Context) -> None:
    """Train a model from a recipe."""
    if context.invoked_subcommand is None:
        lines = [f"  {_path(file)}\n      {_first_comment(file)}" for file in bundled()]
        print(context.get_help(), "\nRecipes of the course:\n", *lines, sep="\n")
        print(f"\nFor example: {example('finetune')}")
        raise typer.Exit(2)


@app.command()
def pretrain(config: RecipeFile = None, settings: RecipeSettings = None) -> None:
    """Train a model on raw text. After a kill the same command goes on where it was."""
    _train("pretrain", config, settings)


@app.command()
def finetune(config: RecipeFile = None, settings: RecipeSettings = None) -> None:
    """Tune a model on chats. After a kill the same command goes on where it was."""
    _train("finetune", config, settings)


def bundled(kind: str = "") -> list[Path]:
    """List the recipes of the course, for one kind of run or for all."""
    told = f"workbook train {kind}"
    return [
        file for file in sorted(RECIPES.glob("*.toml")) if told in file.read_text(encoding="utf-8")
    ]


def example(kind: str) -> str:
    """Return a command that works as it is."""
    return f"workbook train {kind} --config {_path(RECIPES / f'{kind}-laptop.toml')} out=runs/mine"


def _path(file: Path) -> str:
    """Return a file's path as short as it works from the current folder."""
    return os.path.relpath(file) if file.is_relative_to(Path.cwd()) else str(file)


def _first_comment(file: Path) -> str:
    return file.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")


def _adapter(name: str) -> Callable[[Any], Any]:
    """Return what makes an adapter of a recipe. Raises ValueError for a name it does not know."""
    if name not in ADAPTERS:
        raise ValueError(f"there is no adapter {name!r}; there are: {', '.join(ADAPTERS)}.")
    return importlib.import_module(ADAPTERS[name]).from_recipe


def _train(kind: str, file: Path | None, settings: list[str] | None) -> None:
    if file is None and not settings:
        raise ValueError(
            f"name a recipe and a folder, as in `{example(kind)}`; in {_path(RECIPES)} there are "
            f"{', '.join(file.name for file in bundled(kind))}."
        )
    from workbook.training import recipes

    recipe, config = recipes.read(kind, file, settings or [])
    from workbook.training import recipe_runs

    name = getattr(recipe, "adapter", "")
    adapter = [_adapter(name)(recipe)] if name else []
    try:
        run = getattr(recipe_runs, kind)(recipe, config, *adapter)
    except KeyboardInterrupt as stopped:
        print(f"workbook: {str(stopped) or 'stopped at once.'}", file=sys.stderr)
        raise typer.Exit(130) from stopped
    if recipe_runs.is_main():  # under torchrun every process gets here
        print(f"{run.summary()} The model is in {run.out / 'final'}.")
