"""Tests of the sandbox are skipped where this machine has none; `.ci/run` installs it."""

from __future__ import annotations

import pytest

from workbook import sandbox


@pytest.fixture(scope="session")
def boxed() -> None:
    """Skip a test on a machine without the sandbox."""
    if trouble := sandbox.problem():
        pytest.skip(f"this machine has no sandbox: {trouble}")
