"""The command as the tests call it, in this process or as the shell does, and two small lessons."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from workbook import cli


@pytest.fixture
def call():
    """Run the command in this process; (exit code, what it printed on stdout)."""

    def run(*arguments):
        result = CliRunner().invoke(cli.app, list(arguments))
        if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout

    return run


@pytest.fixture
def shell():
    """Run the command as the shell would; the finished process."""

    def run(*arguments, code="from workbook.cli import main; main()"):
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120
        )

    return run


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """The folder of a lesson that runs to its end and of one that does not."""
    monkeypatch.setenv("WORKBOOK_NOTEBOOKS", str(tmp_path))
    for name, code in {"01_good": "6 * 7", "02_bad": "1 / 0"}.items():
        nbformat.write(new_notebook(cells=[new_code_cell(code)]), tmp_path / f"{name}.ipynb")
    return tmp_path
