"""Our loop against LangChain's agent: steps per second, with one model and one set of tools.

The model is the planner, which takes next to no time, so that the loops themselves are timed. Left
out: a model's own time, which is the same in both. Run it as `workbook bench react`.
"""

from __future__ import annotations

from workbook.core.runs.bench import Row, compare
from workbook.react import peers
from workbook.react.loop import run as run_loop
from workbook.react.planner import Planner
from workbook.react.tasks import questions
from workbook.react.tools import town_tools


def run(quick: bool = False) -> list[Row]:
    """Return one row: steps per second over held-out questions of one town."""
    return measure(8 if quick else 30, 3 if quick else 9)


def measure(count: int, rounds: int) -> list[Row]:
    """Return the row over `count` questions."""
    cases = questions(count, towns=1)
    tools, model = town_tools(cases[0].town), Planner()
    agent = peers.agent(model, tools)
    steps = sum(len(run_loop(case.question, model, tools).steps) for case in cases)

    def ours() -> None:
        for case in cases:
            run_loop(case.question, model, tools)

    def theirs() -> None:
        for case in cases:
            peers.ask(agent, case.question)

    name = f"loop, {count} questions, {steps} steps"
    return [compare(name, ours, theirs, rounds=rounds, work=steps, unit="steps/s")]
