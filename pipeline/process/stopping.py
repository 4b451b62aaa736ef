"""SIGTERM as an exception, so that whatever is under way is tidied up on the way out."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Stopped(BaseException):
    """Raised in the main thread by SIGTERM: programs are ended, unfinished files removed."""


@contextlib.contextmanager
def stopped_by_sigterm() -> Iterator[None]:
    """Let the first SIGTERM raise `Stopped` until the block ends; no-op beside the main thread.

    Native code is not interrupted: `Stopped` comes when it returns to Python.
    """
    if not _is_main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def unbroken() -> Iterator[None]:
    """Hold SIGTERM and Ctrl-C back until the block ends: for what is short and whole or nothing.

    No-op beside the main thread, which signals do not reach.
    """
    if not _is_main_thread():
        yield
        return
    came: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {
        one: signal.signal(one, lambda number, _frame: came.append(number)) for one in numbers
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: a second signal must not break the tidying up. Not SIG_IGN, which programs
    # would inherit.
    signal.signal(signal.SIGTERM, _stopping)
    raise Stopped


def _stopping(_number: int, _frame: FrameType | None) -> None:
    return
