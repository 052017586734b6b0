"""Documents of the town and a small recurrent network that has read them, made once."""

from itertools import islice

import pytest

from workbook.core.hub import bundled
from workbook.town import mixture
from workbook.welcome.recurrent import train_recurrent


@pytest.fixture(scope="session")
def documents():
    return [one.text for one in islice(mixture(seed=2), 150)]


@pytest.fixture(scope="session")
def trained(documents):
    """A recurrent network after a few steps; tests must leave it as it is."""
    _, tokenizer = bundled("town-lm")
    return train_recurrent(tokenizer, documents, steps=15)
