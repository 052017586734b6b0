"""The lesson's long run: the town suite, put to both bundled models and to both yardsticks.

`workbook record evaluation` asks whatever is not in `data/runs/evaluation/suite.jsonl` yet. Left
out: what is asked and measured (`suite.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from workbook.core.runs import Experiment, Job
from workbook.evaluation import suite

if TYPE_CHECKING:
    from workbook.evaluation.systems import System

SYSTEMS = ("baseline", "ceiling", "bundled:town-lm", "bundled:town-instruct")


@lru_cache(maxsize=1)
def system(name: str) -> System:
    """Return the system of a name, opened once for all its tasks."""
    return suite.open_system(name)


def run_task(name: str, task: str) -> dict[str, Any]:
    """Put one task of the suite to one system."""
    return asdict(suite.run_task(system(name), task, suite.CASES))


def suite_jobs(_seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each system and task; nothing is drawn, so the seeds do not matter."""
    for name in SYSTEMS:
        for task in suite.ALL:
            run = f"{name.removeprefix('bundled:')}/{task}"
            yield Job(run, partial(run_task, name, task), None)


EXPERIMENT = Experiment("evaluation", {"suite": suite_jobs})
