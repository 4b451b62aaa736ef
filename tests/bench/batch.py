"""`make bench-batch`: memory of the driver over 1,000 recordings; what two workers are worth."""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.run.executor import Setup
from pipeline.run.executors import make_executor
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Done
from pipeline.run.run_batch import iter_batch
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store
from tests.bench.chaos.corpus import make_corpus
from tests.conftest import CATALOGUE, format_srt

EVERY = 100
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
SETTINGS = JobSettings(encoder="lsa", language="zh")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=1000)
    parser.add_argument("--executor", default="local")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kandian-bench-batch-") as name:
        folder = Path(name)
        soak(folder, asked.recordings, asked.executor)
        manifest = make_corpus(folder / "corpus")
        for jobs in (1, 2):
            print(f"{jobs} at once: {time_media(folder, manifest, jobs, asked.executor):.1f} s")


def soak(folder: Path, count: int, executor: str) -> None:
    """Print the driver's memory as tiny recordings go by."""
    (folder / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    text = format_srt()

    def plan() -> Iterator[Job]:
        for number in range(count):
            path = folder / f"{number}.srt"
            path.write_text(text.replace("大家", f"大家{number}"), encoding="utf-8")
            yield Job(folder / "catalogue.csv", transcript=path, recording_id=f"r{number}")

    begun = time.monotonic()
    for ended in run(folder / "soak", plan(), executor, jobs=2):
        if ended % EVERY == 0 or ended == 1:
            print(f"{ended} recordings: driver {resident_kib() / 1024:.1f} MiB", flush=True)
    print(f"{count} recordings in {time.monotonic() - begun:.0f} s")


def time_media(folder: Path, manifest: Path, jobs: int, executor: str) -> float:
    """Return how long the small recordings take, replays and pictures included."""
    where = manifest.parent
    plan = [
        Job(where / "catalogue.csv", media=media, transcript=media.with_suffix(".srt"))
        for media in sorted(where.glob("show*.mp4"))
    ]
    begun = time.monotonic()
    for _ in run(folder / f"ws{jobs}", iter(plan), executor, jobs=jobs):
        pass
    return time.monotonic() - begun


def run(root: Path, plan: Iterator[Job], executor: str, *, jobs: int) -> Iterator[int]:
    """Yield the number of recordings that have ended, all of them well."""
    workspace = Workspace(root)
    workspace.prepare()
    setup = Setup(SETTINGS, workspace.root, workspace.database_url, logging.WARNING)
    with open_store(setup.database_url) as store, make_executor(executor, setup, jobs=jobs) as crew:
        lines = iter_batch(crew, plan, Ledger(store, SETTINGS), lambda _event: None)
        for ended, line in enumerate(lines, 1):
            assert isinstance(line.outcome, Done), line
            yield ended


def resident_kib() -> int:
    """Return the memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_KIB


if __name__ == "__main__":
    main()
