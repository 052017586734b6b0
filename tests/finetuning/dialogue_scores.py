"""Scores of summaries of real dialogues, to compute published figures again.

`lead` is the baseline a summariser must pass, `between_people` the ceiling where several people
summarised one dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import mean

LEAD = 32  # words; a summary of DialogSum has about 23


def lead(dialogue: str, words: int = LEAD) -> str:
    """A summary without any model: the first words of the conversation."""
    return " ".join(dialogue.split()[:words])


def rouge(answers: Sequence[str], references: Sequence[str], kind: str = "rouge1") -> list[float]:
    """The F-measure of each answer, words stemmed; kind: "rouge1", "rouge2" or "rougeL".

    Raises ValueError when there is not one reference for each answer.
    """
    from rouge_score.rouge_scorer import RougeScorer

    if len(answers) != len(references):
        raise ValueError(
            f"{len(answers)} answers and {len(references)} references: give one for each."
        )
    scorer = RougeScorer([kind], use_stemmer=True)
    return [
        scorer.score(reference, answer)[kind].fmeasure
        for answer, reference in zip(answers, references, strict=True)
    ]


def between_people(summaries: Sequence[Sequence[str]], kind: str = "rouge1") -> list[float]:
    """For each dialogue: how well its summaries by several people agree, mean over their pairs.

    Raises ValueError when a dialogue has fewer than two.
    """
    if any(len(of_one) < 2 for of_one in summaries):
        raise ValueError("a ceiling needs two summaries or more of each dialogue.")
    pairs = [list(combinations(of_one, 2)) for of_one in summaries]
    return [mean(rouge(*zip(*of_one, strict=True), kind=kind)) for of_one in pairs]
