"""`workbook ask` and `workbook mcp`: questions about the town, and its tools for other programs.

The loop is `workbook.react.loop`, its models are chosen in `workbook.react.agent`; the server is
`workbook.react.mcp_server`. Left out: a conversation of several turns. Lesson 16 explains both.
"""

from __future__ import annotations

from typing import Annotated

import typer

TownName = Annotated[str, typer.Option(help='"home", or a held-out one: "test/0".')]


def ask(
    question: Annotated[str, typer.Argument(help="In quotation marks.")],
    agent: Annotated[bool, typer.Option("--agent", help="Let the model use tools.")] = False,
    model: Annotated[
        str, typer.Option(help="town-agent, planner, bundled:NAME, a folder, owner/name@revision.")
    ] = "",
    town: TownName = "home",
    json: Annotated[bool, typer.Option("--json", help="Print the trace as one line.")] = False,
) -> None:
    """Ask about the town; with --agent the model looks things up and its trace is printed."""
    from workbook.react import Toolbox, run, town_tools
    from workbook.react import agent as agents
    from workbook.react.adapters import instructions
    from workbook.react.mcp_server import chosen_town
    from workbook.react.pal import isolation, python_tool

    if not agent:
        found = agents.model_named(model or "instruct")
        chat = [{"role": "user", "content": question}]
        print(found(chat, stop=(), max_tokens=80).text)
        return
    tools = Toolbox([*town_tools(chosen_town(town), sql=True), python_tool()])
    name, chosen = (model, agents.model_named(model)) if model else agents.agent_or_planner()
    tuned = name in (agents.AGENT, agents.PLANNER)
    trace = run(question, chosen, tools, system="" if tuned else instructions(tools.usage))
    if json:
        print(trace.to_json())
        return
    if not model and name == agents.PLANNER:
        print(f"{agents.AGENT} has not been made ({agents.MAKE_IT}): rules act in its place.")
    print(trace)
    print(
        f"{name}: {len(trace.steps)} steps, {trace.new_tokens} tokens written, "
        f"{trace.seconds:.2f} s; programs would run in the {isolation()}."
    )
    if trace.answer is None:
        raise typer.Exit(1)


def mcp(
    town: TownName = "home",
    sql: Annotated[bool, typer.Option("--sql", help="Offer the database too.")] = False,
) -> None:
    """Serve the town's tools over MCP on stdin and stdout, until the client closes the pipe."""
    from workbook.react import town_tools
    from workbook.react.mcp_server import chosen_town, make_server

    make_server(town_tools(chosen_town(town), sql=sql)).run(transport="stdio")
