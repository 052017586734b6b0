"""The town's model in this lesson's own code, made once for the tests of all its modules."""

import pytest

from workbook.attention.library_weights import from_transformers
from workbook.core.hub import load_model, load_tokenizer


@pytest.fixture(scope="session")
def town_model():
    """The bundled decoder, copied; tests must leave it as it is."""
    return from_transformers(load_model("base"))


@pytest.fixture(scope="session")
def tokenizer():
    """The one that belongs to it."""
    return load_tokenizer("base")
