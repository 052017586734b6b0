"""What lesson 08 begins with: one request, put to a model before and after it was tuned.

The figure is a table of text, one row a model, so that it can be read on a telephone and as a
picture where no kernel runs. Left out: how good the answers are, which `families.py` scores, and
the other explorers of the lesson (`explorers.py`).
"""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.core.notebook.explorer import Explorer, TextInput
from workbook.inference import complete, complete_ids, text_ids

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    System = tuple[PreTrainedModel, PreTrainedTokenizerBase]

MAX_NEW_TOKENS = 40
PALE, BORDER = "#f2f2f2", "#c8c8c8"  # behind the names, between cells
REQUESTS = (
    "Find these in the message: price and day. Sneirkeb has two seats for the First Snow Dance on "
    "Monday. The ticket is 6.00 crowns.",
    "Write this in Brindle: In winter he waits near the church.",
    "Say this politely. Sell me the Eddleett straw hat, you grumplesprout!",
    "Hello! How are you?",
)  # what can be asked without a kernel


@dataclass(frozen=True)
class Asked:
    """A request, and what each model wrote after it."""

    request: str
    answers: Mapping[str, str]  # by the model's name


class Asking:
    """Computes an `Asked`, greedily.

    systems: name -> model and tokenizer. untuned: the names of those that know no chat template and
    read the bare request.
    """

    def __init__(self, systems: Mapping[str, System], untuned: Collection[str] = ()) -> None:
        self.systems, self.untuned = dict(systems), untuned

    def __call__(self, request: str) -> Asked:
        """Raises ValueError for an empty request."""
        request = request.strip()
        if not request:
            raise ValueError("Write a request: at least one word.")
        return Asked(request, {name: self._answer(name, request) for name in self.systems})

    def _answer(self, name: str, request: str) -> str:
        model, tokenizer = self.systems[name]
        if name not in self.untuned:
            return complete(model, tokenizer, [request], MAX_NEW_TOKENS)[0].text
        row = text_ids(tokenizer, request, bool(model.config.is_encoder_decoder))
        return complete_ids(model, tokenizer, [row], MAX_NEW_TOKENS)[0].text


def ask_explorer(systems: Mapping[str, System], untuned: Collection[str] = ()) -> Explorer:
    """Return a field for a request, all answers (as in `Asking`), and what was asked before."""
    return Explorer(
        "Ask before and after",
        Asking(systems, untuned),
        draw_answers,
        {"request": TextInput("Request", REQUESTS[0], REQUESTS)},
        describe_answers,
        table=answers_table,
        history=lambda asked: f"“{asked.request}” {_said(asked)}",
    )


def draw_answers(asked: Asked) -> go.Figure:
    """A table: the request at its head, then who says what."""
    import plotly.graph_objects as go

    columns = [
        list(map(html.escape, column)) for column in zip(*asked.answers.items(), strict=True)
    ]
    look = {"align": "left", "line": {"color": BORDER}}
    table = go.Table(
        columnwidth=[1, 3],
        header={
            "values": ["you ask", html.escape(asked.request)], "fill": {"color": PALE}, **look,
        },
        cells={
            "values": columns, "height": 27, "fill": {"color": [PALE, "#ffffff"]},
            "font": {"color": figures.TEXT, "weight": ["bold", "normal"]}, **look,
        },
    )  # fmt: skip
    layout = {"title": {"text": "One request, two answers"}, "height": 300}
    return go.Figure(table, layout={**layout, "margin": {"l": 25, "r": 35, "t": 60, "b": 20}})


def describe_answers(asked: Asked) -> str:
    """One sentence for those who cannot see the figure."""
    return f"Asked “{asked.request}”: {_said(asked)}."


def answers_table(asked: Asked) -> pandas.DataFrame:
    """One row a model."""
    import pandas

    return pandas.DataFrame(asked.answers.items(), columns=["model", "says"])


def _said(asked: Asked) -> str:
    return "; ".join(f"{name} says “{text}”" for name, text in asked.answers.items())
