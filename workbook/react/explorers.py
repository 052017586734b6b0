"""The explorer of lesson 16: walk through a trace, change an observation, see what is thought next.

What is computed is a trace and how far it is shown; the table is in `charts.py`. How an explorer
works is explained in `workbook.core.notebook.explorer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbook.core.notebook.explorer import Choice, Explorer, Slider, TextInput
from workbook.react import charts
from workbook.react.failures import classify
from workbook.react.loop import go_on, run
from workbook.react.models import Model
from workbook.react.record import OUTCOMES, Trace
from workbook.react.tasks import Question
from workbook.react.toolbox import Toolbox
from workbook.react.tools import town_tools


@dataclass(frozen=True)
class Shown:
    """A trace, the first steps of which are shown."""

    trace: Trace
    steps: int  # shown
    edited: int  # the step whose observation was changed; 0 where none was
    right: str  # the answer that is true of the town

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What is said, in order, and by whom."""
        rows = [("question", self.trace.question)]
        for number, step in enumerate(self.trace.steps[: self.steps], 1):
            rows += [(f"thought {number}", step.thought), (f"action {number}", step.action)]
            if step.observation is not None:
                mark = ", edited" if number == self.edited else ""
                rows.append((f"observation {number}{mark}", step.observation))
        return rows

    @property
    def ends(self) -> str:
        """Where the trace stands."""
        if self.steps < len(self.trace.steps):
            return f"step {self.steps} of {len(self.trace.steps)}"
        if self.trace.answer is None:
            return f"no answer: {OUTCOMES[self.trace.outcome]}"
        good = classify(self.trace, self.right) == "right"
        verdict = "right" if good else f"the town says {self.right}"
        return f"answer: {self.trace.answer} ({verdict})"


class Stepping:
    """Computes a `Shown` for one of some questions, each run once."""

    def __init__(self, cases: Sequence[Question], model: Model) -> None:
        self.cases = {case.question: case for case in cases}
        self.model = model
        self.traces: dict[str, tuple[Trace, Toolbox]] = {}

    def __call__(self, question: str, step: int, observation: str) -> Shown:
        """step: how many are shown. observation: takes the place of that step's; "" leaves it.

        An edited trace is shown to its end. Raises ValueError where the step has no observation.
        """
        trace, tools = self._trace(question)
        right, step = self.cases[question].answer, min(step, len(trace.steps))
        if not observation.strip():
            return Shown(trace, step, 0, right)
        edited = go_on(trace, step, observation.strip(), self.model, tools)
        return Shown(edited, len(edited.steps), step, right)

    def _trace(self, question: str) -> tuple[Trace, Toolbox]:
        if question not in self.traces:
            tools = town_tools(self.cases[question].town)
            self.traces[question] = (run(question, self.model, tools), tools)
        return self.traces[question]


def trace_explorer(cases: Sequence[Question], model: Model) -> Explorer:
    """Return an explorer of the traces of some questions."""
    questions = tuple(case.question for case in cases)
    return Explorer(
        "Step through a trace",
        Stepping(cases, model),
        lambda shown: charts.trace_table(shown.rows, shown.ends),
        {
            "step": Slider("Step", 2, (1, 2, 3, 4), low=1, high=7, step=1),
            "question": Choice("Question", questions[0], options=questions),
            "observation": TextInput("Edit observation", ""),
        },
        _sentence,
        history=lambda shown: f"{shown.trace.question} {shown.ends}",
    )


def _sentence(shown: Shown) -> str:
    """The figure in words."""
    parts = (f"{what}: {words}" for what, words in shown.rows)
    return f"{'; '.join(parts)}. {shown.ends}."
