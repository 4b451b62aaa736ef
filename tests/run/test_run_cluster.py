"""A batch on a cluster of two nodes: every index once, whatever is lost meanwhile."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.run.batch_events import BatchEvent, BatchLine, Progressed, Retried
from pipeline.run.executor import Setup
from pipeline.run.executor_ray import RayExecutor
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Done, Skipped
from pipeline.run.run_batch import iter_batch
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store
from tests.conftest import QUICK, Kandian, MakeMedia, Show
from tests.raylets import run_cluster

pytestmark = [pytest.mark.cluster, pytest.mark.filterwarnings("ignore")]

SETTINGS = JobSettings(encoder="lsa", language="zh", threads=1)
SHOWS = 8


@pytest.fixture
def cluster() -> Iterator[Any]:
    pytest.importorskip("ray")
    with run_cluster() as made:
        yield made


@pytest.fixture
def jobs(show, tmp_path: Path) -> list[Job]:
    text = show.transcript.read_text(encoding="utf-8")
    made = []
    for number in range(SHOWS):
        path = tmp_path / f"{number}.srt"
        path.write_text(text.replace("大家", f"大家{number}"), encoding="utf-8")
        made.append(Job(show.catalogue, transcript=path, recording_id=f"r{number}"))
    return made


def actors(cluster: Any) -> list[int]:
    """Return the processes of our actors: whoever else has a cluster on this machine keeps his."""
    raylets = {node.all_processes["raylet"][0].process.pid for node in cluster.list_all_nodes()}
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and b"RayActor" in (entry / "cmdline").read_bytes():
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found += [int(entry.name)] if parent in raylets else []
    return found


def run(jobs: list[Job], tmp_path: Path, take: Any) -> list[BatchLine]:
    workspace = Workspace(tmp_path / "ws")
    workspace.prepare()
    setup = Setup(SETTINGS, workspace.root, workspace.database_url, logging.WARNING)
    with open_store(setup.database_url) as store, RayExecutor(setup, jobs=None) as executor:
        assert executor.slots == 2  # one actor a CPU, of all nodes together
        return list(iter_batch(executor, iter(jobs), Ledger(store, SETTINGS), take))


def assert_indexed(lines: list[BatchLine]) -> None:
    """Check that each recording was done once.

    An actor may store an index before it is lost and nobody hears of it, or go on for a moment
    without its node; the next try then finds it done.
    """
    assert sorted(line.number for line in lines) == list(range(1, SHOWS + 1))
    for line in lines:
        assert isinstance(line.outcome, Done | Skipped), line
        assert isinstance(line.outcome, Done) or line.tries > 1, line


def test_workers_that_take_a_share_of_a_gpu_run_where_there_is_one(
    cluster: Any, jobs: list[Job], tmp_path: Path
) -> None:
    # Ray believes what a node says of itself: one with a GPU, whose hardware nobody asks for.
    node = cluster.add_node(num_cpus=4, num_gpus=1)
    workspace = Workspace(tmp_path / "ws")
    workspace.prepare()
    setup = Setup(SETTINGS, workspace.root, workspace.database_url, logging.WARNING, gpus=0.5)
    looks = 0

    def take(event: BatchEvent) -> None:
        nonlocal looks
        if isinstance(event, Progressed):
            raylet = node.all_processes["raylet"][0].process.pid
            for pid in actors(cluster):
                looks += 1
                stat = Path(f"/proc/{pid}/stat").read_text()
                assert int(stat.rpartition(")")[2].split()[1]) == raylet

    with open_store(setup.database_url) as store, RayExecutor(setup, jobs=None) as executor:
        assert executor.slots == 2  # half a GPU each, though there are six CPUs
        assert_indexed(list(iter_batch(executor, iter(jobs), Ledger(store, SETTINGS), take)))
    assert looks


def test_a_killed_actor_costs_one_try(cluster: Any, jobs: list[Job], tmp_path: Path) -> None:
    events: list[BatchEvent] = []

    def take(event: BatchEvent) -> None:
        # Once one of them has said something, and all have more to do.
        if isinstance(event, Progressed) and not any(isinstance(one, Progressed) for one in events):
            os.kill(actors(cluster)[0], signal.SIGKILL)
        events.append(event)

    lines = run(jobs, tmp_path, take)
    assert_indexed(lines)
    assert sum(isinstance(event, Retried) for event in events) == 1
    assert sum(line.tries for line in lines) == SHOWS + 1


def test_a_lost_node_costs_no_recording(cluster: Any, jobs: list[Job], tmp_path: Path) -> None:
    ended: list[BatchLine] = []

    def take(event: BatchEvent) -> None:
        if isinstance(event, BatchLine):
            ended.append(event)
            if len(ended) == 2:
                cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)

    lines = run(jobs, tmp_path, take)
    assert_indexed(lines)


def test_sigterm_ends_a_batch_and_all_that_it_started(
    kandian: Kandian, show: Show, make_media: MakeMedia, tmp_path: Path
) -> None:
    media, noted, endless = tmp_path / "a.mp4", tmp_path / "pid", tmp_path / "ffmpeg"
    media.write_bytes(make_media("tiny.mp4", seconds=42).read_bytes())
    line = {"media": media.name, "transcript": show.transcript.name, "id": "a"}
    manifest = tmp_path / "tonight.jsonl"
    manifest.write_text(json.dumps(line | {"catalogue": show.catalogue.name}))
    endless.write_text(
        f"#!/bin/sh\necho $$ > {noted}.new; mv {noted}.new {noted}; exec sleep 600\n"
    )
    endless.chmod(0o755)
    command = kandian.command("batch", manifest, "--executor", "ray", "--ffmpeg", endless, *QUICK)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        while not noted.exists():
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, said.splitlines()[-1]) == (
        130,
        b"kandian: stopped; the same command goes on from here",
    )
    tool = Path("/proc", noted.read_text().strip())
    deadline = time.monotonic() + 30
    while tool.exists():
        assert time.monotonic() < deadline, "ffmpeg outlived the batch"
        time.sleep(0.05)
