"""Run a command to its end and read what it cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took."""

    wall_s: float
    cpu_s: float
    """User and system time of the process and of all children that it waited for."""
    said: str = ""
    """What it wrote to stderr."""


def measure(argv: Sequence[str], *, environ: Mapping[str, str] | None = None) -> Cost:
    """Run a command, its data thrown away, and return its cost and what it said.

    Raises:
        SystemExit: when the command fails; a bench of a failure measures nothing.
    """
    begun = time.monotonic()
    process = subprocess.Popen(
        argv,
        env={**os.environ, **(environ or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    stderr = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    said = stderr.decode(errors="replace")
    if process.returncode:
        sys.exit(f"{' '.join(argv)} failed:\n{said[-2000:]}")
    return Cost(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, said)


def kandian(*arguments: str) -> list[str]:
    """Return the command line of this environment's `kandian`."""
    return [str(Path(sys.executable).with_name("kandian")), *arguments]
