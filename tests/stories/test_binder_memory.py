"""Every lesson fits in what Binder gives: two gigabytes for JupyterLab, the kernel and the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from lab import Lab
from room import Room

from workbook.publishing import badges

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BINDER = 2 * 2**30  # bytes that a container may have
PEAK = 1.2e9  # bytes of a lesson's kernel


def test_a_room_stops_a_process_that_takes_more():
    """Guards against a limit that nobody holds, under which every lesson would fit."""
    take = "import sys; block = bytearray(int(sys.argv[1])); print(len(block))"
    with Room(2**28) as room:
        few, many = (
            subprocess.run(
                [*room.enter, sys.executable, "-c", take, str(size)], capture_output=True, text=True
            )
            for size in (2**24, 2**29)
        )
    assert few.stdout.strip() == str(2**24)
    assert many.returncode and not many.stdout


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_fits_beside_jupyterlab(path, tmp_path):
    report = tmp_path / "report.json"
    environment = os.environ | {"WORKBOOK_HOME": str(tmp_path / "home")}
    with Room(BINDER) as room, Lab(ROOT, tmp_path, [*room.enter, ROOT / "binder/start"]) as lab:
        room.watch(lab.server.pid)
        with urllib.request.urlopen(lab.address(f"notebooks/{badges.FIRST}.ipynb")) as answer:
            assert answer.status == 200
        command = [sys.executable, "-m", "workbook", "run", path.stem, "--json", str(report)]
        with subprocess.Popen(
            [*room.enter, ROOT / "binder/start", *command],
            env=environment, stdout=subprocess.PIPE, text=True,
        ) as run:  # fmt: skip
            room.watch(run.pid)
            said, _ = run.communicate()
        assert run.returncode == 0, said
        assert lab.server.poll() is None, "JupyterLab did not live through the lesson"
    (lesson,) = json.loads(report.read_text(encoding="utf-8"))
    assert lesson["peak_bytes"] < PEAK
    assert room.peak < BINDER
