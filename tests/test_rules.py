"""The suite's own rules: no network but loopback, and no skip without an allowed reason."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TEST = """
import pytest

def test_runs():
    pass

@pytest.mark.skipif(True, reason={reason!r})
def test_waits():
    pass
"""


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: socket.create_connection(("93.184.215.14", 80), timeout=1),
        lambda: socket.create_connection(("example.com", 80), timeout=1),
        lambda: socket.getaddrinfo("example.com", 443),
        lambda: socket.gethostbyname("example.com"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("8.8.8.8", 53)),
        lambda: socket.socket(socket.AF_INET6).connect(("2606:4700::1111", 80)),
        lambda: socket.socket().connect_ex(("10.0.0.1", 80)),
    ],
)
def test_leaving_the_machine_is_blocked(attempt, blocked_connections):
    with pytest.raises(OSError, match="the test suite allows no network"):
        attempt()
    assert len(blocked_connections) == 1
    blocked_connections.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_works(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: server.accept()[0].sendall(b"hello"), daemon=True).start()
        with socket.create_connection((host, server.getsockname()[1]), timeout=5) as client:
            assert client.recv(5) == b"hello"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix sockets")
def test_unix_sockets_work(tmp_path):
    name = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(name)
        server.listen()
        client.connect(name)
        assert client.getpeername() == name


def test_child_processes_are_blocked_too(tmp_path):
    code = "import socket; socket.create_connection(('93.184.215.14', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "the test suite allows no network" in done.stderr


def session(folder, text, *options, **environment):
    """Run pytest on one file under this suite's conftest, in a process of its own."""
    for name in ("conftest.py", "lab.py", "allowed_skips.txt"):
        shutil.copy(HERE / name, folder)
    shutil.copytree(HERE / "offline", folder / "offline", dirs_exist_ok=True)
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    clean = {k: v for k, v in os.environ.items() if k not in ("CI", "WORKBOOK_STRICT_SKIPS")}
    clean["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
         f"--rootdir={folder}", *options, str(folder)],
        cwd=folder, env=clean | environment, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("environment", [{"WORKBOOK_STRICT_SKIPS": "1"}, {"CI": "true"}])
def test_an_unexplained_skip_fails_a_strict_session(tmp_path, environment):
    done = session(tmp_path, TEST.format(reason="no time today"), **environment)
    assert done.returncode == 1
    assert "FAILED: skipped without an allowed reason: " in done.stdout
    assert "test_it.py::test_waits: no time today" in done.stdout
    assert done.stdout.strip().splitlines()[-1].startswith("1 passed, 1 skipped")


WORKERS = ("-p", "xdist.plugin", "-n", "2", "--dist", "loadgroup")


def test_a_skip_in_a_worker_fails_a_strict_session_too(tmp_path):
    done = session(tmp_path, TEST.format(reason="no time today"), *WORKERS, CI="true")
    assert done.returncode != 0 and "skipped without an allowed reason" in done.stdout


GROUPED = """
import os, pytest

@pytest.mark.{mark}
@pytest.mark.parametrize("n", range(2))
def test_it(n):
    with open(os.environ["NOTES"], "a", encoding="utf-8") as file:
        worker, home = os.environ["PYTEST_XDIST_WORKER"], os.environ["WORKBOOK_HOME"]
        file.write(f"{mark} {{worker}} {{home}}\\n")
"""


def test_browsers_share_a_worker_and_each_worker_has_a_home_of_its_own(tmp_path):
    """Two browsers, or two labs, at once would disturb each other; so would one learner's log.

    Guards against a version of xdist whose groups the installed pytest does not see.
    """
    folder, notes = tmp_path / "suite", tmp_path / "notes"
    folder.mkdir()
    for name, mark in (("a", "browser"), ("b", "browser"), ("c", "one"), ("d", "two")):
        (folder / f"test_{name}.py").write_text(GROUPED.format(mark=mark), encoding="utf-8")
    done = session(folder, "", *WORKERS, NOTES=str(notes))
    assert done.returncode == 0, done.stdout
    lines = [line.split() for line in notes.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 8
    for mark in ("browser", "one", "two"):
        assert len({worker for kind, worker, _ in lines if kind == mark}) == 1
    assert len({home for _, _, home in lines}) == len({worker for _, worker, _ in lines})


def test_elsewhere_it_is_only_noted(tmp_path):
    done = session(tmp_path, TEST.format(reason="no time today"))
    assert done.returncode == 0 and "note: skipped without an allowed reason" in done.stdout


def test_an_allowed_skip_passes_a_strict_session(tmp_path):
    text = TEST.format(reason="shared data is not beside this checkout")
    done = session(tmp_path, text, CI="true")
    assert done.returncode == 0 and "allowed reason" not in done.stdout


def test_a_file_that_skips_itself_is_seen(tmp_path):
    text = "import pytest\npytest.importorskip('no_such_module')\n"
    done = session(tmp_path, text, CI="true")
    assert done.returncode != 0 and "skipped without an allowed reason" in done.stdout


def test_an_expected_failure_is_no_skip(tmp_path):
    text = "import pytest\n@pytest.mark.xfail\ndef test_x():\n    assert 0\n"
    assert session(tmp_path, text, CI="true").returncode == 0


def test_a_swallowed_attempt_still_fails_its_test(tmp_path):
    """Guards against code that tries the network, catches the error and goes on."""
    text = (
        "import socket\ndef test_x():\n    try:\n"
        "        socket.create_connection(('93.184.215.14', 80))\n"
        "    except OSError:\n        pass\n"
    )
    done = session(tmp_path, text)
    assert done.returncode == 1 and "this test tried to reach the network" in done.stdout


def test_every_allowed_reason_says_why():
    lines = (HERE / "allowed_skips.txt").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line.strip() and not line.startswith("#")]
    assert rules and all("  # " in rule for rule in rules)
