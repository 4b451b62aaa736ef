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


@pytest.fixture(scope="session")
def cut_sample(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> CutSample:
    """Copy the first seconds of the sample, packet by packet."""
    folder = tmp_path_factory.mktemp("sample")

    def cut(seconds: int) -> Path:
        path = folder / f"first-{seconds}.mp4"
        if not path.exists():
            source = ("-i", str(sample / "broadcast.mp4"), "-t", str(seconds), "-c", "copy")
            command = [find_ffmpeg().path, "-nostdin", "-v", "error", *source, str(path)]
            subprocess.run(command, check=True, capture_output=True)
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
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kandian = kandian_in(shared / "undisturbed")
    with (shared / "undisturbed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kandian.workspace / "recordings").exists():
            ran = kandian.process(*sample_job)
            assert ran.code == 0, ran.err
    return kandian
