"""Locks on files, which the operating system lets go of however a process ends."""

from __future__ import annotations

import contextlib
import fcntl
from pathlib import Path


def try_lock(path: Path, stack: contextlib.ExitStack) -> bool:
    """Lock a file, made where it is missing, until the stack ends; False when somebody has it.

    Raises:
        OSError: when the file cannot be made or written to.
    """
    with contextlib.ExitStack() as own:
        handle = own.enter_context(path.open("w"))
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        stack.enter_context(own.pop_all())
    return True
