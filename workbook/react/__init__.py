"""Lesson 16: ReAct: a model that thinks, acts, and reads what its tools say; and programs (PAL).

`run` asks a model a question and returns the `Trace` of its steps; `town_tools` gives it the town
to look things up in. Models: `adapters.HuggingFace`, `adapters.Endpoint`, `adapters.LangChain`, or
a function of yours. `pal` has problems solved by programs, `injection` plants orders in pages.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.react.actions import Answer, Call, Invalid, Turn, parse
    from workbook.react.loop import Budget, Episode, go_on, replay, run
    from workbook.react.models import Playback, Reply
    from workbook.react.planner import Planner
    from workbook.react.record import Step, Trace, differences
    from workbook.react.toolbox import Tool, Toolbox
    from workbook.react.tools import town_tools

__all__ = [
    "Answer", "Budget", "Call", "Episode", "Invalid", "Planner", "Playback", "Reply", "Step",
    "Tool", "Toolbox", "Trace", "Turn", "differences", "go_on", "parse", "replay", "run",
    "town_tools",
]  # fmt: skip

load_when_used(__name__)
