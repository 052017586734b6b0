"""The `workbook` command; each file of this folder holds one group of its commands.

Thin on purpose: a command parses its arguments, asks the package and prints the answer. Heavy parts
are imported inside the commands, so that `workbook --help` answers at once. A mistake of the user
ends in one sentence and exit code 2, a lesson or a machine that fails in exit code 1.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from workbook import __version__
from workbook.cli import (
    ask,
    evaluate,
    grading,
    lessons,
    machine,
    models,
    plan,
    publish,
    record,
    train,
)

HELP = "A course on generative AI that you run. Lessons are in notebooks/, this is their tool."
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False)
app.command()(machine.doctor)
app.command()(lessons.run)
app.command("lessons")(lessons.table)
app.command()(lessons.new_lesson)
app.add_typer(models.app, name="models")
app.add_typer(train.app, name="train")
app.command()(evaluate.evaluate)
app.command()(evaluate.score)
app.command()(ask.ask)
app.command()(ask.mcp)
app.command()(record.record)
app.command()(machine.bench)
app.command()(plan.plan)
app.command()(grading.release)
app.command("practice-class")(grading.practice_class)
app.command()(grading.grade)
app.command()(publish.site)
app.command()(publish.clouds)


def main() -> None:
    """Run the command; bad input becomes one sentence instead of a traceback."""
    try:
        app()
    except ValueError as error:
        print(f"workbook: {error}", file=sys.stderr)
        sys.exit(2)


def _show_version(asked: bool) -> None:
    if asked:
        print(f"workbook {__version__}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Say which version."),
    ] = False,
) -> None:
    """Take the options that stand before any command."""
