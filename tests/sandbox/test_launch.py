"""The first code in the sandbox: it gives up rights, sets limits, and becomes the command."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from workbook.sandbox import Limits, bubblewrap, seccomp

pytestmark = pytest.mark.usefixtures("boxed")

TEXT = Path(bubblewrap.__file__).with_name("launch.py").read_text(encoding="utf-8")
NOTHING = {"user": None, "limits": {}, "filter": "", "ready": None}
BECOME = "become(settings_from(sys.argv[1]), sys.argv[2:])"
LIMIT = "import resource\nprint(resource.getrlimit(resource.RLIMIT_{0}))"


def launched(code, *words, settings=NOTHING, **options):
    """Run code after that of launch.py, in a Python of its own outside of the sandbox."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{TEXT}\nimport sys\n{code}", json.dumps(settings),
         *words], capture_output=True, text=True, **options,
    )  # fmt: skip


class TestInTheSandbox:
    def test_nobodys_rights(self, python):
        end = python("""
            import os
            lines = open("/proc/self/status").read().splitlines()
            print({x.split()[0]: x.split()[1] for x in lines if x.startswith(
                ("CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp:"))})
            print(os.getuid() == 0, os.geteuid() == 0, os.getpid() < 10)
        """)
        assert "'CapPrm:': '0000000000000000', 'CapEff:': '0000000000000000'" in end.output
        assert "'NoNewPrivs:': '1', 'Seccomp:': '2'" in end.output
        if os.geteuid() == 0:
            assert "False False True" in end.output

    def test_processor_time_of_threads_and_children(self, python):
        end = python("while True: pass", limits=Limits(seconds=60, cpu_seconds=1))
        assert end.reason == "CPU limit: it used more processor time than it may"

    def test_memory_of_one_process(self, python):
        end = python("x = bytearray(300 * 2**20)", limits=Limits(memory_mb=200))
        assert end.code == 1 and "MemoryError" in end.output

    @pytest.mark.parametrize("most", [1, 10])
    def test_processes(self, python, most):
        end = python(
            """
            import os, time
            made = 0
            try:
                while True:
                    if os.fork() == 0:
                        time.sleep(60)
                        os._exit(0)
                    made += 1
            except BlockingIOError:
                print(made)
            """,
            limits=Limits(processes=most),
        )
        assert end.output == f"{most - 1}\n"

    def test_one_process_may_still_have_a_few_threads(self, python):
        end = python(
            """
            import threading, time
            for made in range(100):
                try:
                    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
                except RuntimeError:
                    break
            print(made)
            """,
            limits=Limits(processes=1),
        )
        assert end.output == "15\n"

    def test_size_of_a_file(self, python):
        text = "open('big', 'wb').write(bytes(3 * 2**20))"
        assert "File too large" in python(text, limits=Limits(file_mb=2)).output
        assert python(text, limits=Limits(file_mb=4)).ok

    def test_open_files(self, python):
        text = "x = [open('/dev/null') for _ in range(40)]"
        assert "Too many open files" in python(text, limits=Limits(open_files=30)).output


@pytest.mark.parametrize(
    ("before", "limits", "after"),
    [
        ("", {"NOFILE": 33}, (33, 33)),
        ("", {"CPU": 50}, (50, 51)),  # SIGXCPU comes first, SIGKILL a second later
        ("(50, 50)", {"NOFILE": 99}, (50, 50)),
        ("(50, 50)", {"NOFILE": 40}, (40, 40)),
        ("(70, 70)", {"CPU": 90}, (70, 70)),
        ("(70, 70)", {"CPU": 60}, (60, 61)),
    ],
)
def test_a_limit_is_set_and_none_that_is_there_is_raised(before, limits, after):
    (name,) = limits
    code = f"resource.setrlimit(resource.RLIMIT_{name}, {before})\n" if before else ""
    done = launched(
        code + BECOME, sys.executable, "-I", "-S", "-c", LIMIT.format(name),
        settings=NOTHING | {"limits": limits},
    )  # fmt: skip
    assert done.stdout == f"{after}\n", done.stderr


def test_the_report_comes_before_the_command_and_its_descriptor_is_not_handed_on():
    told, tell = os.pipe()
    with os.fdopen(told, "rb") as reader:
        code = f"import os\ntry: os.fstat({tell})\nexcept OSError: print('closed')"
        done = launched(
            BECOME, sys.executable, "-I", "-S", "-c", code,
            settings=NOTHING | {"ready": tell}, pass_fds=[tell],
        )  # fmt: skip
        os.close(tell)
        assert reader.read() == b"ready"
    assert (done.stdout, done.returncode) == ("closed\n", 0)


@pytest.mark.parametrize("listening", [True, False])
def test_a_command_that_cannot_start_is_reported_in_one_sentence(listening):
    message = "error: nowhere could not be started in the sandbox: No such file or directory"
    told, tell = os.pipe()
    with os.fdopen(told, "rb") as reader:
        settings = NOTHING | {"ready": tell if listening else None}
        done = launched(BECOME, "nowhere", settings=settings, pass_fds=[tell])
        os.close(tell)
        said = reader.read().decode()
    assert done.returncode == 127
    if listening:  # it is told that the process was ready, then that it was not
        assert (said, done.stderr) == ("ready" + message, "")
    else:
        assert (said, done.stderr) == ("", message)


def test_the_filter_is_installed_for_good():
    code = BECOME.replace("become(", "enter(").replace(", sys.argv[2:]", "") + (
        "\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print([libc.unshare(0), ctypes.get_errno()], [x.split()[1] for x in "
        "open('/proc/self/status') if x.startswith(('NoNewPrivs', 'Seccomp:'))])"
    )
    text = seccomp.filter_bytes(platform.machine()).hex()
    assert launched(code, settings=NOTHING | {"filter": text}).stdout == "[-1, 1] ['1', '2']\n"
    assert launched(code).stdout == "[0, 0] ['0', '0']\n"


def test_a_filter_that_the_kernel_does_not_take_is_an_error():
    """Its one line loads a number and never answers."""
    done = launched(BECOME, "true", settings=NOTHING | {"filter": "2000000000000000"})
    assert done.returncode == 127
    assert done.stderr.startswith("error: true could not be started in the sandbox: the kernel ref")
