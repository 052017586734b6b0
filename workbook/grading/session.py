"""One submission executed: nbval runs the cells in the sandbox, the checks judge on this side.

1. for each exercise in turn: what the lesson defines before it, the student's helpers, the answer's
cell; 2. for each of its checks a cell per question, with inputs drawn for this grading run; 3. the
check compares. Marks that nbval reads in a student's cell (skip, ignore, raises) are not read here.
A kernel that dies costs the exercise it dies in; the next one starts anew. Left out: points.
"""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbval.plugin as nbval
import pytest
from nbformat.v4 import new_code_cell

from workbook.core.exercises.checks import Check, Finding
from workbook.core.exercises.exercise import Exercise
from workbook.grading import asking
from workbook.grading.inside.probe import MIME
from workbook.grading.kernel import Isolation, KernelGone, SandboxKernel
from workbook.grading.transplant import Answer

CELL_SECONDS = 10.0
CONTEXT_SECONDS = 60.0
OUTPUT_SECONDS = 10  # between a cell's end and its last message
STARTS = 3  # of a kernel, before the fault is called ours
PROBE = "from workbook.grading.inside import probe as _probe\n_probe."
TOO_LONG = "time limit: it ran longer than {:g} s"
ALL_TOO_LONG = TOO_LONG + ", with all exercises"


@dataclass
class Work:
    """One exercise of one submission: what is to be run, and what came of it."""

    asked: Exercise
    function: str
    answer: Answer
    checks: Sequence[Check]
    findings: list[Finding] = field(default_factory=list)
    cause: str = ""  # why there are no findings, or fewer than checks
    started: bool = False


def execute(
    work: Sequence[Work], isolation: Isolation, seed: int, cell_seconds: float = CELL_SECONDS
) -> None:
    """Run the exercises of one submission in order; findings and causes are noted in them.

    Raises RuntimeError where no kernel starts: no student's code has run then, so it is not theirs.
    """
    deadline = time.monotonic() + isolation.limits.seconds
    left, failures = list(work), 0
    while left:
        if time.monotonic() > deadline:
            for each in left:
                each.cause = ALL_TOO_LONG.format(isolation.limits.seconds)
            return
        problem = _run(left, _Session(isolation, seed, cell_seconds, deadline))
        # What was begun is done with, whatever became of it; the rest gets a new kernel.
        begun = [each for each in left if each.started]
        if not begun:
            failures += 1
            deadline = time.monotonic() + isolation.limits.seconds
            if failures == STARTS:
                raise RuntimeError(f"no kernel starts in the sandbox ({problem})")
            continue
        left = left[left.index(begun[-1]) + 1 :]


class _Session:
    """What the cells of one kernel share."""

    def __init__(
        self, isolation: Isolation, seed: int, cell_seconds: float, deadline: float
    ) -> None:
        self.isolation, self.seed, self.cell_seconds = isolation, seed, cell_seconds
        self.deadline = deadline  # of the submission, on the monotonic clock
        self.over = ""  # why the kernel is of no use any more


class _File(nbval.IPyNbFile):
    """nbval's notebook, with cells made here and a kernel in the sandbox."""

    work: Sequence[Work]
    shared: _Session

    def setup(self) -> None:
        self.timed_out = False
        try:
            self.kernel = SandboxKernel(self.shared.isolation)
        except (KernelGone, ValueError) as error:
            self.shared.over = str(error)
            raise

    def collect(self) -> Any:
        ran: set[str] = set()
        for number, work in enumerate(self.work):
            for source in (*work.answer.context, *work.answer.helpers):
                if source not in ran:
                    ran.add(source)
                    yield self._cell(f"before {number}.{len(ran)}", source, work, None)
            yield self._cell(f"answer {number}", work.answer.source, work, None)
            for place, check in enumerate(work.checks):
                yield self._cell(f"check {number}.{place}", "", work, check)

    def _cell(self, name: str, source: str, work: Work, check: Check | None) -> _Cell:
        options: dict[str, bool] = defaultdict(bool, check=check is not None)
        cell = new_code_cell(source, execution_count=1)
        made = _Cell.from_parent(self, name=name, cell_num=0, cell=cell, options=options)
        made.work, made.check, made.shared = work, check, self.shared
        made.output_timeout = OUTPUT_SECONDS
        return made

    def teardown(self) -> None:
        if self.kernel is not None:
            self.kernel.stop()


class _Cell(nbval.IPyNbCell):
    """nbval's cell; a check's cell asks as often as its check has questions."""

    work: Work
    check: Check | None
    shared: _Session

    def setup(self) -> None:
        """Nothing: nbval would expect cells after a time-out to fail."""

    def runtest(self) -> None:
        work, session = self.work, self.shared
        if session.over or work.cause:
            return
        before = self.name.startswith("before")
        limit = CONTEXT_SECONDS if before else session.cell_seconds
        self.config.option.nbval_cell_timeout = limit
        work.started = True
        try:
            if self.check is None:
                super().runtest()
            else:
                work.findings.append(self._find())
        except KernelGone as error:
            work.cause = session.over = str(error)
        except nbval.NbCellError as error:
            self._failed(error, limit, before)
        except Exception as error:  # a message that no kernel would send, say
            work.cause = session.over = f"forged message ({type(error).__name__})"
        if self.parent.timed_out:
            work.cause = work.cause or TOO_LONG.format(limit)
            session.over = work.cause

    def _failed(self, error: Any, limit: float, before: bool) -> None:
        if self.parent.timed_out:
            self.work.cause = self.shared.over = TOO_LONG.format(limit)
            return
        shown: Any = next((o for o in self.test_outputs or [] if o.get("ename")), {})
        name, text = str(shown.get("ename", ""))[:60], str(shown.get("evalue", ""))
        said = f"{name}: {' '.join(text.split())[:200]}" if name else str(error).splitlines()[0]
        place = "a cell before the answer" if before else "the answer's cell"
        self.work.cause = f"{place} raised {said}"

    def _find(self) -> Finding:
        """Ask until the check has its finding."""
        assert self.check is not None
        asked, seed = self.work.asked, self.shared.seed
        if asked.wants == "value":
            (reply,) = self._replies(f"value({asked.id!r})", 1)
            return asking.judge_value(self.check, reply, seed)

        def put(questions: Sequence[asking.Question]) -> list[asking.Reply]:
            if time.monotonic() > self.shared.deadline:  # of many quick questions, say
                seconds = self.shared.isolation.limits.seconds
                raise KernelGone(ALL_TOO_LONG.format(seconds))
            coded = json.dumps([question.words() for question in questions])
            call = f"call({asked.id!r}, {self.work.function!r}, {coded!r})"
            return self._replies(call, len(questions))

        return asking.find(self.check, asked, seed, put)

    def _replies(self, call: str, count: int) -> list[asking.Reply]:
        """Execute questions with nbval; the replies are what this very cell displayed."""
        self.cell = new_code_cell(PROBE + call, execution_count=1)
        self.received: list[Any] = []
        super().runtest()
        if len(self.received) != count:
            return [asking.Reply("none")] * count
        return [asking.Reply.read(message) for message in self.received]

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        """Take the reply out of the outputs; the check compares, with its tolerance."""
        self.received = [
            output["data"][MIME]
            for output in test
            if output.output_type == "display_data" and MIME in output.get("data", {})
        ]
        return True


class _Plugin:
    """Lets pytest collect the one file that is not a file of the student's."""

    def __init__(self, place: Path, work: Sequence[Work], session: _Session) -> None:
        self.place, self.work, self.shared = place, work, session

    def pytest_collect_file(self, file_path: Path, parent: Any) -> Any:
        if file_path != self.place:
            return None
        made = _File.from_parent(parent, path=file_path)
        made.work, made.shared = self.work, self.shared
        return made


def _run(work: Sequence[Work], session: _Session) -> str:
    """One kernel, as far as it lives; returns why it is of no use any more, or nothing."""
    isolation = session.isolation
    place = _place(isolation)
    options = ["-c", "/dev/null", "--rootdir", str(isolation.edition), "--capture=no", "-q"]
    options += ["--no-header", "--no-summary", "--tb=no", "-p", "no:cacheprovider"]
    options += ["-p", "nbval.plugin", "--noconftest", "--color=no", str(place)]
    with contextlib.redirect_stdout(io.StringIO()), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        code = pytest.main(options, plugins=[_Plugin(place, work, session)])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"pytest ended with {code!r} while a submission was graded.")
    return session.over


def _place(isolation: Isolation) -> Path:
    """A file for pytest to collect; it is empty, as the cells are made here."""
    place = isolation.edition / "submission.cells"
    place.touch()
    return place
