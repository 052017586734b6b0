"""An edition of the package in which the reference answers are gone.

In a lesson's `exercises.py` every reference answer becomes a call of `sealed.stored`, and what only
references use goes too. The students' edition brings stored results for the inputs of the visible
checks; the one that answers run on while they are graded brings none. Left out: the data folder.
"""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import sys
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import workbook
from workbook import LESSONS
from workbook.core.exercises import gradients, plain_values, sealed
from workbook.core.exercises.checks import run_checks
from workbook.core.exercises.exercise import Exercise
from workbook.core.exercises.regrading import version_of
from workbook.grading.manifest import exercises_of

LAST_HINT = "The last hint is your instructor's to give."
SECONDS = 30.0  # for one check, when results are stored
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.so.tmp")


@dataclass(frozen=True)
class Sealing:
    """A lesson's exercises without answers. secrets: the source of what was taken out, by id."""

    source: str
    secrets: dict[str, list[str]]


def package_folder() -> Path:
    """Return the folder of the package that runs here."""
    return Path(workbook.__file__).resolve().parent


def write(folder: Path, topics: Collection[str] | None = None, with_results: bool = True) -> Path:
    """Copy the package to folder/workbook without the answers of some topics, or of all.

    with_results: bring the stored results of the visible checks. Returns folder/workbook.
    """
    target = folder / "workbook"
    shutil.copytree(package_folder(), target, ignore=IGNORED)
    closed: dict[str, list[str]] = {}
    for topic in [lesson.topic for lesson in LESSONS if lesson.ready]:
        file = target / topic / "exercises.py"
        if not file.exists() or (topics is not None and topic not in topics):
            continue
        for exercise_id, names in forbidden(file.read_text(encoding="utf-8")).items():
            for name in names:
                closed.setdefault(name, []).append(exercise_id)
        _seal_file(file, topic, with_results)
    for name, exercises in closed.items():
        _close(folder, name, exercises)
    if not with_results:  # where answers run there is nothing of the grader but the probe
        for path in (target / "grading").iterdir():
            if path.is_file() and path.name != "__init__.py":
                path.unlink()
    return target


def forbidden(source: str) -> dict[str, tuple[str, ...]]:
    """Return exercise id -> the functions that an `exercises.py` says its answers may not call."""
    found = {}
    for given in _exercises(ast.parse(source)):
        if "forbids" in given:
            found[ast.literal_eval(given["id"])] = ast.literal_eval(given["forbids"])
    return found


def _close(folder: Path, name: str, exercise_ids: list[str]) -> None:
    """Let a function of the copied package refuse while the answer to some exercises runs.

    Raises ValueError where there is no such function.
    """
    module, _, function = name.rpartition(".")
    file = folder.joinpath(*module.split(".")).with_suffix(".py")
    source = file.read_text(encoding="utf-8") if file.is_file() else ""
    body = ast.parse(source).body
    found = [n for n in body if isinstance(n, ast.FunctionDef) and n.name == function]
    if not found:
        raise ValueError(f"{', '.join(exercise_ids)} forbids {name}, which is no function.")
    first = found[0].body[1 if ast.get_docstring(found[0]) and len(found[0].body) > 1 else 0]
    asked = ", ".join(map(repr, exercise_ids))
    refuse = f"from workbook.core.exercises.sealed import closed as _closed; _closed({asked})"
    lines = source.splitlines(keepends=True)
    lines.insert(first.lineno - 1, " " * first.col_offset + refuse + "\n")
    file.write_text("".join(lines), encoding="utf-8", newline="\n")


def _seal_file(file: Path, topic: str, with_results: bool) -> None:
    try:
        source = seal(file.read_text(encoding="utf-8"), topic).source
    except ValueError:
        if with_results:
            raise
        source = "EXERCISES: dict = {}\n"  # nobody asks for them while answers are graded
    file.write_text(source, encoding="utf-8", newline="\n")
    if with_results:
        text = json.dumps(stored_results(source, topic), indent=1) + "\n"
        (file.parent / sealed.FILE).write_text(text, encoding="utf-8", newline="\n")


def seal(source: str, topic: str) -> Sealing:
    """Return the source of an `exercises.py` without reference answers.

    Raises ValueError where a reference is not a function of that file.
    """
    tree = ast.parse(source)
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    references = _references(tree)
    for name, exercise_id in references.items():
        if name not in defined:
            raise ValueError(
                f"the reference answer of {exercise_id} is not a function in "
                f"workbook/{topic}/exercises.py, so it cannot be taken out."
            )
    kept = _reachable(tree, without=references)
    secrets: dict[str, list[str]] = {}
    for name, exercise_id in references.items():
        only = [n for n in _reachable(tree, {name}) if n in defined and n not in kept]
        nodes = [defined[name], *(defined[n] for n in sorted(only) if n not in references)]
        secrets[exercise_id] = [ast.unparse(node) for node in nodes]
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in references:
            body.append(_without_body(node, references[node.name]))
        elif not isinstance(node, ast.FunctionDef) or node.name in kept:
            body.append(_without_last_hint(node))
    tree.body = body
    _import_stored(tree)
    return Sealing(ast.unparse(ast.fix_missing_locations(tree)) + "\n", secrets)


def stored_results(source: str, topic: str) -> dict[str, Any]:
    """Return what `sealed` needs: for each exercise its version, a seed, calls with results.

    source: the exercises without answers; their visible checks run here, and must pass.
    """
    answers = exercises_of(topic)
    calls: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in answers}

    def ask(exercise_id: str, arguments: tuple) -> Any:
        call = {"arguments": plain_values.encode(arguments)}
        called: list[Any] = []
        noting = [_noting(one, place, called) for place, one in enumerate(arguments)]
        result = answers[exercise_id].reference(*noting)
        call |= {"result": plain_values.encode(result)} | ({"called": called} if called else {})
        known = calls[exercise_id].setdefault(json.dumps(call), call)
        return gradients.connected(result, arguments, lambda at: _slopes(known, result, noting, at))

    exercises = _load(source, topic, ask)
    entries = {}
    for name, each in exercises.items():
        seed = int(hashlib.sha256(name.encode()).hexdigest()[:6], 16)
        if each.wants == "function":
            outcome = run_checks(each.checks, answers[name].reference, seed, SECONDS)
            if outcome.status != "right":
                raise ValueError(f"the checks of {name} do not pass on its own reference answer.")
        entries[name] = {"version": version_of(answers[name]), "seed": seed, "calls": []}
    for name, entry in entries.items():  # a check may ask the reference of another exercise
        if exercises[name].wants == "function":
            entry["calls"] = list(calls[name].values())
    return entries


def _noting(argument: Any, place: int, called: list[Any]) -> Any:
    """A function that also notes each call: its place, the arguments and the result, in words."""
    if not callable(argument):
        return argument

    def noted(*arguments: Any) -> Any:
        coded = plain_values.encode(list(arguments))
        gave = argument(*arguments)
        called.append([place, coded, plain_values.encode(gave)])
        return gave

    return noted


def _slopes(call: dict[str, Any], result: Any, arguments: list[Any], gradient: Any) -> list[Any]:
    """The gradients at the arguments, noted in a stored call."""
    found = gradients.slopes(result, arguments, gradient)
    pair = [plain_values.encode(gradient), plain_values.encode(found)]
    if pair not in call.setdefault("slopes", []):
        call["slopes"].append(pair)
    return found


def _load(source: str, topic: str, ask: Any) -> dict[str, Exercise]:
    """Run the module of the sealed exercises with `ask` in place of `stored`."""
    name = f"workbook.{topic}.exercises"
    module = types.ModuleType(name)
    module.__file__ = f"<{topic} without answers>"
    before, real = sys.modules.get(name), sealed.stored
    sealed.stored = ask  # what the module's import finds
    sys.modules[name] = module
    try:
        exec(compile(source, module.__file__, "exec"), module.__dict__)
    finally:
        sealed.stored = real
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before
    return dict(module.EXERCISES)


def _references(tree: ast.Module) -> dict[str, str]:
    """Return name of the reference function -> exercise id, from the calls of Exercise(...)."""
    return {
        ast.unparse(given["reference"]): str(ast.literal_eval(given["id"]))
        for given in _exercises(tree)
        if "id" in given and "reference" in given
    }


def _exercises(tree: ast.Module) -> Iterator[dict[str | None, ast.expr]]:
    """The keywords of each call of Exercise(...)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Exercise":
            yield {keyword.arg: keyword.value for keyword in node.keywords}


def _reachable(
    tree: ast.Module, start: Collection[str] | None = None, without: Collection[str] = ()
) -> set[str]:
    """Return the top-level names that some names need, or that the module's statements need.

    start: names; by default all statements but functions. without: functions not looked into.
    """
    uses: dict[str, set[str]] = {}
    open_names = set(start or ())
    for node in tree.body:
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if isinstance(node, ast.FunctionDef):
            uses[node.name] = set() if node.name in without else names
        elif start is None:
            open_names |= names
    reached: set[str] = set()
    while open_names:
        name = open_names.pop()
        if name not in reached:
            reached.add(name)
            open_names |= uses.get(name, set())
    return reached


def _without_body(node: ast.FunctionDef, exercise_id: str) -> ast.FunctionDef:
    parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    arguments = ast.Tuple([ast.Name(each.arg, ast.Load()) for each in parameters], ast.Load())
    call = ast.Call(ast.Name("stored", ast.Load()), [ast.Constant(exercise_id), arguments], [])
    return ast.FunctionDef(
        node.name, node.args, [ast.Return(call)], node.decorator_list, node.returns, None
    )


def _without_last_hint(node: ast.stmt) -> ast.stmt:
    """The last hint is nearly the answer: it goes, the two before it stay."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Exercise":
            for keyword in call.keywords:
                if keyword.arg == "hints" and isinstance(keyword.value, ast.Tuple):
                    keyword.value.elts[-1] = ast.Constant(LAST_HINT)
    return node


def _import_stored(tree: ast.Module) -> None:
    place = next(
        index
        for index, node in enumerate(tree.body)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and getattr(node, "module", "") != "__future__"
    )
    names = [ast.alias("stored")]
    tree.body.insert(place, ast.ImportFrom("workbook.core.exercises.sealed", names, 0))
