"""A recording of a batch may lie in an object storage; what goes wrong there is its own outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.remote import RemoteUrl
from pipeline.run.bench import Bench
from pipeline.run.index_recording import attempt
from pipeline.run.job import Job, JobSettings, Observer
from pipeline.run.outcome import Done, Failed, Rejected
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
    workspace = Workspace(tmp_path / "ws")
    workspace.prepare()
    toolbox = Toolbox(JobSettings(encoder="lsa", language="zh", transcode=False))
    job = Job(show.catalogue, remote=RemoteUrl(BUCKET, key), transcript=show.transcript)
    assert job.label == key
    with open_store(workspace.database_url) as store:
        ended = attempt(Bench(toolbox, workspace, store, Observer()), job)
    assert isinstance(ended, outcome)
    assert told in getattr(ended, "reason", "")
