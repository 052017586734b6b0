"""The program that a student's kernel is: how it starts, and where its printing is cut off."""

from __future__ import annotations

import io
import sys
import tempfile
from types import SimpleNamespace

import pytest
import torch
from ipykernel.kernelapp import IPKernelApp

from workbook.grading.inside import kernel, probe
from workbook.sandbox import forking


@pytest.fixture
def started(monkeypatch):
    """What became of a kernel that is served here, with streams of its own."""
    done, handlers = [], []
    register = lambda event, handler: handlers.append((event, handler))  # noqa: E731
    shell = SimpleNamespace(user_ns={"x": 1}, events=SimpleNamespace(register=register))
    app = SimpleNamespace(
        shell=shell,
        initialize=lambda words: done.append(("initialized", words)),
        start=lambda: done.append("started"),
    )
    monkeypatch.setattr(IPKernelApp, "instance", lambda: app)
    monkeypatch.setattr(probe, "collect", lambda space: done.append(("collected", space)))
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(kernel, "PRINTED", 10)
    monkeypatch.setattr(tempfile, "tempdir", "/folder/of/the/parent")
    kernel.serve("c.json")
    return SimpleNamespace(done=done, handlers=handlers, out=out, err=err)


def test_answers_are_collected_before_the_kernel_listens(started):
    assert started.done == [
        ("initialized", ["-f", "c.json", "--quiet"]), ("collected", {"x": 1}), "started",
    ]  # fmt: skip


@pytest.mark.usefixtures("started")
def test_temporary_files_go_where_this_kernel_may_write():
    """Not where its parent found a place: that one is closed to it."""
    assert tempfile.tempdir is None


def test_what_a_cell_prints_is_cut_off_once_and_the_next_cell_prints_again(started):
    notice = "\n[cut off: this cell printed too much]\n"
    assert [started.out.write(text) for text in ("12345", "6789012", "more")] == [5, 7, 4]
    assert started.out.getvalue() == "1234567890" + notice
    started.err.write("apart")
    assert started.err.getvalue() == "apart"
    assert {event for event, _ in started.handlers} == {"pre_run_cell"}
    for _, handler in started.handlers:
        handler()
    started.out.write("again")
    assert started.out.getvalue() == "1234567890" + notice + "again"


def test_the_edition_is_first_on_the_path_and_one_connection_is_served(monkeypatch):
    served = []
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(kernel, "prepare", lambda: served.append(sys.path[0]))
    monkeypatch.setattr(kernel, "serve", served.append)
    kernel.main("/edition", "c.json")
    assert served == ["/edition", "c.json"]


def test_a_zygote_serves_a_kernel_for_each_order(monkeypatch):
    served = []
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(kernel, "prepare", lambda: None)
    monkeypatch.setattr(kernel, "serve", served.append)

    def orders(descriptor, work):
        served.append(descriptor)
        for order in (["one.json"], ["two.json"]):
            work(order)

    monkeypatch.setattr(forking, "serve", orders)
    kernel.main("/edition", "zygote", "7")
    assert served == [7, "one.json", "two.json"]


def test_a_kernel_computes_on_one_thread():
    torch.set_num_threads(2)
    kernel.prepare()
    assert torch.get_num_threads() == 1
