"""What a tool is: a name, one line of help, and a function from text to text; many are a toolbox.

`Toolbox.use` runs a call and never raises for what a model may have got wrong: it answers with a
sentence. Left out: the tools themselves (`tools.py`, `sql.py`, `mcp_tools.py`, `pal.py`), which
lesson 16 gives to a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from workbook.react.actions import Call

LONGEST = 600  # characters of an observation


class Tool(NamedTuple):
    """Something an agent can call with one text; `writes`: whether it changes anything."""

    name: str
    usage: str  # as in "look[NAME; relation]"
    help: str  # one sentence
    run: Callable[[str], str]
    writes: bool = False


class Outcome(NamedTuple):
    """What a call gave; `valid`: whether a tool ran."""

    text: str
    valid: bool


class Toolbox:
    """Tools by name. Raises ValueError where two have one name or one is called "finish"."""

    def __init__(self, tools: Iterable[Tool], longest: int = LONGEST) -> None:
        self._tools: dict[str, Tool] = {}
        self.longest = longest
        for tool in tools:
            if tool.name in self._tools or tool.name == "finish":
                raise ValueError(f"there can be only one tool called {tool.name!r}.")
            self._tools[tool.name] = tool

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __contains__(self, name: str) -> bool:
        return name in self._tools

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(self._tools)

    @property
    def usage(self) -> str:
        """How an action is written, as the town's system messages list it."""
        return ", ".join([*(tool.usage for tool in self), "finish[answer]"])

    def use(self, call: Call) -> Outcome:
        """Run a call; an unknown tool and a tool that fails answer with a sentence."""
        if call.tool not in self._tools:
            return Outcome(f"There is no tool {call.tool[:40]}. Use {self.usage}.", False)
        try:
            text = self._tools[call.tool].run(call.argument)
        except Exception as error:  # whatever a tool does, the trace goes on
            kind = type(error).__name__
            return Outcome(f"The tool {call.tool} failed: {kind}: {error}"[: self.longest], False)
        text = " ".join(text.split())
        if len(text) > self.longest:
            text = f"{text[: self.longest].rstrip()} ... ({len(text)} characters, cut off)"
        return Outcome(text, True)
