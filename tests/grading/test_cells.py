"""Reading the code of cells: which exercise they answer, what they need, what they change."""

from __future__ import annotations

import ast

import pytest

from workbook.grading import cells


@pytest.mark.parametrize(
    ("source", "ids"),
    [
        ('@exercise("a.one")\ndef f(): ...\nx = core.answer("a.two", 1)', ["a.one", "a.two"]),
        ('print(answer("a.one", 1))\nanswer("a.two", 2)\nanswer("a.one", 3)', ["a.one", "a.two"]),
        ("print('answer(\"a.one\", 1)')\nanswer(name, 1)\nanswer()", []),
        ('def f(:\nanswer("a.one", 1)', ["a.one"]),
        ('answer("a.o\u200bne", 1)', ["a.one"]),
    ],
)
def test_exercises_are_known_by_the_calls_that_name_them(source, ids):
    assert cells.exercise_ids(source) == ids


@pytest.mark.parametrize(
    "source",
    ["def f(:", "\u200bx = 1", "(" * 5000, "-" * 20000 + "1", "x = \x00", "%%bash\nls", "!ls\n?x"],
)
def test_code_that_is_no_python_stops_nothing(source):
    assert cells.exercise_ids(f'answer("a.b", 1)\n{source}') in ([], ["a.b"])
    assert isinstance(cells.needed({"x"}, [source]), list)


@pytest.mark.parametrize("line", ["!ls", "%pwd", "x = !ls", "x?"])
def test_a_cell_full_of_magics_costs_no_time(line, monkeypatch):
    """IPython's work grows with lines times magics: 200 lines took six seconds."""
    asked = []
    monkeypatch.setattr(
        "IPython.core.inputtransformer2.TransformerManager.transform_cell",
        lambda self, source: asked.append(source) or "x = 1",
    )
    assert cells.parsed("\n".join([line] * 50)) is not None and len(asked) == 1
    assert cells.parsed("\n".join([line] * 51)) is None
    assert cells.parsed("y = 1\n" * 2000 + line) is None and len(asked) == 1


def test_magics_that_ipython_gives_up_on_are_no_python(monkeypatch):
    def gives_up(self, source):
        raise RuntimeError("Input transformation still changing after 500 iterations")

    monkeypatch.setattr(
        "IPython.core.inputtransformer2.TransformerManager.transform_cell", gives_up
    )
    assert cells.parsed("!ls  # of this test") is None


def test_only_magics_over_python_are_left_out():
    assert cells.without_cell_magics("%%time\n%%capture x\ny = 1") == "y = 1"
    assert cells.without_cell_magics("%%time") == ""
    for other in ("%%bash\nls", "%%timer\nx", "x = 1\n%%time\ny"):
        assert cells.without_cell_magics(other) == other


def test_functions_are_those_at_the_top_of_a_cell():
    source = "def f():\n    def g(): ...\nclass C:\n    def h(self): ...\ndef last(): ..."
    assert cells.functions(source) == ["f", "last"]
    assert cells.functions("def f(:") == []


@pytest.mark.parametrize(
    ("source", "filled"),
    [
        ('answer("a.b", None)', False), ('answer("a.b", ...)', False), ('answer("a.b")', False),
        ('answer("a.c", 1)', False), ('answer("a.b", 0)', True), ("answer('a.b', (1, None))", True),
        ('x = answer("a.b", guess)', True), ('answer("a.b", 1', False),
    ],
)  # fmt: skip
def test_only_a_value_of_its_own_fills_an_answer_in(source, filled):
    assert cells.answered_value(source, "a.b") == filled


def test_comments_and_layout_make_no_other_code():
    assert cells.same_code("x = f(1,\n      2)  # mine", "x=f(1, 2)")
    assert not cells.same_code("x = 1", "x = 2")
    assert cells.same_code("def (", "  def (\n") and not cells.same_code("def (", "x")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("y = [x + i for i in range(n)]\nprint(y)", {"x", "n"}),
        ("def f(a, b=c):\n    return a + d + len(b)", {"c", "d"}),
        ("answer('a.b', z)\nimport os\nos.getcwd()", {"z"}),
        ("x += 1", {"x"}),
        ("x = (", set()),
    ],
)
def test_the_names_read_are_those_from_elsewhere(source, names):
    assert cells.names_read(source) == names


@pytest.mark.parametrize(
    ("source", "binds", "changes", "reads"),
    [
        ("a, b = f(c)", {"a", "b"}, set(), {"f", "c"}),
        ("table[k].sort()", set(), {"table"}, {"table", "k"}),
        ("x.y = z", set(), {"x"}, {"x", "z"}),
        ("import os.path, sys as s", {"os", "s"}, set(), set()),
    ],
)
def test_a_statement_binds_changes_and_reads(source, binds, changes, reads):
    names = cells.names_of(ast.parse(source).body[0])
    assert (names.binds, names.changes, names.reads) == (binds, changes, reads)


def test_magics_become_calls():
    assert cells.python_of("%matplotlib inline").startswith("get_ipython().run_line_magic(")
    assert cells.parsed("!ls") is not None and cells.parsed("x = (") is None


@pytest.mark.parametrize(
    ("wanted", "earlier", "kept"),
    [
        ({"y"}, ["x = 1\nz = 3", "y = x + 1"], ["x = 1", "y = x + 1"]),
        ({"x"}, ["x = []\nx.append(2)\nprint(3)"], ["x = []", "x.append(2)"]),
        ({"x"}, ["x = 1", "x = 2"], ["x = 2"]),
        ({"x"}, ["x = 1\nx += 2"], ["x = 1", "x += 2"]),
        ({"f"}, ["import os, sys\ndef f():\n    return os.name"],
         ["import os", "def f():\n    return os.name"]),
        ({"b"}, ["from m import a, b as c\nfrom n import b"], ["from n import b"]),
        ({"q"}, ["from m import *\nfor q in r:\n    pass"],
         ["from m import *", "for q in r:\n    pass"]),
    ],
)  # fmt: skip
def test_statements_that_names_need(wanted, earlier, kept):
    assert cells.needed(wanted, earlier) == kept
