"""A kernel whose other side nobody trusts: floods, silence and every way to end are told."""

from __future__ import annotations

from queue import Empty
from types import SimpleNamespace

import pytest

from workbook.grading import kernel
from workbook.grading.isolation import Isolation
from workbook.grading.kernel import KernelGone, SandboxKernel


def until(test, kernel, stream):
    """The first message of a stream that passes a test."""
    while not test(message := kernel.get_message(stream, 60)):
        pass
    return message["content"]


def test_a_kernel_answers_is_interrupted_and_tells_how_it_ended(light_kernel):
    started = SandboxKernel(light_kernel)
    try:
        assert started.is_alive()
        started.execute_cell_input("print(6 * 7, flush=True)\nwhile True: pass")
        said = until(lambda m: m["msg_type"] == "stream", started, "iopub")
        assert said["text"].strip() == "42"
        started.interrupt()
        said = until(lambda m: m["content"].get("status") == "error", started, "shell")
        assert said["ename"] == "KeyboardInterrupt"
        started.execute_cell_input("import os; os._exit(7)")
        with pytest.raises(KernelGone, match="it ended with exit code 7"):
            until(lambda m: False, started, "shell")
        assert not started.is_alive()
    finally:
        started.stop()
    assert not started.folder.exists()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("raise SystemExit(3)", "it ended with exit code 3"),
        ("", "it ended itself with exit code 0"),
        ("import os\nos.kill(os.getpid(), 9)", "it was ended by SIGKILL"),
    ],
)
def test_a_kernel_that_ends_before_it_answers_says_how(tmp_path, script, words):
    apart = Isolation("none", tmp_path / "edition")
    file = tmp_path / "edition" / "workbook" / "grading" / "inside" / "kernel.py"
    file.parent.mkdir(parents=True)
    file.write_text(script, encoding="utf-8")
    with pytest.raises(KernelGone, match=words):
        SandboxKernel(apart)
    assert [path.name for path in tmp_path.iterdir()] == ["edition"], "its folder is gone"


class Silent:
    """A client that hears nothing."""

    def get_iopub_msg(self, timeout):
        raise Empty

    get_shell_msg = get_iopub_msg


def bare(client, process):
    """A kernel without a process of its own."""
    made = object.__new__(SandboxKernel)
    made.kc, made.process, made.given_up = client, process, ""
    made.messages = made.characters = made.stops = 0

    def stop():
        made.stops += 1

    made.stop = stop
    return made


def ended(reason):
    return SimpleNamespace(running=False, wait=lambda: SimpleNamespace(reason=reason))


@pytest.mark.parametrize(
    ("reason", "words"),
    [("finished", "it ended itself with exit code 0"), ("time limit: 9 s", "time limit: 9 s")],
)
def test_silence_of_a_process_that_ended_is_told_with_its_end(reason, words):
    with pytest.raises(KernelGone, match=words):
        bare(Silent(), ended(reason)).get_message("shell", 0)
    assert bare(Silent(), None).why_it_ended() == "the kernel did not start"


def test_silence_of_a_process_that_runs_is_only_silence():
    with pytest.raises(Empty):
        bare(Silent(), SimpleNamespace(running=True)).get_message("iopub", 0)


@pytest.mark.parametrize(("name", "limit"), [("MOST_MESSAGES", 3), ("MOST_CHARACTERS", 400)])
def test_a_flood_of_messages_ends_the_kernel(monkeypatch, name, limit):
    monkeypatch.setattr(kernel, name, limit)
    message = {"content": "x" * 110}
    flood = SimpleNamespace(get_iopub_msg=lambda timeout: message)
    made = bare(flood, SimpleNamespace(running=True))
    for _ in range(3):
        assert made.get_message("iopub") is message
    with pytest.raises(KernelGone, match="output limit: too much output"):
        made.get_message("iopub")
    assert made.stops == 1 and not made.is_alive()
    assert made.why_it_ended() == "output limit: too much output"
