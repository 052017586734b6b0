"""The room of the memory tests: it stops what takes more than its limit."""

import subprocess
import sys

from room import Room


def test_a_room_stops_a_process_that_takes_more():
    """Guards against a limit that nothing holds, under which every lesson would fit."""
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


def test_the_memory_of_what_a_process_starts_is_counted_apart():
    child = "block = bytearray(60_000_000); import time; time.sleep(1)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with Room(2**30) as room, subprocess.Popen([*room.enter, sys.executable, "-c", parent]) as run:
        room.watch(run.pid)
        run.wait()
    assert 6e7 < room.children[run.pid] < 1.2e8
    assert room.peak > room.children[run.pid]
