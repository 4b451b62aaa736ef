"""Python processes of our own, which end when we do."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

from pipeline.process.run import describe_exit
from pipeline.process.stopping import Stopped, stopped_by_sigterm

PR_SET_PDEATHSIG = 1
"""prctl(2): which signal we get when the thread that started us ends."""


class Worker:
    """A fresh Python process that runs one function with one end of a pipe.

    Guaranteed on Linux: it is killed when the thread that started it ends, also by kill -9; the
    programs that it started by `run_command` go with it. Ctrl-C does not reach it; SIGTERM raises
    `Stopped` in it. Elsewhere it ends when it next reads from the pipe.
    """

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        """Start it; `work` is called with the pipe and the arguments, all of which are pickled."""
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_live, args=(theirs, os.getpid(), work, arguments), daemon=True
        )
        with _deaf_to_interrupts():
            self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid or 0

    @property
    def sentinel(self) -> int:
        """What `multiprocessing.connection.wait` waits for its end with."""
        return self._process.sentinel

    def ask_to_stop(self) -> None:
        """Send SIGTERM; what is under way is tidied up, as far as it comes back to Python."""
        self._process.terminate()

    def end(self, *, patience_s: float) -> str:
        """Wait for its end, kill it after `patience_s`, reap it, and say how it ended."""
        self._process.join(patience_s)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        how = describe_exit(self._process.exitcode or 0)
        self.pipe.close()
        self._process.close()
        return how


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Block SIGINT; a process that is started meanwhile never gets it, ours comes afterwards.

    A terminal sends Ctrl-C to everybody: workers would die in the middle of what we end in order.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(
    pipe: Connection, parent: int, work: Callable[..., None], arguments: tuple[object, ...]
) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the wish was said
            return
        # Libraries make locks for processes of their own (tqdm does). After spawn these have names
        # that outlive a killed worker, and somebody complains of it; after fork they have none.
        multiprocessing.set_start_method("fork", force=True)
    with contextlib.suppress(Stopped), stopped_by_sigterm():
        work(pipe, *arguments)
