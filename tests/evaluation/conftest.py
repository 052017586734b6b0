"""The town's answering model and its tokenizer, loaded once for each test file that asks it."""

import pytest

from workbook.core.hub import load_model, load_tokenizer


@pytest.fixture(scope="module")
def model():
    return load_model("bundled:town-instruct")


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer("bundled:town-instruct")
