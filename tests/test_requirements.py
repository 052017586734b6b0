"""requirements.txt holds exact pins, pyproject.toml ranges, and the two agree."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

NAMED_BY_THE_COURSE = (
    "jupyterlab", "ipywidgets", "torch", "transformers", "peft", "trl", "datasets", "evaluate",
    "plotly", "nbval",
)  # fmt: skip
# There on Colab; there when the course is built.
OPTIONAL = {"choreographer", "google", "kaleido", "pdoc", "PIL"}
LINUX = {"extra": "", "sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}


@pytest.fixture(scope="module")
def lines(root):
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@pytest.fixture(scope="module")
def pins(lines):
    """{package: Version}"""
    found = [line.split("==") for line in lines if line != "-e ."]
    return {canonicalize_name(name): Version(version) for name, version in found}


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def ranges(project):
    extras = [text for group in project["optional-dependencies"].values() for text in group]
    return [Requirement(text) for text in project["dependencies"] + extras]


def test_the_course_itself_comes_first_and_all_else_is_an_exact_pin(lines):
    assert lines[0] == "-e ."
    for line in lines[1:]:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!]*", line), line


def test_no_package_is_pinned_twice(lines, pins):
    assert len(pins) == len(lines) - 1


def test_each_range_is_closed_on_both_sides_and_holds_its_pin(ranges, pins):
    for requirement in ranges:
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators == {">=", "<"}, str(requirement)
        pin = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pin), f"{requirement} does not hold {pin}"


@pytest.mark.parametrize("name", NAMED_BY_THE_COURSE)
def test_what_the_course_names_is_pinned(pins, name):
    assert name in pins


def test_lower_bounds_as_promised(project, ranges):
    assert project["requires-python"] == ">=3.11"
    lowest = {r.name: s.version for r in ranges for s in r.specifier if s.operator == ">="}
    assert (lowest["torch"], lowest["transformers"]) == ("2.8", "5.10")


def test_the_pins_are_what_runs_here(pins):
    """Guards against a pin that nobody has tried (torch's build tag, as in +cpu, aside)."""
    for name, pin in pins.items():
        assert Version(metadata.version(name)).public == pin.public, name


def test_nothing_that_a_pinned_package_needs_is_left_open(pins):
    """Each pinned package's own requirements on Linux are pinned too, and hold.

    Except for what a build of torch for NVIDIA cards brings, which a machine without one lacks.
    """
    for name in pins:
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker and not needed.marker.evaluate(LINUX):
                continue
            wanted = canonicalize_name(needed.name)
            if wanted.startswith(("nvidia", "cuda", "triton")):
                continue
            assert wanted in pins, f"{name} needs {wanted}"
            assert needed.specifier.contains(pins[wanted], prereleases=True), f"{name}: {needed}"


def imported(folder):
    """The top-level modules that the files below a folder import, with one file each."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                named = [node.module]
            else:
                continue
            found.update({name.split(".")[0]: path.name for name in named})
    return found


@pytest.mark.parametrize(
    ("folder", "groups"),
    [("workbook", ("grading", "cluster")), ("tests", ("grading", "cluster", "dev"))],
)
def test_what_is_imported_is_declared(root, project, folder, groups):
    """Guards against a package that is there only because another one happens to need it."""
    declared = project["dependencies"] + [
        text for group in groups for text in project["optional-dependencies"][group]
    ]
    known = {canonicalize_name(Requirement(text).name) for text in declared} | {"workbook"}
    own = {path.stem for path in (root / "tests").rglob("*.py")} | OPTIONAL
    sources = metadata.packages_distributions()
    for module, file in imported(root / folder).items():
        if module in sys.stdlib_module_names or (module in own and module not in sources):
            continue
        names = {canonicalize_name(name) for name in sources.get(module, [module])}
        assert names & known or module in OPTIONAL, f"{file} imports {module}, {names}"
