"""The town's tools as a server of the Model Context Protocol, over stdin and stdout.

    workbook mcp --town test/0 --sql

Any client of the protocol can start it and use `search`, `look`, `calculate` and `sql`: an editor,
a desktop assistant, or our own loop (`mcp_tools.py`). All tools only read. Left out: HTTP, and
resources and prompts, the other things such a server may offer. Lesson 16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from workbook.react.toolbox import Toolbox
from workbook.town import build_town
from workbook.town.entities import Town
from workbook.town.towns import held_out

if TYPE_CHECKING:
    from mcp.server import MCPServer

NAME = "town"


def make_server(tools: Toolbox) -> MCPServer:
    """Return a server that offers these tools; each takes one text called `argument`."""
    from mcp.server import MCPServer
    from mcp.types import ToolAnnotations

    server = MCPServer(NAME, instructions=f"Facts about a town. Actions: {tools.usage}.")
    for tool in tools:

        def call(
            argument: Annotated[str, Field(description="What stands between the brackets.")],
            run=tool.run,  # the default binds this turn's tool; a client cannot set it
        ) -> str:
            return run(argument)

        call.__signature__ = _one_argument(call)  # type: ignore[attr-defined]
        server.add_tool(
            call,
            name=tool.name,
            description=f"{tool.usage}: {tool.help}",
            annotations=ToolAnnotations(read_only_hint=not tool.writes),
            structured_output=False,
        )
    return server


def _one_argument(function):
    """The signature that clients see: the text alone."""
    import inspect

    signature = inspect.signature(function, eval_str=True)
    return signature.replace(parameters=[signature.parameters["argument"]])


def chosen_town(name: str) -> Town:
    """Return "home", the course's town, or a held-out one such as "test/0". Raises ValueError."""
    if name == "home":
        return build_town()
    split, _, number = name.partition("/")
    if not number.isdecimal():
        raise ValueError(f'a town is "home" or, for example, "test/0", not {name!r}.')
    return held_out(split, int(number))
