"""What Binder installs: the pins of requirements.txt that a lesson needs, and no others.

Binder's image brings JupyterLab, so of the course's packages only the kernel's half is listed, with
the CPU build of torch, and nothing that only a developer uses. Which package needs which is asked
of the environment that runs this. `workbook clouds` writes binder/requirements.txt; left out: the
course itself, which binder/postBuild installs last, so that a change in a lesson reuses the rest.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BROUGHT = ("jupyterlab",)  # by Binder's image, in a version of its own
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CPU_ONLY = ("nvidia", "cuda", "triton")  # beginnings of names that a CPU build has no use for
IMAGE = {  # Binder's machine, by which requirements are judged on any other
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "python_version": "3.11",
    "python_full_version": "3.11.0",
}
HEAD = """\
# What Binder installs, written by `workbook clouds` from requirements.txt: the same versions, but
# only what a lesson needs. JupyterLab comes with Binder's image, the course itself with postBuild.
--extra-index-url {index}
"""


def requirements(folder: Path) -> dict[str, str]:
    """{package: version} of what lessons need, directly or not; folder: the checkout.

    ValueError when a needed package has no pin, in which case requirements.txt is out of date.
    """
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = map(Requirement, project["dependencies"])  # the extra `dev` stays at home
    roots = [r for r in asked if canonicalize_name(r.name) not in BROUGHT]
    found, known = needed(roots), pins(folder / "requirements.txt")
    missing = sorted(found - {canonicalize_name(name) for name in known})
    if missing:
        raise ValueError(f"requirements.txt has no pin for {', '.join(missing)}; add one.")
    return {name: version for name, version in known.items() if canonicalize_name(name) in found}


def pins(file: Path) -> dict[str, str]:
    """{package: version} of the lines `package==version`, in their order and spelling."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))


def needed(roots: Iterable[Requirement]) -> set[str]:
    """The canonical names of some packages and of all that they need on Binder's machine.

    What a package needs is read from its copy here; of one that is not here, nothing is known.
    """
    todo, seen = list(roots), set()
    while todo:
        one = todo.pop()
        name, extras = canonicalize_name(one.name), tuple(sorted(one.extras))
        if (name, extras) in seen or name.startswith(CPU_ONLY):
            continue
        seen.add((name, extras))
        for requirement in map(Requirement, asked_by(name)):
            marker = requirement.marker
            if not marker or any(marker.evaluate(IMAGE | {"extra": e}) for e in ("", *extras)):
                todo.append(requirement)
    return {name for name, _ in seen}


def asked_by(name: str) -> list[str]:
    """What an installed package requires; nothing if it is not installed, as on another system."""
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def text(listed: dict[str, str]) -> str:
    """binder/requirements.txt; torch in its CPU build, or the installation fails."""
    lines = [
        f"{name}=={version}+cpu" if name == "torch" else f"{name}=={version}"
        for name, version in listed.items()
    ]
    return HEAD.format(index=CPU_INDEX) + "\n".join(lines) + "\n"


def installed_bytes(listed: Iterable[str]) -> int:
    """Bytes on the disk of some packages, as installed here."""
    places = (
        Path(entry.locate())
        for name in listed
        for entry in metadata.distribution(name).files or []
        if not entry.is_absolute()
    )
    return sum(place.stat().st_size for place in places if place.is_file())
