"""The tools over a town: search, look and calculate, and on demand a read-only database.

They are the functions of `town/texts/multihop/tools.py`, which also wrote the traces that models
are tuned on, so that a tool says here what it said there. Left out: tools of other programs
(`mcp_tools.py`) and programs (`pal.py`). Lesson 16.
"""

from __future__ import annotations

from workbook.react.sql import Database
from workbook.react.toolbox import Tool, Toolbox
from workbook.town.entities import Town
from workbook.town.texts.multihop import tools as town_functions


def town_tools(town: Town, *, sql: bool = False) -> Toolbox:
    """Return the tools over a town: search, look, calculate, and with `sql` a database."""
    search, look, calculate, _ = town_functions.ACTIONS
    tools = [
        Tool("search", search, "Two or three sentences about one name.",
             lambda words: town_functions.search(town, words)),
        Tool("look", look, "One fact about one name.", lambda words: _look(town, words)),
        Tool("calculate", calculate, "A sum, a comparison, or the least or most of values.",
             town_functions.calculate),
    ]  # fmt: skip
    if sql:
        tools.append(Database.of_town(town).tool())
    return Toolbox(tools)


def _look(town: Town, argument: str) -> str:
    name, _, relation = (part.strip() for part in argument.partition(";"))
    if not name or not relation:
        return "A look needs a name and a relation, as in look[NAME; relation]."
    return town_functions.look(town, name, relation)
