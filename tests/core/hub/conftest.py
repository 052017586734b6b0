"""A Hub on loopback with a model of each family, and a learner's process that asks it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hub_families import FAMILIES, save
from hub_learner import FOLDER, ask
from lookalike import Hub, Repository


@pytest.fixture(scope="session")
def saved_families(tmp_path_factory):
    """{family: folder}, each saved once."""
    folder = tmp_path_factory.mktemp("families")
    for family in FAMILIES:
        save(family, folder / family)
    return {family: folder / family for family in FAMILIES}


@pytest.fixture
def hub_server(saved_families, tmp_path):
    """A Hub that serves tiny/FAMILY, each folder the test's own."""
    server = Hub()
    for family, folder in saved_families.items():
        copy = Path(shutil.copytree(folder, tmp_path / "served" / family))
        server.repositories[f"tiny/{family}"] = Repository(copy)
    yield server
    server.close()


@pytest.fixture
def learner(hub_server, tmp_path):
    """Run an expression in a new process whose Hub is the look-alike; several share a cache."""

    def run(expression=FOLDER, **settings):
        commit = hub_server.repositories["tiny/llama"].commit
        usual = {"HF_HOME": str(tmp_path / "home"), "WORKBOOK_BASE_MODEL": f"tiny/llama@{commit}"}
        return ask(hub_server.url, expression, usual | settings)

    return run
