"""How alike answers are, whatever their names and layout: a hint, never a verdict.

An answer becomes a sequence of syntax tokens (names, texts and numbers replaced by their kind), of
which every run of K is hashed; winnowing keeps the smallest hash of each window, so any shared
passage of WINDOW + K - 1 tokens is noticed (Schleimer, Wilkerson and Aiken 2003, "Winnowing: local
algorithms for document fingerprinting"). Runs that the task itself brings along do not count.
Left out: copies in other words.
"""

from __future__ import annotations

import ast
import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbook.grading import cells

K, WINDOW = 6, 4
SHORTEST = 25  # tokens: below, any two right answers look alike
REFERENCE = "the published reference"


@dataclass(frozen=True)
class Pair:
    """Two answers to one exercise. score: 0 to 1, of the shorter one's fingerprints."""

    exercise: str
    one: str
    other: str
    score: float


def tokens(source: str) -> list[str]:
    """Return the syntax tokens of a piece of code: kinds of nodes, and the names of attributes."""
    tree = cells.parsed(source)
    if tree is None:
        return []
    found: list[str] = []
    _walk(tree, found)
    return found


def fingerprints(source: str) -> frozenset[int]:
    """Return the winnowed hashes of a piece of code; empty where it is too short to say."""
    words = tokens(source)
    if len(words) < SHORTEST:
        return frozenset()
    hashes = [_hash(" ".join(words[n : n + K])) for n in range(len(words) - K + 1)]
    last = max(1, len(hashes) - WINDOW + 1)
    return frozenset(min(hashes[n : n + WINDOW]) for n in range(last))


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the part of the smaller set that the other shares; 0 where one is empty."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def pairs(
    answers: Mapping[str, Mapping[str, str]],
    references: Mapping[str, str] | None = None,
    least: float = 0.8,
) -> list[Pair]:
    """Return the pairs of answers that are alike, the most alike first.

    answers: exercise id -> student -> source. references: exercise id -> the published answer, with
    which every answer is compared too. What more than half of a class shares does not count.
    """
    found = []
    for exercise, by_student in answers.items():
        prints = {student: fingerprints(source) for student, source in by_student.items()}
        common = _common(list(prints.values()))
        own = {name: prints[name] - common for name in sorted(prints)}
        scores = {pair: similarity(*(own[name] for name in pair)) for pair in _likely(own, least)}
        reference = fingerprints((references or {}).get(exercise, ""))
        if reference:
            scores |= {(name, REFERENCE): similarity(prints[name], reference) for name in own}
        found += [
            Pair(exercise, one, other, round(score, 3))
            for (one, other), score in scores.items()
            if score >= least
        ]
    return sorted(found, key=lambda pair: (-pair.score, pair.exercise, pair.one, pair.other))


def _likely(prints: Mapping[str, frozenset[int]], least: float) -> set[tuple[str, str]]:
    """The pairs that can reach a score, without looking at all pairs of a large class.

    Who shares `least` of a set shares one of any len - least * len + 1 of its hashes: the rarest
    are looked up (Chaudhuri et al. 2006, "A primitive operator for similarity joins").
    """
    owners = defaultdict(list)
    for name, values in prints.items():
        for value in values:
            owners[value].append(name)
    pairs = set()
    for name, values in prints.items():
        if least <= 0:
            others: set[str] = set(prints)
        else:
            rarest = sorted(values, key=lambda value: (len(owners[value]), value))
            several = len(values) - math.ceil(least * len(values) - 1e-9) + 1
            others = {other for value in rarest[:several] for other in owners[value]}
        pairs |= {(min(name, other), max(name, other)) for other in others if other != name}
    return pairs


def _common(prints: list[frozenset[int]]) -> frozenset[int]:
    if len(prints) < 8:
        return frozenset()
    counts: dict[int, int] = {}
    for each in prints:
        for value in each:
            counts[value] = counts.get(value, 0) + 1
    return frozenset(value for value, count in counts.items() if count > len(prints) / 2)


def _walk(node: ast.AST, found: list[str]) -> None:
    if isinstance(node, ast.Constant):
        found.append(type(node.value).__name__)
        return
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        found.append(type(node).__name__)
        for statement in _without_docstring(node.body):
            _walk(statement, found)
        return
    if isinstance(node, ast.Attribute):  # a library's names say what is done; a student's do not
        found.append(f".{node.attr}")
        _walk(node.value, found)
        return
    found.append("name" if isinstance(node, (ast.Name, ast.arg)) else type(node).__name__)
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.expr_context, ast.Load)):
            _walk(child, found)


def _without_docstring(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    return [
        node
        for node in body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest(), "big")
