"""Chats of a task to learn, and the recorded runs that several tests of lesson 08 read."""

import pytest

from workbook.finetuning import charts, data, experiment


@pytest.fixture(scope="module")
def new():
    """Chats to tune a tiny model on."""
    return data.chats("polite", 12)


@pytest.fixture(scope="module")
def remedies():
    """Remedy -> runs on the test split."""
    return charts.last_runs(experiment.recorded("remedies"))


@pytest.fixture(scope="module")
def yardsticks():
    return {r["yardstick"]: r for r in experiment.recorded("tasks") if "yardstick" in r}
