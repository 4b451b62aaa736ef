"""Starts a program so that it cannot outlive us."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from models.errors import ConfigError

LAUNCHER = """
import ctypes, os, signal, sys
for number in (signal.SIGPIPE, signal.SIGXFSZ):
    signal.signal(number, signal.SIG_DFL)
PR_SET_PDEATHSIG, SIGKILL = 1, 9
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""
"""Asks Linux to kill the program when we die, even by kill -9, then becomes the program.

The wish survives execve (prctl(2), PR_SET_PDEATHSIG). It is said in a fresh interpreter rather than
in `preexec_fn`, which is not safe in a process with threads. The check of the parent closes the gap
between our death and the wish. Python ignores two signals, which the program would inherit.
All this costs 20 ms a start.
"""


def start(argv: Sequence[str], *, cwd: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a program in its own process group, stdin closed, both outputs piped and unbuffered.

    On Linux it dies with the thread that started it; elsewhere only with `kill_group`.

    Raises:
        ConfigError: when there is no such program.
    """
    program = shutil.which(argv[0])
    if program is None:
        raise ConfigError(f"the program {argv[0]!r} is not there or may not be run; install it")
    command = [str(Path(program).absolute()), *argv[1:]]
    if sys.platform == "linux" and sys.executable:
        command = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()), *command]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd=cwd,
        start_new_session=True,
    )
