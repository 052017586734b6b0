"""The town's texts that small runs of the sweep read and are measured on."""

import pytest

from workbook.pretraining import data
from workbook.pretraining.entropy_bound import held_out
from workbook.scaling_laws import sweep


@pytest.fixture(scope="module")
def books():
    return sweep.Library(data.tokenizer(), seed=5)


@pytest.fixture(scope="module")
def judged():
    return held_out(data.town_documents(6), data.tokenizer(), 8)
