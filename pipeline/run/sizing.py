"""How many recordings a machine can work on at once."""

from __future__ import annotations

import contextlib
from pathlib import Path

from pipeline.process.cores import usable_cores

WORKER_BYTES = 1_500_000_000
"""Memory that one worker may need. It took 1.41 GB at its most over four minutes at 720p, while it
heard with the base model; an encode of that size takes less (proportional set sizes, once)."""
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
MEMORY_INFO = Path("/proc/meminfo")


def usual_jobs() -> int:
    """Return one job a core, fewer where memory is short, at least one."""
    memory = _usable_memory()
    by_memory = usable_cores() if memory is None else memory // WORKER_BYTES
    return max(1, min(usable_cores(), by_memory))


def threads_each(jobs: int, asked: int) -> int:
    """Return the threads of each job: what was asked for, else a fair share of the cores."""
    return asked or max(1, usable_cores() // jobs)


def _usable_memory() -> int | None:
    """Return the bytes that can be had: of the machine, or of what a container is granted."""
    found: list[int] = []
    with contextlib.suppress(OSError, ValueError, IndexError, StopIteration):
        lines = MEMORY_INFO.read_text(encoding="ascii").splitlines()
        available = next(line for line in lines if line.startswith("MemAvailable:"))
        found.append(int(available.split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):
        found.append(int(CGROUP_LIMIT.read_text(encoding="ascii")))
    return min(found, default=None)
