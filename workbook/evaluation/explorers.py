"""The explorers of lesson 09: what two texts share, and how many cases a comparison needs.

Words whose n-gram is matched (clipped) light up in both texts, lines join the longest common
subsequence, and the scores follow. Left out: several references, stemming, and BLEU's tokenizer:
the words shown are ROUGE's, without case and punctuation, both of which count for BLEU.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.core.notebook import figures
from workbook.core.notebook.explorer import Explorer, Slider, TextInput
from workbook.evaluation.bleu_metric import sentence_bleu
from workbook.evaluation.charts import power_chart
from workbook.evaluation.overlap import Tokens, lcs_pairs, ngrams, rouge_tokens
from workbook.evaluation.power import WANTED, Plan, plan
from workbook.evaluation.rouge_metric import rouge_pair

if TYPE_CHECKING:
    import pandas
    import plotly.graph_objects as go

LONGEST = 16  # words of a text, so that each can be read
GAP = 1.6  # between two words, in letters
BLEU = "BLEU (exp)"  # of one sentence: its smoothing belongs to its name
SCORES = ("ROUGE-1", "ROUGE-2", "ROUGE-L", BLEU)


@dataclass(frozen=True)
class Overlap:
    """Two texts, what they share for one n, and their scores."""

    reference: tuple[str, ...]
    candidate: tuple[str, ...]
    n: int
    in_reference: tuple[bool, ...]  # words that are part of a matched n-gram
    in_candidate: tuple[bool, ...]
    matches: int  # n-grams, clipped
    pairs: tuple[tuple[int, int], ...]  # places in (reference, candidate) of the LCS
    scores: dict[str, float]  # F1, and BLEU / 100


def compute(reference: str, candidate: str, n: int) -> Overlap:
    """Raises ValueError, in one sentence, for a text that has no words or too many."""
    wanted, said = rouge_tokens(reference), rouge_tokens(candidate)
    for name, words in (("reference", wanted), ("candidate", said)):
        if not 1 <= len(words) <= LONGEST:
            raise ValueError(f"The {name} has {len(words)} words; write 1 to {LONGEST}.")
    shared = ngrams(said, n) & ngrams(wanted, n)
    found = rouge_pair(candidate, reference)
    return Overlap(
        reference=tuple(wanted),
        candidate=tuple(said),
        n=n,
        in_reference=covered(wanted, shared, n),
        in_candidate=covered(said, shared, n),
        matches=shared.total(),
        pairs=tuple(lcs_pairs(wanted, said)),
        scores={
            "ROUGE-1": found["rouge1"].f1,
            "ROUGE-2": found["rouge2"].f1,
            "ROUGE-L": found["rougeL"].f1,
            BLEU: sentence_bleu(candidate, reference) / 100,
        },
    )


def covered(words: Tokens, shared: Counter, n: int) -> tuple[bool, ...]:
    """Which words belong to a matched n-gram; clipping leaves out its surplus copies."""
    left, marks = Counter(shared), [False] * len(words)
    for start in range(len(words) - n + 1):
        gram = tuple(words[start : start + n])
        if left[gram] > 0:
            left[gram] -= 1
            marks[start : start + n] = [True] * n
    return tuple(marks)


def places(words: Sequence[str]) -> list[float]:
    """Where the middle of each word is, in letters, when they stand side by side."""
    found, start = [], 0.0
    for word in words:
        found.append(start + len(word) / 2)
        start += len(word) + GAP
    return found


def draw(data: Overlap) -> go.Figure:
    """The two texts as rows of boxes, joined by the subsequence; the scores as bars below."""
    import plotly.graph_objects as go

    figure = go.Figure()
    joins = {"x": [], "y": []}
    wanted, said = places(data.reference), places(data.candidate)
    for place, other in data.pairs:
        joins["x"] += [wanted[place], said[other], None]
        joins["y"] += [0.88, 0.12, None]
    figure.add_scatter(
        **joins, name="longest common subsequence", mode="lines", hoverinfo="skip",
        line={"color": figures.PALETTE[1], "width": 3},
    )  # fmt: skip
    figure.add_trace(_boxes("reference", data.reference, data.in_reference, 1.0))
    figure.add_trace(_boxes("candidate", data.candidate, data.in_candidate, 0.0))
    figure.add_bar(
        x=list(SCORES), y=[data.scores[name] for name in SCORES], xaxis="x2", yaxis="y2",
        text=[f"{data.scores[name]:.3f}" for name in SCORES], textposition="outside",
        marker={"color": figures.PALETTE[0]}, showlegend=False, name="score",
    )  # fmt: skip
    hidden = {"showgrid": False, "zeroline": False, "showticklabels": False}
    return figure.update_layout(
        title={"text": _summary(data), "font": {"size": 15}},
        xaxis={**hidden, "range": [-2, max(wanted[-1], said[-1]) + 6]},
        yaxis={
            "domain": [0.5, 1], "range": [-0.5, 1.5], "showgrid": False, "zeroline": False,
            "tickvals": [1, 0], "ticktext": ["reference", "candidate"],
        },
        xaxis2={"anchor": "y2"},
        yaxis2={"domain": [0, 0.36], "range": [0, 1.2], "title": {"text": "score"}},
        legend={"y": 1.0},
        height=480,
    )  # fmt: skip


def describe(data: Overlap) -> str:
    """The figure in one sentence."""
    scores = ", ".join(f"{name} {data.scores[name]:.3f}" for name in SCORES)
    lit = [word for word, on in zip(data.candidate, data.in_candidate, strict=True) if on]
    return (
        f"Candidate “{' '.join(data.candidate)}” against reference “{' '.join(data.reference)}”: "
        f"{_summary(data)}; lit words of the candidate: {' '.join(lit) or 'none'}; {scores}."
    )


def frame(data: Overlap) -> pandas.DataFrame:
    """The same as a table: a row for each word of both texts, then a row for each score."""
    import pandas as pd

    rows = []
    for axis, (name, words, lit) in enumerate(
        (
            ("reference", data.reference, data.in_reference),
            ("candidate", data.candidate, data.in_candidate),
        )
    ):
        joined = {pair[axis] for pair in data.pairs}
        for place, (word, on) in enumerate(zip(words, lit, strict=True)):
            shared, common = ("yes" if yes else "no" for yes in (on, place in joined))
            rows.append((name, word, shared, common, ""))
    rows += [("score", name, "", "", f"{value:.3f}") for name, value in data.scores.items()]
    return pd.DataFrame(
        rows, columns=["text", "word", "in a shared n-gram", "in the subsequence", "score"]
    )


def overlap_explorer(reference: str, candidate: str) -> Explorer:
    """Two texts and the length n of the n-grams; without a kernel, n only."""
    return Explorer(
        title="What two texts share",
        compute=compute,
        draw=draw,
        controls={
            "reference": TextInput("Reference", reference),
            "candidate": TextInput("Candidate", candidate),
            "n": Slider("Words per n-gram", 1, (1, 2, 3, 4), low=1, high=4, step=1),
        },
        alt=describe,
        table=frame,
    )


def power_explorer() -> Explorer:
    """How many cases? Turn the difference, how often the systems differ, and the cases."""
    return Explorer(
        title="How many cases?",
        compute=plan,
        draw=power_chart,
        controls={
            "cases": Slider("Cases", 200, (20, 50, 100, 200, 500, 1000, 2000, 5000),
                            low=10, high=10_000, step=0.05, log=True),
            "better": Slider("Difference of the accuracies, %", 5, low=1, high=20, step=1),
            "differ": Slider("Cases on which they differ, %", 20, low=2, high=60, step=1),
        },
        alt=describe_plan,
    )  # fmt: skip


def describe_plan(found: Plan) -> str:
    """The figure in one sentence."""
    return (
        f"With {found.cases:,} cases a difference of {found.better:.0%} is found with probability "
        f"{found.power:.2f}, if the systems differ on {found.differ:.0%} of the cases; "
        f"{found.needed:,} cases are needed for {WANTED}."
    )


def _boxes(name: str, words: Tokens, lit: tuple[bool, ...], height: float) -> go.Scatter:
    """One word after the other: bold on blue when lit, grey in an empty box when not."""
    import plotly.graph_objects as go

    return go.Scatter(
        name=f"{name}: lit words are in a matched n-gram",
        x=places(words),
        y=[height] * len(words),
        mode="markers+text",
        text=[f"<b>{w}</b>" if on else w for w, on in zip(words, lit, strict=True)],
        textposition="top center" if height else "bottom center",
        textfont={"size": 13},
        marker={
            "symbol": ["square" if on else "square-open" for on in lit],
            "size": 14,
            "color": [figures.PALETTE[0] if on else figures.QUIET for on in lit],
        },
        hoverinfo="text",
        showlegend=False,
    )


def _summary(data: Overlap) -> str:
    grams = "word" if data.n == 1 else f"{data.n}-gram"
    several = "" if data.matches == 1 else "s"
    return (
        f"{data.matches} shared {grams}{several} after clipping, "
        f"longest common subsequence {len(data.pairs)}"
    )
