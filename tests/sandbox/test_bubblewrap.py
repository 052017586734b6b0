"""What is seen inside, how each limit ends a process, what is said where there is no sandbox."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from workbook import sandbox
from workbook.sandbox import Limits, bubblewrap, call, process, start

PYTHON = str(bubblewrap.outer_python()) if sys.platform == "linux" else sys.executable


def python(text, **options):
    """Run a small program in the sandbox, by the Python below this one."""
    return call([PYTHON, "-I", "-S", "-c", textwrap.dedent(text)], **options)


@pytest.mark.usefixtures("boxed")
class TestInside:
    def test_the_environment_is_clean(self, monkeypatch):
        monkeypatch.setenv("API_KEY", "secret")
        end = python("import os; print(sorted(os.environ), os.getcwd(), os.listdir('.'))")
        assert end.ok and "KEY" not in end.output
        assert end.output.strip().endswith("/sandbox []")

    def test_the_first_process_does_not_leak_the_hosts_environment(self, monkeypatch):
        """Guards against /proc/1/environ, which shows what bubblewrap itself was given."""
        monkeypatch.setenv("API_KEY", "secret-in-the-environment")
        end = call(["sh", "-c", "cat /proc/*/environ 2>/dev/null | tr '\\0' ' '"])
        assert "HOME=/sandbox" in end.output and "secret" not in end.output

    def test_the_system_is_read_only_and_the_home_is_not_there(self):
        home = Path.home()
        end = python(f"""
            import os
            for folder in ("/", "/usr", "/etc", "/dev", "/proc", "/bin", {str(home)!r}):
                try:
                    open(folder + "/x", "w")
                    print("wrote", folder)
                except OSError:
                    pass
            print([p for p in ("/etc/passwd", "/etc/shadow", "/sys", "/boot", "/var", "/run",
                               {str(Path(__file__))!r}) if os.path.exists(p)])
            open("mine", "w").write("x" * 100)
            print(os.listdir("."), os.path.samefile("/tmp", "."))
        """)
        assert end.output == "[]\n['mine'] True\n"

    def test_nobodys_rights(self):
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

    def test_no_network_but_a_loopback_of_its_own(self):
        end = python("""
            import socket
            for family, address in ((socket.AF_INET, ("93.184.215.14", 80)),
                                    (socket.AF_INET6, ("2606:4700::1111", 80))):
                try:
                    socket.socket(family).connect(address)
                    print("left")
                except OSError as error:
                    print(error.strerror)
            try:
                socket.socket(socket.AF_VSOCK)
            except OSError as error:
                print(error.strerror)
            print(socket.if_nameindex())
            server = socket.create_server(("127.0.0.1", 0))
            socket.create_connection(server.getsockname())
        """)
        unreachable, unreachable_too, refused, names = end.output.strip().splitlines()
        assert unreachable == unreachable_too == "Network is unreachable"
        assert refused == "Operation not permitted" and names == "[(1, 'lo')]" and end.ok

    def test_folders_of_the_host_by_name(self, tmp_path):
        folders = [tmp_path / name for name in ("work", "seen", "shared", "hidden")]
        for folder in folders:
            folder.mkdir()
            folder.chmod(0o777)
            (folder / "text").write_text(folder.name, encoding="utf-8")
        work, seen, shared, hidden = map(str, folders)
        end = python(
            f"""
            import os
            print(os.getcwd() == {work!r}, open({seen!r} + "/text").read())
            print(os.path.exists({hidden!r}))
            for folder in {(work, seen, shared)!r}:
                try:
                    open(folder + "/new", "w").write("here")
                except OSError as error:
                    print(error.strerror)
            """,
            folder=work,
            readable=[seen],
            writable=[shared],
        )
        assert end.output == "True seen\nFalse\nRead-only file system\n"
        assert [(folder / "new").exists() for folder in folders] == [True, False, True, False]

    def test_its_own_environment_and_input(self):
        assert call(["sh", "-c", "cat; echo $A"], input=b"hello ", environment={"A": "1"}).output
        assert python("import sys; print(sys.stdin.read())").output == "\n"


@pytest.mark.usefixtures("boxed")
class TestLimits:
    def test_wall_clock(self):
        end = call(["sleep", "60"], limits=Limits(seconds=0.3))
        assert end.reason == "time limit: it ran longer than 0.3 s" and end.code is None
        assert not end.ok

    def test_processor_time_of_threads_and_children(self):
        end = python("while True: pass", limits=Limits(seconds=60, cpu_seconds=1))
        assert end.reason == "CPU limit: it used more processor time than it may"

    def test_memory_of_one_process(self):
        end = python("x = bytearray(300 * 2**20)", limits=Limits(memory_mb=200))
        assert end.code == 1 and "MemoryError" in end.output

    def test_memory_of_all_processes_together(self):
        text = """
            import os, time
            for _ in range(3):
                os.fork()
            block = bytearray(b"x" * (40 * 2**20))
            time.sleep(60)
        """
        end = python(text, limits=Limits(memory_mb=100))
        assert end.reason == "memory limit: all processes used more than 100 MB"

    def test_shared_memory_counts(self):
        """Guards against memory that no limit of a single process sees."""
        text = """
            import mmap, time
            blocks = [mmap.mmap(-1, 50 * 2**20) for _ in range(4)]
            for block in blocks:
                block.write(b"x" * len(block))
            time.sleep(60)
        """
        end = python(text, limits=Limits(memory_mb=100))
        assert end.reason == "memory limit: all processes used more than 100 MB"

    @pytest.mark.parametrize("most", [1, 10])
    def test_processes(self, most):
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

    def test_one_process_may_still_have_a_few_threads(self):
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

    def test_size_of_a_file(self):
        text = "open('big', 'wb').write(bytes(3 * 2**20))"
        assert "File too large" in python(text, limits=Limits(file_mb=2)).output
        assert python(text, limits=Limits(file_mb=4)).ok

    def test_size_of_the_work_folder(self):
        text = "for n in range(10): open(str(n), 'wb').write(bytes(2**20))"
        assert "No space left" in python(text, limits=Limits(file_mb=2, disk_mb=5)).output
        assert python(text, limits=Limits(file_mb=2, disk_mb=12)).ok

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("for n in range(10): open(str(n), 'wb').write(bytes(2**20))",
             "disk limit: work grew over 5 MB"),
            ("for n in range(400): open(str(n), 'wb').close()",
             "disk limit: more than 300 files in work"),
        ],
    )  # fmt: skip
    def test_space_in_a_folder_of_the_host(self, tmp_path, monkeypatch, text, reason):
        monkeypatch.setattr(process, "MOST_FILES", 300)
        work = tmp_path / "work"
        work.mkdir()
        work.chmod(0o777)
        text += "\nimport time; time.sleep(60)"
        assert python(text, folder=work, limits=Limits(disk_mb=5)).reason == reason

    def test_output(self):
        end = call(["yes"], limits=Limits(output_kb=3))
        assert end.reason == "output too long: more than 3 KB" and len(end.output) == 3 * 1024
        end = call(["head", "-c", "3072", "/dev/zero"], limits=Limits(output_kb=3))
        assert end.ok and len(end.output) == 3 * 1024

    def test_open_files(self):
        text = "x = [open('/dev/null') for _ in range(40)]"
        assert "Too many open files" in python(text, limits=Limits(open_files=30)).output


@pytest.mark.usefixtures("boxed")
class TestTheEnd:
    def test_codes_and_signals_in_words(self):
        assert call(["sh", "-c", "exit 3"]).reason == "it ended with exit code 3"
        assert call(["sh", "-c", "kill -SEGV $$"]).reason == "it was ended by SIGSEGV"
        assert call(["true"]).reason == "finished"

    def test_a_command_that_is_not_there(self):
        with pytest.raises(
            ValueError, match="^nowhere could not be started in the sandbox: No such"
        ):
            call(["nowhere"])

    def test_leftover_processes_end_with_it(self):
        end = call(["sh", "-c", "sleep 61.25 & sleep 61.25 & echo $!"])
        assert end.ok and not running("61.25")

    def test_stopping_ends_the_whole_tree(self):
        with start(["sh", "-c", "setsid sleep 62.25 & sleep 62.25"]) as box:
            wait_for(lambda: len(running("62.25")) >= 2)
            assert box.running and box.end is None
        assert not running("62.25") and box.end.reason == "stopped from outside"
        assert box.stop() is box.end

    def test_it_dies_with_the_process_that_started_it(self, root):
        text = (
            "from workbook.sandbox import start; import time\n"
            "box = start(['sh', '-c', 'sleep 63.25 & sleep 63.25'])\n"
            "print('up', flush=True); time.sleep(60)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", text], cwd=root, stdout=subprocess.PIPE
        ) as caller:
            caller.stdout.readline()
            wait_for(lambda: running("63.25"))
            os.kill(caller.pid, signal.SIGKILL)
        wait_for(lambda: not running("63.25"))

    def test_no_file_descriptor_is_left_open(self):
        call(["true"])
        before = os.listdir("/proc/self/fd")
        call(["true"]), call(["yes"])
        with pytest.raises(ValueError):
            call(["nowhere"])
        assert os.listdir("/proc/self/fd") == before


def running(mark):
    """The processes of this machine with a word of their command line."""
    return [
        file.parent.name
        for file in Path("/proc").glob("[0-9]*/cmdline")
        if mark in _text(file).split("\0")
    ]


def _text(file):
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""


def wait_for(condition):
    """Wait for an event; fail if it has not come after half a minute."""
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.usefixtures("boxed")
@pytest.mark.parametrize(
    "before",
    [
        ["--reuid=4321", "--regid=4321", "--clear-groups"],
        ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin"],
    ],
    ids=["an ordinary user", "root of a container"],
)
def test_it_works_for_others_than_root(before, root, tmp_path):
    """The limits hold, too; guards against root in a namespace, whose processes nobody counts."""
    if os.geteuid() != 0 or not Path("/usr/bin/python3").exists():
        pytest.skip("only root may become another user")
    text = (
        f"import sys; sys.path.insert(0, {str(root)!r})\n"
        "from workbook.sandbox import Limits, available, call\n"
        "assert available()\n"
        "count = ('import os, time\\nmade = 0\\n'\n"
        "  'try:\\n while os.fork() or time.sleep(60): made += 1\\n'\n"
        "  'except OSError: print(made, os.getuid())')\n"
        "for most in 1, 10:\n"
        "    end = call(['/usr/bin/python3', '-S', '-c', count], limits=Limits(processes=most))\n"
        "    print(end.output)\n"
        "from workbook.sandbox import run\n"
        "assert run('answer = 6 * 7').value == 42\n"
        "for path in '/proc/1/mem', '/proc/1/environ':\n"
        "    assert 'Error' in run(f'open({path!r}, \"rb\")').reason, path\n"
        "for path in '/x', '/dev/x', '/root/x', '/etc/x':\n"
        "    assert 'Error' in run(f'open({path!r}, \"a+b\")').reason, path\n"
    )
    done = subprocess.run(
        ["setpriv", *before, "/usr/bin/python3", "-c", text], capture_output=True, text=True
    )
    if "ModuleNotFoundError" in done.stderr or "requires" in done.stderr:
        pytest.skip("only root may become another user")
    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    assert words[::2] == ["0", "9"] and "0" not in words[1::2], done.stderr


class TestNoSandbox:
    @pytest.fixture(autouse=True)
    def forgotten(self, monkeypatch):
        monkeypatch.setattr(process, "_worked", [])

    def refused(self, match):
        assert not sandbox.available() and match in sandbox.problem()
        with pytest.raises(sandbox.SandboxUnavailable) as caught:
            call(["true"])
        assert match in str(caught.value)

    @pytest.fixture
    def linux(self, monkeypatch):
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr("platform.machine", lambda: "x86_64")
        monkeypatch.setattr("platform.release", lambda: "6.1.0-20-amd64")

    def test_another_system(self, monkeypatch):
        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr("platform.system", lambda: "Darwin")
        self.refused("the sandbox needs Linux; this is Darwin.")

    @pytest.mark.usefixtures("linux")
    def test_not_installed(self, monkeypatch):
        monkeypatch.setattr("shutil.which", lambda name: None)
        self.refused("`sudo apt-get install bubblewrap`")

    @pytest.mark.usefixtures("linux")
    def test_too_old(self, monkeypatch):
        monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/" + name)
        monkeypatch.setattr(bubblewrap, "_version", lambda path: "0.6.1")
        self.refused("bubblewrap 0.7 or newer; this is 0.6.1.")
        monkeypatch.setattr("platform.release", lambda: "5.10.0-28-amd64")
        self.refused("Linux 5.14 or newer; this is 5.10.0-28-amd64.")
        monkeypatch.setattr("platform.machine", lambda: "riscv64")
        self.refused("x86_64 and aarch64, not riscv64.")

    @pytest.mark.skipif(sys.platform != "linux", reason="this machine has no sandbox: no Linux")
    @pytest.mark.usefixtures("linux")
    def test_namespaces_forbidden(self, monkeypatch, tmp_path):
        """With what bubblewrap says then (0.8.0 in a container with default settings)."""
        fake = tmp_path / "bwrap"
        said = "bwrap: No permissions to create new namespace, likely because the kernel does not"
        fake.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n", encoding="utf-8")
        fake.chmod(0o755)
        monkeypatch.setattr("shutil.which", lambda name: str(fake))
        monkeypatch.setattr(bubblewrap, "_version", lambda path: "0.8.0")
        monkeypatch.setattr(bubblewrap, "rights", lambda: "user namespace")
        self.refused("this system forbids the namespaces that the sandbox is made of")
        self.refused(said)
