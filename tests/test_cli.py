"""The `workbook` command: exit codes, one sentence for a mistake, and reports as promised."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import types

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from workbook import LESSONS, __version__, cli
from workbook.cli import machine
from workbook.core.hub import assets
from workbook.core.runs import bench


def call(*arguments):
    """Run the command in this process; (exit code, what it printed on stdout)."""
    result = CliRunner().invoke(cli.app, list(arguments))
    if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def shell(*arguments, code="from workbook.cli import main; main()"):
    """Run the command as the shell would; the finished process."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_NOTEBOOKS", str(tmp_path))
    for name, code in {"01_good": "6 * 7", "02_bad": "1 / 0"}.items():
        nbformat.write(new_notebook(cells=[new_code_cell(code)]), tmp_path / f"{name}.ipynb")
    return tmp_path


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


def test_run_prints_a_line_per_lesson_and_writes_the_report(lessons):
    code, printed = call("run", "--json", str(lessons / "deep" / "report.json"))
    assert code == 1
    good, bad = printed.splitlines()
    assert good.split()[:2] == ["01_good", "ok"] and bad.split()[:2] == ["02_bad", "failed"]
    report = json.loads((lessons / "deep" / "report.json").read_text(encoding="utf-8"))
    assert [list(entry) for entry in report] == [
        ["lesson", "status", "seconds", "peak_bytes", "error"]
    ] * 2
    assert [entry["status"] for entry in report] == ["ok", "failed"]
    assert report[0]["error"] is None and "division by zero" in report[1]["error"]
    assert all(entry["seconds"] > 0 and entry["peak_bytes"] > 2**20 for entry in report)


def test_run_of_good_lessons_ends_with_zero(lessons):
    code, printed = call("run", "1")
    assert code == 0 and len(printed.splitlines()) == 1


def test_run_tells_the_kernels_to_store_pictures(lessons, monkeypatch):
    monkeypatch.setenv("WORKBOOK_PNG", "0")  # is put back after the test
    for options, there in (((), "0"), (("--pictures",), "1")):
        cell = new_code_cell(f"import os; assert os.environ['WORKBOOK_PNG'] == '{there}'")
        nbformat.write(new_notebook(cells=[cell]), lessons / "01_good.ipynb")
        assert call("run", "1", *options)[0] == 0


CONFLICT = '{"cells": [],\n<<<<<<< HEAD\n "nbformat": 4}\n=======\n "nbformat": 3}\n>>>>>>> b\n'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CONFLICT.encode(), "line 2 has conflict marks of git"),
        (b"", "line 1 is not JSON"),
        (b"[1]", "is not a notebook"),
        (b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "is not a notebook"),
        (b'{"cells": [{"cell_type": "code"}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
         "is not a notebook"),
        (b"\xff\xfe", "is not UTF-8"),
        (None, "cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_notebook_stops_no_other_lesson(lessons, content, words):
    """A13: with conflict marks in one of three notebooks all stopped, and there was no report."""
    broken, report = lessons / "02_bad.ipynb", lessons / "r.json"
    broken.unlink()
    broken.mkdir() if content is None else broken.write_bytes(content)
    shutil.copy(lessons / "01_good.ipynb", lessons / "03_also.ipynb")
    code, printed = call("run", "1", "2", "3", "--json", str(report))
    assert code == 1
    statuses = [line.split()[:2] for line in printed.splitlines()]
    assert statuses == [["01_good", "ok"], ["02_bad", "failed"], ["03_also", "ok"]]
    entries = json.loads(report.read_text(encoding="utf-8"))
    assert [entry["status"] for entry in entries] == ["ok", "failed", "ok"]
    assert words in entries[1]["error"] and "\n" not in entries[1]["error"]


def test_a_notebook_with_a_byte_order_mark_runs(lessons):
    """A6: some Windows editors put one in front."""
    file = lessons / "01_good.ipynb"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert call("run", "1")[0] == 0


@pytest.mark.parametrize("name", ["good", "1", "01", "01_good"])
def test_run_takes_number_topic_and_name(lessons, name):
    """C12: `workbook run sampling` was refused."""
    code, printed = call("run", name)
    assert code == 0 and printed.startswith("01_good ")


def test_run_says_which_lesson_it_is_at(lessons):
    """C12: it was silent while it worked. The words go to stderr, results alone to stdout."""
    done = shell("run", "1", "2")
    lines = done.stderr.splitlines()
    assert lines == ["01_good: lesson 1 of 2 ...", "02_bad: lesson 2 of 2 ..."]
    assert len(done.stdout.splitlines()) == 2


def test_a_report_that_cannot_be_written_is_refused_before_the_work(lessons):
    done = shell("run", "1", "--json", str(lessons))
    assert done.returncode == 2 and "the report cannot be written to" in done.stderr
    assert done.stdout == "" and "lesson 1 of 1" not in done.stderr


def test_the_version_is_said():
    """C12"""
    assert call("--version") == (0, f"workbook {__version__}\n")


def test_lessons_lists_the_course():
    code, printed = call("lessons")
    rows = [line.split()[:3] for line in printed.splitlines()]
    assert code == 0
    assert rows == [[f"{x.number:02}", x.topic, x.state] for x in LESSONS]


@pytest.mark.parametrize("arguments", [("train",), ("train", "finetune"), ("train", "pretrain")])
def test_train_without_arguments_names_the_recipes(root, arguments):
    """C12"""
    done = shell(*arguments)
    said = done.stdout + done.stderr
    assert done.returncode == 2 and "Traceback" not in said
    recipes = (root / "workbook" / "training" / "recipes").glob(f"{(*arguments, '')[1]}*.toml")
    for recipe in recipes:
        assert recipe.name in said


def test_evaluate_refuses_an_unknown_task_before_any_bar_or_model(monkeypatch):
    """C12"""
    from workbook.evaluation import suite

    monkeypatch.setattr(suite, "open_system", lambda asked: pytest.fail("a model was loaded"))
    with pytest.raises(ValueError, match="there is no task 'foo'; there are: "):
        call("evaluate", "--task", "foo")
    with pytest.raises(ValueError, match="there is no task 'foo'"):
        suite.run(suite.Baseline(), 1, ["foo"])


def test_a_mistake_is_one_sentence_without_a_traceback(lessons):
    done = shell("run", "99")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == "workbook: there is no lesson '99'; there are: 01_good, 02_bad.\n"


def test_a_wrong_variable_is_one_sentence(monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROFILE", "desktop")
    done = shell("doctor")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.startswith("workbook: WORKBOOK_PROFILE=desktop is not known; use one of ")


def test_python_dash_m_is_the_same_command(lessons):
    done = subprocess.run(
        [sys.executable, "-m", "workbook", "run", "99"], capture_output=True, text=True
    )
    assert done.returncode == 2 and "no lesson '99'" in done.stderr


def test_doctor_ends_with_its_verdict_and_a_fitting_exit_code(root, tmp_path, monkeypatch):
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


def test_manifest_lists_what_lies_there(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "town.sqlite").write_text("facts", encoding="utf-8")
    code, printed = call("models", "manifest")
    assert code == 0 and printed.startswith("1 files, 5 bytes -> ")
    assert list(assets.manifest()) == ["town/town.sqlite"]


def stand_in(monkeypatch, name, **functions):
    """Put a module of stand-in functions where the command will import it from."""
    module = types.ModuleType(name)
    vars(module).update(functions)
    monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.slow
def test_build_makes_both_models_from_nothing_and_goes_on_after_a_kill(tmp_path, monkeypatch):
    """The whole way at toy length: tokenizer, two models, manifest, and once more."""
    from workbook.town_lm import models

    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    monkeypatch.setenv("WORKBOOK_PROFILE", "laptop")
    monkeypatch.setattr(models, "TOKENIZER_DOCUMENTS", 200)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "card.json").write_text("{}", encoding="utf-8")
    asked = ("models", "build", "town-lm", "town-instruct", "examples=40", "validation=4",
             "steps=2", "batch_size=2", "grad_accumulation=1", "warmup=1",
             "seq_len=128")  # fmt: skip
    code, printed = call(*asked)
    assert code == 0, printed
    listed = assets.manifest()
    assert {"models/town-lm/model.safetensors", "models/card.json"} <= set(listed)
    assert not any(".build" in name for name in listed)
    weights = tmp_path / "models" / "town-instruct" / "model.safetensors"
    before = weights.read_bytes()
    assert call(*asked)[0] == 0  # both runs are at their end already: nothing is trained again
    assert weights.read_bytes() == before
    with pytest.raises(ValueError, match="no model is called 'town'"):
        call("models", "build", "town", "steps=2")


def test_bench_prints_the_rows_of_a_topic(monkeypatch):
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
