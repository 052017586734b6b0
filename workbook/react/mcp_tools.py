"""Tools of a server of the Model Context Protocol, as tools of the loop.

    with connect(command_of_town()) as tools:
        run(question, model, tools)

The protocol's client is asynchronous; a thread with an event loop of its own keeps the connection
open while the loop calls tools one after another. Left out: everything of the protocol but tools
that take texts. Lesson 16.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbook.react.toolbox import Tool, Toolbox

if TYPE_CHECKING:
    from mcp import Client, StdioServerParameters

SECONDS = 30.0  # to connect, and for one call


def command_of_town(town: str = "home", sql: bool = False) -> StdioServerParameters:
    """Return the command that starts the town's own server in a child process."""
    from mcp import StdioServerParameters

    options = ["--town", town, *(["--sql"] if sql else [])]
    return StdioServerParameters(command=sys.executable, args=["-m", "workbook", "mcp", *options])


@contextmanager
def connect(server: Any) -> Iterator[Toolbox]:
    """Connect to a server and yield its tools; the connection closes with the block.

    server: what `mcp.Client` takes: a command, a URL, or a server in this process.
    """
    connection = _Connection(server)
    try:
        yield Toolbox([_as_tool(connection, tool) for tool in connection.tools])
    finally:
        connection.close()


class _Connection:
    """A client that lives in a thread with an event loop."""

    def __init__(self, server: Any) -> None:
        self.tools: list[Any] = []
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._fault: BaseException | None = None
        self._client: Client | None = None
        self._close: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._serve, name="mcp client", daemon=True)
        self._thread.start()
        if not self._ready.wait(SECONDS) or self._fault is not None:
            raise ValueError(f"the MCP server could not be reached: {self._fault or 'no answer'}.")

    def call(self, name: str, arguments: dict[str, str]) -> str:
        """Call a tool and return its text. Raises ValueError where the tool reports an error."""
        assert self._client is not None
        waiting = asyncio.run_coroutine_threadsafe(
            self._client.call_tool(name, arguments), self._loop
        )
        result = waiting.result(SECONDS)
        text = "\n".join(part.text for part in result.content if part.type == "text")
        if result.is_error:
            raise ValueError(text or "the server reports an error")
        return text

    def close(self) -> None:
        """End the connection, and with it a server that was started for it."""
        if self._close is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._close.set)
        self._thread.join(SECONDS)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._hold())
        except BaseException as fault:  # handed to the thread that waits
            self._fault = fault
        finally:
            self._ready.set()
            self._loop.close()

    async def _hold(self) -> None:
        """Open the connection, list the tools, and wait for the end."""
        from mcp import Client

        self._close = asyncio.Event()
        async with Client(self._server) as client:
            self._client = client
            self.tools = list((await client.list_tools()).tools)
            self._ready.set()
            await self._close.wait()


def _as_tool(connection: _Connection, tool: Any) -> Tool:
    """A tool of the protocol as one of ours: its required texts, parted by semicolons."""
    names = list((tool.input_schema or {}).get("required", [])) or ["argument"]

    def run(argument: str) -> str:
        parts = [argument]
        if len(names) > 1:
            parts = [part.strip() for part in argument.split(";", len(names) - 1)]
        return connection.call(tool.name, dict(zip(names, parts, strict=False)))

    writes = not getattr(tool.annotations, "read_only_hint", False)
    usage, colon, help_ = (tool.description or "").partition(": ")
    if not colon:
        usage, help_ = f"{tool.name}[{'; '.join(names)}]", tool.description or ""
    return Tool(tool.name, usage, help_, run, writes)
