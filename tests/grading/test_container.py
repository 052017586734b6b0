"""The grader's container for macOS and Windows: that it holds what grading needs, and is named."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from workbook.grading import container, isolation
from workbook.sandbox import bubblewrap, process

# Debian's releases and the bubblewrap in each (packages.debian.org/bubblewrap).
BUBBLEWRAP = {"bullseye": (0, 4), "bookworm": (0, 8), "trixie": (0, 11)}


@pytest.fixture(scope="module")
def steps(root):
    """[(word, rest)] of the Containerfile, comments and line ends aside."""
    text = (root / container.FILE).read_text(encoding="utf-8")
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]


def said(steps, word):
    return [rest for step, rest in steps if step == word]


def commands(steps):
    """The commands of all RUN steps, each as its words."""
    return [shlex.split(one) for rest in said(steps, "RUN") for one in rest.split("&&")]


def test_its_debian_has_a_bubblewrap_that_the_sandbox_takes(steps):
    (image,) = said(steps, "FROM")
    release = image.rpartition("-")[2]
    assert BUBBLEWRAP[release] >= bubblewrap.OLDEST
    (install,) = [words for words in commands(steps) if words[:2] == ["apt-get", "install"]]
    assert "bubblewrap" in install


def test_its_python_is_one_that_the_course_runs_on(root, steps):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.search(r"python:(\d+)\.(\d+)-", said(steps, "FROM")[0]).groups()
    oldest = re.fullmatch(r">=(\d+)\.(\d+)", project["requires-python"]).groups()
    assert tuple(map(int, version)) >= tuple(map(int, oldest))


def test_it_installs_the_course_with_what_grading_needs_at_the_versions_tried(root, steps):
    (install,) = [words for words in commands(steps) if words[2:4] == ["pip", "install"]]
    assert ".[grading]" in install and install[install.index("--constraint") + 1] == "/tmp/pins.txt"
    (pins,) = [words for words in commands(steps) if words[0] == "sed"]
    assert pins == ["sed", "/^-e /d", "requirements.txt", ">", "/tmp/pins.txt"]
    copied = [name for rest in said(steps, "COPY") for name in rest.split()[:-1]]
    assert {"workbook", "notebooks", "data", "pyproject.toml", "requirements.txt"} <= set(copied)
    assert all((root / name).exists() for name in copied)


def test_the_build_ends_where_the_sandbox_would_find_a_part_missing(steps):
    (check,) = [words for words in commands(steps) if words[:2] == ["python", "-c"]]
    if not process.problem():  # here there is none missing
        exec(check[2], {})
    assert "bubblewrap.command" in check[2]


def test_it_runs_the_command_line(steps):
    assert said(steps, "ENTRYPOINT") == ['["workbook"]']


def test_its_two_commands_are_in_the_file_and_in_the_instructors_guide(root):
    for name in (container.FILE, ".github/INSTRUCTORS.md"):
        text = (root / name).read_text(encoding="utf-8")
        assert container.BUILD in text and container.RUN in text, name
    assert "Containerfile" in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("system", "name"), [("Darwin", "macOS"), ("Windows", "Windows")])
def test_on_other_systems_one_sentence_names_the_container_and_how_to_run_it(
    monkeypatch, system, name
):
    monkeypatch.setattr(process, "problem", lambda: f"the sandbox needs Linux; this is {system}.")
    monkeypatch.setattr("platform.system", lambda: system)
    with pytest.raises(ValueError) as refused:
        isolation.refuse_without_sandbox("sandbox")
    text = str(refused.value)
    assert name in text and container.BUILD in text and f"{container.RUN} grade" in text
    assert ". " not in text, "it is one sentence"
    isolation.refuse_without_sandbox("none")
