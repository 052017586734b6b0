"""The process that runs a program, from inside: its line of JSON and the words of its reasons."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from workbook.sandbox import bubblewrap, run

pytestmark = pytest.mark.usefixtures("boxed")

REQUEST = {
    "key": "k", "program": "answer = 1", "inputs": {}, "seconds": 5, "memory_mb": 1024,
    "longest": 20, "threads": 16, "file_mb": 3, "disk_mb": 4, "no_answer": "no answer",
    "not_json": "no JSON", "too_long": "too long",
}  # fmt: skip


@pytest.fixture
def worker():
    """The module, which only Unix can import."""
    from workbook.sandbox import worker

    return worker


@pytest.fixture
def outcome(worker):
    """Run the program of a request: (answer, reason, what it printed)."""

    def run(**request):
        printed = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        with redirect_stdout(printed):
            text, reason = worker.result_of(REQUEST | request)
        return text, reason, printed.buffer.getvalue()

    return run


FAULTS = {
    "no answer": ("x = 1", "the program did not set the variable `answer`"),
    "not JSON": ("answer = {1, 2}", "the answer is not JSON: Object of type set is not"),
    "not a number": ("answer = float('nan')", "the answer is not JSON: "),
    "in itself": ("answer = []\nanswer.append(answer)", "the answer is not JSON: Circular"),
    "an error": ("x = 1\n\ny = x / 0\n", "line 3: ZeroDivisionError: division by zero"),
    "an error in a library": ("import json\njson.loads('[')\n", "line 2: JSONDecodeError: Expec"),
    "an error without words": ("\nassert False", "line 2: AssertionError"),
    "too deep": ("def f(): f()\nf()", "line 1: RecursionError: maximum recursion depth"),
    "grammar": ("x = 1\nanswer = = 2", "syntax error in line 2: invalid syntax"),
    "indentation": ("if 1:\nanswer = 1", "syntax error in line 2: expected an indented block"),
    "a zero byte": ("answer = 1\0", "syntax error"),
    "a surrogate": ("answer = 1 \ud800", "syntax error"),
    "brackets": ("answer = " + "(" * 500, "syntax error"),
    "exit": ("import sys\nsys.exit('done')", "line 2: the program ended itself with exit(done)"),
    "_exit": ("import os\nos._exit(0)", "the program ended its own process before its last"),
    "_exit with a code": ("import os\nos._exit(4)", "it ended with exit code 4"),
    "a crash": ("import ctypes\nctypes.string_at(0)", "it was ended by SIGSEGV"),
    "abort": ("import os\nos.abort()", "it was ended by SIGABRT"),
    "no input": ("answer = input()", "line 1: EOFError: EOF when reading a line"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_its_sentence_with_the_line(name):
    program, reason = FAULTS[name]
    result = run(program, seconds=20)
    assert not result.ok and result.value is None and result.reason.startswith(reason)
    assert "\n" not in result.reason and len(result.reason) < 400


@pytest.mark.parametrize(
    ("program", "inputs", "answer"),
    [
        ("answer = [a, (1, 2)]", {"a": 7.5}, ("[7.5, [1, 2]]", "")),
        ("answer = __name__", {}, ('"__main__"', "")),
        ("answer = 'x' * 18", {}, ('"xxxxxxxxxxxxxxxxxx"', "")),
        ("answer = 'x' * 19", {}, (None, "too long")),
        ("pass", {}, (None, "no answer")),
        ("pass", {"answer": 3}, ("3", "")),
        ("answer = float('inf')", {}, (None, "no JSON: Out of range")),
        ("x = 1\nanswer = (", {}, (None, "syntax error in line 2: '(' was never closed")),
        ("x = 1\n\nraise KeyError('k')", {}, (None, "line 3: KeyError: 'k'")),
        ("raise MemoryError", {}, (None, "memory limit: the program needed more than 1024 MB")),
    ],
)
def test_a_program_leaves_its_answer_as_json_or_a_reason(outcome, program, inputs, answer):
    text, reason, _ = outcome(program=program, inputs=inputs)
    assert (text is None) == bool(reason)
    assert text == answer[0] and reason.startswith(answer[1])


def test_what_cannot_be_printed_is_shown_by_its_number(outcome):
    assert outcome(program="print('é')\nanswer = 1") == ("1", "", b"\\xe9\n")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EFBIG, "x"), "file too large: a program may write 3 MB into one file"),
        (OSError(errno.ENOSPC, "x"), "work folder full: a program may keep 4 MB in its files"),
        (OSError(errno.EMFILE, "x"), "too many open files"),
        (
            OSError(errno.EAGAIN, "x"),
            "too many processes: a program is one process with at most 16",
        ),
        (RuntimeError("can't start new thread"), "too many processes: a program is one process"),
        (OSError(errno.ENOENT, "gone"), "FileNotFoundError: [Errno 2] gone"),
        (SystemExit(3), "the program ended itself with exit(3) before its last line"),
        (AssertionError(), "AssertionError"),
        (ValueError("x" * 2_000), "ValueError: " + "x" * 1_000),
    ],
)
def test_an_error_has_its_words(worker, error, words):
    said = worker.in_words(error, REQUEST)
    assert said.startswith(words) and len(said) <= len("ValueError: ") + 1_000


def test_a_text_is_cut_after_a_thousand_characters(worker):
    assert worker.cut("x" * 1_000) == worker.cut("x" * 1_001) == "x" * 1_000


def test_the_message_is_one_line_with_the_key_and_the_program_has_no_input():
    text = Path(bubblewrap.__file__).with_name("worker.py").read_text(encoding="utf-8")
    answers, answer = os.pipe()
    request = REQUEST | {"program": "import sys\nanswer = sys.stdin.read()\nprint('said')"}
    with os.fdopen(answers, "rb") as reader:
        done = subprocess.run(
            [sys.executable, "-I", "-c", f"{text}\nwork({answer}, sys.stdin.read())"],
            input=json.dumps(request), capture_output=True, text=True, pass_fds=[answer],
        )  # fmt: skip
        os.close(answer)
        (line,) = reader.read().splitlines()
    assert json.loads(line) == {"key": "k", "ok": True, "json": '""', "reason": ""}
    assert (done.returncode, done.stdout, done.stderr) == (0, "said\n", "")


def test_the_limits_of_the_program_are_its_time_and_its_addresses():
    text = Path(bubblewrap.__file__).with_name("worker.py").read_text(encoding="utf-8")
    code = (
        f"limit({REQUEST!r})\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_AS))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{text}\n{code}"], capture_output=True, text=True
    )
    assert done.stdout == f"(7, 8) {(2**30, 2**30)}\n", done.stderr  # 1 s is rounded up, 1 added
