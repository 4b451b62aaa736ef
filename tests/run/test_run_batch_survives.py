"""Whatever dies, a batch goes on; whatever a batch loses, the next one does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import QUICK

PATIENCE_S = 60.0


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """Make an ffmpeg that does what it is told, in shell."""

    def make(script: str) -> Path:
        path = tmp_path / "ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def folder(show, tmp_path: Path, make_media) -> Path:
    """A recording that needs ffmpeg, then a manifest with a text-only one behind it."""
    (tmp_path / "a.mp4").write_bytes(make_media("tone.mp4", seconds=42).read_bytes())
    lines = [
        {"media": "a.mp4", "transcript": show.transcript.name, "id": "a"},
        {"transcript": show.transcript.name, "id": "b"},
    ]
    path = tmp_path / "tonight.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def batch(manifest: Path, *options: object) -> tuple[object, ...]:
    usual = ("--catalogue", manifest.with_name("catalogue.csv"), "--jobs", 1, *QUICK)
    return ("batch", manifest, *usual, *options)


def ends(ran) -> list[tuple[str, str]]:
    return [(item["item"], item["outcome"]) for item in json.loads(ran.out)]


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_recording_that_kills_its_worker_is_poison_and_the_rest_is_done(
    kandian, folder, program, tmp_path: Path
) -> None:
    events = tmp_path / "events.ndjson"
    deadly = program("kill -9 $PPID")
    ran = kandian(*batch(folder, "--ffmpeg", deadly, "--events", events))
    assert (ran.code, ends(ran)) == (1, [("a", "failed"), ("b", "done")])
    reason = json.loads(ran.out)[0]["reason"]
    assert reason == "the worker died 3 times on this recording (last: signal SIGKILL)"
    happened = [json.loads(line) for line in events.read_text().splitlines()]
    assert [event["event"] for event in happened if event.get("item") == "a"] == [
        "planned", "started", "retried", "started", "retried", "started", "failed"
    ]  # fmt: skip

    ran = kandian(*batch(folder))
    assert (ran.code, ends(ran)) == (1, [("a", "poisoned"), ("b", "skipped")])
    assert "--retry-failed" in json.loads(ran.out)[0]["reason"]
    would = json.loads(kandian(*batch(folder, "--dry-run")).out)
    assert [item["would"] for item in would] == ["pass over", "skip"]

    ran = kandian(*batch(folder, "--retry-failed", "--no-transcode"))
    assert (ran.code, ends(ran)) == (0, [("a", "done"), ("b", "skipped")])


ENDS = [
    pytest.param(signal.SIGKILL, -signal.SIGKILL, id="kill-9"),
    pytest.param(signal.SIGTERM, 130, id="term"),
    pytest.param(signal.SIGINT, 130, id="ctrl-c"),
]


@pytest.mark.parametrize(("number", "code"), ENDS)
def test_nothing_outlives_a_batch_that_ends_and_the_next_one_goes_on(
    number: int, code: int, kandian, folder, program, tmp_path: Path
) -> None:
    noted = tmp_path / "pid"
    endless = program(f"echo $$ > {noted}.new; mv {noted}.new {noted}; exec sleep 600")
    command = kandian.command(*batch(folder, "--ffmpeg", endless))
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # A shell that ran the tests in the background has told everybody to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as running:
        until(noted.exists)
        tool = int(noted.read_text())
        worker = int(Path(f"/proc/{tool}/stat").read_text().rpartition(")")[2].split()[1])
        assert worker not in {running.pid, os.getpid()}
        running.send_signal(number)
        _, said = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == code
    assert b"Traceback" not in said
    until(lambda: not is_alive(tool) and not is_alive(worker))
    ran = kandian(*batch(folder, "--no-transcode"))
    assert (ran.code, ends(ran)) == (0, [("a", "done"), ("b", "done")])
    assert not [path for path in kandian.workspace.rglob(".*") if path.is_file()]


PAUSED = """
import sys
import pipeline.run.lease
import pipeline.run.index_recording as job
from pathlib import Path
from pipeline.cli.main import main

pipeline.run.lease.LEASE_MS = 1_000
before = job._store

def store_late(*arguments):
    Path(sys.argv[1]).touch()
    import time; time.sleep(1.5)
    return before(*arguments)

job._store = store_late
main(sys.argv[2:])
"""
"""A run whose lease is short, and which says when it is about to store, then waits a little."""


def test_a_paused_run_that_was_overtaken_stores_nothing(kandian, show, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    job = ("--workspace", kandian.workspace, *show.job, "--title", "late", "--id", "a")
    command = [sys.executable, "-c", PAUSED, ready, *job]
    with subprocess.Popen(
        [*map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as late:
        until(ready.exists)
        late.send_signal(signal.SIGSTOP)
        time.sleep(1.2)
        # It still has the file lock, but its lease has run out.
        assert kandian(*show.job, "--title", "in time", "--id", "a").code == 0
        late.send_signal(signal.SIGCONT)
        _, said = late.communicate(timeout=PATIENCE_S)
    assert (late.returncode, b"took this recording over" in said) == (1, True)
    (recording,) = json.loads(kandian("recordings").out)
    assert recording["title"] == "in time"


def test_two_batches_at_once_do_everything_once(kandian, folder, tmp_path: Path) -> None:
    logs = [tmp_path / "one.ndjson", tmp_path / "two.ndjson"]
    running = [
        subprocess.Popen(
            kandian.command(*batch(folder, "--events", log, "--no-transcode")),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for log in logs
    ]
    assert [process.wait(PATIENCE_S) for process in running] == [0, 0]
    happened = [json.loads(line) for log in logs for line in log.read_text().splitlines()]
    ended = sorted(
        (event["item"], event["outcome"]) for event in happened if event["event"] == "finished"
    )
    assert ended == [("a", "done"), ("a", "skipped"), ("b", "done"), ("b", "skipped")]
