"""The `workbook` command: doctor, run, train, evaluate, models, bench.

Thin on purpose: each command asks the package and prints the answer. Heavy parts are imported
inside the commands, so that `workbook --help` answers at once. A mistake of the user ends in one
sentence and exit code 2, a lesson or a machine that fails in exit code 1.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

HELP = "A course on generative AI that you run. Lessons are in notebooks/, this is their tool."
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False)
models = typer.Typer(help="The town's language models.", no_args_is_help=True)
app.add_typer(models, name="models")
train = typer.Typer(help="Train a model from a recipe.", no_args_is_help=True)
app.add_typer(train, name="train")

RecipeFile = Annotated[Path | None, typer.Option("--config", help="A recipe, in TOML.")]
RecipeSettings = Annotated[
    list[str] | None, typer.Argument(help="key=value, such as steps=40 out=runs/mine.")
]


def main() -> None:
    """Run the command; bad input becomes one sentence instead of a traceback."""
    try:
        app()
    except ValueError as error:
        print(f"workbook: {error}", file=sys.stderr)
        sys.exit(2)


@app.command()
def doctor() -> None:
    """Say whether this machine is ready, and what to do if it is not."""
    from workbook.core import doctor as examiner

    findings = examiner.examine()
    examiner.show(findings)
    raise typer.Exit(1 if findings.problems else 0)


@app.command()
def run(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Numbers or names, such as 03; all when absent.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--json", help="Write the reports to this file.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that each lesson gets.")] = 600,
    write: Annotated[bool, typer.Option(help="Store the new outputs in the notebooks.")] = False,
) -> None:
    """Execute lessons without a screen; one line each with status, seconds, peak memory."""
    from dataclasses import asdict

    from workbook.publishing import runner

    reports = []
    for result in runner.run(runner.find(lessons), timeout, write):
        print(result.line(), flush=True)
        reports.append(result)
    if report is not None:
        report.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(result) for result in reports], indent=1)
        report.write_text(text + "\n", encoding="utf-8")
    raise typer.Exit(1 if any(result.status != "ok" for result in reports) else 0)


@models.command()
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


@models.command()
def measure(
    output: Annotated[Path | None, typer.Option(help="Folder; by default data/models.")] = None,
    cases: Annotated[int | None, typer.Option(min=1, help="Cases of each score.")] = None,
) -> None:
    """Measure the models of a folder, and write and print their card. About an hour."""
    from workbook.core.hub import assets
    from workbook.town_lm import card

    folder = output or assets.root() / "models"
    measured = card.measure(folder, cases)
    card.save(measured, folder)
    print(card.text(measured))
    if output is None:
        assets.write_manifest()


@models.command()
def card() -> None:
    """Print the model card: size, tokens, seed, hash and measured quality."""
    from workbook.town_lm import card

    print(card.text(card.load()))


@models.command()
def manifest() -> None:
    """Hash every bundled file again into data/assets.json, after a change on purpose."""
    from workbook.core.hub import assets

    listed = assets.write_manifest()
    total = sum(asset.bytes for asset in listed)
    print(f"{len(listed)} files, {total:,} bytes -> {assets.root() / 'assets.json'}")


@train.command()
def pretrain(config: RecipeFile = None, settings: RecipeSettings = None) -> None:
    """Train a model on raw text. After a kill the same command goes on where it was."""
    _train("pretrain", config, settings)


@train.command()
def finetune(config: RecipeFile = None, settings: RecipeSettings = None) -> None:
    """Tune a model on chats. After a kill the same command goes on where it was."""
    _train("finetune", config, settings)


def _train(kind: str, file: Path | None, settings: list[str] | None) -> None:
    from workbook.training import recipes

    recipe, config = recipes.read(kind, file, settings or [])
    from workbook.training import recipe_runs

    try:
        run = getattr(recipe_runs, kind)(recipe, config)
    except KeyboardInterrupt as stopped:
        print(f"workbook: {stopped or 'stopped at once.'}", file=sys.stderr)
        raise typer.Exit(130) from stopped
    if recipe_runs.leads():  # under torchrun every process gets here
        print(f"{run.summary()} The model is in {run.out / 'final'}.")


@app.command()
def bench(
    topics: Annotated[
        list[str] | None, typer.Argument(help="Such as sampling; all when absent.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Fewer rounds, for a first look.")] = False,
) -> None:
    """Time our code against the peer's, in turns, and print the ratios."""
    import importlib

    from rich.console import Console

    from workbook.core.runs.bench import table

    known = benchmarks()
    for topic in topics or known:
        if topic not in known:
            names = ", ".join(known) or "none"
            raise ValueError(f"there is no benchmark {topic!r}; there are: {names}.")
        rows = importlib.import_module(f"workbook.{topic}.bench").run(quick)
        Console().print(table(rows, title=f"{topic}: ours against the peer"))


@app.command()
def site(
    output: Annotated[Path, typer.Option(help="Folder of the pages.")] = Path("build/site"),
) -> None:
    """Build the static HTML edition of all lessons; it needs no kernel and no network."""
    from workbook.publishing.site.build import build as write

    lessons = len(write(output)) - 1
    print(f"{lessons} lesson{'s' if lessons != 1 else ''} -> {output / 'index.html'}")


@app.command()
def clouds() -> None:
    """Renew the badges in README.md and what Binder installs; see pyproject.toml's repository."""
    from workbook.publishing import badges as writer

    changed = writer.write()
    print("\n".join(map(str, changed)) or "README.md and binder/requirements.txt are up to date.")


@app.command()
def evaluate(
    model: Annotated[
        str, typer.Option(help="bundled:NAME, a folder, or owner/name@revision; floor, ceiling.")
    ] = "bundled:town-instruct",
    cases: Annotated[int | None, typer.Option(min=1, help="Cases of each task.")] = None,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; repeat it.")] = None,
    record: Annotated[
        bool, typer.Option(help="Keep the results for lesson 09, beside your progress.")
    ] = False,
) -> None:
    """Ask a model the town suite: eight tasks, seven metrics. Minutes; a kill can be resumed."""
    from rich.console import Console

    from workbook.evaluation import suite, suite_report

    system = suite.open_system(model)
    results = suite.run(system, cases or suite.CASES, tuple(task or suite.ALL))
    Console(width=max(suite_report.WIDTH, Console().width)).print(suite_report.printed(results))
    if record:
        print(f"recorded in {suite.save(results)}")


def benchmarks() -> list[str]:
    """The topics that have a `bench` module, found by file so that nothing is imported."""
    package = Path(__file__).resolve().parent
    return sorted({file.parent.name for file in package.glob("*/bench.py")} - {"core"})
