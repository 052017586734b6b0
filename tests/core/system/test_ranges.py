"""A number out of range is refused by its setting's name."""

from __future__ import annotations

import math

import pytest

from workbook.core.system.ranges import at_least


@pytest.mark.parametrize("value", [True, "3", None, math.inf, math.nan, 1.9, -1])
def test_what_is_no_number_or_too_small_is_refused_by_name(value):
    with pytest.raises(ValueError, match=f"^rate is a number of at least 2, not {value!r}.$"):
        at_least("rate", value, 2.0)
    with pytest.raises(ValueError, match=f"^rank is a whole number of at least 2, not {value!r}.$"):
        at_least("rank", value, 2)


def test_a_whole_number_will_do_where_any_number_does_but_not_the_other_way():
    at_least("rate", 2, 2.0)
    at_least("rank", 2, 2)
    with pytest.raises(ValueError, match="rank is a whole number"):
        at_least("rank", 2.0, 2)
