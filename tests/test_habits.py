"""The files beside the code: CONTRIBUTING leads to real places, CI runs what a person runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib

import pytest

DOT_FILES = (
    ".editorconfig", ".pre-commit-config.yaml", ".codespell-ignore", ".github/CONTRIBUTING.md",
    ".github/SECURITY.md", ".github/CHANGELOG.md", ".github/dependabot.yml",
    ".github/pull_request_template.md", ".github/ISSUE_TEMPLATE/fault.yml",
    ".github/ISSUE_TEMPLATE/idea.yml", ".github/workflows/ci.yml", ".ci/run", ".ci/check_types.py",
)  # fmt: skip


def read(root, name):
    return (root / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOT_FILES)
def test_a_habit_has_its_file(root, name):
    assert read(root, name).strip()


def test_every_place_that_contributing_names_exists(root):
    named = re.findall(r"`((?:workbook|tests|notebooks|\.ci|\.github)/[^` ]*)`", read(
        root, ".github/CONTRIBUTING.md"))  # fmt: skip
    assert len(named) > 8
    for pattern in named:
        assert list(root.glob(pattern.replace("<topic>", "sampling").rstrip("/"))), pattern


def test_contributing_leads_to_the_rule_itself(root):
    """In one step: the top-p rule, the schedule, a dialogue, an exercise's hint."""
    assert "def top_p_filter(" in read(root, "workbook/sampling/filters.py")
    assert "decay" in read(root, "workbook/training/schedules.py")
    assert list((root / "workbook" / "town" / "texts" / "dialogues").glob("scenarios_*.py"))
    assert "hints=" in read(root, "workbook/sampling/exercises.py")


def test_ci_calls_what_a_person_calls(root):
    workflow = read(root, ".github/workflows/ci.yml")
    assert re.findall(r"run: (\.ci/run \w+)", workflow) == [".ci/run fast", ".ci/run full"]
    for word in ("ubuntu-latest", "macos-latest", "windows-latest", '"3.11"', '"3.12"', '"3.13"'):
        assert word in workflow
    assert os.access(root / ".ci" / "run", os.X_OK)
    done = subprocess.run(["bash", ".ci/run", "x"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 2 and "usage: .ci/run [fast | full]" in done.stderr


def test_the_record_of_type_errors_leaves_nothing_to_new_parts(root):
    """A part of the package that is not in the record has to have none."""
    known = json.loads(read(root, ".ci/type_errors.json"))
    assert all(count > 0 for count in known.values())
    assert all(list((root / "workbook").glob(f"{part}*")) for part in known)


def test_every_folder_with_helpers_of_tests_is_on_the_path(root):
    """With import mode importlib, pytest puts no folder on the path by itself."""
    options = tomllib.loads(read(root, "pyproject.toml"))["tool"]["pytest"]["ini_options"]
    helpers = {
        file.parent.relative_to(root).as_posix()
        for file in (root / "tests").rglob("*.py")
        if not file.name.startswith(("test_", "conftest")) and file.parent.name != "offline"
    }
    assert sorted(helpers) == options["pythonpath"]
    assert "--import-mode=importlib" in options["addopts"]


@pytest.mark.slow
def test_no_part_has_more_type_errors_than_recorded(root):
    """mypy over the whole package; the counts may only fall."""
    done = subprocess.run(
        [sys.executable, ".ci/check_types.py"], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]
