"""How a submission is kept apart: refusals, folders, variables, and what its kernel may read."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from workbook.core.runs.files import data_folder
from workbook.grading import edition, isolation
from workbook.grading.isolation import Isolation
from workbook.sandbox import process


def test_no_answer_is_run_without_a_sandbox_unless_told_so(monkeypatch):
    monkeypatch.setattr(process, "problem", lambda: "bubblewrap is missing.")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    with pytest.raises(ValueError, match="bubblewrap is missing.*`--isolation none`"):
        isolation.refuse_without_sandbox("sandbox")
    isolation.refuse_without_sandbox("none")
    with pytest.raises(ValueError, match='"sandbox" or "none"'):
        isolation.refuse_without_sandbox("maybe")


def test_reports_say_how_answers_were_kept_apart(tmp_path):
    apart = Isolation("sandbox", tmp_path)
    apart = replace(apart, limits=replace(apart.limits, seconds=2.5, memory_mb=300))
    assert apart.in_words() == (
        "sandbox (bubblewrap): no network, read-only system, own folder, 300 MB, 2.5 s"
    )
    words = "none: answers ran with the rights of the person who graded"
    assert replace(apart, kind="none").in_words() == words


@pytest.mark.skipif(sys.platform == "win32", reason="this machine has no sandbox: no Linux")
def test_a_kernels_folder_is_beside_the_edition_and_its_user_may_write_into_it(tmp_path):
    (tmp_path / "edition").mkdir()
    before = os.umask(0o077)
    try:
        above = isolation.new_folder(Isolation("none", tmp_path / "edition"))
        work = isolation.work_folder(above)
    finally:
        os.umask(before)
    assert above.parent == tmp_path and work.parent == above
    assert [stat.S_IMODE(each.stat().st_mode) for each in (above, work)] == [0o755, 0o777]


def test_a_kernel_starts_from_the_editions_own_file(tmp_path):
    python, *flags, script, folder = isolation.command(Isolation("none", tmp_path))
    assert (python, flags, folder) == (sys.executable, ["-I", "-B"], str(tmp_path))
    assert (edition.package_folder().parent / Path(script).relative_to(tmp_path)).is_file()


def test_a_kernel_gets_no_variable_of_the_grader(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    known = isolation.environment_of(tmp_path)
    assert "SECRET" not in known and not known.keys() & {"PYTHONPATH", "PATH"}
    assert known["HOME"] == known["TMPDIR"] == known["WORKBOOK_HOME"] == str(tmp_path)
    assert known["WORKBOOK_DATA"] == str(data_folder())
    assert known["HF_HUB_OFFLINE"] == known["OMP_NUM_THREADS"] == "1"


def test_a_kernel_may_read_no_package_that_holds_answers(tmp_path):
    apart = Isolation("sandbox", tmp_path / "edition")
    allowed = isolation.readable(apart)
    assert {apart.edition, data_folder()} <= set(allowed)
    package = edition.package_folder()
    assert not [each for each in allowed if each == package or each in package.parents]


def test_an_installed_package_is_left_out_from_among_its_neighbours(tmp_path, monkeypatch):
    site = tmp_path / "env" / "lib" / "site-packages"
    for folder in (site / "workbook", site / "torch", tmp_path / "env" / "bin"):
        folder.mkdir(parents=True)
    (tmp_path / "env" / "lib" / "libpython.so").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "path", [str(site)])
    apart = Isolation("sandbox", tmp_path / "edition")
    allowed = set(isolation.readable(apart)) - {apart.edition, data_folder()}
    lib = tmp_path / "env" / "lib"
    assert allowed == {tmp_path / "env" / "bin", lib / "libpython.so", site / "torch"}
