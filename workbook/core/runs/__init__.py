"""What is kept: records of runs, their intervals, seeds, and rows of benchmarks."""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.core.runs.experiment import Experiment, Job, job, record
    from workbook.core.runs.intervals import SHARE, Interval, error_bars

__all__ = ["SHARE", "Experiment", "Interval", "Job", "error_bars", "job", "record"]

load_when_used(__name__)
