"""The explorers of lesson 02: three objectives, a text at every stage, the way to the bound.

The first corrupts a sentence as each objective would and lays out what the model reads and what it
must say, token under token. The second shows what one training wrote after more and more steps. The
third walks along recorded trainings and says how much of the way from ignorance to the entropy
bound is behind. Left out: training live, which the lesson's cells do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from workbook.core.notebook import charts, figures
from workbook.core.notebook.explorer import Choice, Explorer, Slider, TextInput
from workbook.core.runs import Interval
from workbook.core.runs.seeding import generator
from workbook.pretraining.models import ObjectiveBatches
from workbook.pretraining.objectives import causal_targets, corrupt_spans, mask_tokens
from workbook.pretraining.tasks import token_nll
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

MOST = 20  # tokens in one row of the figure
WIDTH = 8  # tokens of a row in what was written
EXPECTED = 3.0  # nats: the judge gave the token a probability of 5 % or more
SHORT_NAMES = {"<|mask|>": "MASK", "<|end|>": "END", "<|bos|>": "BEGIN"}
PLAIN, CHANGED, ASKED = 0.0, 0.5, 1.0  # what colours a cell


@dataclass(frozen=True)
class Question:
    """A sentence as an objective asks it; tokens as text, None where there is nothing."""

    objective: str
    text: tuple[str, ...]
    reads: tuple[str, ...]
    says: tuple[str | None, ...]
    changed: tuple[bool, ...]  # of reads
    share: float  # of the tokens read that carry loss


class Questions:
    """Computes a `Question` for the town's tokenizer; a number chooses among the random ones."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast):
        self.tokenizer = tokenizer
        self.tools = ObjectiveBatches("spans", torch.zeros(1, 1), tokenizer)

    def __call__(self, sentence: str, objective: str, share: float, draw: int) -> Question:
        """share: of the tokens that are masked or corrupted. ValueError for a text too short or
        too long."""
        ids = self.tokenizer.encode(sentence.strip(), add_special_tokens=False)
        if not 4 <= len(ids) <= MOST:
            raise ValueError(f"Write 4 to {MOST} tokens: this sentence has {len(ids)}.")
        row, source, tools = torch.tensor([ids]), generator(draw), self.tools
        if objective == "causal":
            asked = causal_targets(row)
        elif objective == "masked":
            special = tools.special
            asked = mask_tokens(
                row, tools.mask_id, tools.vocabulary, source, special_ids=special, share=share
            )
        else:
            ends = tools.end_id, tools.start_id
            asked = corrupt_spans(row, tools.sentinels, *ends, source, share=share)
        reads, labels = asked.inputs[0].tolist(), asked.labels[0].tolist()
        same_place = objective != "spans"
        changed = [token != ids[i] if same_place else token in tools.special
                   for i, token in enumerate(reads)]  # fmt: skip
        says = tuple(None if label == IGNORE else self._word(label) for label in labels)
        return Question(
            objective,
            tuple(map(self._word, ids)),
            tuple(map(self._word, reads)),
            says,
            tuple(changed),
            sum(said is not None for said in says) / len(reads),
        )

    def _word(self, token: int) -> str:
        word = self.tokenizer.decode([token])
        if token in self.tools.sentinels:
            return f"X{self.tools.sentinels.index(token)}"
        word = SHORT_NAMES.get(word, word)
        return charts.readable(word)


def draw_question(question: Question) -> go.Figure:
    """Three rows of tokens: the text, what is read, what must be said."""
    says = [ASKED if word is not None else None for word in question.says]
    reads = [CHANGED if changed else PLAIN for changed in question.changed]
    rows = {  # from the bottom up
        "must say": list(zip(question.says, says, strict=True)),
        "reads": list(zip(question.reads, reads, strict=True)),
        "text": [(word, PLAIN) for word in question.text],
    }
    title = f"{question.objective}: loss on {question.share:.0%} as many tokens as the model reads"
    strip = charts.token_strip(rows).update_yaxes(autorange=True)
    return strip.update_layout(title=title, height=300)


def describe(question: Question) -> str:
    """One sentence for those who cannot see the figure."""
    said = " ".join(word for word in question.says if word is not None)
    return f"{question.objective}: the model reads {' '.join(question.reads)} and must say {said}."


def question_table(question: Question) -> pandas.DataFrame:
    """The three rows of the figure, a column for each place."""
    import pandas as pd

    rows = {"text": question.text, "reads": question.reads, "must say": question.says}
    places = range(max(map(len, rows.values())))
    filled = {name: [*row, *[""] * (len(places) - len(row))] for name, row in rows.items()}
    frame = pd.DataFrame.from_dict(filled, orient="index", columns=places)
    return frame.fillna("").rename_axis("row").reset_index()


def corruption_explorer(tokenizer: PreTrainedTokenizerFast, sentence: str) -> Explorer:
    """Turn objective, share and draw, or write a sentence of your own."""
    return Explorer(
        "One sentence, three questions",
        Questions(tokenizer),
        draw_question,
        {
            "sentence": TextInput("Sentence", sentence),
            "objective": Choice("Objective", "spans", ("masked", "causal", "spans"),
                                options=("masked", "causal", "spans")),
            "share": Slider("Share corrupted", 0.3, low=0.05, high=0.6, step=0.05),
            "draw": Slider("Draw", 0, low=0, high=30, step=1),
        },
        describe,
        question_table,
    )  # fmt: skip


@dataclass(frozen=True)
class Writing:
    """What a decoder wrote after one step of its training."""

    step: int
    loss: float  # on held-out text, nats a token
    prompt: tuple[str, ...]
    said: tuple[str, ...]
    nll: tuple[float, ...]  # of each token said, under the judge, nats


class Writings:
    """Computes a `Writing` from what a training wrote at its milestones.

    prompt: `1 T`. written: one `1 N` for each of `steps`. judge: a model of transformers.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerFast,
        prompt: Tensor,
        steps: Sequence[int],
        losses: Sequence[float],
        written: Sequence[Tensor],
        judge: PreTrainedModel,
    ) -> None:
        self.steps, self.losses = list(steps), list(losses)
        said = torch.cat(list(written))  # steps N
        nll = token_nll(judge, prompt.repeat(len(said), 1), said)
        self.tokenizer = tokenizer
        words = [self._words(row) for row in said]
        self.prompt = self._words(prompt[0, 1:])
        self.said, self.nll = words, [tuple(row) for row in nll.tolist()]

    def _words(self, ids: Tensor) -> tuple[str, ...]:
        return tuple(charts.readable(str(self.tokenizer.decode([i]))) for i in ids.tolist())

    def __call__(self, step: int) -> Writing:
        """step: the last milestone not after it counts."""
        place = max(i for i, each in enumerate(self.steps) if each <= max(step, self.steps[0]))
        return Writing(
            self.steps[place], self.losses[place], self.prompt, self.said[place], self.nll[place]
        )


def draw_writing(writing: Writing) -> go.Figure:
    """The prompt in grey, then each token: blue where the judge expected it, else orange."""
    said = [
        (word, ASKED if nll < EXPECTED else CHANGED)
        for word, nll in zip(writing.said, writing.nll, strict=True)
    ]
    given = [(word, PLAIN) for word in writing.prompt]
    rows = {f"{name} {i // WIDTH + 1}": row[i : i + WIDTH]
            for name, row in (("given", given), ("written", said))
            for i in range(0, len(row), WIDTH)}  # fmt: skip
    title = f"After {writing.step} steps: {writing.loss:.2f} nats a token on held-out text"
    strip = charts.token_strip(dict(reversed(rows.items()))).update_yaxes(autorange=True)
    return strip.update_layout(title=title)


def written_text(writing: Writing) -> str:
    """What was written as it would be read, a line break as a slash."""
    return "".join(writing.said).replace("␣", " ").replace("⏎", " / ").strip()


def writing_table(writing: Writing) -> pandas.DataFrame:
    """The step's loss, what was written, and how much of it the judge expected."""
    import pandas as pd

    expected = sum(nll < EXPECTED for nll in writing.nll) / len(writing.nll)
    row = {"nats a token": round(writing.loss, 2), "written": written_text(writing)}
    return pd.DataFrame([row | {"tokens expected": f"{expected:.0%}"}])


def writing_explorer(writings: Writings) -> Explorer:
    """Move along the steps of a training."""
    last = writings.steps[-1]
    return Explorer(
        "What it writes, step by step",
        writings,
        draw_writing,
        {"step": Slider("Step", last, tuple(writings.steps), low=0, high=last, step=1)},
        lambda writing: (
            f"After {writing.step} steps, at {writing.loss:.2f} nats a token, it goes on: "
            f"{written_text(writing)}"
        ),
        writing_table,
    )


Curve = Mapping[int, Sequence[float]]  # step -> losses, one per seed


@dataclass(frozen=True)
class Way:
    """How far a training has come at one step. Losses in nats a token."""

    curves: Mapping[str, Curve]
    marks: Mapping[str, float]  # as from entropy_bound.marks: from ignorance to the entropy bound
    name: str
    step: int
    loss: float  # mean over the seeds at the last milestone not after `step`
    done: float  # share of the way from ignorance to the entropy bound


class Ways:
    """Computes a `Way` from recorded curves."""

    def __init__(self, curves: Mapping[str, Curve], marks: Mapping[str, float]):
        if not curves:
            raise ValueError("there is no recorded curve: run workbook record "
                             "pretraining objectives.")  # fmt: skip
        self.curves, self.marks = curves, marks

    def __call__(self, name: str, step: float) -> Way:
        """step: the last milestone not after it counts."""
        curve = self.curves[name]
        step = max((s for s in curve if s <= step + 0.5), default=min(curve))
        loss = sum(curve[step]) / len(curve[step])
        highest, lowest = max(self.marks.values()), min(self.marks.values())
        done = (highest - loss) / (highest - lowest)
        return Way(self.curves, self.marks, name, step, loss, done)


def draw_way(way: Way) -> go.Figure:
    """All curves against the step, the marks across, and the chosen place."""
    curves = {
        name: {step: Interval.of_runs(values) for step, values in curve.items() if step > 0}
        for name, curve in way.curves.items()
    }
    figure = charts.lines(curves, "step", "loss, nats a token")
    figure.add_scatter(
        name="you are here", x=[way.step], y=[way.loss], mode="markers",
        marker={"size": 16, "symbol": "circle-open", "color": figures.TEXT, "line": {"width": 3}},
    )  # fmt: skip
    charts.add_reference(figure, way.marks)
    title = f"After {way.step:,} steps the loss is {way.done:.0%} of the way to the entropy bound"
    return figure.update_layout(title=title, xaxis={"type": "log"}, yaxis={"rangemode": "tozero"})


def entropy_bound_explorer(curves: Mapping[str, Curve], marks: Mapping[str, float]) -> Explorer:
    """Walk along the trainings: which one, and how many steps."""
    names = tuple(curves)
    last = max(max(curve) for curve in curves.values())
    return Explorer(
        "How far is it to the entropy bound?",
        Ways(curves, marks),
        draw_way,
        {
            "name": Choice("Training", names[-1], options=names),
            "step": Slider("Step", 100, (3, 10, 100, 1000), low=1, high=max(1300, last),
                           step=0.1, log=True),
        },
        lambda way: (
            f"{way.name}: at step {way.step} the loss is {way.loss:.2f} nats a token; "
            f"the entropy bound is {min(way.marks.values()):.2f}."
        ),
    )  # fmt: skip
