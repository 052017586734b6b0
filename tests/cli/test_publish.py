"""`workbook site` and `workbook clouds`: what is built where, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import specimen
from typer.testing import CliRunner

from workbook.publishing import badges
from workbook.publishing.site import build


def test_the_command_builds_the_site(tmp_path, monkeypatch):
    from workbook.cli import app

    specimen.write(tmp_path / "notebooks")
    monkeypatch.setenv("WORKBOOK_NOTEBOOKS", str(tmp_path / "notebooks"))
    done = CliRunner().invoke(app, ["site", "--output", str(tmp_path / "site")])
    assert done.exit_code == 0, done.output
    assert "1 lesson" in done.output and (tmp_path / "site" / "index.html").is_file()


@pytest.mark.parametrize(
    ("words", "pages", "asked", "said"),
    [
        ([], 3, ("build/site", True), "2 lessons"),
        (["--no-api", "--output", "x"], 2, ("x", False), "1 lesson"),
        (["--api", "--output", "x"], 1, ("x", True), "0 lessons"),
    ],
)
def test_the_pages_are_counted_without_the_front_page(call, monkeypatch, words, pages, asked, said):
    given = []

    def pretend(folder, reference):
        given.append((folder.as_posix(), reference))
        return [folder / "page.html"] * pages

    monkeypatch.setattr(build, "build", pretend)
    assert call("site", *words) == (0, f"{said} -> {Path(asked[0]) / 'index.html'}\n")
    assert given == [asked]


def test_clouds_names_what_it_has_changed(call, monkeypatch):
    monkeypatch.setattr(badges, "write", lambda: [Path("README.md"), Path("binder/x.txt")])
    assert call("clouds") == (0, f"README.md\n{Path('binder/x.txt')}\n")
    monkeypatch.setattr(badges, "write", list)
    assert call("clouds") == (0, "README.md and binder/requirements.txt are up to date.\n")
