"""What the course's own package would answer: it may not be called, and says so.

Nor may an answer get round that: what reaches for the grading earns nothing, and what cannot be
read in the code is noted for a person.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest
from released import RIGHT

from workbook import LESSONS
from workbook.core.exercises.checks import run_checks
from workbook.grading import edition, forbidden, leaks, manifest, marks, release

TOPICS = [lesson.topic for lesson in LESSONS if lesson.ready]
RUNS = ("bench", "experiment", "peers", "record", "explorers", "charts")  # nothing to be asked


def own_functions(topic):
    """Full name -> function, of a lesson's modules but its exercises."""
    found = {}
    for module in pkgutil.iter_modules(importlib.import_module(f"workbook.{topic}").__path__):
        if module.name == "exercises" or module.name.startswith(RUNS):
            continue
        name = f"workbook.{topic}.{module.name}"
        for each in vars(importlib.import_module(name)).values():
            if inspect.isfunction(each) and each.__module__ == name and each.__name__ != "main":
                found[f"{name}.{each.__name__}"] = each
    return found


def takes(function, count):
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


@pytest.mark.filterwarnings("ignore")  # of functions that get what they are not made for
@pytest.mark.parametrize("topic", TOPICS)
def test_a_function_of_the_lesson_that_passes_is_forbidden(topic, tmp_path, monkeypatch):
    """One import would earn full marks."""
    monkeypatch.chdir(tmp_path)
    ready = own_functions(topic)
    for asked in manifest.exercises_of(topic).values():
        if asked.wants == "function":
            count = len(inspect.signature(asked.reference).parameters)
            passing = {
                name for name, each in ready.items() if takes(each, count)
                and all(run_checks((c,), each, 5, 1.0).status == "right" for c in asked.checks)
            }  # fmt: skip
            assert passing == set(asked.forbids), asked.id


@pytest.fixture(scope="module")
def sealed_package(tmp_path_factory):
    """The students' edition in which no lesson has its answers."""
    folder = tmp_path_factory.mktemp("edition")
    edition.write(folder)
    return folder


def test_nothing_in_the_students_edition_gives_an_answer_away(sealed_package):
    assert leaks.find(sealed_package, release.secrets_of(TOPICS)) == []


def test_no_lesson_gives_an_answer_away(root, tmp_path):
    for lesson in LESSONS:
        if lesson.ready:
            file = next((root / "notebooks").glob(f"*_{lesson.topic}.ipynb"))
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert leaks.find(tmp_path, release.secrets_of(TOPICS)) == []


ASK = """
from workbook.core.exercises.exercise import check, find
from workbook.evaluation.overlap import lcs_length
from workbook.evaluation.pass_at_k import pass_at_k
for name, function in (("subsequence", lcs_length), ("pass_at_k", pass_at_k)):
    found = check(f"evaluation.{name}", function)
    function.__signature__ = __import__("inspect").signature(find(f"evaluation.{name}").reference)
    print(check(f"evaluation.{name}", function).findings[0].wrong)
print(pass_at_k(5, 2, 1))
"""


def test_a_student_reads_at_once_that_a_function_may_not_be_called(sealed_package):
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=sealed_package, capture_output=True, text=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    for line, name in zip(lines, ("subsequence", "pass_at_k"), strict=False):
        assert f"This function is what evaluation.{name} asks you to write" in line
    assert float(lines[2]) == pytest.approx(0.4)


def test_a_mark_says_which_of_the_two_was_asked_for():
    raised = "it raised Sealed in its line 2: This function is what a.b asks you to write, so x."
    assert marks._reworded(raised) == marks.FORBIDDEN
    assert marks._reworded("it raised Sealed: This needs your answer to a.b") == marks.SEALED
    assert marks._reworded("it raised ValueError: x") == "it raised ValueError: x"


def test_a_name_that_is_no_function_cannot_be_forbidden(tmp_path):
    (tmp_path / "workbook").mkdir()
    (tmp_path / "workbook" / "x.py").write_text("f = 1\n", encoding="utf-8")
    for name in ("workbook.x.f", "workbook.y.f"):
        with pytest.raises(ValueError, match=f"a.b forbids {name}, which is no function"):
            edition._close(tmp_path, name, ["a.b"])


FORBIDS = (
    "workbook.sampling.filters.top_p_filter",
    "workbook.sampling.nucleus.quick_top_p_filter",
)
GIVEN = (
    "from workbook.core.exercises.exercise import answer, exercise, hint",
    "import torch\nfrom workbook.sampling import filters as given_filters",
)


def looked(*own):
    return forbidden.look(GIVEN, own, FORBIDS)


@pytest.mark.parametrize(
    "source",
    [
        *(each for each in RIGHT.values() if "top_p" in each or "accept" in each),
        "import math, numpy as np\nfrom collections import Counter\nx = getattr(m, 'shape', 0)",
        "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self._cache = {}\n    def __len__(self): return len(self._cache)",
        "model.eval()\nfast = torch.compile(f)\nx = eval('1 + 1')\nm = __import__('math')",
        "given_filters.top_k_filter(x, 2)\nfrom workbook.sampling.filters import CUT",
        "def top_p_filter(a, p):\n    return a if p else top_p_filter(a, 1)",
        "match x:\n    case [first, *rest]: first\n    case {'a': 1}: 0\n    case float(): 1",
        "from workbook.core.exercises.exercise import check\ncheck('a.b', f)",
        "from workbook.core.exercises import exercise as e\n@e.exercise('a.b')\ndef f(): ...",
    ],
)
def test_plain_code_raises_no_doubt(source):
    assert looked(source) == forbidden.Look()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("getattr(m, 'top_' + name)", "uses getattr"),
        ("getattr(m, 'top_p_filter')", "names top_p_filter"),
        ("reduce(getattr, names, m)", "uses getattr"),
        ("__import__(name)", "uses __import__"),
        ("__import__('importlib')", "imports importlib"),
        ("import importlib", "imports importlib"),
        ("eval(text)", "uses eval"),
        ("eval(\"getattr(m, 'a' + 'b')\")", "uses getattr"),
        ("exec('import sys')", "imports sys"),
        ("compile(text, '', 'exec')", "uses compile"),
        ("torch.sys.modules", "uses sys"),
        ("from typing import sys", "uses sys"),
        ("import torch.multiprocessing", "uses multiprocessing"),
        ("open('/x').read()", "uses open"),
        ("vars(m)", "uses vars"),
        ("f.__globals__", "uses __globals__"),
        ("__builtins__", "uses __builtins__"),
        ("random._os", "uses _os"),
        ("def f(self):\n    return self._x.__dict__", "uses __dict__"),
        ("!ls", "uses get_ipython"),
        ("from workbook.sampling.filters import *", "imports all that workbook.sampling.filters"),
        ("from workbook.sampling.filters import top_p_filter as t", "names top_p_filter"),
        ("given_filters.top_p_filter(x, 1)", "names top_p_filter"),
        ("given_filters.nucleus.quick_top_p_filter", "names quick_top_p_filter"),
        ("hand(given_filters)", "uses workbook.sampling.filters"),
        ("import workbook\nw = workbook", "uses workbook"),
        ("match m:\n    case object(top_p_filter=f): f(x)", "by a class pattern"),
        ("match m:\n    case M(f): f(x)", "by a class pattern"),
        ("class M:\n    __match_args__ = ('x',)", "uses __match_args__"),
        ("def f(m):\n    m.core.exercises.sealed.closed = id", "uses sealed"),
        ("from workbook.core.exercises.checks import compare", "uses workbook.core.exercises.che"),
        ("from .x import y", "imports x"),
        ("from . import y", "imports from its own folder"),
        ("typing.get_type_hints(f)", "uses get_type_hints"),
    ],
)
def test_what_cannot_be_read_in_the_code_is_noted_for_a_person(source, words):
    seen = looked("def helper(): ...", source)
    assert not seen.reaches and any(words in doubt for doubt in seen.doubts), seen
    assert all(doubt.startswith("it ") and " (line " in doubt for doubt in seen.doubts)


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("from workbook.core.exercises import sealed", "workbook.core.exercises.sealed"),
        ("import workbook.core.exercises as x\nx.sealed.closed = id",
         "workbook.core.exercises.sealed.closed"),
        ("from workbook.grading.inside import probe", "workbook.grading.inside.probe"),
        ("import workbook.grading.inside.probe as p\np.call = print",
         "workbook.grading.inside.probe.call"),
    ],
)  # fmt: skip
def test_reaching_for_the_grading_is_named(source, reached):
    assert looked(source).reaches == reached


def test_a_name_that_the_answer_defines_is_its_own_only_after_that():
    """The lesson imports the forbidden function; the answer's has the same name."""
    given = (f"from workbook.sampling.filters import {FORBIDS[0].rpartition('.')[2]}",)
    own = "def top_p_filter(x, p):\n    return x\ny = top_p_filter(1, 2)"
    assert forbidden.look(given, (own,), FORBIDS).doubts == []
    kept = "mine = top_p_filter\n" + own
    assert "line 1" in forbidden.look(given, (kept,), FORBIDS).doubts[0]


def test_few_reasons_are_enough_and_code_that_is_no_python_stops_nothing():
    many = "\n".join(f"x{n} = y._private{n}" for n in range(50))
    assert len(looked(many).doubts) == forbidden.MOST
    assert looked("def f(:", "x = " + "-" * 20000 + "1") == forbidden.Look()
