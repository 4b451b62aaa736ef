"""A batch on a cluster of two nodes: every index once, whatever is lost meanwhile."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.run.batch_events import BatchEvent, BatchLine, Retried, Started
from pipeline.run.executor import Setup
from pipeline.run.executor_ray import RayExecutor
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Done
from pipeline.run.run_batch import iter_batch
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store
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


def actors() -> list[int]:
    """Return the processes of our actors."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and b"RayActor" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def run(jobs: list[Job], tmp_path: Path, take: Any) -> list[BatchLine]:
    workspace = Workspace(tmp_path / "ws")
    workspace.prepare()
    setup = Setup(SETTINGS, workspace.root, workspace.database_url, logging.WARNING)
    with open_store(setup.database_url) as store, RayExecutor(setup, jobs=None) as executor:
        assert executor.slots == 2  # one actor a CPU, of all nodes together
        return list(iter_batch(executor, iter(jobs), Ledger(store, SETTINGS), take))


def kill_one() -> None:
    """Kill an actor as soon as there is one that runs."""
    for _ in range(600):
        if running := actors():
            with contextlib.suppress(ProcessLookupError):
                os.kill(running[0], signal.SIGKILL)
                return
        time.sleep(0.05)


def test_a_killed_actor_costs_one_try(cluster: Any, jobs: list[Job], tmp_path: Path) -> None:
    del cluster
    killer = threading.Thread(target=kill_one)
    events: list[BatchEvent] = []

    def take(event: BatchEvent) -> None:
        events.append(event)
        if isinstance(event, Started) and not killer.ident:
            killer.start()

    lines = run(jobs, tmp_path, take)
    killer.join()
    assert [type(line.outcome) for line in lines] == [Done] * SHOWS
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
    assert sorted(line.number for line in lines) == list(range(1, SHOWS + 1))
    assert [type(line.outcome) for line in lines] == [Done] * SHOWS
