"""The rules of the house that a machine can hold: layers, light imports, sizes, headers.

Style itself is ruff's business; it runs here too, so that `make test` is the whole truth.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "workbook").rglob("*.py"))
SOURCES = MODULES + sorted((ROOT / "tests").rglob("*.py"))
HEAVY = ("torch", "transformers", "datasets", "pandas", "plotly", "ipywidgets", "trl", "peft")
CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
TABLES = (ast.Assign, ast.AnnAssign)
LIGHT = ("workbook", "workbook.cli", "workbook.core")  # nothing heavy at import, nor below:
LIGHT_FOLDERS = ("workbook.cli.", "workbook.core.")

WATCH = """
import importlib, json, sys
sys.path.insert(0, {root!r})
import torch                                    # its own start-up is not ours to judge
seen, dtype = [], torch.get_default_dtype()
def hook(event, arguments):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system")):
        seen.append(event)
    if event == "open" and {data!r} in str(arguments[0]):
        seen.append(f"open {{arguments[0]}}")
sys.addaudithook(hook)
for name in {names!r}:
    importlib.import_module(name)
if torch.get_default_dtype() != dtype:
    seen.append("default dtype")
if torch.cuda.is_initialized():
    seen.append("cuda was started")
print(json.dumps(seen))
"""


def names(paths):
    """Module names of files: workbook/core/hub/loading.py -> workbook.core.hub."""
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in paths]
    return [".".join(p[:-1] if p[-1] == "__init__" else p) for p in parts if p[-1] != "__main__"]


def python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def label(path):
    return path.relative_to(ROOT).as_posix()


def tool(name):
    """A command of the environment that runs these tests."""
    return str(Path(sys.executable).parent / name)


def test_lower_parts_import_no_higher_ones():
    done = subprocess.run(
        [tool("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_ruff_is_content(command):
    done = subprocess.run(
        [tool("ruff"), *command, "--no-cache", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_importing_the_frame_loads_nothing_heavy():
    light = [n for n in names(MODULES) if n.startswith(LIGHT_FOLDERS) or n in LIGHT]
    code = (
        f"import importlib, sys\nfor name in {light!r}: importlib.import_module(name)\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    assert python(code).strip() == "[]"


def test_importing_any_module_does_no_work():
    """No network, no child process, no course file read, no global dtype, no GPU started."""
    code = WATCH.format(root=str(ROOT), data=str(ROOT / "data") + os.sep, names=names(MODULES))
    assert python(code).strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_a_file_opens_by_saying_what_it_is(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    text = ast.get_docstring(tree) or ""
    lines = [line for line in text.splitlines() if line.strip()]
    is_code = path in MODULES and any(isinstance(node, CODE) for node in tree.body)
    least = 3 if is_code else 1  # a table of words or a test says enough in one line
    assert least <= len(lines) <= 12, f"{label(path)} opens with {len(lines)} lines"


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_files_and_functions_stay_readable(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    tables = sum(n.end_lineno - n.lineno + 1 for n in tree.body if isinstance(n, TABLES))
    lines = text.count("\n") - tables  # tables of words may be long, code may not
    assert lines <= 330, f"{label(path)} has {lines} lines: split it"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = code_lines(node)
            assert length <= 45, f"{label(path)}: {node.name} has {length} lines of code"


def code_lines(node):
    """Lines of a function without its docstring."""
    length = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        length -= first.end_lineno - first.lineno + 1
    return length


def test_no_two_classes_of_a_part_share_a_name():
    """Guards against a reader who opens the wrong one of two classes called `Subject`."""
    homes = defaultdict(set)
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                part = path.relative_to(ROOT / "workbook").parts[0]
                homes[part, node.name].add(label(path))
    assert len(homes) > 300
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def test_every_file_is_opened_with_its_encoding():
    """A Windows machine would read UTF-8 text as something else."""
    guilty = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and opens_text_blindly(node):
                guilty.append(f"{label(path)}:{node.lineno}")
    assert guilty == []


def opens_text_blindly(call):
    """True for open(...), path.read_text() and path.write_text() in text mode without encoding."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    is_builtin = isinstance(call.func, ast.Name) and name == "open"
    is_path = isinstance(call.func, ast.Attribute) and name in ("read_text", "write_text", "open")
    no_text = ast.unparse(call.func) in ("os.open", "Image.open")  # a handle, a picture
    if no_text or not (is_builtin or is_path):
        return False
    if any(keyword.arg == "encoding" for keyword in call.keywords):
        return False
    modes = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    modes += [k.value.value for k in call.keywords if k.arg == "mode"]
    return not any("b" in mode and len(mode) <= 3 for mode in modes)


def test_no_code_that_comes_with_a_model_is_trusted_and_nothing_is_unpickled():
    guilty = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "trust_remote_code":
                if getattr(node.value, "value", True) is not False:
                    guilty.append(f"{label(path)}: trust_remote_code")
            if isinstance(node, ast.Import) and {"pickle", "dill"} & {a.name for a in node.names}:
                guilty.append(f"{label(path)}: pickle")
            if isinstance(node, ast.keyword) and node.arg == "weights_only":
                if getattr(node.value, "value", False) is not True:
                    guilty.append(f"{label(path)}: weights_only")
    assert guilty == []
