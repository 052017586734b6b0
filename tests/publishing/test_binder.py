"""binder/ is what Binder reads: repo2docker takes it, and it installs what the course has tried."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from workbook.publishing import binder

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "binder"
FOR_DEVELOPERS = ("pytest", "nbval", "playwright", "kaleido", "ruff", "hypothesis", "grimp")
FOR_LESSONS = ("torch", "transformers", "datasets", "evaluate", "peft", "trl", "plotly")
LOCK = "repo2docker/buildpacks/conda/environment.py-3.11-linux-64.lock"
CPU_LINES = (f"--extra-index-url {binder.CPU_INDEX}\n", "+cpu")


@pytest.fixture(scope="module")
def pins():
    """{package: version} of binder/requirements.txt."""
    return binder.pins(FOLDER / "requirements.txt")


@pytest.fixture(scope="module")
def built():
    """What repo2docker says to the checkout; it builds nothing, so it needs no Docker."""
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "."],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


def test_repo2docker_finds_every_file(built):
    assert "python=3.11" in built
    assert "RUN ./binder/postBuild" in built
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in built
    assert not (ROOT / ".binder").exists(), "with both folders repo2docker stops"
    assert os.access(FOLDER / "start", os.X_OK) and os.access(FOLDER / "postBuild", os.X_OK)


def test_the_packages_are_installed_before_the_repository_is_copied(built):
    """So that a change in a lesson does not install torch again, as `-e .` in the list would."""
    packages, copied = built.index("pip install"), built.index("src/ ${REPO_DIR}/")
    assert packages < copied < built.index("RUN ./binder/postBuild")


def test_the_list_is_up_to_date(pins):
    """`workbook clouds` writes it from requirements.txt and pyproject.toml."""
    text = (FOLDER / "requirements.txt").read_text(encoding="utf-8")
    assert text == binder.text(binder.requirements(ROOT))
    assert text.count("\ntorch==") == text.count("+cpu\n") == 1


def test_it_installs_the_courses_versions_and_nothing_for_developers(pins):
    course = binder.pins(ROOT / "requirements.txt")
    versions = {name: version.removesuffix("+cpu") for name, version in pins.items()}
    assert versions.items() <= course.items()
    assert set(FOR_LESSONS) <= set(pins)
    unwanted = [name for name in pins if name.startswith((*FOR_DEVELOPERS, *binder.CPU_ONLY))]
    assert not unwanted


def test_with_the_images_own_packages_nothing_is_missing(pins):
    """What Binder's image brings fits the ranges of pyproject.toml; the list has all the rest."""
    lock = metadata.distribution("jupyter-repo2docker").locate_file(LOCK)
    lock = lock.read_text(encoding="utf-8")
    brought = dict(re.findall(r"/([\w.-]+)-(\d[\w.]*)-[\w]+\.conda", lock))
    brought = {canonicalize_name(name): version for name, version in brought.items()}
    ours = {canonicalize_name(name): version for name, version in pins.items()}
    for text in metadata.requires("workbook"):
        needed = Requirement(text)
        if needed.marker and not needed.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(needed.name)
        version = ours.get(name) or brought[name]
        assert needed.specifier.contains(version), f"{needed}, but Binder has {version}"
        assert (name in ours) != (name in binder.BROUGHT)


@pytest.mark.slow
def test_the_list_resolves_to_what_it_says(pins, tmp_path):
    """By pip itself, against the package index: every pin exists, and none contradicts another.

    The only test that leaves the machine, and only to the index that pip is set to. torch's own
    index is left out, and with it the tag of the CPU build.
    """
    wanted = (FOLDER / "requirements.txt").read_text(encoding="utf-8")
    for part in CPU_LINES:
        wanted = wanted.replace(part, "")
    (tmp_path / "wanted.txt").write_text(wanted, encoding="utf-8")
    answer = pip("download", "--no-deps", "--dest", tmp_path, "six==1.17.0", folder=tmp_path)
    if answer.returncode:
        pytest.skip("no package index answers")
    report = tmp_path / "report.json"
    done = pip(
        "install", "--dry-run", "--ignore-installed", "--report", report, "-r", "wanted.txt",
        folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = [each["metadata"] for each in json.loads(report.read_text(encoding="utf-8"))["install"]]
    resolved = {canonicalize_name(each["name"]): each["version"] for each in found}
    resolved = {n: v.partition("+")[0] for n, v in resolved.items() if n not in binder.BROUGHT}
    extra = {name for name in resolved if name.startswith(binder.CPU_ONLY)}
    versions = {canonicalize_name(n): v.removesuffix("+cpu") for n, v in pins.items()}
    assert {n: v for n, v in resolved.items() if n not in extra} == versions


def pip(*arguments, folder):
    """Run pip as outside the suite: without the guard that keeps the tests off the network."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-m", "pip", *map(str, arguments), "-q", "--retries=1", "--timeout=20"],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_start_sets_the_small_profile_and_hands_on_the_command(tmp_path):
    code = (
        "import json, sys; from workbook.core.system import profile; chosen = profile.current(); "
        "print(json.dumps([chosen.name, chosen.threads, sys.argv[1:]])); sys.exit(7)"
    )
    done = subprocess.run(
        [FOLDER / "start", sys.executable, "-c", code, "two words", "*"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 7, done.stderr
    assert json.loads(done.stdout) == ["binder", 1, ["two words", "*"]]


def test_postbuild_installs_the_course_without_its_packages_and_stops_at_an_error(tmp_path):
    """Run with a pip that only writes down how it was called. Guards against repo2docker's habit of
    going on after a command that failed."""
    shutil.copytree(ROOT / "binder", tmp_path / "binder")
    (tmp_path / "workbook").mkdir()
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> called\ncase "$1" in -c) echo "{tmp_path}/prefix";; esac\n'
        'exit "${BROKEN:-0}"\n', encoding="utf-8",
    )  # fmt: skip
    python.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for broken in ("3", "0"):
        environment = os.environ | {"PATH": path, "BROKEN": broken}
        done = subprocess.run(["binder/postBuild"], cwd=tmp_path, env=environment)
        assert done.returncode == int(broken)
        settings = tmp_path / "prefix/share/jupyter/lab/settings/overrides.json"
        assert settings.exists() == (broken == "0")
    calls = (tmp_path / "called").read_text(encoding="utf-8").splitlines()
    assert calls[0] == "-m pip install --no-cache-dir --no-deps --editable ."
    news = json.loads(settings.read_text(encoding="utf-8"))
    assert news["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false"}


def test_what_binder_installs_is_small_and_the_readme_says_how_small(pins):
    """Within a tenth; for a build of torch with CUDA the machine at hand says nothing.

    README.md says it once a repository is set.
    """
    import torch

    measured = binder.installed_bytes(pins) / 1e9
    said = re.search(r"([\d.]+) GB of packages", (ROOT / "README.md").read_text(encoding="utf-8"))
    if torch.version.cuda is None:
        assert measured < 2
        assert said is None or measured == pytest.approx(float(said[1]), rel=0.1)
