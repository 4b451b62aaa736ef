"""Run one outside program to its end, or put an end to it."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from models.errors import ToolError
from pipeline.process.launcher import start
from pipeline.process.tail import OutputTail

log = logging.getLogger(__name__)

READ_BYTES = 64 * 1024
"""The size of a Linux pipe: one read empties it."""

WAKE_S = 0.2
"""How often the clocks are looked at while the program is silent."""

LEFTOVER_S = 1.0
"""How long outputs may stay open, held by a grandchild, after the program itself has ended."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended by itself."""

    command: str
    """As a shell would take it."""
    returncode: int
    """Negative: the number of the signal that killed it."""
    stdout_tail: str
    """The last 32 kB of what it wrote to stdout."""
    stderr_tail: str
    """The last 32 kB of what it wrote to stderr."""
    cpu_s: float
    """Seconds of CPU time, of the program and its system calls, on all cores together."""

    def checked(self) -> Self:
        """Return itself when the program said that all went well.

        Raises:
            ToolError: when it did not.
        """
        if self.returncode == 0:
            return self
        raise ToolError(
            f"{_name(self.command)} failed with {describe_exit(self.returncode)}",
            command=self.command,
            stderr_tail=self.stderr_tail,
        )


def run_command(
    argv: Sequence[str],
    *,
    timeout_s: float,
    stall_s: float | None = None,
    on_line: Callable[[str], bool] | None = None,
    on_error_line: Callable[[str], None] | None = None,
    cwd: Path | None = None,
) -> Finished:
    """Run a program and wait for its end; it never outlives this call, nor this process.

    Guaranteed: stdin is empty; both outputs are drained together in bounded memory, so a flood on
    either cannot block the program; whatever leaves this function by an exception (a timeout, a
    callback's error, Ctrl-C) first kills the program's whole process group and reaps it.

    Args:
        argv: program and arguments; no shell is involved.
        timeout_s: how long the program may run.
        stall_s: how long it may run without progress; None = for ever.
        on_line: called with every line of stdout; says whether the line shows progress. Without
            it any line does. A slow callback only makes the program wait.
        on_error_line: called with every line of stderr.
        cwd: the folder to run in; None = ours.

    Raises:
        ConfigError: when there is no such program.
        ToolError: when the program ran too long or stalled, and was killed.
    """
    command = shlex.join(argv)
    log.debug("run %s", command)
    process = start(argv, cwd=cwd)
    watch = _Watch(process, command, timeout_s=timeout_s, stall_s=stall_s)
    try:
        return watch.until_end(on_line, on_error_line)
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the program and every child that stayed in its group, close its pipes and reap it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()


def describe_exit(returncode: int) -> str:
    """Name an exit status for people.

    >>> describe_exit(3)
    'exit status 3'
    >>> describe_exit(-9)
    'signal SIGKILL'
    """
    if returncode >= 0:
        return f"exit status {returncode}"
    try:
        return f"signal {signal.Signals(-returncode).name}"
    except ValueError:
        return f"signal {-returncode}"


class _Watch:
    """Reads both outputs of a running program and looks at the clocks in between."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        command: str,
        *,
        timeout_s: float,
        stall_s: float | None,
    ) -> None:
        self._process = process
        self._command = command
        self._timeout_s = timeout_s
        self._stall_s = stall_s
        # Monotonic: a changed wall clock must neither kill a program nor let it hang.
        self._started = self._progressed = time.monotonic()
        self._ended: float | None = None
        self._cpu_s = 0.0
        self._stdout = OutputTail()
        self._stderr = OutputTail()

    def until_end(
        self,
        on_line: Callable[[str], bool] | None,
        on_error_line: Callable[[str], None] | None,
    ) -> Finished:
        def hear(line: str) -> None:
            if on_line is None or on_line(line):
                self._progressed = time.monotonic()

        def hear_error(line: str) -> None:
            if on_error_line is not None:
                on_error_line(line)

        self._drain({"stdout": hear, "stderr": hear_error})
        while not self._has_ended():
            self._check_clocks()
            time.sleep(0.01)
        return Finished(
            command=self._command,
            returncode=self._process.returncode,
            stdout_tail=self._stdout.text(),
            stderr_tail=self._stderr.text(),
            cpu_s=self._cpu_s,
        )

    def _has_ended(self) -> bool:
        """Reap the program if it has ended; wait4 tells its CPU time, which `poll` forgets."""
        if self._process.returncode is None:
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if pid:
                self._process.returncode = os.waitstatus_to_exitcode(status)
                self._cpu_s = usage.ru_utime + usage.ru_stime
        return self._process.returncode is not None

    def _drain(self, hearers: dict[str, Callable[[str], None]]) -> None:
        tails = {"stdout": self._stdout, "stderr": self._stderr}
        with selectors.DefaultSelector() as selector:
            for name in tails:
                selector.register(getattr(self._process, name), selectors.EVENT_READ, name)
            while selector.get_map() and not self._abandoned():
                for key, _ in selector.select(WAKE_S):
                    chunk = os.read(key.fd, READ_BYTES)
                    lines = tails[key.data].take(chunk) if chunk else tails[key.data].finish()
                    for line in lines:
                        hearers[key.data](line)
                    if not chunk:
                        selector.unregister(key.fileobj)
                self._check_clocks()

    def _abandoned(self) -> bool:
        """Tell whether the program has ended and only a grandchild still holds its outputs."""
        if not self._has_ended():
            return False
        if self._ended is None:
            self._ended = time.monotonic()
        return time.monotonic() - self._ended > LEFTOVER_S

    def _check_clocks(self) -> None:
        now = time.monotonic()
        if now - self._started > self._timeout_s:
            self._give_up(f"did not finish within {self._timeout_s:g} s")
        if self._stall_s is not None and now - self._progressed > self._stall_s:
            self._give_up(f"made no progress for {self._stall_s:g} s")

    def _give_up(self, why: str) -> None:
        raise ToolError(
            f"{_name(self._command)} {why} and was killed",
            command=self._command,
            stderr_tail=self._stderr.text(),
        )


def _name(command: str) -> str:
    return Path(shlex.split(command)[0]).name
