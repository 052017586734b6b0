"""The `workbook` command as a whole: its help, its version, one sentence for a mistake."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbook import __version__

MAIN = "from workbook.cli import main; main()"


def shell(*arguments, code=MAIN):
    """Run the command as the shell would; the finished process."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """A folder of two lessons, which nobody opens."""
    monkeypatch.setenv("WORKBOOK_NOTEBOOKS", str(tmp_path))
    for name in ("01_good", "02_bad"):
        (tmp_path / f"{name}.ipynb").touch()


def test_help_lists_the_commands_and_loads_nothing_heavy():
    heavy = "{'torch', 'transformers', 'pandas', 'plotly', 'numpy', 'nbclient', 'datasets'}"
    code = (
        "import sys\nfrom workbook.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n"
        f"    print('heavy:', sorted({heavy} & set(sys.modules)))"
    )
    done = shell("--help", code=code)
    for command in ("doctor", "run", "lessons", "new-lesson", "models", "bench"):
        assert f" {command} " in done.stdout
    assert "heavy: []" in done.stdout


def test_help_takes_less_than_half_a_second_of_processor_time():
    """The least of several, so that a busy machine does not count."""
    code = (
        "import time\nfrom workbook.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print(time.process_time())"
    )
    taken = [float(shell("--help", code=code).stdout.split()[-1]) for _ in range(5)]
    assert min(taken) < 0.5, taken


def test_the_version_is_said():
    """C12"""
    done = shell("--version")
    assert (done.returncode, done.stdout) == (0, f"workbook {__version__}\n")


@pytest.mark.usefixtures("lessons")
def test_a_mistake_is_one_sentence_without_a_traceback():
    done = shell("run", "99")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == "workbook: there is no lesson '99'; there are: 01_good, 02_bad.\n"


@pytest.mark.usefixtures("lessons")
def test_python_dash_m_is_the_same_command():
    done = subprocess.run(
        [sys.executable, "-m", "workbook", "run", "99"], capture_output=True, text=True
    )
    assert done.returncode == 2 and "no lesson '99'" in done.stderr
