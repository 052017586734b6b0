"""The shapes of small programs, and the requests about them (data only, used by `programs.py`).

A shape is a pattern, its values (a span of numbers, a list of numbers, or a rule on the values
before it) and the rule for its result. {one}, {two} are names of goods, {thing} the name of a loop
variable. Of shapes and requests the last but one is for validation, the last for the test split.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbook.town.writer import Phrases

Values = Mapping[str, object]
Rule = Callable[[Values], object]


@dataclass(frozen=True)
class Shape:
    """One kind of program; spans are (low, high) or, of a list, (low, high, shortest, longest)."""

    pattern: str
    values: dict[str, tuple[int, ...] | Rule]
    result: Callable[[Values], int]


THINGS = ("number", "price", "weight", "age", "hour", "page", "mile", "fee", "item", "coin")

SHAPES = (
    Shape(
        "{one} = {a}\n{two} = {b}\nanswer = {one} + {two}",
        {"a": (2, 20), "b": (2, 9)},
        lambda v: v["a"] + v["b"],
    ),
    Shape(
        "{one} = {a}\n{two} = {b}\nanswer = {one} - {two}",
        {"a": (10, 20), "b": (1, 9)},
        lambda v: v["a"] - v["b"],
    ),
    Shape(
        "{one} = {a}\nprice = {b}\nanswer = {one} * price",
        {"a": (2, 12), "b": (2, 9)},
        lambda v: v["a"] * v["b"],
    ),
    Shape(
        "{one} = {a}\nfriends = {b}\nanswer = {one} // friends",
        {"b": (2, 9), "each": (2, 12), "a": lambda v: v["b"] * v["each"]},
        lambda v: v["each"],
    ),
    Shape(
        "{one} = {a}\nprice = {b}\ncost = {one} * price\nanswer = cost + {c}",
        {"a": (2, 9), "b": (2, 9), "c": (1, 9)},
        lambda v: v["a"] * v["b"] + v["c"],
    ),
    Shape(
        "{one} = {a}\nprice = {b}\npaid = {c}\ncost = {one} * price\nanswer = paid - cost",
        {"a": (2, 6), "b": (2, 6), "left": (1, 9), "c": lambda v: v["a"] * v["b"] + v["left"]},
        lambda v: v["left"],
    ),
    Shape(
        "{one} = {a}\n{one} = {one} + {b}\nanswer = {one}",
        {"a": (2, 20), "b": (1, 9)},
        lambda v: v["a"] + v["b"],
    ),
    Shape(
        "{one} = {a}\n{two} = {one}\n{one} = {b}\nanswer = {two}",
        {"a": (2, 60), "b": (2, 60)},
        lambda v: v["a"],
    ),
    Shape(
        "{one} = {a}\n{two} = {b}\nif {one} > {two}:\n    answer = {one}\n"
        "else:\n    answer = {two}",
        {"a": (2, 60), "b": (2, 60)},
        lambda v: max(v["a"], v["b"]),
    ),
    Shape(
        "{one} = {a}\n{two} = {b}\nif {one} < {two}:\n    answer = {one}\n"
        "else:\n    answer = {two}",
        {"a": (2, 60), "b": (2, 60)},
        lambda v: min(v["a"], v["b"]),
    ),
    Shape(
        "{one} = {a}\nif {one} > {b}:\n    answer = {c}\nelse:\n    answer = {d}",
        {"a": (2, 40), "b": (2, 40), "c": (1, 20), "d": (1, 20)},
        lambda v: v["c"] if v["a"] > v["b"] else v["d"],
    ),
    Shape(
        "{one} = {a}\nif {one} == {b}:\n    answer = {c}\nelse:\n    answer = {one}",
        {"a": (2, 5), "b": (2, 5), "c": (10, 40)},
        lambda v: v["c"] if v["a"] == v["b"] else v["a"],
    ),
    Shape(
        "age = {a}\nticket = {b}\nif age < {c}:\n    ticket = ticket - {d}\nanswer = ticket",
        {"a": (5, 40), "b": (8, 20), "c": (10, 20), "d": (1, 6)},
        lambda v: v["b"] - v["d"] * (v["a"] < v["c"]),
    ),
    Shape(
        "answer = 0\nfor {thing} in {a}:\n    answer = answer + {thing}",
        {"a": (1, 9, 2, 4)},
        lambda v: sum(v["a"]),
    ),
    Shape(
        "{one} = {a}\nanswer = 0\nfor {thing} in {one}:\n    answer = answer + {thing}",
        {"a": (1, 9, 2, 4)},
        lambda v: sum(v["a"]),
    ),
    Shape(
        "answer = 0\nfor {thing} in {a}:\n    if {thing} > {b}:\n        answer = answer + 1",
        {"a": (1, 20, 2, 5), "b": (4, 14)},
        lambda v: sum(n > v["b"] for n in v["a"]),
    ),
    Shape(
        "answer = 0\nfor {thing} in {a}:\n    if {thing} > answer:\n        answer = {thing}",
        {"a": (1, 60, 2, 5)},
        lambda v: max(v["a"]),
    ),
    Shape(
        "answer = {b}\nfor {thing} in {a}:\n    answer = answer - {thing}",
        {"a": (1, 6, 2, 3), "left": (1, 12), "b": lambda v: sum(v["a"]) + v["left"]},
        lambda v: v["left"],
    ),
    Shape(
        "answer = 0\nfor day in range({a}):\n    answer = answer + {b}",
        {"a": (2, 6), "b": (2, 9)},
        lambda v: v["a"] * v["b"],
    ),
    Shape(
        "answer = {c}\nfor day in range({a}):\n    answer = answer + {b}",
        {"a": (2, 4), "b": (2, 9), "c": (1, 20)},
        lambda v: v["c"] + v["a"] * v["b"],
    ),
    Shape(
        "answer = 1\nfor day in range({a}):\n    answer = answer * 2",
        {"a": (1, 7)},
        lambda v: 2 ** v["a"],
    ),
    Shape(
        "{one} = {a}\nfor week in range({b}):\n    {one} = {one} - {c}\nanswer = {one}",
        {"b": (2, 4), "c": (1, 5), "left": (1, 9), "a": lambda v: v["b"] * v["c"] + v["left"]},
        lambda v: v["left"],
    ),
    Shape(
        "{one} = {a}\nanswer = 0\nfor {thing} in {one}:\n    answer = answer + 1",
        {"a": (1, 20, 2, 6)},
        lambda v: len(v["a"]),
    ),
    Shape(  # validation only
        "{one} = {a}\n{two} = {b}\nif {one} > {two}:\n    answer = {one} - {two}\n"
        "else:\n    answer = {two} - {one}",
        {"a": (2, 20), "b": (2, 20)},
        lambda v: abs(v["a"] - v["b"]),
    ),
    Shape(  # test only
        "answer = 0\nfor {thing} in {a}:\n    if {thing} < {b}:\n        answer = answer + {thing}",
        {"a": (1, 9, 2, 4), "b": (3, 8)},
        lambda v: sum(n for n in v["a"] if n < v["b"]),
    ),
)  # fmt: skip

WRITE_PROGRAM = Phrases(
    "Write a program for this problem.\n{question}",
    "{question} Answer with a program.",
    "{question}\n\nWrite Python that works out the answer.",
    "Please turn this into a small program. {question}",
    "Write code that works this out. {question}",
    "Do not work it out yourself. Write a program. {question}",
    "{question}\nGive me a few lines of Python.",
    "As a program, please. {question}",
    "Let the computer do it. Write the program.\n{question}",
    "Problem: {question}\nA program, please.",
    "{question} Put the numbers into a program.",
    "Code only. {question}",
)

READ_PROGRAM = Phrases(
    "What does this program give?\n{program}",
    "What is the value of answer at the end?\n{program}",
    "{program}\n\nWhat is the value of answer?",
    "Run this in your head and tell me the result.\n{program}",
    "Here is a program.\n{program}\nWhat is the result?",
    "Which number does this code leave in answer?\n{program}",
    "Please read this code and say what comes out.\n{program}",
    "Python:\n{program}\nResult?",
    "I wrote this program. What answer does it give?\n{program}",
    "Tell me the result of this code.\n{program}",
    "{program}\n\nWhat do I get when I run this?",
    "Follow these lines and give the answer.\n{program}",
)

LATER_PROGRAM = Phrases(
    "And this one?\n{program}",
    "Now this program.\n{program}",
    "What about this?\n{program}",
    "Next program:\n{program}",
    "Thank you. And this?\n{program}",
    "And the result of these lines?\n{program}",
    "Another one.\n{program}",
    "Please do this one too.\n{program}",
)
