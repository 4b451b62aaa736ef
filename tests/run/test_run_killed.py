"""Ended anywhere, then the same command: the result of an undisturbed run, and nothing else."""

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

from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store

pytestmark = pytest.mark.weights

PATIENCE_S = 120.0
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
INTO_IT_S = 1.5
"""Processor time after the sound is there: the model is loaded and listening."""


def wait_until(true: Callable[[], object], running: subprocess.Popen[str]) -> None:
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
def ended_by(
    number: signal.Signals, kandian, job: tuple[object, ...]
) -> Iterator[subprocess.Popen[str]]:
    """Start a job, let the block wait for its moment, then send the signal."""
    with subprocess.Popen(
        kandian.command(*job), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            yield running
            running.send_signal(number)
            out, err = running.communicate(timeout=PATIENCE_S)
        finally:
            running.kill()
    if number == signal.SIGKILL:
        assert running.returncode == -signal.SIGKILL
        return
    assert (running.returncode, out) == (130, "")
    assert err == "kandian: stopped; the same command goes on from here\n"
    assert not [path for path in kandian.workspace.rglob(".*") if path.is_file()]
    with open_store(Workspace(kandian.workspace).database_url) as store:
        # A row stays for its token; 0 = given back.
        leases = store.select("SELECT expires_ms FROM leases", {})
        assert [row["expires_ms"] for row in leases] == [0]


def end_while_transcribing(number: signal.Signals, kandian, job: tuple[object, ...]) -> None:
    with ended_by(number, kandian, job) as running:
        wait_until(lambda: list(kandian.workspace.glob("checkpoints/*/audio.wav")), running)
        begun = cpu_seconds(running.pid)
        wait_until(lambda: cpu_seconds(running.pid) - begun > INTO_IT_S, running)


def end_while_transcoding(number: signal.Signals, kandian, job: tuple[object, ...]) -> list[int]:
    """Return the processes that were at work below the one that was ended."""
    with ended_by(number, kandian, job) as running:
        partial = kandian.workspace / "stages/replay"
        wait_until(lambda: any(path.stat().st_size for path in partial.glob(".*.partial")), running)
        return children(running.pid)


@pytest.mark.parametrize(
    "number",
    [pytest.param(signal.SIGKILL, id="kill-9"), pytest.param(signal.SIGTERM, id="term")],
)
def test_a_run_ended_twice_ends_like_an_undisturbed_one(
    number: signal.Signals, kandian, undisturbed, sample_job
) -> None:
    end_while_transcribing(number, kandian, sample_job)
    assert not (kandian.workspace / "stages").exists()
    assert json.loads(kandian("recordings").out) == []

    workers = end_while_transcoding(number, kandian, sample_job)
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
