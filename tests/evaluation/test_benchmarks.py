"""The table of public benchmarks: every row has its source, and its sums are right."""

import re

from workbook.evaluation.benchmarks import BENCHMARKS, benchmark_table, mmlu_table

PUBLISHED = {  # as the papers have them, typed once more, so that a slip in the table is seen
    "GLUE": (2018, "9 tasks"),
    "SuperGLUE": (2019, "8 tasks"),
    "MMLU": (2020, "57 subjects, 15,908 questions"),
    "BIG-bench": (2022, "204 tasks"),
    "HELM": (2022, "16 core scenarios x 7 metrics, 98 of 112 fields filled"),
}


def test_the_counts_are_the_published_ones():
    table = benchmark_table()
    assert {name: (table.year[name], table["size"][name]) for name in table.index} == PUBLISHED


def test_the_mmlu_table_is_the_published_one():
    """Hoffmann et al. (2022), Table 6."""
    assert mmlu_table()["MMLU, %"].to_dict() == {
        "guessing one of four": 25.0, "GPT-3": 43.9, "Gopher": 60.0, "Chinchilla": 67.6,
        "human experts": 89.8,
    }  # fmt: skip


def test_every_row_names_its_source_and_year():
    for one in BENCHMARKS:
        assert re.search(rf"{one.year}, arXiv:\d{{4}}\.\d{{5}}$", one.source), one.name
    assert list(benchmark_table().index) == ["GLUE", "SuperGLUE", "MMLU", "BIG-bench", "HELM"]


def test_helm_fills_seven_eighths_of_its_table():
    helm = benchmark_table().loc["HELM", "size"]
    rows, columns, filled, fields = map(int, re.findall(r"\d+", helm))
    assert rows * columns == fields and filled / fields == 0.875
