"""What is known of a program after it ran, and what it may be given before.

`run` (the sandbox) and `interpret` (anywhere) return the same `Result` and take the same inputs;
both pass values through JSON, so that a tuple comes back as a list from either.
"""

from __future__ import annotations

import json
import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_ANSWER = 32_768  # characters of JSON
LONGEST_REASON = 300  # characters
NO_ANSWER = "the program did not set the variable `answer`"
NOT_JSON = "the answer is not JSON"
TOO_LONG = f"the answer is too long: more than {LONGEST_ANSWER:,} characters"


@dataclass(frozen=True)
class Result:
    """The outcome of one program."""

    ok: bool  # it ran to its end and left a value in `answer`
    value: Any  # of `answer`, as JSON knows it; None where ok is False
    output: str  # what it printed
    reason: str  # why there is no value, one sentence; empty where ok


def checked_inputs(inputs: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the inputs as the program will see them, after a trip through JSON.

    Raises ValueError for a name that no program could use, or a value that is not JSON.
    """
    inputs = dict(inputs or {})
    for name in inputs:
        if not (isinstance(name, str) and name.isidentifier()) or keyword.iskeyword(name):
            raise ValueError(f"{name!r} cannot be the name of a variable.")
        if name.startswith("__"):
            raise ValueError(f"{name!r} is reserved for Python itself.")
    try:
        return json.loads(json.dumps(inputs, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"the inputs of a program have to be JSON: {error}.") from None


def answered(answer: Any, output: str) -> Result:
    """Return the result of a program that ended with this answer: it has to be JSON, and short."""
    try:
        text = json.dumps(answer, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return Result(False, None, output, shortened(f"{NOT_JSON}: {error}"))
    if len(text) > LONGEST_ANSWER:
        return Result(False, None, output, TOO_LONG)
    return Result(True, json.loads(text), output, "")


def shortened(text: str) -> str:
    """Return a text on one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 3] + "..."
