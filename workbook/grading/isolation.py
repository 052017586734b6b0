"""How a submission is kept apart, and what its kernel is given: folders, files, variables.

The edition is the package without answers; kernels read it, the installed packages and the course's
data, and write into one folder of their own. Left out: starting a kernel (`kernel.py`, `warm.py`).
"""

from __future__ import annotations

import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from workbook.core.runs.files import data_folder
from workbook.grading import container
from workbook.sandbox.bubblewrap import Limits

START_SECONDS = 90.0


@dataclass(frozen=True)
class Isolation:
    """How a submission is kept apart. kind: "sandbox" or "none"."""

    kind: str
    edition: Path  # folder with the package without answers
    limits: Limits = Limits(
        seconds=120, memory_mb=2048, processes=96, file_mb=32, disk_mb=64, output_kb=512
    )

    def in_words(self) -> str:
        """Say it in one line, for reports."""
        if self.kind == "none":
            return "none: answers ran with the rights of the person who graded"
        mb = self.limits.memory_mb
        return (
            "sandbox (bubblewrap): no network, read-only system, own folder, "
            f"{mb} MB, {self.limits.seconds:g} s"
        )


def refuse_without_sandbox(kind: str) -> None:
    """Raise ValueError where a sandbox is asked for and there is none."""
    from workbook.sandbox import process

    if kind not in ("sandbox", "none"):
        raise ValueError(f'isolation is "sandbox" or "none", not {kind!r}.')
    problem = process.problem() if kind == "sandbox" else ""
    if problem:
        raise ValueError(container.refusal(problem, platform.system()))


def new_folder(isolation: Isolation) -> Path:
    """Make a folder for work folders, beside the edition."""
    folder = Path(tempfile.mkdtemp(prefix="wbk-", dir=isolation.edition.parent))
    folder.chmod(0o755)
    return folder


def work_folder(above: Path) -> Path:
    """Make the folder of one kernel, which its user may write to."""
    work = above / "k"
    work.mkdir()
    work.chmod(0o777)
    return work


def command(isolation: Isolation) -> list[str]:
    """Return the command that starts a kernel, without its last words."""
    script = isolation.edition / "workbook" / "grading" / "inside" / "kernel.py"
    return [sys.executable, "-I", "-B", str(script), str(isolation.edition)]


def environment_of(work: Path) -> dict[str, str]:
    """Return the variables of a kernel that works in that folder."""
    return {
        "HOME": str(work),
        "TMPDIR": str(work),
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "WORKBOOK_OFFLINE": "1",
        "WORKBOOK_PROFILE": "binder",
        "WORKBOOK_DATA": str(data_folder()),
        "WORKBOOK_HOME": str(work),
        "IPYTHONDIR": str(work / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLCONFIGDIR": str(work / "mpl"),
    }


def readable(isolation: Isolation) -> list[Path]:
    """Return what a kernel may read: the packages, the edition, the course's data."""
    return [*_environment(), isolation.edition, data_folder()]


def _environment() -> list[Path]:
    """The installed packages; where this one lies among them, all but it."""
    places = [Path(entry) for entry in sys.path if Path(entry, "workbook").is_dir()]
    prefix = Path(sys.prefix)
    inside = [place for place in places if prefix in place.parents]
    if not inside:
        return [prefix]
    found: list[Path] = []
    for folder in [prefix, *_between(prefix, inside[0])]:
        following = {*inside, *_between(prefix, inside[0])}
        found += [e for e in folder.iterdir() if e not in following and e.name != "workbook"]
    return found


def _between(top: Path, bottom: Path) -> list[Path]:
    """The folders on the way from `top`, without it, down to `bottom`."""
    return [*reversed([each for each in bottom.parents if top in each.parents]), bottom]
