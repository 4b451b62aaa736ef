"""A batch on a cluster whose nodes share no disk: a mirror each, one depot."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.remote import RemoteUrl
from pipeline.run.executor import Setup, Work
from pipeline.run.executor_ray import RayExecutor
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Done
from pipeline.run.parcel import PackingExecutor, pack
from pipeline.run.run_batch import iter_batch
from pipeline.store.store import open_store
from tests.conftest import Show
from tests.remote.conftest import BUCKET, Bucket, Machine

pytestmark = [pytest.mark.cluster, pytest.mark.filterwarnings("ignore")]

SETTINGS = JobSettings(encoder="lsa", language="zh", threads=1)
SHOWS = 6


@pytest.fixture
def disks(tmp_path: Path, bucket: Bucket) -> Iterator[tuple[Path, Path]]:
    """Two nodes of one CPU each, each with a folder of its own for mirrors."""
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    assert bucket.list() == {}
    there = (tmp_path / "A", tmp_path / "B")
    nodes: list[dict[str, Any]] = [
        {"num_cpus": 1, "env_vars": {"KANDIAN_MIRROR": str(disk)}} for disk in there
    ]
    made = Cluster(initialize_head=True, head_node_args=nodes[0] | {"include_dashboard": False})
    made.add_node(**nodes[1])
    try:
        ray.init(address=made.address, logging_level=logging.ERROR, log_to_driver=False)
        yield there
    finally:
        ray.shutdown()
        made.shutdown()


class Elsewhere(PackingExecutor):
    """Takes away what a job reads as soon as it is packed: nodes have other disks."""

    def submit(self, work: Work) -> None:
        packed = pack(work)
        assert work.job.transcript is not None
        work.job.transcript.unlink()
        self._executor.submit(packed)


def test_nodes_without_a_shared_disk_make_one_depot(
    disks: tuple[Path, Path], machine: Machine, bucket: Bucket, show: Show, tmp_path: Path
) -> None:
    text = show.transcript.read_text(encoding="utf-8")
    jobs = []
    for number in range(SHOWS):
        path = tmp_path / f"{number}.srt"
        path.write_text(text.replace("大家", f"大家{number}"), encoding="utf-8")
        jobs.append(Job(show.catalogue, transcript=path, recording_id=f"r{number}"))
    place = RemoteUrl(BUCKET, "live/ws")
    setup = Setup(SETTINGS, place, machine.database, logging.WARNING)
    with (
        open_store(setup.database_url) as store,
        Elsewhere(RayExecutor(setup, jobs=None)) as executor,
    ):
        lines = list(iter_batch(executor, iter(jobs), Ledger(store, SETTINGS), lambda _event: None))
    assert [type(line.outcome) for line in lines] == [Done] * SHOWS, lines
    for number in range(SHOWS):
        assert f"live/ws/recordings/r{number}/index.json" in bucket.list()
    made = [{one.parent.name for one in disk.rglob("index.json")} for disk in disks]
    assert all(made)
    assert not made[0] & made[1]
