"""Counting cores and memory in and out of containers, and telling what a GPU can do.

The containers are folders of small files as Linux shows them; the GPUs are stand-ins.
"""

from __future__ import annotations

import os
from types import SimpleNamespace

import psutil
import pytest

from workbook.core.system import machine

GB = 2**30


def cgroup(folder, **files):
    """A cgroup folder; a double underscore in a name stands for a sub-folder, one for a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("DOT", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_no_container_means_all_cores_and_all_memory(tmp_path):
    assert machine.cpu_quota(tmp_path) is None
    assert machine.memory_limit(tmp_path) == (None, 0)
    assert machine.memory(tmp_path)[0] == psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("text", "quota"), [("200000 100000", 2.0), ("150000 100000", 1.5), ("max 100000", None)]
)
def test_cpu_quota_of_version_2(tmp_path, text, quota):
    assert machine.cpu_quota(cgroup(tmp_path, cpuDOTmax=text + "\n")) == quota


@pytest.mark.parametrize(("text", "quota"), [("50000", 0.5), ("-1", None)])
def test_cpu_quota_of_version_1(tmp_path, text, quota):
    files = {"cpu__cpuDOTcfs_quota_us": text, "cpu__cpuDOTcfs_period_us": "100000\n"}
    assert machine.cpu_quota(cgroup(tmp_path, **files)) == quota


@pytest.mark.parametrize(
    ("affinity", "quota", "cores"),
    [
        (8, "max 100000", 8),
        (8, "250000 100000", 2),
        (2, "400000 100000", 2),
        (4, "10000 100000", 1),
    ],
)
def test_usable_cores_is_the_smaller_of_affinity_and_quota(
    tmp_path, monkeypatch, affinity, quota, cores
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(affinity)), raising=False)
    assert machine.usable_cores(cgroup(tmp_path, cpuDOTmax=quota)) == cores


def test_cores_where_there_is_no_affinity_call(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert machine.usable_cores(tmp_path) == 6


def test_a_containers_memory_is_its_limit_less_what_is_used(tmp_path, monkeypatch):
    host = SimpleNamespace(total=64 * GB, available=60 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: host)
    files = {
        "memoryDOTmax": str(2 * GB),
        "memoryDOTcurrent": str(GB),
        "memoryDOTstat": f"anon 1\ninactive_file {GB // 2}\n",
    }
    assert machine.memory(cgroup(tmp_path, **files)) == (2 * GB, 3 * GB // 2)


def test_memory_of_version_1_and_its_way_to_say_no_limit(tmp_path, monkeypatch):
    host = SimpleNamespace(total=16 * GB, available=8 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: host)
    files = {
        "memory__memoryDOTlimit_in_bytes": str(4 * GB),
        "memory__memoryDOTusage_in_bytes": str(GB),
        "memory__memoryDOTstat": "total_inactive_file 0\n",
    }
    assert machine.memory(cgroup(tmp_path, **files)) == (4 * GB, 3 * GB)
    cgroup(tmp_path, memory__memoryDOTlimit_in_bytes="9223372036854771712")  # the kernel's "none"
    assert machine.memory(tmp_path) == (16 * GB, 8 * GB)


@pytest.mark.parametrize(
    ("name", "capability", "has_bf16"),
    [
        ("T4", (7, 5), False),
        ("V100", (7, 0), False),
        ("A100", (8, 0), True),
        ("H200", (9, 0), True),
    ],
)
def test_bf16_only_where_the_chip_computes_it(monkeypatch, name, capability, has_bf16):
    """Guards against asking torch, which says yes to a T4 because it can emulate bfloat16."""
    import torch

    properties = SimpleNamespace(
        name=name, total_memory=16 * GB, major=capability[0], minor=capability[1]
    )
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: properties)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda *a, **k: True)
    found = machine.find_accelerator.__wrapped__()
    assert (found.device, found.name, found.memory) == ("cuda", name, 16 * GB)
    assert found.capability == capability
    assert found.has_bf16 is has_bf16


@pytest.mark.parametrize("device", ["mps", "cpu"])
def test_without_cuda(monkeypatch, device):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: device == "mps")
    found = machine.find_accelerator.__wrapped__()
    assert (found.device, found.memory, found.has_bf16) == (device, 0, False)
    assert found.name


def test_detect_agrees_with_this_machine():
    found = machine.detect()
    assert 1 <= found.cores <= os.cpu_count()
    assert 0 < found.memory_available <= found.memory_total <= psutil.virtual_memory().total


@pytest.mark.gpu
def test_detect_sees_the_real_gpu():
    import torch

    found = machine.detect()
    assert (found.device, found.device_name) == ("cuda", torch.cuda.get_device_name(0))
    assert found.capability == torch.cuda.get_device_capability(0)
