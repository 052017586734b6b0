"""Whether a number lies where a setting needs it, said in one sentence.

Every part whose settings are counts or rates asks here, so that all refuse in the same words. Left
out: what only one part's settings need (`training/config.py`).
"""

from __future__ import annotations

import math


def at_least(name: str, value: float, least: float) -> None:
    """Check a number against its smallest value; a whole number is wanted where `least` is one.

    Raises ValueError, with the setting's name, where it is less, or no finite number.
    """
    whole = isinstance(least, int)
    kind = int if whole else (int, float)
    fits = isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value)
    if not fits or value < least:
        what = "a whole number" if whole else "a number"
        raise ValueError(f"{name} is {what} of at least {least:g}, not {value!r}.")
