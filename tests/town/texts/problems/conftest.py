"""The town that the problems are about."""

import pytest

from workbook.town.world import build_town


@pytest.fixture(scope="module")
def town():
    return build_town()
