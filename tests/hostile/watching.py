"""Who looked where: connections to a port, and openings of a file."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

IN_ACCESS, IN_OPEN = 0x1, 0x20
"""Bits of inotify(7)."""


@dataclass(frozen=True, slots=True)
class Port:
    """A door that nobody may knock at."""

    listener: socket.socket

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def was_asked(self) -> bool:
        """Tell whether anybody connected; the system takes connections that nobody accepts."""
        with contextlib.suppress(BlockingIOError):
            self.listener.accept()[0].close()
            return True
        return False


@contextlib.contextmanager
def open_port() -> Iterator[Port]:
    """Listen on the loopback."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        listener.settimeout(0)
        yield Port(listener)


@dataclass(frozen=True, slots=True)
class Watched:
    """A file, and whether any process opened it since."""

    path: Path
    queue: int

    def was_opened(self) -> bool:
        """Tell whether it was."""
        with contextlib.suppress(BlockingIOError):
            return bool(os.read(self.queue, 4096))
        return False


@contextlib.contextmanager
def watch(path: Path) -> Iterator[Watched]:
    """Have the kernel note whoever opens or reads a file."""
    libc = ctypes.CDLL(None, use_errno=True)
    queue = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert queue >= 0, os.strerror(ctypes.get_errno())
    try:
        added = libc.inotify_add_watch(queue, os.fsencode(path), IN_OPEN | IN_ACCESS)
        assert added >= 0, os.strerror(ctypes.get_errno())
        yield Watched(path, queue)
    finally:
        os.close(queue)
