"""What is seen of a sandbox from outside: how it ended, its processes, their memory, its space."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from workbook.sandbox import watching

MB = 2**20
linux = pytest.mark.usefixtures("boxed")
CPU = "CPU limit: it used more processor time than it may"
FILE = "file too large: it wrote more into one file than it may"


@linux
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "finished"),
        (3, "it ended with exit code 3"),
        (127, "it ended with exit code 127"),
        (128, "it ended with exit code 128"),
        (255, "it ended with exit code 255"),  # there is no signal 127
        (128 + 11, "it was ended by SIGSEGV"),
        (-11, "it was ended by SIGSEGV"),
        (-9, "it was ended by SIGKILL"),
        (128 + 24, CPU),
        (-24, CPU),
        (128 + 25, FILE),
    ],
)
def test_an_exit_code_is_put_into_words(code, words):
    assert (signal.SIGXCPU, signal.SIGXFSZ) == (24, 25)
    assert watching.in_words(code) == words


@pytest.mark.parametrize(
    "said",
    [
        "bwrap: No permissions to create new namespace",
        "bwrap: setting up uid map: Permission denied",
        "bwrap: Can't mount proc:\n Operation not permitted",
    ],
)
def test_a_system_that_forbids_namespaces_gets_the_words_that_help(said):
    explained = watching.explain(said)
    assert explained.startswith("this system forbids the namespaces")
    assert "--security-opt seccomp=unconfined" in explained and "\n" not in explained
    assert explained.endswith(f"({' '.join(said.split())}).")


def test_any_other_message_of_bubblewrap_is_passed_on():
    assert watching.explain("bwrap:  no\nroom ") == "the sandbox could not be made: bwrap: no room."
    assert watching.explain(" \n") == "the sandbox could not be made: no message."


@linux
def test_the_tree_has_the_process_first_and_all_that_descend_from_it():
    text = "sh -c 'sleep 60 & echo $!; read x; kill $!; wait' & echo $!; wait"
    text = f"exec 3<&0; {text.replace('read x', 'read x <&3')}"
    with subprocess.Popen(
        ["sh", "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        others = {int(first.stdout.readline()) for _ in range(2)}
        found = watching.tree(first.pid)
        first.communicate("go on\n", timeout=60)
    assert found[0] == first.pid and len(found) == 3
    assert set(found[1:]) == others
    assert watching.tree(first.pid) == [first.pid]  # it is gone, so nothing descends from it


ALLOCATES = """
import mmap, sys
block = bytearray(b"x") * int(sys.argv[2])
print("allocated", flush=True)
input()
with open(sys.argv[1], "rb") as file:
    seen = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
total = sum(seen[place] for place in range(0, len(seen), 4096))
print(total, flush=True)
input()
"""


@linux
def test_memory_of_its_own_counts_and_that_of_a_file_does_not(tmp_path):
    (tmp_path / "file").write_bytes(b"x" * (32 * MB))
    memory = []
    for own in (0, 32 * MB):  # a process of its own: this one may hold freed memory to take from
        command = [sys.executable, "-I", "-c", ALLOCATES, str(tmp_path / "file"), str(own)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:
            for said in ("allocated", str(ord("x") * 32 * 256)):
                assert child.stdout.readline().strip() == said
                memory.append(watching.memory_of(child.pid))
                child.stdin.write("go on\n")
                child.stdin.flush()
    without, with_file, allocated, allocated_with_file = memory
    assert 30 * MB < allocated - without < 40 * MB
    assert with_file - without < 4 * MB and allocated_with_file - allocated < 4 * MB
    assert watching.memory_of(2**22 + 1) == 0  # no process has this number


def test_space_counts_every_entry_and_follows_no_link(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "work"
    (folder / "inner").mkdir(parents=True)
    outside.write_bytes(os.urandom(MB))
    (folder / "inner" / "file").write_bytes(os.urandom(100_000))
    (folder / "link").symlink_to(outside)
    (folder / "round").symlink_to(folder, target_is_directory=True)
    space, files = watching.space_of(folder, 100)
    assert files == 4 and 100_000 <= space < 200_000
    assert watching.space_of(tmp_path / "nowhere", 100) == (0, 0)


def test_counting_stops_soon_after_the_most_files_that_may_be_there(tmp_path):
    inner = tmp_path
    for _ in range(10):
        inner = inner / "x"
        inner.mkdir()
    assert watching.space_of(tmp_path, 3)[1] == 4
    assert watching.space_of(tmp_path, 100)[1] == 10


def test_descriptors_are_closed_and_those_that_were_not_opened_are_passed_over():
    ends = os.pipe()
    watching.close_all(None, *ends, None)
    for end in ends:
        with pytest.raises(OSError):
            os.fstat(end)
