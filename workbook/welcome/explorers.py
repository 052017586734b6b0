"""The explorers of lesson 00: ask all three, and the life of a project.

Their figures are text: tables that plotly wraps to the width there is, so that they can be read on
a telephone, and as a picture where no kernel runs. Left out: what is asked and answered, in
`answers.py`, and the stages, in `lifecycle.py`.
"""

from __future__ import annotations

import html
import textwrap
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.core.notebook.explorer import Choice, Explorer, TextInput
from workbook.welcome import lifecycle
from workbook.welcome.answers import Reply, Trio
from workbook.welcome.lifecycle import Stage

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDE, LINE_HEIGHT = 80, 22  # letters and pixels of a line of the title
PALE, LINE = "#f2f2f2", "#c8c8c8"  # behind first columns and headings; between cells
SIZES = {"0.1 billion": 1e8, "1 billion": 1e9, "7 billion": 7e9, "70 billion": 7e10}


@dataclass(frozen=True)
class Asked:
    """A question with the three answers."""

    question: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True)
class Chosen:
    """A stage, seen for a model of some size."""

    stage: Stage
    size: str  # a key of SIZES

    @property
    def rows(self) -> dict[str, str]:
        """What the figure tells about the stage."""
        return {
            "It asks": self.stage.asks,
            "You decide": self.stage.decides,
            "Time": self.stage.time,
            "Data": self.stage.data,
            "Skills": self.stage.skills,
            "It costs": f"With {self.size} parameters: {self.stage.cost(SIZES[self.size])}",
            "Lessons": self.stage.lessons,
        }


def ask_explorer(trio: Trio, questions: tuple[str, ...]) -> Explorer:
    """A field for a question, three answers, and below them what was asked before.

    questions: without a kernel, what can be asked.
    """
    import pandas

    def compute(question: str) -> Asked:
        if not question.strip():
            raise ValueError("Write a question: at least one word.")
        return Asked(question, trio.ask(question.strip()))

    return Explorer(
        title="Ask all three",
        compute=compute,
        draw=draw_answers,
        controls={"question": TextInput("Question", questions[0], questions)},
        alt=describe_answers,
        table=lambda data: pandas.DataFrame([asdict(reply) for reply in data.replies]),
        history=lambda data: f"“{data.question}” {'; '.join(map(_said, data.replies))}",
    )


def _said(reply: Reply) -> str:
    return f"{reply.who}: “{reply.text}”"


def draw_answers(data: Asked) -> go.Figure:
    """A table: who says what, and in the row below how it came about."""
    rows = []
    for reply in data.replies:
        rows += [(reply.who, reply.text), ("", f"({reply.how})")]
    figure = _table(rows, ("who", "says"), (0, 1))
    lines = textwrap.wrap(f"“{data.question}”", WIDE)
    return figure.update_layout(
        title={"text": "<br>".join(map(html.escape, lines))},
        height=400 + LINE_HEIGHT * (len(lines) - 1),
        margin={"t": 70 + LINE_HEIGHT * (len(lines) - 1)},
    )


def describe_answers(data: Asked) -> str:
    """The figure in one sentence."""
    said = "; ".join(f"{reply.who}: “{reply.text}” ({reply.how})" for reply in data.replies)
    return f"Asked “{data.question}”, the three say: {said}."


def lifecycle_explorer() -> Explorer:
    """Choose a stage and the size of a model; without a kernel, the stage only."""
    import pandas

    return Explorer(
        title="The life of a project",
        compute=lambda stage, size: Chosen(lifecycle.find(stage), size),
        draw=draw_stage,
        controls={
            "stage": Choice("Stage", lifecycle.NAMES[0], lifecycle.NAMES, lifecycle.NAMES),
            "size": Choice("Parameters", "1 billion", options=tuple(SIZES)),
        },
        alt=describe_stage,
        table=lambda data: pandas.DataFrame(data.rows.items(), columns=["about", "in words"]),
    )


def draw_stage(data: Chosen) -> go.Figure:
    """Four arrows in a row, the chosen one filled, and below it what belongs to it."""
    figure = _table(list(data.rows.items()), ("stage", data.stage.name), (0, 0.78))
    _draw_steps(figure, lifecycle.NAMES, data.stage.name)
    return figure.update_layout(title={"text": f"Stage: {data.stage.name}"}, height=540)


def _draw_steps(figure: go.Figure, names: tuple[str, ...], chosen: str) -> None:
    """A row of arrows above the table, the chosen one filled and in bold letters."""
    width = 1 / len(names)
    for place, name in enumerate(names):
        left, right = place * width, (place + 1) * width - 0.01
        figure.add_shape(
            type="path",
            path=_arrow(left, right, 0.84, 1.0),
            xref="paper",
            yref="paper",
            fillcolor=figures.PALETTE[0] if name == chosen else PALE,
            line={"color": figures.PALETTE[0], "width": 3 if name == chosen else 1},
        )
        text = name.replace(" and ", "<br>and ")
        figure.add_annotation(
            text=f"<b>{text}</b>" if name == chosen else text,
            x=(left + right) / 2,
            y=0.92,
            xanchor="center",
            yanchor="middle",
            xref="paper",
            yref="paper",
            showarrow=False,
            font={"color": "#ffffff" if name == chosen else figures.TEXT},
        )


def describe_stage(data: Chosen) -> str:
    """The figure in one sentence."""
    place = lifecycle.NAMES.index(data.stage.name) + 1
    told = " ".join(f"{name}: {text}" for name, text in data.rows.items())
    return f"Stage {place} of {len(lifecycle.NAMES)}, {data.stage.name}. {told}"


@dataclass(frozen=True)
class Routed:
    """A project, and what to try first."""

    need: str
    examples: int
    rankings: int
    first: str  # one of lifecycle.ROUTES
    why: str


def guide_explorer() -> Explorer:
    """What do you lack, and what do you have? The answer: prompt, documents, tune or align."""
    import pandas

    def compute(need: str, examples: float, rankings: float) -> Routed:
        many, ranked = int(examples), int(rankings)
        return Routed(need, many, ranked, *lifecycle.route(need, many, ranked))

    counts = (0, 5, 50, 500, 5000)
    return Explorer(
        title="What to try first",
        compute=compute,
        draw=draw_route,
        controls={
            "need": Choice("It lacks", lifecycle.NEEDS[0], lifecycle.NEEDS, lifecycle.NEEDS),
            "examples": Choice("Examples you have", 50, options=counts),
            "rankings": Choice("Answers that people ranked", 0, options=counts),
        },
        alt=describe_route,
        table=lambda data: pandas.DataFrame([asdict(data)]),
    )


def draw_route(data: Routed) -> go.Figure:
    """Four boxes, the chosen one filled, and below them why."""
    rows = [("You lack", data.need), ("You have", _have(data)), ("Try first", data.first),
            ("Because", data.why)]  # fmt: skip
    figure = _table(rows, ("project", ""), (0, 0.78))
    _draw_steps(figure, lifecycle.ROUTES, data.first)
    return figure.update_layout(title={"text": f"First: {data.first}"}, height=400)


def _have(data: Routed) -> str:
    return f"{data.examples:,} examples, {data.rankings:,} ranked answers"


def describe_route(data: Routed) -> str:
    """The figure in one sentence."""
    return f"It lacks {data.need}, you have {_have(data)}. First: {data.first}. {data.why}"


def _table(
    rows: list[tuple[str, str]], heads: tuple[str, str], span: tuple[float, float]
) -> go.Figure:
    """A figure with one table of two columns; `span` is its share of the height, from below.

    A row without a first cell is a remark on the row above it, and quieter.
    """
    import plotly.graph_objects as go

    colours = [figures.TEXT if first else figures.QUIET for first, _ in rows]
    columns = [[html.escape(text) for text in column] for column in zip(*rows, strict=True)]
    table = go.Table(
        columnwidth=[1, 2.5],
        header={
            "values": list(heads),
            "align": "left",
            "fill": {"color": PALE},
            "line": {"color": LINE},
            "font": {"weight": "bold"},
        },
        cells={
            "values": columns,
            "align": "left",
            "height": 27,
            "font": {"color": [figures.TEXT, colours], "weight": ["bold", "normal"]},
            "fill": {"color": [PALE, "#ffffff"]},
            "line": {"color": LINE},
        },
        domain={"x": [0, 1], "y": list(span)},
    )
    return go.Figure(table, layout={"margin": {"l": 25, "r": 35, "b": 20}})


def _arrow(left: float, right: float, low: float, high: float, tip: float = 0.02) -> str:
    """The outline of a broad arrow that points to the right, as an SVG path."""
    middle = (low + high) / 2
    corners = (
        (left, low), (right - tip, low), (right, middle), (right - tip, high), (left, high),
        (left + tip, middle),
    )  # fmt: skip
    return "M " + " L ".join(f"{x:g},{y:g}" for x, y in corners) + " Z"
