"""`workbook models ...`: the town's language models, from training to their card.

The work is done in `workbook.town_lm`; the manifest of bundled files is `workbook.core.hub.assets`.
Left out: training a model of your own, which is `workbook train`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The town's language models.", no_args_is_help=True)


@app.command()
def build(
    given: Annotated[
        list[str] | None, typer.Argument(help="Models, all when absent; and key=value for recipes.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Folder; by default data/models.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint.")] = True,
) -> None:
    """Train the town's language models from nothing. Days on a CPU; a kill can be resumed."""
    import shutil

    from workbook.core.hub import assets
    from workbook.town_lm import models

    folder = output or assets.root() / "models"
    if not resume:
        shutil.rmtree(folder / models.WORK, ignore_errors=True)
    settings = [word for word in given or () if "=" in word]
    names = [word for word in given or () if "=" not in word]
    models.build(folder, names, settings)
    if output is None:
        assets.write_manifest()


@app.command()
def measure(
    output: Annotated[Path | None, typer.Option(help="Folder; by default data/models.")] = None,
    cases: Annotated[int | None, typer.Option(min=1, help="Cases of each score.")] = None,
    only: Annotated[
        str | None, typer.Option(help="Beginnings of scores, A,B: print them, write no card.")
    ] = None,
) -> None:
    """Measure the models of a folder, and write and print their card. Minutes."""
    from workbook.core.hub import assets
    from workbook.town_lm import bars, card

    folder = output or assets.root() / "models"
    if only:
        for score in card.scores(folder, cases, only=bars.chosen(only)):
            print(bars.line(score), flush=True)
        return
    measured = card.measure(folder, cases)
    card.save(measured, folder)
    print(card.text(measured))
    if output is None:
        assets.write_manifest()


@app.command()
def card() -> None:
    """Print the model card: size, tokens, seed, hash and measured quality."""
    from workbook.town_lm import card

    print(card.text(card.load()))


@app.command()
def manifest() -> None:
    """Hash every bundled file again into data/assets.json, after a change on purpose."""
    from workbook.core.hub import assets

    listed = assets.write_manifest()
    total = sum(asset.bytes for asset in listed)
    print(f"{len(listed)} files, {total:,} bytes -> {assets.root() / 'assets.json'}")
