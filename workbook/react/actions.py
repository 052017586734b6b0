"""What a model says in one turn of ReAct, read into a thought and one typed action.

A turn is `Thought: ...` and then `Action: tool[argument]`. Models miss that form in many ways; the
parser accepts what can only be meant one way and turns the rest into an `Invalid` with a sentence
for the model to read. It never raises. Left out: what an action does (`tools.py`) and several
actions in one turn, of which the first counts. Lesson 16 builds a small version of it.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

LONGEST = 4_000  # characters of a turn that are read
FORM = "Write one line such as Action: tool[argument]."


class Call(NamedTuple):
    """Ask a tool."""

    tool: str  # in lower case
    argument: str

    def __str__(self) -> str:
        return f"{self.tool}[{self.argument}]"


class Answer(NamedTuple):
    """End the trace with an answer."""

    text: str

    def __str__(self) -> str:
        return f"finish[{self.text}]"


class Invalid(NamedTuple):
    """No action could be read; `reason` is what the model is told."""

    reason: str

    def __str__(self) -> str:
        return "(none)"


Action = Call | Answer | Invalid


class Turn(NamedTuple):
    """One reply of a model."""

    thought: str
    action: Action

    def __str__(self) -> str:
        return f"Thought: {self.thought}\nAction: {self.action}"


# A label: "Action:", "action 2 :", "**Action:**", "### Action:", "- Action:".
_LABEL = r"^[ \t>*#`_-]*{}(?:[ \t]*\d+)?[ \t*_`]*:[ \t*_`]*"
_THOUGHT, _ACTION, _OBSERVATION, _FINAL = (
    re.compile(_LABEL.format(word), re.IGNORECASE | re.MULTILINE)
    for word in ("thought", "action", "observation", "final[ \t]+answer")
)
_CALL = re.compile(r"[ \t`*]*([A-Za-z_][A-Za-z_0-9]*)[ \t`*]*([\[(])")
CLOSING = {"[": "]", "(": ")"}


def parse(text: str) -> Turn:
    """Return the thought and the first action of a reply; all else becomes an `Invalid`.

    Accepted besides `Action: tool[argument]`: numbered or bold labels, code fences, capitals, round
    brackets, brackets within brackets, a bracket that is never closed (the line ends it), an action
    without its label on a line of its own, {"tool": ..., "argument": ...}, and "Final answer: ...".
    What the model adds after "Observation:" is not read: observations come from tools.
    """
    text = text[:LONGEST].replace("\r\n", "\n")
    if invented := _OBSERVATION.search(text):
        text = text[: invented.start()]
    label = _ACTION.search(text)
    thought = _thought(text[: label.start()] if label else text)
    if label is None:
        return _without_label(text, thought)
    return Turn(thought, _read_action(text[label.end() :]))


def _thought(text: str) -> str:
    """What stands before the action, on one line, without its label."""
    label = _THOUGHT.search(text)
    return " ".join(text[label.end() if label else 0 :].split()).strip("`*")


def _without_label(text: str, thought: str) -> Turn:
    """A reply in which no line says "Action:"."""
    if final := _FINAL.search(text):
        answer = _tidy(text[final.end() :].partition("\n")[0])
        before = _thought(text[: final.start()])
        if answer:
            return Turn(before, Answer(answer))
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if re.fullmatch(r"[ \t`]*[A-Za-z_]+\[.*\][ \t`.]*", line):  # a bare call on its own line
            return Turn(_thought("\n".join(lines[:number])), _read_action(line))
    return Turn(thought, Invalid(f"There is no action in this reply. {FORM}"))


def _read_action(text: str) -> Action:
    """What follows the label."""
    text = re.sub(r"^\s*```\w*\s*\n?", "", text).lstrip()
    if text.startswith("{"):
        return _from_json(text)
    call = _CALL.match(text)
    if call is None:
        if not text.strip():
            return Invalid(f"The action is empty. {FORM}")
        return Invalid(f"This is no action: {text.splitlines()[0][:80]}. {FORM}")
    tool, bracket = call[1].lower(), call[2]
    argument = _tidy(_inside(text[call.end() :], bracket))
    if not argument:
        return Invalid(f"The action {tool} needs something between its brackets.")
    return Answer(argument) if tool == "finish" else Call(tool, argument)


def _inside(text: str, bracket: str) -> str:
    """The text up to the bracket that closes; up to the end of the line where none does."""
    depth, closing = 1, CLOSING[bracket]
    for place, letter in enumerate(text):
        depth += (letter == bracket) - (letter == closing)
        if depth == 0:
            return text[:place]
    return text.partition("\n")[0]


def _from_json(text: str) -> Action:
    """An action as an object, as models write it that were taught function calling."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return Invalid(f"The action begins like JSON but is none. {FORM}")
    tool = value.get("tool", value.get("name", value.get("action")))
    argument = value.get("argument", value.get("arguments", value.get("input")))
    if isinstance(argument, dict) and len(argument) == 1:
        (argument,) = argument.values()
    if not isinstance(tool, str) or not isinstance(argument, (str, int, float)):
        return Invalid(f'An action as JSON has a "tool" and one "argument". {FORM}')
    tool, argument = tool.strip().lower(), _tidy(str(argument))
    if not tool or not argument:
        return Invalid(f"The action is empty. {FORM}")
    return Answer(argument) if tool in ("finish", "final answer") else Call(tool, argument)


def _tidy(text: str) -> str:
    """Without outer white space, quotation marks around all of it, and fences."""
    text = text.strip().strip("`").strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


def cut_at_stop(text: str, stop: tuple[str, ...] | list[str]) -> str:
    """Return a text up to the first of the stop sequences, which itself is left out."""
    places = [place for sequence in stop if (place := text.find(sequence)) >= 0]
    return text[: min(places)] if places else text
