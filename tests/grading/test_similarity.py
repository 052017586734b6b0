"""How alike answers are: names, layout and comments hide nothing, and what is common is no hint."""

from __future__ import annotations

import ast
import random
from itertools import combinations

import pytest
from independent import BY_EXERCISE
from released import RIGHT

from workbook.core.exercises.checks import run_checks
from workbook.grading import cells, edition, manifest, release, similarity

LONG = RIGHT["s040"]


def renamed(source):
    """The same code with other names and another layout."""
    names = {}

    class Rename(ast.NodeTransformer):
        def visit_Name(self, node):
            if isinstance(node.ctx, ast.Store):
                names.setdefault(node.id, f"x{len(names)}")
            return node

        def visit_arg(self, node):
            names.setdefault(node.arg, f"x{len(names)}")
            return node

    tree = ast.parse(source)
    Rename().visit(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = names[node.arg]
    return "# my own work\n\n" + ast.unparse(tree).replace("    ", "  ")


def test_a_renamed_copy_is_alike_and_independent_answers_are_not():
    secret = edition.seal(
        (edition.package_folder() / "sampling" / "exercises.py").read_text(encoding="utf-8"),
        "sampling",
    ).secrets
    own = {"sampling.no_repeat": RIGHT["s040"], "sampling.token_ranks": RIGHT["s082"]}
    for name, source in own.items():
        prints = similarity.fingerprints(source)
        assert similarity.similarity(prints, similarity.fingerprints(renamed(source))) > 0.8
        reference = similarity.fingerprints("\n".join(secret[name]))
        assert similarity.similarity(prints, reference) < 0.5
    answers = {"sampling.no_repeat": {"ada": RIGHT["s040"], "bo": renamed(RIGHT["s040"])}}
    copied = {"sampling.no_repeat": "\n".join(secret["sampling.no_repeat"])}
    answers["sampling.no_repeat"]["eve"] = renamed(copied["sampling.no_repeat"])
    found = similarity.pairs(answers, copied)
    assert {(pair.one, pair.other) for pair in found} == {
        ("ada", "bo"), ("eve", similarity.REFERENCE),
    }  # fmt: skip


@pytest.mark.parametrize("name", BY_EXERCISE)
def test_right_answers_of_six_students_are_told_apart_and_a_copy_is_found(name):
    """And nobody is taken for a copy of the published answer."""
    asked = manifest.exercises_of("sampling")[name]
    published = "\n".join(release.secrets_of(["sampling"])[name])
    assert len(BY_EXERCISE[name]) >= 6
    for source in BY_EXERCISE[name]:
        space = {"exercise": lambda _: lambda function: function}
        exec(f"import math, numpy, torch\n{source}", space)
        answer = space[cells.functions(source)[-1]]
        assert run_checks(asked.checks, answer, 5, 10.0).status == "right", source
        copy = similarity.fingerprints(renamed(source))
        assert similarity.similarity(similarity.fingerprints(source), copy) > 0.8
    prints = [similarity.fingerprints(source) for source in (*BY_EXERCISE[name], published)]
    assert all(len(each) > 10 for each in prints), "each is long enough to be compared"
    assert max(similarity.similarity(*pair) for pair in combinations(prints, 2)) < 0.5
    written = {f"s{n}": source for n, source in enumerate(BY_EXERCISE[name])}
    known = {name: written | {"copy": renamed(written["s2"])}}
    found = similarity.pairs(known, {name: published}, least=0.5)
    assert [(pair.one, pair.other) for pair in found] == [("copy", "s2")]


def test_short_answers_are_not_compared():
    assert similarity.fingerprints("def f(x):\n    return x") == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x = f(1)", "total = g( 22 )  # mine", True),
        ('def f(a):\n    """Doc."""\n    return a', "def other(b):\n    return b", True),
        ("x = f(1)", "x = f('1')", False),
        ("x.sum()", "x.mean()", False),
        ("x = a + b", "x = a - b", False),
    ],
)
def test_tokens_tell_what_is_done_and_not_how_it_is_called(one, other, same):
    assert (similarity.tokens(one) == similarity.tokens(other)) == same


def test_the_tokens_of_a_small_cell():
    assert similarity.tokens("x = t.sum(1)") == [
        "Module", "Assign", "name", "Call", ".sum", "name", "int",
    ]  # fmt: skip
    assert similarity.tokens("x = (") == []


def test_similarity_is_the_part_of_the_smaller_set():
    one, other = frozenset({1, 2, 3}), frozenset({2, 3, 4, 5})
    assert similarity.similarity(one, other) == similarity.similarity(other, one) == 2 / 3
    assert similarity.similarity(one, one) == 1
    assert similarity.similarity(one, frozenset()) == 0


@pytest.mark.parametrize(("students", "found"), [(7, 21), (8, 0)])
def test_what_more_than_half_of_a_class_shares_is_no_hint(students, found):
    answers = {"a.b": {f"student {n}": LONG for n in range(students)}}
    assert len(similarity.pairs(answers)) == found
    with_reference = similarity.pairs(answers, {"a.b": LONG})
    known = [pair.one for pair in with_reference if pair.other == similarity.REFERENCE]
    assert known == sorted(answers["a.b"]), "the published answer is never common"


@pytest.mark.parametrize("least", [0.3, 0.5, 0.8, 1.0])
def test_no_pair_is_missed_by_looking_at_rare_hashes_only(least):
    source = random.Random(3)
    prints = {
        f"s{n}": frozenset(source.sample(range(30), source.randint(1, 12))) for n in range(60)
    }
    alike = {
        (one, other)
        for one, other in combinations(sorted(prints), 2)
        if similarity.similarity(prints[one], prints[other]) >= least
    }
    assert alike and alike <= similarity._likely(prints, least)


def test_a_large_class_costs_no_look_at_every_pair(monkeypatch):
    """3,000 students were 4.5 million comparisons for each exercise, at every run."""
    asked = []
    monkeypatch.setattr(similarity, "similarity", lambda one, other: asked.append(one) or 0.0)
    monkeypatch.setattr(
        similarity, "fingerprints", lambda source: frozenset(map(int, source.split()))
    )
    answers = {f"s{n}": " ".join(str(40 * n + k) for k in range(30)) for n in range(500)}
    assert similarity.pairs({"a.b": answers}) == [] and len(asked) < 500


def test_pairs_are_sorted_and_only_from_a_score_on():
    longer = LONG + "\n" + RIGHT["s082"]
    answers = {"b.x": {"bo": LONG, "ada": longer}, "a.x": {"cy": LONG, "di": RIGHT["s050"]}}
    (pair,) = similarity.pairs(answers, least=0.5)
    assert (pair.exercise, pair.one, pair.other) == ("b.x", "ada", "bo")
    assert 0.5 < pair.score <= 1
    every = similarity.pairs(answers, least=0.0)
    assert [each.score for each in every] == sorted((each.score for each in every), reverse=True)
    assert len(every) == 2
