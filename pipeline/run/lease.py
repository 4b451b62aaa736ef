"""Hold a recording while it is worked on, so that no other run does or publishes it meanwhile.

Two things keep others away. A file lock tells runs of one machine of each other and is let go of
however a process ends. A lease in the database tells runs of all machines that share it; it expires
when its holder stops renewing it, and its token is checked in every transaction of the holder:
whoever was away for too long and comes back stores nothing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from models.errors import BusyError, KandianError
from pipeline.run.bench import Bench
from pipeline.run.workspace import Workspace
from pipeline.store.leases import Lease
from pipeline.store.store import Store

log = logging.getLogger(__name__)

LEASE_MS = 60_000
"""How long a holder may be silent. A paused machine, or a database that keeps everybody waiting (30
s), is not taken for dead; a dead machine costs a minute."""
RENEWALS = 4
"""Times that a lease is renewed within its length: three may fail."""
LOOK_S = 0.25
"""Between two looks at a lease, or a lock, that another run holds."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def lock_name(fingerprint: str) -> str:
    """Return the name that a recording's lock and lease go by."""
    return fingerprint.removeprefix("sha256:")


@contextlib.contextmanager
def holding(bench: Bench, name: str, *, waiting: Callable[[], None]) -> Iterator[Bench]:
    """Hold a recording and yield the bench whose store refuses everything once it is lost.

    Raises:
        BusyError: when another run holds it and this bench does not wait.
    """
    with contextlib.ExitStack() as stack:
        lease = _take(bench, name, stack, waiting)
        stack.callback(_give_back, bench.store, lease)
        stack.enter_context(_renewing(bench, lease))
        yield replace(bench, store=bench.store.under(lease))


def try_hold(
    store: Store, workspace: Workspace, name: str, stack: contextlib.ExitStack
) -> Store | None:
    """Hold a recording for a moment, until the stack ends; None when a run has it.

    The store that is returned refuses everything should that take longer than a lease.
    """
    if not workspace.try_lock(name, stack):
        return None
    holder = _holder(workspace.lock_file(name), locked=True)
    lease = store.take_lease(name, holder, for_ms=LEASE_MS, gone=holder)
    if lease is None:
        return None
    stack.callback(_give_back, store, lease)
    return store.under(lease)


def _take(
    bench: Bench, name: str, stack: contextlib.ExitStack, waiting: Callable[[], None]
) -> Lease:
    told = False
    locked = False
    while True:
        locked = locked or bench.workspace.try_lock(name, stack)
        holder = _holder(bench.workspace.lock_file(name), locked=locked)
        # With the file lock in hand, whoever took the lease under the same lock is no more.
        gone = holder if locked else ""
        lease = bench.store.take_lease(name, holder, for_ms=LEASE_MS, gone=gone)
        if lease is not None:
            return lease
        if not bench.waits:
            raise BusyError("another run is working on this recording")
        if not told:
            waiting()
            told = True
        time.sleep(LOOK_S)


def _holder(lock: Path, *, locked: bool) -> str:
    """Name the place of a file lock: the same on one machine, another on every other one.

    Without the lock nobody can conclude from it that the holder is dead, so the process is named.
    """
    if not locked or not BOOT_ID.is_file():
        return f"{socket.gethostname()} process {os.getpid()} at {time.time_ns()}"
    there = lock.stat()
    boot = BOOT_ID.read_text(encoding="ascii").strip()
    return f"{socket.gethostname()} boot {boot} lock {there.st_dev}:{there.st_ino}"


def _give_back(store: Store, lease: Lease) -> None:
    # It expires by itself: what went well must not end badly for it.
    with contextlib.suppress(KandianError):
        store.give_lease_back(lease)


@contextlib.contextmanager
def _renewing(bench: Bench, lease: Lease) -> Iterator[None]:
    """Renew the lease from a thread of its own, until the block ends or the lease is lost."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(LEASE_MS / 1000 / RENEWALS):
            try:
                if not bench.store.renew_lease(lease, for_ms=LEASE_MS):
                    log.warning("another run took over what this one works on; it stores nothing")
                    return
            except KandianError as error:
                log.info("the lease could not be renewed: %s", error)

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
