"""What a model says in one turn of ReAct, read into a thought and one typed action.

A turn is `Thought: ...` and then `Action: tool[argument]`. Models miss that form in many ways; the
parser accepts what can only be meant one way and turns the rest into an `Invalid` with a sentence
for the model to read. It never raises. Left out: what an action does (`tools.py`) and several
actions in one turn, of which the first counts. Lesson 16 builds a small version of it.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

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


# A label: "Action:", "action 2 :", "**Action:**", "### Action:", "- Action:", "1. Action：".
_LABEL = r"^[ \t>*#`_-]*(?:\d+[.)][ \t*_`]*)?{}(?:[ \t]*\d+)?[ \t*_`]*[:：][ \t*_`]*"
_THOUGHT, _ACTION, _INPUT, _OBSERVATION, _FINAL = (
    re.compile(_LABEL.format(words), re.IGNORECASE | re.MULTILINE)
    for words in (
        "thought",
        "(?:thought[ \t]*[:：][ \t]*)?action",
        "action[ \t]+input",
        "observation",
        "final[ \t]+answer",
    )
)
_FINAL_IS = re.compile(
    r"(?:^|(?<=[.!?] ))(?:(?:so|thus|therefore),? )?the final answer is:? (.+)",
    re.IGNORECASE | re.MULTILINE,
)
_CALL = re.compile(r"[ \t`*]*([A-Za-z_][A-Za-z_0-9]*)[ \t`*]*([\[(])")
_NAME = re.compile(r"[ \t`*]*([A-Za-z_][A-Za-z_0-9]*)[ \t`*]*\n\s*")  # alone on its line
_TOOL_CALL = re.compile(r"<tool_call>\s*")
_OBJECT = re.compile(r"^[ \t]*(?:```\w*\s*)?(?=\{)", re.MULTILINE)
_QUOTED = re.compile(r"(?<!\w)([\"'])(?:\\.|(?!\1)[^\\\n])*\1")
_SEVERAL = re.compile(r"([\"'])[^\"']*\1(?:\s*[;,]\s*\1[^\"']*\1)+")
CLOSING = {"[": "]", "(": ")"}
TOOL_KEYS = ("tool", "name", "action")
ARGUMENT_KEYS = ("argument", "arguments", "input", "action_input", "parameters")


def parse(text: str) -> Turn:
    """Return the thought and the first action of a reply; all else becomes an `Invalid`.

    Accepted besides `Action: tool[argument]`: numbered or bold labels, code fences, capitals, round
    brackets, brackets within brackets, a bracket that is never closed (the line ends it), an action
    without its label on a line of its own, "Action Input: ..." on the next line, "Final answer:",
    and objects such as {"tool": ..., "argument": ...}, in <tool_call> or not, several arguments
    joined by "; ".
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
    if called := _TOOL_CALL.search(text):
        return Turn(_thought(text[: called.start()]), _read_action(text[called.end() :]))
    if final := _FINAL.search(text):
        answer = _tidy(text[final.end() :].partition("\n")[0])
        if answer:
            return Turn(_thought(text[: final.start()]), Answer(answer))
    if final := _FINAL_IS.search(text):
        return Turn(_thought(text[: final.start()]), Answer(_tidy(final[1].rstrip(". "))))
    if found := _OBJECT.search(text):
        action = _from_json(text[found.end() :])
        if not isinstance(action, Invalid):
            return Turn(_thought(text[: found.start()]), action)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if re.fullmatch(r"[ \t`]*[A-Za-z_]+\[.*\][ \t`.]*", line):  # a bare call on its own line
            return Turn(_thought("\n".join(lines[:number])), _read_action(line))
    return Turn(thought, Invalid(f"There is no action in this reply. {FORM}"))


def _read_action(text: str) -> Action:
    """What follows the label."""
    text = re.sub(r"^\s*```\w*\s*\n?", "", text).lstrip()
    text = _TOOL_CALL.sub("", text, count=1) if text.startswith("<tool_call>") else text
    if text.startswith("{"):
        return _from_json(text)
    if (name := _NAME.match(text)) and (label := _INPUT.match(text, name.end())):
        return _with_input(name[1], text[label.end() :])
    call = _CALL.match(text)
    if call is None:
        if not text.strip():
            return Invalid(f"The action is empty. {FORM}")
        return Invalid(f"This is no action: {text.splitlines()[0][:80]}. {FORM}")
    tool, bracket = call[1].lower(), call[2]
    argument = _tidy(_inside(text[call.end() :], bracket))
    if not argument:
        return Invalid(f"The action {tool} needs something between its brackets.")
    return _action(tool, argument)


def _action(tool: str, argument: str) -> Action:
    tool = tool.strip().lower()
    return Answer(argument) if tool in ("finish", "final answer") else Call(tool, argument)


def _with_input(tool: str, text: str) -> Action:
    """An action whose argument stands behind "Action Input:", up to the next label."""
    if text.startswith("{"):
        return _from_json(json.dumps({"tool": tool}), text)
    ends = [label.start() for one in (_THOUGHT, _ACTION) if (label := one.search(text))]
    argument = _tidy(text[: min(ends, default=len(text))])
    return _action(tool, argument) if argument else Invalid(f"The input of {tool} is empty.")


def _inside(text: str, bracket: str) -> str:
    """The text up to the bracket that closes; up to the end of the line where none does.

    A bracket in quotation marks closes only where no other one does.
    """
    masked = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    for shown in (masked, text):
        place = _closing(shown, bracket)
        if place is not None:
            return text[:place]
    return text.partition("\n")[0]


def _closing(text: str, bracket: str) -> int | None:
    """Where the bracket that is open at the start is closed."""
    depth, closing = 1, CLOSING[bracket]
    for place, letter in enumerate(text):
        depth += (letter == bracket) - (letter == closing)
        if depth == 0:
            return place
    return None


def _from_json(text: str, arguments: str = "") -> Action:
    """An action as an object, as models write it that were taught function calling.

    arguments: the object of its arguments, where it is one of its own.
    """
    value, inner = _object(text), _object(arguments) if arguments else None
    if value is None or (arguments and inner is None):
        return Invalid(f"The action begins like JSON but is none. {FORM}")
    tool = _first(value, TOOL_KEYS)
    argument = _argument(_first(value, ARGUMENT_KEYS) if inner is None else inner)
    if not isinstance(tool, str) or argument is None:
        return Invalid(f'An action as JSON has a "tool" and one "argument". {FORM}')
    if not tool.strip() or not argument:
        return Invalid(f"The action is empty. {FORM}")
    return _action(tool, argument)


def _object(text: str) -> dict[str, Any] | None:
    """The object that a text begins with, if it does."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _first(value: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((value[key] for key in keys if key in value), None)


def _argument(value: Any) -> str | None:
    """One argument as text; several in one object, or in the text of one, joined by "; "."""
    if isinstance(value, str) and value.startswith("{"):
        value = _object(value) or value
    parts = list(value.values()) if isinstance(value, dict) else [value]
    if not parts or not all(isinstance(part, (str, int, float)) for part in parts):
        return None
    return "; ".join(_tidy(str(part)) for part in parts)


def _tidy(text: str) -> str:
    """Without outer white space, quotation marks around all of it, and fences."""
    text = text.strip().strip("`").strip()
    if _SEVERAL.fullmatch(text):  # "A"; "job"
        return "; ".join(part[0][1:-1].strip() for part in _QUOTED.finditer(text))
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text


def cut_at_stop(text: str, stop: tuple[str, ...] | list[str]) -> str:
    """Return a text up to the first of the stop sequences, which itself is left out."""
    places = [place for sequence in stop if (place := text.find(sequence)) >= 0]
    return text[: min(places)] if places else text
