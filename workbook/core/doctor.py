"""The doctor: is this machine ready for the course, and if not, what is to be done?

`examine` gathers findings without printing, so that they can be tested and shown in lesson 00;
`show` prints them and ends with one verdict line. It looks and does not repair, and it touches no
network: what the Hub would have to send is read from `workbook.core.system.known_models`.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata

from workbook.core.hub import assets, fits, loading
from workbook.core.hub.fits import Outlook
from workbook.core.system import known_models, machine, memory, profile
from workbook.core.system.machine import Machine
from workbook.core.system.memory import in_words as size
from workbook.core.system.profile import Profile

LEAST_MEMORY = 1.5 * 2**30  # bytes free that a lesson may need
LEAST_DISK = 2 * 2**30
SHOWN = ("torch", "transformers", "tokenizers", "datasets", "plotly", "ipywidgets", "jupyterlab")


@dataclass(frozen=True)
class Findings:
    """What the doctor saw. `problems` stop a lesson; `remarks` are good to know."""

    machine: Machine
    profile: Profile
    versions: dict[str, str]
    bundled: dict[str, int]  # bundled folder -> bytes
    downloads: dict[str, str]  # Hub id -> size, licence and revision, on the gpu profile
    roles: dict[str, Outlook] = field(default_factory=dict)  # role -> what a lesson would load
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """One line: ready, or not and what to do first."""
        if not self.problems:
            return f"Ready: every lesson can run here on the {self.profile.name} profile."
        count = len(self.problems)
        return f"Not ready ({count} problem{'s' * (count > 1)}): {self.problems[0]}"


def examine() -> Findings:
    """Look at everything a lesson leans on. Raises ValueError for an unknown WORKBOOK_... value."""
    found, chosen = machine.detect(), profile.current()
    roles, role_problems = look_at_roles(chosen)
    return Findings(
        machine=found,
        profile=chosen,
        versions={name: metadata.version(name) for name in SHOWN if _installed(name)},
        bundled=bundled_sizes(),
        downloads={} if chosen.name == "gpu" else downloads(profile.BUDGETS["gpu"]),
        roles=roles,
        problems=[
            *python_problems(sys.version_info[:2]),
            *package_problems(metadata.requires("workbook") or []),
            *room_problems(found.memory_available, shutil.disk_usage(".").free),
            *asset_problems(),
            *role_problems,
        ],
        remarks=remarks(found, chosen),
    )


def python_problems(version: tuple[int, int]) -> list[str]:
    """The course needs Python 3.11."""
    if version >= (3, 11):
        return []
    return [f"Python is {version[0]}.{version[1]}, the course needs 3.11 or newer: install one."]


def package_problems(requirements: Iterable[str]) -> list[str]:
    """Packages that are missing or outside the tested range; extras are left alone."""
    from packaging.requirements import Requirement

    problems = []
    for requirement in map(Requirement, requirements):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = requirement.name
        if not _installed(name):
            problems.append(f"{name} is not installed: run `make env`.")
        elif not requirement.specifier.contains(metadata.version(name), prereleases=True):
            problems.append(
                f"{name} is {metadata.version(name)}, tested is {requirement.specifier}: "
                "run `make env`."
            )
    return problems


def room_problems(memory_free: int, disk_free: int) -> list[str]:
    """Too little memory or disk for a lesson."""
    problems = []
    if memory_free < LEAST_MEMORY:
        problems.append(
            f"only {size(memory_free)} of memory is free, a lesson may need "
            f"{size(LEAST_MEMORY)}: close other programs."
        )
    if disk_free < LEAST_DISK:
        problems.append(f"only {size(disk_free)} of disk is free: make {size(LEAST_DISK)} of room.")
    return problems


def asset_problems() -> list[str]:
    """Bundled files that are missing, cut off or altered; or no list of them at all."""
    try:
        listed = assets.manifest()
    except ValueError as error:
        return [str(error)]
    if not listed:
        return [f"the list of bundled files is missing: {assets.remedy('assets.json')}."]
    return assets.verify()


def remarks(found: Machine, chosen: Profile) -> list[str]:
    """What is worth knowing but stops nothing."""
    notes = []
    if chosen.name == "gpu" and chosen.device == "cpu":
        notes.append("the gpu profile runs on a CPU here: its models will be slow.")
    if chosen.dtype == "float16":
        notes.append(f"{found.device_name} has no bfloat16 in hardware: float16 is used.")
    if loading.offline():
        notes.append("WORKBOOK_OFFLINE is set: nothing will be fetched.")
    return notes


def look_at_roles(chosen: Profile) -> tuple[dict[str, Outlook], list[str]]:
    """What would fill each role here and whether it fits; and the roles that cannot be filled."""
    looks: dict[str, Outlook] = {}
    problems = []
    free = memory.free(chosen.device)
    for role in profile.ROLES:
        try:
            look = fits.outlook(role, chosen, free)
        except ValueError as error:
            problems.append(str(error))
            continue
        if look is not None:
            looks[role] = look
            if look.needs is not None and not look.fits:
                problems.append(
                    f"the role {role} takes {size(look.needs)} and {size(free)} is free: "
                    f"close other programs, or set {profile.variable(role)} to a smaller model."
                )
    return looks, problems


def bundled_sizes() -> dict[str, int]:
    """Bytes of each bundled folder by the manifest: {"models/town-lm": ..., "town": ...}."""
    sizes: dict[str, int] = {}
    try:
        listed = assets.manifest()
    except ValueError:  # reported by asset_problems
        return sizes
    for asset in listed.values():
        folder = asset.path.rpartition("/")[0]
        sizes[folder] = sizes.get(folder, 0) + asset.bytes
    return sizes


def downloads(wanted: Profile) -> dict[str, str]:
    """What a profile would fetch: {"owner/name": "86.8 MB, Apache-2.0, revision c9745ed"}."""
    asked = [getattr(wanted, field_name) or "" for field_name in profile.ROLES.values()]
    return {
        text.partition("@")[0]: f"{size(entry.megabytes * 10**6)}, {entry.licence}, "
        f"revision {text.partition('@')[2][:7]}"
        for text in asked
        if (entry := known_models.ENTRIES.get(text))
    }


def show(findings: Findings) -> None:
    """Print the findings as tables, then the verdict as the last line."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    for title, rows in tables(findings).items():
        if rows:
            console.print(title, style="bold")
            grid = Table(show_header=False, box=None)
            grid.add_column(min_width=16, no_wrap=True)
            grid.add_column(overflow="fold")
            for name, value in rows.items():
                grid.add_row(name, value)
            console.print(grid)
            console.print()
    for problem in findings.problems[1:]:
        console.print(f"Also: {problem}", markup=False, soft_wrap=True)
    style = "red" if findings.problems else "green"
    console.print(findings.verdict, style=style, markup=False, soft_wrap=True)


def tables(findings: Findings) -> dict[str, dict[str, str]]:
    """The findings as text: {title: {name: value}}."""
    found, chosen = findings.machine, findings.profile
    damaged = [p for p in findings.problems if p.startswith("data/")]
    verified = "verified" if not damaged else f"{len(damaged)} damaged"
    return {
        "Machine": {
            "cores": str(found.cores),
            "memory": f"{size(found.memory_available)} free of {size(found.memory_total)}",
            "accelerator": _accelerator(found),
        },
        f"Profile {chosen.name}": {
            "device": f"{chosen.device}, {chosen.dtype}, {chosen.threads} threads",
            **{role: str(findings.roles.get(role, "-")) for role in profile.ROLES},
        },
        "Versions": {"python": sys.version.split()[0], **findings.versions},
        f"Bundled with the course ({verified})": {
            folder: size(count) for folder, count in findings.bundled.items()
        },
        "Fetched from the Hub on the gpu profile, when a lesson asks for it": findings.downloads,
        "Remarks": {f"{n}.": note for n, note in enumerate(findings.remarks, start=1)},
    }


def _accelerator(found: Machine) -> str:
    if found.device == "cpu":
        return "none"
    memory = f", {size(found.device_memory)}" if found.device_memory else ""
    bf16 = "with" if found.has_bf16 else "without"
    return f"{found.device_name}{memory}, {bf16} bfloat16"


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
