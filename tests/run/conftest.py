"""The start of the sample broadcast, and what an undisturbed run makes of it."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.media.tool import find_ffmpeg

CutSample = Callable[[int], Path]


def _shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def cut_sample(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> CutSample:
    """Copy the first seconds of the sample, packet by packet; the same file for all processes."""
    folder = _shared_folder(tmp_path_factory) / "sample"
    folder.mkdir(exist_ok=True)

    def cut(seconds: int) -> Path:
        path = folder / f"first-{seconds}.mp4"
        if not path.exists():
            source = ("-i", str(sample / "broadcast.mp4"), "-t", str(seconds), "-c", "copy")
            partial = path.with_name(f"{os.getpid()}-{path.name}")
            command = [find_ffmpeg().path, "-nostdin", "-v", "error", *source, str(partial)]
            subprocess.run(command, check=True, capture_output=True)
            partial.replace(path)
        return path

    return cut


@pytest.fixture(scope="session")
def sample_job(sample: Path, cut_sample: CutSample) -> tuple[object, ...]:
    """Arguments that index the first 50 s: greetings, then most of the first pitch."""
    catalogue = ("--catalogue", sample / "catalogue.csv")
    return (
        "index",
        cut_sample(50),
        *catalogue,
        "--id",
        "demo",
        "--title",
        "样例",
        "--language",
        "zh",
    )


@pytest.fixture(scope="session")
def undisturbed(sample_job, kandian_in, tmp_path_factory: pytest.TempPathFactory):
    """A workspace in which the sample was indexed in one go; tests only read it.

    Test processes that run side by side share it: one makes it while the others wait.
    """
    shared = _shared_folder(tmp_path_factory)
    kandian = kandian_in(shared / "undisturbed")
    with (shared / "undisturbed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kandian.workspace / "recordings").exists():
            ran = kandian.process(*sample_job)
            assert ran.code == 0, ran.err
    return kandian
