"""`workbook doctor` and `workbook bench`: the verdict, the exit code, and the rows of a topic."""

from __future__ import annotations

import shutil
import sys
import types

import pytest

from workbook.cli import machine
from workbook.core.runs import bench


def test_a_wrong_variable_is_one_sentence(monkeypatch, shell):
    monkeypatch.setenv("WORKBOOK_PROFILE", "desktop")
    done = shell("doctor")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.startswith("workbook: WORKBOOK_PROFILE=desktop is not known; use one of ")


def test_doctor_ends_with_its_verdict_and_a_fitting_exit_code(root, tmp_path, monkeypatch, call):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    code, printed = call("doctor")
    assert code == 1
    assert printed.splitlines()[-1].startswith("Not ready (")
    for name in ("town", "models"):
        shutil.copytree(
            root / "data" / name, tmp_path / name, ignore=shutil.ignore_patterns(".build")
        )
    assert call("models", "manifest")[0] == 0
    code, printed = call("doctor")
    last = printed.splitlines()[-1]
    assert (code, last) == (0, "Ready: every lesson can run here on the laptop profile.") or (
        "of memory is free" in last or "of disk is free" in last
    )


def stand_in(monkeypatch, name, **functions):
    """Put a module of stand-in functions where the command will import it from."""
    module = types.ModuleType(name)
    vars(module).update(functions)
    monkeypatch.setitem(sys.modules, name, module)


def test_bench_prints_the_rows_of_a_topic(monkeypatch, call):
    seen = []

    def run(quick):
        seen.append(quick)
        return [bench.Row("batch 1", 300.0, 150.0, 2.0, 1.9, 2.1, "tokens/s", 7)]

    stand_in(monkeypatch, "workbook.fake")
    stand_in(monkeypatch, "workbook.fake.bench", run=run)
    monkeypatch.setattr(machine, "benchmarks", lambda: ["fake"])
    code, printed = call("bench", "fake", "--quick")
    assert code == 0 and seen == [True]
    assert "batch 1" in printed and "2.00x" in printed
    with pytest.raises(ValueError, match="no benchmark 'sampler'; there are: fake"):
        call("bench", "sampler")


def test_every_benchmark_on_disk_is_found_but_the_tool_is_not_one(root):
    found = machine.benchmarks()
    assert "core" not in found
    on_disk = {path.parent.name for path in (root / "workbook").glob("*/bench.py")}
    assert set(found) == on_disk - {"core"}


def test_the_size_of_a_class_is_only_for_the_benchmark_of_grading(monkeypatch, call):
    seen = {}

    def remember(name):
        def run(quick, **size):
            seen[name] = (quick, size)
            return []

        return run

    stand_in(monkeypatch, "workbook.fake")
    for name in ("fake", "grading"):
        stand_in(monkeypatch, f"workbook.{name}.bench", run=remember(name))
    monkeypatch.setattr(machine, "benchmarks", lambda: ["fake", "grading"])
    assert call("bench", "--submissions", "20")[0] == 0
    assert seen == {"fake": (False, {}), "grading": (False, {"submissions": 20})}
    assert call("bench", "grading", "--quick")[0] == 0
    assert seen["grading"] == (True, {})
    assert call("bench", "--submissions", "9")[0] == 2
