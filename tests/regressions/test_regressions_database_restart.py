"""A worker that starts while the database does is tried again; it does not end the batch."""

from __future__ import annotations

import logging
from pathlib import Path

from models.errors import FailureKind
from pipeline.run.executor import Ended, Setup, Work
from pipeline.run.job import Job, JobSettings
from pipeline.run.outcome import Failed
from pipeline.run.station import Station

RESTARTING = "postgresql://kandian@127.0.0.1:1/kandian"
"""Nobody listens there, as while a server restarts."""


def test_a_server_that_is_away_when_a_worker_opens_it_is_no_wrong_setting(tmp_path: Path) -> None:
    setup = Setup(JobSettings(), tmp_path, RESTARTING, logging.ERROR)
    with Station(setup) as station:
        job = Job(tmp_path / "shop.csv", media=tmp_path / "show.mp4")
        ended = station.run(Work(1, job), lambda _message: None)
    assert isinstance(ended, Ended)
    assert isinstance(ended.outcome, Failed)
    assert ended.outcome.kind is FailureKind.TRANSIENT
