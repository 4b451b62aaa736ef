"""`make bench-batch`: memory of the driver over 1,000 recordings; what two workers are worth.

Those of Ray run on two nodes of one CPU each.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from pipeline.media.tool import find_ffmpeg
from pipeline.run.executor import Setup
from pipeline.run.executors import make_executor
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Done
from pipeline.run.run_batch import iter_batch
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store
from tests.conftest import CATALOGUE, format_srt
from tests.raylets import run_cluster

EVERY = 100
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
SETTINGS = JobSettings(encoder="lsa", language="zh")
ONE_THREAD = JobSettings(threads=1)
"""So that two workers have twice the threads of one."""

SAMPLE = Path("sample_media/broadcast.mp4")
PIECES, PIECE_S = 20, 12.0
"""Short recordings of the sample's 238 s; the last one has 10 s."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("soak", "speed"))
    parser.add_argument("--recordings", type=int, default=1000, help="of the soak")
    parser.add_argument("--executors", nargs="+", default=["local"], help="local, ray")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kandian-bench-batch-") as name:
        folder = Path(name)
        if asked.only != "speed":
            for executor in asked.executors:
                soak(folder / executor, asked.recordings, executor)
        if asked.only != "soak":
            compare(folder, cut_sample(folder / "pieces"), asked.executors)


def cut_sample(folder: Path) -> list[Job]:
    """Cut the sample broadcast into short recordings, which are heard and watched anew."""
    folder.mkdir()
    jobs = []
    for number in range(PIECES):
        piece = folder / f"piece{number:02d}.mp4"
        cut = ["-ss", str(number * PIECE_S), "-i", SAMPLE, "-t", str(PIECE_S), "-c:a", "aac"]
        # Coarse, so that it is encoded and not copied.
        coarse = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12"]
        command = [find_ffmpeg().path, "-nostdin", "-v", "error", *cut, *coarse, piece]
        subprocess.run(command, check=True)
        jobs.append(Job(SAMPLE.with_name("catalogue.csv"), media=piece))
    return jobs


def compare(folder: Path, plan: Sequence[Job], executors: Sequence[str]) -> None:
    """Print how long the short recordings take one worker, and two of each kind."""
    alone = time_media(folder / "ws-1", plan, "local", jobs=1)
    print(f"{len(plan)} recordings, 1 worker: {alone}", flush=True)
    for executor in executors:
        with run_cluster() if executor == "ray" else nullcontext():
            took = time_media(folder / f"ws-{executor}", plan, executor, jobs=2)
        times = alone.clock_s / took.clock_s
        print(f"2 workers ({executor}): {took}, {times:.2f} times as fast", flush=True)


def soak(folder: Path, count: int, executor: str) -> None:
    """Print the driver's memory as tiny recordings go by."""
    folder.mkdir()
    (folder / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    text = format_srt()

    def plan() -> Iterator[Job]:
        for number in range(count):
            path = folder / f"{number}.srt"
            path.write_text(text.replace("大家", f"大家{number}"), encoding="utf-8")
            yield Job(folder / "catalogue.csv", transcript=path, recording_id=f"r{number}")

    begun = time.monotonic()
    for ended in run(folder / "soak", plan(), executor, SETTINGS, jobs=2):
        if ended % EVERY == 0 or ended == 1:
            print(f"{ended} recordings: driver {resident_kib() / 1024:.1f} MiB", flush=True)
    print(f"{count} recordings in {time.monotonic() - begun:.0f} s")


@dataclass(frozen=True, slots=True)
class Took:
    """What a batch took."""

    clock_s: float
    cpu_s: float
    """Of all processes that are our descendants: those of a Ray cluster mostly are not."""

    def __str__(self) -> str:
        return f"{self.clock_s:.1f} s ({self.cpu_s:.0f} CPU s of our processes)"


def time_media(root: Path, plan: Sequence[Job], executor: str, *, jobs: int) -> Took:
    """Return how long recordings take, recognition, replays and pictures included."""
    begun, used = time.monotonic(), cpu_s()
    for _ in run(root, iter(plan), executor, ONE_THREAD, jobs=jobs):
        pass
    return Took(time.monotonic() - begun, cpu_s() - used)


def cpu_s() -> float:
    """Return the CPU time of this process and of those of its descendants that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def run(
    root: Path, plan: Iterator[Job], executor: str, settings: JobSettings, *, jobs: int
) -> Iterator[int]:
    """Yield the number of recordings that have ended, all of them well."""
    workspace = Workspace(root)
    workspace.prepare()
    setup = Setup(settings, workspace.root, workspace.database_url, logging.WARNING)
    with open_store(setup.database_url) as store, make_executor(executor, setup, jobs=jobs) as crew:
        lines = iter_batch(crew, plan, Ledger(store, settings), lambda _event: None)
        for ended, line in enumerate(lines, 1):
            assert isinstance(line.outcome, Done), line
            yield ended


def resident_kib() -> int:
    """Return the memory of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_KIB


if __name__ == "__main__":
    main()
