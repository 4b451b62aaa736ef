"""The processor cores that this process may use, and a share of them for itself.

A program that is told to take one thread takes more: ffmpeg reads, decodes, filters and encodes in
threads of their own, libraries count cores and start as many. Where a worker is to take N cores it
is therefore bound to N of them, with all that it starts, and no two workers of a machine to the
same ones, whatever batch they belong to:

    core      0     1     2     3
    worker   [a    a]    [b    b]       a third worker finds none free, and runs on all of them
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.process.locks import try_lock

TASKS = Path("/proc/self/task")
CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""What a container is granted: microseconds of CPU time, or `max`, in a period of so many."""
OURS_ALONE = 0o700
"""Mode of the folder with our locks: nobody else's processes can hold a core against us."""


def usable_cores() -> int:
    """Return how many cores this process may use, at least 1.

    A container may allow fewer than there are: certain ones, or so much time of any of them.
    """
    there = len(_allowed()) or os.cpu_count() or 1
    granted = _granted()
    return there if granted is None else max(1, min(there, round(granted)))


def _granted() -> float | None:
    """Return the cores whose whole time the control group may use (cgroup v2); None = no limit."""
    with contextlib.suppress(OSError, ValueError):
        quota, period = map(int, CGROUP_QUOTA.read_text(encoding="ascii").split())
        return quota / period
    return None


def bind_to_cores(number: int, stack: contextlib.ExitStack) -> frozenset[int]:
    """Bind this process to as many cores as nobody else has, until the stack ends.

    Threads that run already are bound too, and what is started later. Where that many are not free,
    where there are no more than that, or where the system cannot do it (macOS), all stay allowed.

    Returns:
        the cores that this process may use now; empty where the system does not say.
    """
    allowed = _allowed()
    if not 0 < number < len(allowed):
        return allowed
    folder = _own_folder()
    claimed = claim(number, allowed, folder, stack) if folder else frozenset()
    if not claimed:
        return allowed
    stack.callback(_bind, allowed)
    _bind(claimed)
    return claimed


def claim(
    number: int, cores: Iterable[int], folder: Path, stack: contextlib.ExitStack
) -> frozenset[int]:
    """Claim so many of these cores, or none of them, until the stack ends or the process does.

    Each is a locked file in `folder`; the operating system lets go of it whatever happens to us.
    """
    with contextlib.ExitStack() as own:
        claimed: set[int] = set()
        for core in sorted(cores):
            if len(claimed) == number:
                break
            with contextlib.suppress(OSError):  # a folder that cannot be written to has no free one
                if try_lock(folder / f"{core}.lock", own):
                    claimed.add(core)
        if len(claimed) < number:
            return frozenset()
        stack.enter_context(own.pop_all())
        return frozenset(claimed)


def _own_folder() -> Path | None:
    """Return a folder that all our processes on this machine share, None where it is not ours."""
    folder = Path(tempfile.gettempdir()) / f"kandian-cores-{os.getuid()}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=OURS_ALONE, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
            return folder
    return None


def _allowed() -> frozenset[int]:
    if not hasattr(os, "sched_getaffinity"):
        return frozenset()
    return frozenset(os.sched_getaffinity(0))


def _bind(cores: Iterable[int]) -> None:
    for thread in _threads():
        with contextlib.suppress(OSError):  # it has ended meanwhile
            os.sched_setaffinity(thread, cores)


def _threads() -> Iterator[int]:
    yield 0
    with contextlib.suppress(OSError):
        yield from (int(entry.name) for entry in TASKS.iterdir())
