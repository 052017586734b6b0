"""The package without answers: what is taken out, what stays and what is stored."""

from __future__ import annotations

import ast
import json
import sys

import pytest

from workbook import LESSONS
from workbook.core.exercises import plain_values, regrading, sealed
from workbook.core.exercises.checks import compare, run_checks
from workbook.core.exercises.exercise import CHECK_SECONDS
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


@pytest.mark.parametrize("topic", [lesson.topic for lesson in LESSONS if lesson.ready])
def test_a_right_answer_is_right_in_the_edition_without_answers(topic, monkeypatch):
    """Within the time that a learner's check has, too: what is stored is found fast enough."""
    source = (edition.package_folder() / topic / "exercises.py").read_text(encoding="utf-8")
    source = edition.seal(source, topic).source
    stored = json.loads(json.dumps(edition.stored_results(source, topic)))
    monkeypatch.setattr(sealed, "_stored", lambda name: stored[name])
    sealed._by_arguments.cache_clear()
    without = edition._load(source, topic, sealed.stored)
    for name, asked in manifest.exercises_of(topic).items():
        if asked.wants == "function":
            seed = stored[name]["seed"]
            found = run_checks(without[name].checks, asked.reference, seed, CHECK_SECONDS)
            assert found.status == "right", [each for each in found.findings if each.wrong]
    sealed._by_arguments.cache_clear()


CALLS = """from workbook.core.exercises.exercise import Check, Exercise

def ask_until(tool, most):
    for number in range(most):
        if tool(number):
            return number
    return None

def _same(stop):
    def test(answer, seed):
        seen, wanted = [], []
        got = answer(lambda n: seen.append(n) or n == stop, 4)
        want = ask_until(lambda n: wanted.append(n) or n == stop, 4)
        return None if (got, seen) == (want, wanted) else "no."
    return Check(f"stops at {stop}", test)

_ALL = (
    Exercise(id="a.until", title="t", points=1, difficulty=1, minutes=1,
             checks=(_same(1), _same(2), _same(9)), hints=("a", "b", "c"), reference=ask_until),
)
EXERCISES = {each.id: each for each in _ALL}
"""


def test_a_stored_result_calls_the_functions_that_it_is_given(monkeypatch):
    """The three calls have the same arguments; what the function gives tells them apart."""
    full = edition._load(CALLS, "a", None)
    monkeypatch.setattr(edition, "exercises_of", lambda topic: full)
    monkeypatch.setattr(edition, "version_of", lambda asked: "1")
    source = edition.seal(CALLS, "a").source
    stored = edition.stored_results(source, "a")
    monkeypatch.setattr(sealed, "_stored", lambda name: stored[name])
    sealed._by_arguments.cache_clear()
    without = edition._load(source, "a", sealed.stored)["a.until"]
    right = full["a.until"].reference
    assert run_checks(without.checks, right, 1, 1.0).status == "right"
    wrong = run_checks(without.checks, lambda tool, most: right(tool, most) or 0, 1, 1.0)
    assert [each.wrong for each in wrong.findings] == [None, None, "no."]
    with pytest.raises(sealed.Sealed):
        without.reference(lambda n: n == 3, 4)
    sealed._by_arguments.cache_clear()


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
