"""The same batch gives the same indexes, whoever works it off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.run.batch_events import BatchLine
from pipeline.run.executor import Executor, Setup
from pipeline.run.executors import make_executor
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Done, Skipped
from pipeline.run.run_batch import iter_batch
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store

SETTINGS = JobSettings(encoder="lsa", language="zh")
MakeSetup = Callable[..., Setup]


@pytest.fixture
def jobs(show, tmp_path: Path) -> list[Job]:
    """Six text-only recordings that differ in a word."""
    text = show.transcript.read_text(encoding="utf-8")
    made = []
    for number in range(6):
        path = tmp_path / f"{number}.srt"
        path.write_text(text.replace("大家", f"大家{number}"), encoding="utf-8")
        made.append(Job(show.catalogue, transcript=path, recording_id=f"r{number}"))
    return made


@pytest.fixture
def setup(tmp_path: Path) -> MakeSetup:
    def make(name: str = "ws") -> Setup:
        workspace = Workspace(tmp_path / name)
        workspace.prepare()
        return Setup(SETTINGS, workspace.root, workspace.database_url, logging.WARNING)

    return make


def run(executor: Executor, setup: Setup, jobs: list[Job]) -> list[BatchLine]:
    with executor, open_store(setup.database_url) as store:
        lines = iter_batch(executor, iter(jobs), Ledger(store, SETTINGS), lambda _event: None)
        return sorted(lines, key=lambda line: line.number)


def published(setup: Setup) -> dict[str, bytes]:
    folder = setup.workspace / "recordings"
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


WHO = [
    pytest.param("local", 2, id="two-processes"),
    pytest.param("ray", 2, id="two-actors", marks=pytest.mark.cluster),
]


@pytest.mark.parametrize(("name", "number"), WHO)
def test_every_executor_gives_the_indexes_of_one_worker(
    name: str, number: int, jobs: list[Job], setup: MakeSetup
) -> None:
    one, many = setup("one"), setup("many")
    lines = run(make_executor("local", one, jobs=1), one, jobs)
    assert {type(line.outcome) for line in lines} == {Done}
    lines = run(make_executor(name, many, jobs=number), many, jobs)
    assert [(line.number, type(line.outcome)) for line in lines] == [
        (place, Done) for place in range(1, 7)
    ]
    assert published(one)
    assert published(many) == published(one)
    again = run(make_executor(name, many, jobs=number), many, jobs)
    assert {type(line.outcome) for line in again} == {Skipped}
