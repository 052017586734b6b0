"""What tests of the grader share: a key, a kernel that starts at once, and a PostgreSQL server.

The server is the tests' own: in a temporary folder, on a Unix socket, with no port open.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from workbook.grading import manifest, release
from workbook.grading.isolation import Isolation

LIGHT = """
import sys
sys.path.insert(0, {root!r})
from workbook.grading.inside import kernel
kernel.serve(sys.argv[2])
"""


@pytest.fixture(scope="session")
def key_folder(root, tmp_path_factory):
    """The instructor's key of lesson 03, without a bundle for students; leave it as it is."""
    file = root / "notebooks" / "03_sampling.ipynb"
    folder = tmp_path_factory.mktemp("key")
    ready = {file.name: release.released(file, with_answers=True)}
    listed = release.listing([release.lesson_of(file)], ready, "2027-01-31", with_answers=True)
    release.save_text(folder / manifest.NAME, listed.text())
    release.write_notebook(folder / "notebooks" / file.name, ready[file.name])
    return folder


@pytest.fixture
def light_kernel(root):
    """Settings of a kernel without a sandbox that imports nothing heavy before it starts."""
    with tempfile.TemporaryDirectory(prefix="wbe-") as folder:  # a socket's path has to be short
        edition = Path(folder) / "edition"
        script = edition / "workbook" / "grading" / "inside" / "kernel.py"
        script.parent.mkdir(parents=True)
        script.write_text(LIGHT.format(root=str(root)), encoding="utf-8")
        yield Isolation("none", edition)


@pytest.fixture
def own_temporary_folder(monkeypatch):
    """A temporary folder that no other test's grading run, at the same time, writes into."""
    with tempfile.TemporaryDirectory(prefix="wbo-") as folder:  # a socket's path has to be short
        Path(folder).chmod(0o755)  # for the sandbox's user
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture(scope="session")
def server():
    """The URL of a database of a server that is started once and gone with the session."""
    programs = _programs()
    if programs is None:
        pytest.skip("this machine has no PostgreSQL server")
    with _server(programs) as url:
        yield url


@pytest.fixture
def postgresql(server):
    """The URL of an empty PostgreSQL database."""
    engine = sa.create_engine(server.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    engine.dispose()
    return server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'grades.sqlite'}"
    return request.getfixturevalue("postgresql")


def _programs():
    """The folder of initdb and pg_ctl; Debian keeps them off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


@contextlib.contextmanager
def _server(programs):
    folder = Path(tempfile.mkdtemp(prefix="wbp-"))
    user = {}
    if os.getuid() == 0:  # the server refuses to run as root
        name = "postgres"
        shutil.chown(folder, name, name)
        user = {"user": name, "group": name, "extra_groups": []}

    def run(*words):
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL, **user,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    data, settings = folder / "data", f"-c listen_addresses= -c fsync=off -k {folder}"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w"]
    try:
        run(str(programs / "initdb"), "-D", str(data), "-U", "grader", "-A", "trust", "-N",
            "--encoding=UTF8", "--locale=C")  # fmt: skip
        run(*control, "-o", settings, "start")
        try:
            yield f"postgresql://grader@/postgres?host={folder}"
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
