"""What a model can be asked about the town: cases, tasks, and one rule that scores each.

`TASKS` are the eight that every lesson shares; `cases` draws questions about people and places that
no training split has; `score` gives an answer its mark, the same in every lesson and command. Left
out: asking a model (`workbook.inference`) and what follows from the marks (lessons 08 and 09).
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.tasks.short_answers import exact_match, normalise
    from workbook.tasks.suite import TASKS, cases, score, task_named
    from workbook.tasks.task import Case, Task

__all__ = ["TASKS", "Case", "Task", "cases", "exact_match", "normalise", "score", "task_named"]

load_when_used(__name__)
