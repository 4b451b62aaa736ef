"""The same batch gives the same indexes and tells of them alike, whoever works it off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.media.tool import find_ffmpeg
from pipeline.run.batch_events import BatchEvent, BatchLine, Progressed, Remarked, Watcher
from pipeline.run.executor import Executor, Setup
from pipeline.run.executors import make_executor
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Done, Skipped
from pipeline.run.run_batch import iter_batch
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store
from tests.conftest import MakeMedia

# Replays are the same bytes for the same number of threads.
SETTINGS = JobSettings(encoder="lsa", language="zh", threads=1)
OWN = {"media.json", "media.html"}
"""They tell how long it took."""
MakeSetup = Callable[..., Setup]


@pytest.fixture
def jobs(show, tmp_path: Path, make_media: MakeMedia) -> list[Job]:
    """One recording with a picture, and five text-only ones that differ in a word."""
    text = show.transcript.read_text(encoding="utf-8")
    made = []
    for number in range(6):
        path = tmp_path / f"{number}.srt"
        path.write_text(text.replace("大家", f"大家{number}"), encoding="utf-8")
        media = None if number else make_media("tiny.mp4", seconds=42)
        made.append(Job(show.catalogue, media=media, transcript=path, recording_id=f"r{number}"))
    return made


@pytest.fixture
def setup(tmp_path: Path) -> MakeSetup:
    def make(name: str = "ws", settings: JobSettings = SETTINGS) -> Setup:
        workspace = Workspace(tmp_path / name)
        workspace.prepare()
        return Setup(settings, workspace.root, workspace.database_url, logging.WARNING)

    return make


def run(
    executor: Executor, setup: Setup, jobs: list[Job], take: Watcher = lambda _event: None
) -> list[BatchLine]:
    with executor, open_store(setup.database_url) as store:
        lines = iter_batch(executor, iter(jobs), Ledger(store, setup.settings), take)
        return sorted(lines, key=lambda line: line.number)


def published(setup: Setup) -> dict[str, bytes]:
    folder = setup.workspace / "recordings"
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in OWN]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def told(events: list[BatchEvent]) -> dict[int, list[str]]:
    """Return what was said of each recording, of a stage that goes on its beginning alone."""
    words: dict[int, list[str]] = {}
    for event in events:
        said = words.setdefault(event.number, [])
        word = type(event).__name__
        match event:
            case Progressed(stage=stage):
                word = f"{word} {stage}"
            case Remarked(sentence=sentence):
                word = f"{word} {sentence}"
        if not (said and said[-1] == word):
            said.append(word)
    return words


WHO = [
    pytest.param("local", 2, id="two-processes"),
    pytest.param("ray", 2, id="two-actors", marks=pytest.mark.cluster),
]


@pytest.mark.parametrize(("name", "number"), WHO)
def test_every_executor_gives_the_indexes_of_one_worker(
    name: str, number: int, jobs: list[Job], setup: MakeSetup
) -> None:
    one, many = setup("one"), setup("many")
    events: tuple[list[BatchEvent], list[BatchEvent]] = ([], [])
    lines = run(make_executor("local", one, jobs=1), one, jobs, events[0].append)
    assert {type(line.outcome) for line in lines} == {Done}
    lines = run(make_executor(name, many, jobs=number), many, jobs, events[1].append)
    assert [(line.number, type(line.outcome)) for line in lines] == [
        (place, Done) for place in range(1, 7)
    ]
    assert "r0/replay.mp4" in published(one)
    assert published(many) == published(one)
    assert "Progressed transcode" in told(events[0])[1]
    assert told(events[1]) == told(events[0])
    again = run(make_executor(name, many, jobs=number), many, jobs)
    assert {type(line.outcome) for line in again} == {Skipped}


@pytest.fixture
def patient_ffmpeg(tmp_path: Path) -> Path:
    """An ffmpeg that does not encode before it is told to by a file, and fails after a while."""
    path = tmp_path / "ffmpeg"
    path.write_text(
        f"""#!/bin/sh
case "$*" in *libx264*)
  for _ in $(seq 600); do [ -e {tmp_path}/go ] && break; sleep 0.05; done
  [ -e {tmp_path}/go ] || exit 1
esac
exec {find_ffmpeg().path} "$@"
"""
    )
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(("name", "number"), WHO)
def test_steps_are_told_while_they_are_taken(
    name: str, number: int, jobs: list[Job], setup: MakeSetup, patient_ffmpeg: Path
) -> None:
    one = setup("one", replace(SETTINGS, ffmpeg=str(patient_ffmpeg)))

    def take(event: BatchEvent) -> None:
        if isinstance(event, Progressed):
            patient_ffmpeg.with_name("go").touch()

    (line,) = run(make_executor(name, one, jobs=number), one, jobs[:1], take)
    assert isinstance(line.outcome, Done), line
