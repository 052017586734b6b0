"""Parts whose names and modules are loaded when they are used: one object each, errors, threads."""

from __future__ import annotations

import ast
import importlib
import inspect
import pickle
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from types import ModuleType

import pytest

import workbook
from workbook.core import lazy

PACKAGE = Path(workbook.__file__).parent
PARTS = sorted(
    ".".join(file.parent.relative_to(PACKAGE.parent).parts)
    for file in PACKAGE.rglob("__init__.py")
    if "load_when_used(__name__)" in file.read_text(encoding="utf-8")
)
INIT = """
from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from {part}.ideas import Idea, gone, speak
    from {part}.shout import shout

__all__ = ["Idea", "gone", "shout", "speak"]

load_when_used(__name__)
"""
IDEAS = '''
"""What an idea is."""
import threading, time

LOADED = [threading.get_ident()]
time.sleep(0.05)


class Idea:
    pass


def speak():
    return "yes"
'''
SHOUT = "from {part} import ideas\n\n\ndef shout():\n    return ideas.speak().upper()\n"


@pytest.fixture
def part(tmp_path, monkeypatch, request):
    """A part with two modules of its own, and one that is broken in the way a test says."""
    name = f"part_{abs(hash(request.node.name))}"
    folder = tmp_path / name
    folder.mkdir()
    broken = getattr(request, "param", "")
    files = {"__init__": INIT, "ideas": IDEAS, "shout": SHOUT, "broken": broken}
    for file, text in files.items():
        (folder / f"{file}.py").write_text(text.replace("{part}", name), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module(name)
    for loaded in [known for known in sys.modules if known.partition(".")[0] == name]:
        del sys.modules[loaded]


def waits(part, name):
    return f"{part.__name__}.{name}" not in sys.modules


def from_import(part, names):
    """What `from part import names` binds."""
    scope: dict = {}
    exec(f"from {part.__name__} import {names}", scope)
    scope.pop("__builtins__")
    return scope


def test_a_module_is_run_when_something_is_asked_of_it(part):
    ideas = from_import(part, "ideas")["ideas"]
    assert waits(part, "ideas") and ideas.__file__.endswith("ideas.py")
    assert type(ideas) is lazy.StandIn and isinstance(ideas, ModuleType)
    assert waits(part, "ideas") and ideas.speak() == "yes"
    module = sys.modules[ideas.__name__]
    assert type(module) is ModuleType and module is part.ideas and ideas.Idea is module.Idea


@pytest.mark.parametrize(
    "look", [dir, vars, inspect.getdoc, inspect.getsource, lambda module: hasattr(module, "none")]
)
def test_whoever_looks_at_a_waiting_module_sees_all_of_it(part, look):
    look(part.ideas)
    assert not waits(part, "ideas")
    assert inspect.getdoc(part.ideas) == "What an idea is."
    assert "speak" in dir(part.ideas)


def test_a_name_of_the_contract_loads_its_module_alone(part):
    assert part.speak() == "yes"
    assert f"{part.__name__}.shout" not in sys.modules
    assert "speak" in vars(part), "it is kept"


def test_everything_can_be_seen_before_it_is_loaded(part):
    assert {"Idea", "speak", "shout", "ideas", "broken", "__all__"} <= set(dir(part))
    assert f"{part.__name__}.ideas" not in sys.modules


def test_a_star_brings_the_contract(part):
    part.__all__.remove("gone")
    assert set(from_import(part, "*")) == {"Idea", "shout", "speak"}


@pytest.mark.parametrize("first", ["module", "name"])
def test_the_name_of_the_contract_wins_over_the_module_of_that_name(part, first):
    """`from workbook.sampling import generate` is the function, whatever was loaded before."""
    if first == "module":
        importlib.import_module(f"{part.__name__}.shout")
    assert part.shout() == "YES"
    assert importlib.import_module(f"{part.__name__}.shout").shout is part.shout
    assert part.shout() == "YES"


def test_what_is_not_there_is_an_attribute_error_as_everywhere(part):
    with pytest.raises(
        AttributeError, match=f"module '{part.__name__}' has no attribute 'nothing'"
    ):
        part.nothing  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from_import(part, "nothing")
    with pytest.raises(ImportError, match="cannot import name 'gone'"):
        from_import(part, "gone")  # promised, but its module has not got it
    assert not hasattr(part, "__wrapped__") and "_contract" not in dir(part)


@pytest.mark.parametrize(
    ("part", "error", "words"),
    [
        ("import no_such_package", ModuleNotFoundError, "No module named 'no_such_package'"),
        ("import math\nmath.nothing", ImportError, r"broken cannot be loaded: .*no attribute 'not"),
        ("early = 1\n1 / 0", ZeroDivisionError, "division by zero"),
        ("def f(:", SyntaxError, "invalid syntax"),
    ],
    indirect=["part"],
)
def test_a_module_that_fails_says_why_each_time_and_keeps_nothing(part, error, words):
    """Guards against a broken module that looks like a name that is missing, or is half there."""
    broken = part.broken
    for _ in range(2):
        with pytest.raises(error, match=words) as caught:
            getattr(broken, "early", None)
        assert waits(part, "broken")
    assert "broken.py" in "".join(traceback.format_exception(caught.value))
    Path(broken.__file__).write_text("early = 2\n", encoding="utf-8")
    assert broken.early == 2


def test_many_threads_at_once_see_one_whole_module(part):
    """Guards against LazyLoader of Python 3.11, where the second thread saw half of the file."""
    barrier, seen, errors = threading.Barrier(8), [], []

    def use(number):
        barrier.wait()
        try:
            if number % 2:
                seen.append((part.ideas.speak(), part.Idea))
            else:
                found = from_import(part, "ideas, shout, Idea")
                seen.append((found["shout"]().lower(), found["Idea"]))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == [] and len(seen) == 8
    assert set(seen) == {("yes", part.ideas.Idea)} and len(part.ideas.LOADED) == 1


def test_a_module_that_was_imported_beside_its_stand_in_is_the_same(part):
    """What a thread may do that imports the file while another holds the stand-in."""
    waiting = part.ideas
    again = importlib.import_module(waiting.__name__)
    assert waiting is not again and waiting.Idea is again.Idea and part.ideas is again


def test_attributes_can_be_set_and_taken_away(part, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(f"{part.__name__}.ideas.speak", lambda: "no")
        assert part.shout() == "NO"
        patch.setattr(part, "shout", len)
        assert part.shout("two") == 3
    assert part.shout() == "YES"
    part.broken.new = 1
    assert part.broken.new == 1 and sys.modules[part.broken.__name__].new == 1
    del part.ideas.Idea
    assert not hasattr(part.ideas, "Idea")


def test_objects_are_pickled_by_name_and_read_where_nothing_is_loaded(part):
    name, kept = part.__name__, pickle.dumps(part.Idea())
    program = (
        f"import pickle, sys; from {name} import ideas\n"
        f"print(type(pickle.loads({kept!r})) is ideas.Idea)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(part.__file__).parents[1], text=True,
        capture_output=True, env={"PYTHONPATH": str(PACKAGE.parent)},
    )  # fmt: skip
    assert done.stdout.strip() == "True", done.stderr


def test_a_part_can_be_reloaded(part):
    assert part.speak() == "yes"
    importlib.reload(part)
    assert type(part) is lazy.Part and part.speak() == "yes"


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_the_course_keeps_its_contract(name):
    """Every name is promised once, to type checkers and to `import *`, and is there."""
    part = importlib.import_module(name)
    promised = set(getattr(part, "__all__", ()))
    tree = ast.parse(Path(part.__file__).read_text(encoding="utf-8"))
    made_here = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert set(lazy._contract(name)) == promised - made_here
    for each in promised:
        value = getattr(part, each)
        assert not isinstance(value, ModuleType) and value is getattr(part, each)


def test_the_parts_of_the_course_were_found():
    assert {"workbook.sampling", "workbook.town", "workbook.core.runs"} <= set(PARTS)
