"""What is seen inside of the sandbox, and what is said where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbook import sandbox
from workbook.sandbox import Limits, bubblewrap, call, process


@pytest.mark.usefixtures("boxed")
class TestInside:
    def test_the_environment_is_clean(self, python, monkeypatch):
        monkeypatch.setenv("API_KEY", "secret")
        end = python("import os; print(sorted(os.environ), os.getcwd(), os.listdir('.'))")
        assert end.ok and "KEY" not in end.output
        assert end.output.strip().endswith("/sandbox []")

    def test_the_first_process_does_not_leak_the_hosts_environment(self, monkeypatch):
        """Guards against /proc/1/environ, which shows what bubblewrap itself was given."""
        monkeypatch.setenv("API_KEY", "secret-in-the-environment")
        end = call(["sh", "-c", "cat /proc/*/environ 2>/dev/null | tr '\\0' ' '"])
        assert "HOME=/sandbox" in end.output and "secret" not in end.output

    def test_the_system_is_read_only_and_the_home_is_not_there(self, python):
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

    def test_no_network_but_a_loopback_of_its_own(self, python):
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

    def test_folders_of_the_host_by_name(self, python, tmp_path):
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

    def test_its_own_environment_and_input(self, python):
        assert call(["sh", "-c", "cat; echo $A"], input=b"hello ", environment={"A": "1"}).output
        assert python("import sys; print(sys.stdin.read())").output == "\n"

    def test_size_of_the_work_folder(self, python):
        text = "for n in range(10): open(str(n), 'wb').write(bytes(2**20))"
        assert "No space left" in python(text, limits=Limits(file_mb=2, disk_mb=5)).output
        assert python(text, limits=Limits(file_mb=2, disk_mb=12)).ok


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
