"""kill -9 anywhere, then the same command: the result of an undisturbed run, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.weights

PATIENCE_S = 120.0
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
INTO_IT_S = 1.5
"""Processor time after the sound is there: the model is loaded and listening."""


def wait_until(true: Callable[[], object], running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert running.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process (proc_pid_stat(5): utime, stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def children(pid: int) -> list[int]:
    return [
        int(child)
        for thread in Path(f"/proc/{pid}/task").iterdir()
        for child in (thread / "children").read_text().split()
    ]


def is_alive(pid: int) -> bool:
    """Tell whether a process still runs; a zombie that nobody has reaped does not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextlib.contextmanager
def killed(kandian, job: tuple[object, ...]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a job, let the block wait for its moment, then kill -9."""
    with subprocess.Popen(
        kandian.command(*job), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            yield running
        finally:
            running.kill()
    assert running.returncode == -signal.SIGKILL


def kill_while_transcribing(kandian, job: tuple[object, ...]) -> None:
    with killed(kandian, job) as running:
        wait_until(lambda: list(kandian.workspace.glob("checkpoints/*/audio.wav")), running)
        begun = cpu_seconds(running.pid)
        wait_until(lambda: cpu_seconds(running.pid) - begun > INTO_IT_S, running)


def kill_while_transcoding(kandian, job: tuple[object, ...]) -> list[int]:
    """Return the processes that were at work below the killed one."""
    with killed(kandian, job) as running:
        partial = kandian.workspace / "stages/replay"
        wait_until(lambda: any(path.stat().st_size for path in partial.glob(".*.partial")), running)
        return children(running.pid)


def test_a_run_killed_twice_ends_like_an_undisturbed_one(kandian, undisturbed, sample_job) -> None:
    kill_while_transcribing(kandian, sample_job)
    assert not (kandian.workspace / "stages").exists()
    assert json.loads(kandian("recordings").out) == []

    workers = kill_while_transcoding(kandian, sample_job)
    assert workers
    deadline = time.monotonic() + 5
    while any(map(is_alive, workers)):
        assert time.monotonic() < deadline, "ffmpeg outlived the run that started it"
        time.sleep(0.01)
    (transcript,) = (kandian.workspace / "stages/transcript").glob("*.json")
    kept = transcript.stat().st_ino
    assert not (kandian.workspace / "recordings").exists()

    ran = kandian(*sample_job)
    assert ran.code == 0, ran.err
    assert transcript.stat().st_ino == kept
    assert set(kandian.files()) == set(undisturbed.files())
    for name in ("index.json", "index.vtt"):
        path = Path("recordings/demo", name)
        assert (kandian.workspace / path).read_bytes() == (
            undisturbed.workspace / path
        ).read_bytes()
