"""What this machine can do: cores, memory, accelerator.

Counts what the process may really use: a container's CPU quota and memory limit, not the host's.
Reads only; it changes no setting. It does not measure speed (`workbook bench` does).
Lesson 00 shows the result, lesson 05 explains the number formats.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
BF16_CAPABILITY = (8, 0)  # NVIDIA Ampere; a T4 is (7, 5) and only emulates bfloat16


@dataclass(frozen=True)
class Machine:
    """One machine as this process sees it; memory in bytes."""

    cores: int  # usable ones: affinity and container quota applied
    memory_total: int  # the container's limit where there is one
    memory_available: int  # free now, or what the container has left
    device: str  # "cuda", "mps" or "cpu"
    device_name: str  # as its maker calls it
    device_memory: int  # of one accelerator; 0 on a CPU
    capability: tuple[int, int] | None  # CUDA compute capability
    has_bf16: bool  # in the accelerator's hardware, not emulated


@dataclass(frozen=True)
class Accelerator:
    """The part of `Machine` that torch knows."""

    device: str
    name: str
    memory: int = 0
    capability: tuple[int, int] | None = None

    @property
    def has_bf16(self) -> bool:
        """True where bfloat16 is computed by the chip (torch also says yes to emulation)."""
        return self.capability is not None and self.capability >= BF16_CAPABILITY


def detect() -> Machine:
    """Look at the machine now. Imports torch, so the first call takes about a second."""
    total, available = memory()
    accelerator = find_accelerator()
    return Machine(
        cores=usable_cores(),
        memory_total=total,
        memory_available=available,
        device=accelerator.device,
        device_name=accelerator.name,
        device_memory=accelerator.memory,
        capability=accelerator.capability,
        has_bf16=accelerator.has_bf16,
    )


@cache
def find_accelerator() -> Accelerator:
    """CUDA before Apple's MPS before the CPU. Cached: hardware does not change under a process."""
    import torch

    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        capability = (properties.major, properties.minor)
        return Accelerator("cuda", properties.name, properties.total_memory, capability)
    if torch.backends.mps.is_available():
        return Accelerator("mps", f"Apple {platform.machine()}")
    return Accelerator("cpu", platform.processor() or platform.machine())


def usable_cores(cgroup: Path = CGROUP) -> int:
    """Cores this process may use: its affinity mask, cut to the container's quota, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:  # macOS and Windows have no affinity call
        cores = os.cpu_count() or 1
    quota = cpu_quota(cgroup)
    return cores if quota is None else max(1, min(cores, int(quota)))


def memory(cgroup: Path = CGROUP) -> tuple[int, int]:
    """(total, available) bytes: the smaller of the machine's and the container's."""
    import psutil

    host = psutil.virtual_memory()
    limit, used = memory_limit(cgroup)
    if limit is None or limit >= host.total:
        return host.total, host.available
    return limit, max(0, min(host.available, limit - used))


def cpu_quota(cgroup: Path = CGROUP) -> float | None:
    """Cores the container may keep busy (can be fractional); None when there is no limit."""
    words = _read(cgroup / "cpu.max").split()  # version 2: "quota period" or "max period"
    if not words:  # version 1: two files, and -1 means no limit
        words = [
            _read(cgroup / "cpu/cpu.cfs_quota_us").strip(),
            _read(cgroup / "cpu/cpu.cfs_period_us").strip(),
        ]
    quota, period = (int(word) if word.isdigit() else 0 for word in words[:2])
    return quota / period if quota and period else None


def memory_limit(cgroup: Path = CGROUP) -> tuple[int | None, int]:
    """(limit, used) bytes of the container. The limit is None when there is none.

    Pages of files that the kernel can drop at once do not count as used.
    """
    if (cgroup / "memory.max").exists():
        limit, used = _read(cgroup / "memory.max"), _read(cgroup / "memory.current")
        statistics, droppable = _read(cgroup / "memory.stat"), "inactive_file"
    else:
        folder = cgroup / "memory"
        limit = _read(folder / "memory.limit_in_bytes")
        used = _read(folder / "memory.usage_in_bytes")
        statistics, droppable = _read(folder / "memory.stat"), "total_inactive_file"
    if not limit.strip().isdigit() or not used.strip().isdigit():
        return None, 0
    pages = dict(line.split() for line in statistics.splitlines() if len(line.split()) == 2)
    return int(limit), max(0, int(used) - int(pages.get(droppable, 0)))


def _read(path: Path) -> str:
    """A small file's text; empty when it is absent or closed to us."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
