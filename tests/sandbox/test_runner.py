"""A program's answer comes back as JSON; every limit has its sentence; one worker per program."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook import sandbox
from workbook.sandbox import Result, run, runner
from workbook.sandbox.process import End

boxed = pytest.mark.usefixtures("boxed")


@boxed
class TestAnswers:
    @pytest.mark.parametrize(
        ("program", "value"),
        [
            ("answer = 6 * 7", 42),
            ("answer = (1, 'two', None, {'a': [True, 2.5]})", [1, "two", None, {"a": [True, 2.5]}]),
            ("from fractions import Fraction as F\nanswer = str(F(1, 3) + F(1, 6))", "1/2"),
            ("class Number(int):\n    def __repr__(self): return 'x'\nanswer = Number(3)", 3),
            ("answer = 2 ** 200", 2**200),
            ("answer = 0.1 + 0.2", 0.1 + 0.2),
            ("answer = '\\ud800 \\n \\0'", "\ud800 \n \0"),
            ("open('notes', 'w').write('kept')\nanswer = open('notes').read()", "kept"),
            ("import os\nanswer = os.listdir('.')", []),
            ("answer = __name__", "__main__"),
        ],
    )
    def test_a_value(self, program, value):
        assert run(program) == Result(True, value, "", "")

    def test_inputs_become_variables(self):
        inputs = {"prices": [3, 4.5], "who": "Ada", "pair": (1, 2), "nothing": None}
        result = run("answer = [prices, who, pair, nothing]", inputs=inputs)
        assert result.value == [[3, 4.5], "Ada", [1, 2], None]

    def test_what_it_printed(self):
        result = run("print('a')\nimport sys\nprint('b', file=sys.stderr)\nanswer = 1\nprint('c')")
        assert result.ok and sorted(result.output.split()) == ["a", "b", "c"]
        assert run("print('before')\nwhile True: pass", seconds=0.5).output == "before\n"
        assert run("print('before')\n1 / 0").output == "before\n"

    def test_no_worker_is_used_twice(self):
        left = "import builtins, os\nbuiltins.left = 1\nopen('left', 'w').close()\nanswer = 0"
        look = "import builtins, os\nanswer = [hasattr(builtins, 'left'), os.listdir('.')]"
        assert run(left).ok
        assert run(look).value == [False, []]

    def test_programs_from_several_threads_at_once(self):
        values = {}

        def work(n):
            values[n] = run(f"answer = {n} * 10", seconds=20).value

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert values == {n: n * 10 for n in range(4)}
        assert run("answer = 1").value == 1  # the threads that started no worker took none along

    def test_a_worker_that_died_while_waiting_is_replaced(self):
        sandbox.warm_up()
        waiting = runner._workers._next.result()
        waiting._child.kill()
        waiting._child.wait()
        assert run("answer = 5").value == 5

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this machine has no sandbox: no fork")
    def test_after_a_fork_the_child_starts_its_own_worker(self):
        """Guards against two processes that give one worker two programs."""
        sandbox.warm_up()
        child = os.fork()
        if child == 0:
            os._exit(run("answer = 7").value or 0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert run("answer = 8").value == 8

    def test_hash_order_is_the_same_every_time(self):
        program = "answer = list({'a', 'b', 'c', 'd', 'e', 'f'})"
        assert run(program) == run(program)

    def test_the_waiting_worker_ends_with_this_process(self, root):
        import subprocess

        text = (
            "from workbook.sandbox import run, warm_up; from workbook.sandbox import runner\n"
            "assert run('answer = 1').ok; warm_up(); print(runner._workers._next.result()._pid)"
        )
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=root, capture_output=True, text=True, check=True
        )
        file = Path("/proc", done.stdout.strip(), "cmdline")
        assert not (file.exists() and file.read_text(encoding="utf-8")) and done.stderr == ""


LIMITS = {
    "wall clock": ("import time; time.sleep(60)", "time limit: it ran longer than 0.5 s"),
    "processor": ("while True: pass", "time limit: it ran longer than 0.5 s"),
    "memory": ("x = [0] * 10**8", "memory limit: the program needed more than 100 MB"),
    "memory, slowly": ("x = []\nwhile 1: x.append('x' * 10**5)", "memory limit: the program"),
    "processes": ("import os\nos.fork()", "too many processes: a program is one process with"),
    "threads": (
        "import threading, time\n"
        "while 1: threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "too many processes: a program is one process with at most 16 threads",
    ),
    "a file": (
        "open('x', 'wb').write(bytes(2 * 2**20))",
        "file too large: a program may write 1 MB into one file",
    ),
    "all files": (
        "for n in range(9): open(str(n), 'wb').write(bytes(2**20))",
        "work folder full: a program may keep 4 MB in its files",
    ),
    "open files": ("x = [open('/dev/null') for _ in range(99)]", "too many open files"),
    "output": ("while True: print('x' * 999)", "output too long: more than 64 KB"),
    "answer": ("answer = 'x' * 10**6", "the answer is too long: more than 32,768 characters"),
}


@boxed
@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_has_its_sentence(name):
    program, reason = LIMITS[name]
    seconds = 0.5 if reason.startswith("time") else 20
    result = run(program + "\nanswer = locals().get('answer', 0)", seconds=seconds, memory_mb=100)
    assert not result.ok and result.value is None and result.reason.startswith(reason)


@boxed
def test_within_the_limits_it_runs():
    """The same amounts as above, a little less: the limits do not bite early."""
    program = """
import threading, time
x = bytearray(40 * 2**20)
for n in range(3):
    open(str(n), 'wb').write(bytes(2**20))
threads = [threading.Thread(target=time.sleep, args=(0.01,)) for _ in range(15)]
[t.start() for t in threads], [t.join() for t in threads]
print('x' * 65_000)
answer = 'x' * 32_000
"""
    result = run(program, seconds=20, memory_mb=250)
    assert result.ok, result.reason
    assert (len(result.value), len(result.output)) == (32_000, 65_001)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seconds": 0}, "a program runs up to 3600 seconds, not 0."),
        ({"seconds": float("nan")}, "a program runs up to 3600 seconds, not nan."),
        ({"memory_mb": 8}, "a program needs at least 32 MB of memory, not 8."),
        ({"inputs": {"a b": 1}}, "'a b' cannot be the name of a variable."),
        ({"inputs": {"if": 1}}, "'if' cannot be the name of a variable."),
        ({"inputs": {"__name__": 1}}, "'__name__' is reserved for Python itself."),
        ({"inputs": {"a": {1}}}, "the inputs of a program have to be JSON: Object of type set"),
        ({"program": b"answer = 1"}, "a program is a text, not bytes."),
    ],
)
def test_impossible_settings(settings, message):
    with pytest.raises(ValueError) as caught:
        run(**{"program": "answer = 1", **settings})
    assert str(caught.value).startswith(message)


def test_without_a_sandbox_nothing_runs(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(runner, "_workers", runner._Workers())
    with pytest.raises(sandbox.SandboxUnavailable, match="the sandbox needs Linux"):
        run(f"open({str(tmp_path / 'x')!r}, 'w')\nanswer = 1")
    assert os.listdir(tmp_path) == []


class TestWhatComesBackIsNotTrusted:
    END = End(None, "it had delivered its message", "printed", 0.1)
    FORGED = "the program wrote into the channel on which the sandbox reports"

    @pytest.mark.parametrize(
        "line",
        [
            "{}", "[]", "null", "1", "{", '"x"', "\0\xff", "[" * 100_000,
            '{"key": "other", "ok": true, "json": "1", "reason": ""}',
            '{"key": "k", "ok": true, "json": "1", "reason": ""} {"key": "k"}',
            '{"key": "k", "ok": true, "json": "1", "reason": "", "more": 1}',
            '{"key": "k", "ok": 1, "json": "1", "reason": ""}',
            '{"key": "k", "ok": true, "json": 1, "reason": ""}',
            '{"key": "k", "ok": true, "json": "NaN", "reason": ""}',
            '{"key": "k", "ok": true, "json": "-Infinity", "reason": ""}',
            '{"key": "k", "ok": true, "json": "%s", "reason": ""}' % ("[" * 100_000),
            '{"key": "k", "ok": true, "json": "%s", "reason": ""}' % ("9" * 5_000),
            '{"key": "k", "ok": false, "json": null, "reason": ""}',
            '{"key": "k", "ok": false, "json": null, "reason": {}}',
        ],
        ids=range(19),
    )  # fmt: skip
    def test_a_line_that_no_worker_writes(self, line):
        result = runner.read_message(line.encode("latin-1") + b"\n", "k", self.END)
        assert result == Result(False, None, "printed", self.FORGED)

    def test_a_line_that_a_worker_writes(self):
        line = b'{"key": "k", "ok": true, "json": "[1]", "reason": ""}\n'
        assert runner.read_message(line, "k", self.END) == Result(True, [1], "printed", "")

    @settings(max_examples=300, suppress_health_check=[HealthCheck.differing_executors])
    @given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
    def test_any_bytes_give_a_result(self, data):
        result = runner.read_message(data, "k", self.END)
        assert not result.ok and result.value is None and result.reason


@boxed
def test_a_warm_worker_waits_booted():
    """Python has started before the program comes: its process exists, with the JSON module."""
    sandbox.warm_up()
    process = runner._workers._next.result()
    assert process.running and process.message == b"" and process.output == ""
    result = run("import sys, os\nanswer = [os.getpid(), 'json' in sys.modules]")
    assert result.value == [2, True]
    assert not process.running  # it was this one
