"""The package without answers: what is taken out, what stays and what is stored."""

from __future__ import annotations

import ast
import json
import sys

import pytest

from workbook.core.exercises import plain_values, regrading, sealed
from workbook.core.exercises.checks import compare
from workbook.grading import edition, manifest

TOPIC = "scaling_laws"
SOURCE = '''from __future__ import annotations
import math
from workbook.core.exercises.exercise import Exercise

LIMIT = 3

def _only(x):
    return math.sqrt(x)

def _both(x):
    return x + LIMIT

def root(x: float, *, scale: float = 1.0) -> float:
    """The secret way."""
    return _only(_both(x)) * scale

def inputs(seed):
    return (_both(seed),)

_ALL = (
    Exercise(id="a.root", checks=(inputs,), hints=("one", "two", "nearly it"), reference=root),
)
'''


def flat(result):
    return result if isinstance(result, tuple) else (result,)


def functions(source):
    body = ast.parse(source).body
    return {node.name: ast.unparse(node) for node in body if isinstance(node, ast.FunctionDef)}


def test_a_reference_becomes_a_call_and_what_it_alone_uses_goes_too():
    source = edition.seal(SOURCE, "a").source
    found = functions(source)
    assert set(found) == {"_both", "root", "inputs"}
    assert found["root"] == (
        "def root(x: float, *, scale: float=1.0) -> float:\n    return stored('a.root', (x, scale))"
    )
    assert "from workbook.core.exercises.sealed import stored" in source
    assert source.startswith("from __future__") and "LIMIT = 3" in source


def test_the_secrets_are_the_reference_and_its_own_helpers():
    (sources,) = edition.seal(SOURCE, "a").secrets.values()
    before = functions(SOURCE)
    assert sources == [before["root"], before["_only"]]


def test_the_last_hint_goes_and_the_two_before_it_stay():
    source = edition.seal(SOURCE, "a").source
    (call,) = [n for n in ast.walk(ast.parse(source)) if getattr(n, "keywords", [])]
    hints = next(keyword.value for keyword in call.keywords if keyword.arg == "hints")
    assert ast.literal_eval(hints) == ("one", "two", edition.LAST_HINT)
    assert "nearly it" not in source and "secret" not in source


def test_a_reference_from_elsewhere_cannot_be_sealed():
    source = "from x import f\n_ALL = (Exercise(id='a.b', reference=f),)"
    with pytest.raises(ValueError, match="reference answer of a.b is not a function in"):
        edition.seal(source, "a")


def test_the_edition_without_answers_tells_the_version_of_the_full_one():
    """A note from a class's own wheel names the exercise as the key does."""
    source = (edition.package_folder() / "finetuning" / "exercises.py").read_text(encoding="utf-8")
    stored = edition.stored_results(edition.seal(source, "finetuning").source, "finetuning")
    for name, asked in manifest.exercises_of("finetuning").items():
        assert stored[name]["version"] == regrading.version_of(asked)


def test_stored_results_are_the_references_own_and_a_value_has_none():
    source = (edition.package_folder() / TOPIC / "exercises.py").read_text(encoding="utf-8")
    exercises = manifest.exercises_of(TOPIC)
    before = sys.modules[f"workbook.{TOPIC}.exercises"], sealed.stored
    stored = edition.stored_results(edition.seal(source, TOPIC).source, TOPIC)
    assert (sys.modules[f"workbook.{TOPIC}.exercises"], sealed.stored) == before
    for name, asked in exercises.items():
        assert bool(stored[name]["calls"]) == (asked.wants == "function"), name
        for call in stored[name]["calls"]:
            right = flat(asked.reference(*plain_values.decode(call["arguments"])))
            known = flat(plain_values.decode(call["result"]))
            assert all(compare(name, *pair) is None for pair in zip(known, right, strict=True))


def test_only_the_topics_asked_for_lose_their_answers(tmp_path):
    package = edition.package_folder()
    made = edition.write(tmp_path, [TOPIC])
    assert made == tmp_path / "workbook"
    assert "stored('scaling_laws.units'" in (made / TOPIC / "exercises.py").read_text(
        encoding="utf-8"
    )
    for name in ("sampling/exercises.py", "grading/key.py"):
        assert (made / name).read_bytes() == (package / name).read_bytes()
    stored = json.loads((made / TOPIC / sealed.FILE).read_text(encoding="utf-8"))
    assert list(stored) == list(manifest.exercises_of(TOPIC))
    assert not list(made.rglob("__pycache__")) and not (made / "sampling" / sealed.FILE).exists()


def test_where_answers_run_there_is_no_result_and_nothing_of_the_grader(tmp_path):
    made = edition.write(tmp_path, [TOPIC], with_results=False)
    assert not list(made.rglob(sealed.FILE))
    left = {path.name for path in (made / "grading").iterdir() if path.is_file()}
    assert left == {"__init__.py"}
    assert {path.name for path in (made / "grading" / "inside").glob("*.py")} == {
        "__init__.py", "kernel.py", "probe.py",
    }  # fmt: skip
