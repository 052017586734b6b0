"""Our metrics as the `evaluate` library loads them, without a network."""

import pytest

from workbook.evaluation import module_path


@pytest.fixture
def load(tmp_path, monkeypatch):
    """`evaluate.load`, its cache in a folder of its own. HF_HOME is read when it is imported."""
    import evaluate

    def call(name):
        return evaluate.load(module_path(name), cache_dir=str(tmp_path), keep_in_memory=True)

    return call
