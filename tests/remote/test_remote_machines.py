"""Machines that share a depot and a database, at once and one after the other's death."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import QUICK, Show, format_srt
from tests.remote.conftest import DEPOT, Bucket, Machine

RECORDINGS = f"{DEPOT.partition('://')[2].partition('/')[2]}/recordings"

DYING = """
import os, signal, sys
from pipeline.remote.storage import Storage
from pipeline.run import lease
from pipeline.cli.main import main

left = int(sys.argv[1])
lease.LEASE_MS = 1_000  # so that the others need not wait a minute
send = Storage.send

def dying(self, *arguments, **options):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    send(self, *arguments, **options)

Storage.send = dying
main(sys.argv[2:])
"""


@pytest.mark.parametrize(
    ("kind", "sends"), [("film", 1), ("text", 1)], ids=["before a row", "within the deposit"]
)
def test_what_a_dead_machine_began_another_one_ends(
    machine: Machine, bucket: Bucket, show: Show, make_media, tmp_path: Path, kind: str, sends: int
) -> None:
    media = (make_media("far.mp4", seconds=41),) if kind == "film" else ()
    job = ("index", *media, *show.job[1:], "--id", "show")
    killed = subprocess.run(
        [sys.executable, "-c", DYING, str(sends), "--workspace", DEPOT, *map(str, job)],
        env=os.environ | machine.environment,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(bucket.list()) >= sends
    assert f"{RECORDINGS}/show/index.json" not in bucket.list()
    other = Machine(tmp_path / "B", machine.database)
    ran = other(*job)
    assert ran.code == 0, ran.err
    shown = {key for key in bucket.list() if key.startswith(RECORDINGS)}
    assert f"{RECORDINGS}/show/index.json" in shown
    third = Machine(tmp_path / "C", machine.database)
    assert json.loads(third("gc", "--keep", "0h", "--format", "json").out) == []
    record = json.loads(bucket.get(f"{RECORDINGS}/show/published.json")["Body"].read())
    assert record["revision"] == 1
    assert len(record["files"]) == len(shown) - 1


def test_two_machines_share_a_manifest(
    machine: Machine, bucket: Bucket, show: Show, make_media, tmp_path: Path
) -> None:
    lines = ["media,transcript,id", f"{make_media('far.mp4', seconds=41)},show.srt,film"]
    for number in range(2):
        text = tmp_path / f"text{number}.srt"
        text.write_text(format_srt(((0, 900 + number, "好"),)) + "\n" + format_srt(), "utf-8")
        lines.append(f",{text.name},text{number}")
    manifest = tmp_path / "tonight.csv"
    manifest.write_text("\n".join(lines), encoding="utf-8")
    machines = [machine, Machine(tmp_path / "B", machine.database)]
    running = []
    for number, one in enumerate(machines):
        events = tmp_path / f"{number}.ndjson"
        command = one.kandian.command(
            "batch", manifest, "--catalogue", show.catalogue, *QUICK, "--jobs", 1,
            "--events", events,
        )  # fmt: skip
        running.append(subprocess.Popen(command, env=os.environ | one.environment,
                                        stdout=subprocess.DEVNULL))  # fmt: skip
    assert [one.wait(120) for one in running] == [0, 0]
    told = [
        json.loads(line)
        for number in range(2)
        for line in (tmp_path / f"{number}.ndjson").read_text(encoding="utf-8").splitlines()
    ]
    stages = Counter((one["item"], one["stage"]) for one in told if one["event"] == "stage")
    assert {stages["film", stage] for stage in ("search", "transcode")} <= {0, 1}
    assert sum(stages["film", stage] for stage in ("search", "transcode")) >= 1
    ends = Counter(one["outcome"] for one in told if one["event"] == "finished")
    assert ends == {"done": 3, "skipped": 3}
    for name in ("film", *(f"text{number}" for number in range(2))):
        record = json.loads(bucket.get(f"{RECORDINGS}/{name}/published.json")["Body"].read())
        assert record["revision"] == 1
