"""The table of public benchmarks: every row has its source, and its sums are right."""

import re

from workbook.evaluation.benchmarks import BENCHMARKS, MMLU, benchmark_table, mmlu_table


def test_every_row_names_its_source_and_year():
    for one in BENCHMARKS:
        assert re.search(rf"{one.year}, arXiv:\d{{4}}\.\d{{5}}$", one.source), one.name
    assert list(benchmark_table().index) == ["GLUE", "SuperGLUE", "MMLU", "BIG-bench", "HELM"]


def test_helm_fills_seven_eighths_of_its_table():
    helm = benchmark_table().loc["HELM", "size"]
    rows, columns, filled, fields = map(int, re.findall(r"\d+", helm))
    assert rows * columns == fields and filled / fields == 0.875


def test_mmlu_lies_between_floor_and_ceiling():
    assert list(MMLU.values()) == sorted(MMLU.values())
    assert mmlu_table()["MMLU, %"].iloc[0] == 25.0
