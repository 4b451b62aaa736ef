"""A recording of a batch may lie in an object storage; what goes wrong there is its own outcome."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from models.remote import RemoteUrl
from pipeline.run.bench import Bench
from pipeline.run.index_recording import attempt
from pipeline.run.job import Job, JobSettings, Observer
from pipeline.run.keys import content_key
from pipeline.run.outcome import Busy, Done, Failed, Outcome, Rejected
from pipeline.run.toolbox import Toolbox
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store
from tests.remote.conftest import BUCKET, Bucket


@pytest.fixture
def far(bucket: Bucket, make_media) -> None:
    bucket.put("show.mp4", make_media("far.mp4", seconds=41).read_bytes())


@pytest.mark.usefixtures("far")
@pytest.mark.parametrize(
    "case",
    [
        ({}, "show.mp4", Done, ""),
        ({}, "gone.mp4", Rejected, "neither an object nor a folder"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "show.mp4", Failed, "cannot be reached"),
    ],
    ids=["there", "not there", "no storage"],
)
def test_an_attempt_ends_in_an_outcome(
    case: tuple[dict[str, str], str, type, str], show, tmp_path: Path, monkeypatch
) -> None:
    environment, key, outcome, told = case
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ended = try_it(tmp_path, show, RemoteUrl(BUCKET, key))
    assert isinstance(ended, outcome)
    assert told in getattr(ended, "reason", "")


@pytest.mark.usefixtures("far")
def test_a_batch_does_not_wait_for_another_run(show, tmp_path: Path) -> None:
    url = RemoteUrl(BUCKET, "show.mp4")
    lock = tmp_path / "ws" / "locks" / f"{content_key(str(url))}.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert isinstance(try_it(tmp_path, show, url), Busy)
    assert isinstance(try_it(tmp_path, show, url), Done)


def try_it(folder: Path, show, url: RemoteUrl) -> Outcome:
    """Attempt it as a worker of a batch does."""
    workspace = Workspace(folder / "ws")
    workspace.prepare()
    toolbox = Toolbox(JobSettings(encoder="lsa", language="zh", transcode=False))
    job = Job(show.catalogue, remote=url, transcript=show.transcript)
    assert job.label == url.name
    with open_store(workspace.database_url) as store:
        return attempt(Bench(toolbox, workspace, store, Observer(), waits=False), job)
