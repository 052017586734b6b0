"""The tokenizer, a tiny model for each objective, a crawl and the records, for all test files."""

from collections import defaultdict

import pytest

from workbook.pretraining import data, experiment, models
from workbook.pretraining.crawl import crawl
from workbook.pretraining.models import ARCHITECTURES, Size


@pytest.fixture(scope="session")
def tokenizer():
    return data.tokenizer()


@pytest.fixture(scope="session")
def tiny(tokenizer):
    """Objective -> a model with random weights; tests must leave them as they are."""
    size = Size(hidden_size=24, blocks=2, heads=2, ffn_dim=32)
    return {name: models.build(name, tokenizer, 0, size).eval() for name in ARCHITECTURES}


@pytest.fixture(scope="session")
def pages():
    return crawl(1500, seed=1)


@pytest.fixture(scope="session")
def objectives():
    """(objective, length) -> records, one per seed."""
    found = defaultdict(list)
    for run in experiment.recorded("objectives"):
        found[run["objective"], run["length"]].append(run)
    return found


@pytest.fixture(scope="session")
def transfers():
    """(start, share) -> {seed: record}."""
    found = defaultdict(dict)
    for run in experiment.recorded("transfer"):
        found[run["start"], run["share"]][run["seed"]] = run
    return found
