"""Catalogue and transcript reach a machine that has another disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.run.executor import Work
from pipeline.run.job import Job
from pipeline.run.parcel import pack, unpack
from pipeline.run.workspace import Workspace


@pytest.mark.parametrize("there", ["absent", "another", "the same"])
def test_a_packed_job_reads_the_same_bytes(there: str, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("商品.csv", "show.srt")]
    for path in paths:
        path.write_text(path.name, encoding="utf-8")
    job = Job(paths[0], media=tmp_path / "show.mp4", transcript=paths[1], recording_id="r")
    packed = pack(Work(7, job))
    for path in paths:
        if there == "absent":
            path.unlink()
        elif there == "another":
            path.write_text("what this machine has under that name", encoding="utf-8")
    mirror = Workspace(tmp_path / "mirror")
    here = unpack(packed, mirror)
    assert here.transcript is not None
    assert here.media == job.media
    for path, found in zip(paths, (here.catalogue, here.transcript), strict=True):
        assert found.read_text(encoding="utf-8") == path.name == found.name
        assert (found == path) == (there == "the same")
    assert unpack(packed, mirror) == here


def test_what_cannot_be_packed_is_left_to_the_worker(tmp_path: Path) -> None:
    job = Job(tmp_path / "no.csv", media=tmp_path / "show.mp4")
    packed = pack(Work(1, job))
    assert packed.files == ()
    assert unpack(packed, Workspace(tmp_path)) == job
