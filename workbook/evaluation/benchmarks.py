"""What the public benchmarks contain, with the place where each figure is published.

Only counts that the benchmark's own paper gives, and four published results on MMLU. Left out:
leaderboards, which are out of date the day they are printed. Lesson 09 shows both tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas


class Benchmark(NamedTuple):
    """One benchmark: when, how large, what it asks, how it scores, where that is said."""

    name: str
    year: int
    size: str
    asks: str
    scores: str
    source: str


BENCHMARKS = (
    Benchmark(
        "GLUE", 2018, "9 tasks",
        "grammar, sentiment, paraphrase, similarity, entailment",
        "accuracy, F1 or correlation, averaged over tasks",
        "Wang et al. 2018, arXiv:1804.07461",
    ),
    Benchmark(
        "SuperGLUE", 2019, "8 tasks",
        "what GLUE's winners still failed at: reading, coreference, causes",
        "accuracy, F1, exact match, averaged over tasks",
        "Wang et al. 2019, arXiv:1905.00537",
    ),
    Benchmark(
        "MMLU", 2020, "57 subjects, 15,908 questions",
        "school and professional exams, four choices each",
        "accuracy with five examples in the prompt",
        "Hendrycks et al. 2020, arXiv:2009.03300",
    ),
    Benchmark(
        "BIG-bench", 2022, "204 tasks",
        "whatever 450 authors thought to be beyond models of the day",
        "a metric per task, made comparable",
        "Srivastava et al. 2022, arXiv:2206.04615",
    ),
    Benchmark(
        "HELM", 2022, "16 core scenarios x 7 metrics, 98 of 112 fields filled",
        "questions, retrieval, summaries, sentiment, toxicity, text sorting",
        "accuracy, calibration, robustness, fairness, bias, toxicity, efficiency",
        "Liang et al. 2022, arXiv:2211.09110",
    ),
)  # fmt: skip

MMLU = {  # five examples in the prompt, %; Hoffmann et al. 2022, arXiv:2203.15556, Table 6
    "guessing one of four": 25.0,
    "GPT-3": 43.9,
    "Gopher": 60.0,
    "Chinchilla": 67.6,
    "human experts": 89.8,
}


def benchmark_table() -> pandas.DataFrame:
    """One row for each benchmark."""
    import pandas as pd

    return pd.DataFrame(BENCHMARKS).set_index("name")


def mmlu_table() -> pandas.DataFrame:
    """Published MMLU results between the baseline (guessing) and the ceiling (experts)."""
    import pandas as pd

    return pd.DataFrame({"MMLU, %": MMLU}).rename_axis("who")
