"""Which tests `make test-fast` leaves out because they take long, chosen from a measured run.

    make test PYTEST_ARGS="-vv --durations=0" | tee report.txt
    python tests/long_tests.py report.txt

writes `long_tests.txt`: the test functions that take longest a case, as many as must go so that
the others take BUDGET seconds of one core together (files with a browser are left out anyway).
conftest.py gives each of them the mark "slow". A new test counts as short until the list is
written again.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from statistics import fmean

LIST = Path(__file__).with_suffix(".txt")
BUDGET = 150.0  # seconds: two workers, and a minute to start and collect
LINE = re.compile(r"\s*(\d+(?:\.\d+)?)s (?:call|setup|teardown)\s+tests/(\S+?)(\[.*)?$")


def seconds(report: Iterable[str]) -> dict[str, list[float]]:
    """Return the seconds of every case of every test function in pytest's report of durations."""
    cases: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for line in report:
        if (match := LINE.match(line)) and not _in_a_browser(match[2].partition("::")[0]):
            cases[match[2]][match[3] or ""] += float(match[1])
    return {name: list(each.values()) for name, each in cases.items()}


@cache
def _in_a_browser(name: str) -> bool:
    file = LIST.parent / name
    return file.is_file() and "mark.browser" in file.read_text(encoding="utf-8")


def too_long(measured: Mapping[str, list[float]], budget: float = BUDGET) -> list[str]:
    """Return the functions to leave out: longest a case first, until the rest is in the budget."""
    left = sum(sum(each) for each in measured.values())
    out = []
    for name in sorted(measured, key=lambda name: -fmean(measured[name])):
        if left <= budget:
            break
        out.append(name)
        left -= sum(measured[name])
    return sorted(out)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        names = too_long(seconds(file))
    LIST.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    print(f"{len(names)} test functions are left out of the fast tests: {LIST}")
