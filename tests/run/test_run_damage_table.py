"""What comes of damaged recordings: refused with a reason, or whole; never silently short.

The rows are those that ffmpeg was measured on; it reports success for most. Each is tried with
a picture that is encoded and with one that is copied packet by packet, whose inside nobody decodes.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from pipeline.media.tool import find_ffmpeg

SECONDS = 38
TOLERANCE_MS = 500
"""A frame and an AAC packet at the end."""
SEED = 7


def ffmpeg(*arguments: str | Path) -> None:
    program = find_ffmpeg().path
    subprocess.run([program, "-nostdin", "-v", "error", "-y", *arguments], check=True)


def remux(name: str, *options: str) -> Callable[[Path, Path], Path]:
    def make(whole: Path, folder: Path) -> Path:
        path = folder / name
        ffmpeg("-i", whole, "-c", "copy", *options, path)
        return path

    return make


def cut(make: Callable[[Path, Path], Path], share: float = 0.6) -> Callable[[Path, Path], Path]:
    def damage(whole: Path, folder: Path) -> Path:
        path = make(whole, folder)
        # Odd, so that no cut falls between two packets of a transport stream.
        os.truncate(path, int(path.stat().st_size * share) | 1)
        return path

    return damage


def fill(content: bytes) -> Callable[[Path, Path], Path]:
    def damage(_whole: Path, folder: Path) -> Path:
        path = folder / "show.mp4"
        path.write_bytes(content)
        return path

    return damage


def splice(whole: Path, folder: Path) -> Path:
    """Put the second half of one file behind the first half of another."""
    path = remux("show.ts")(whole, folder)
    raw = path.read_bytes()
    middle = len(raw) // 2 // 188 * 188
    path.write_bytes(raw[:middle] + raw[: len(raw) - middle])
    return path


def join(name: str) -> Callable[[Path, Path], Path]:
    """Put a file behind itself, as `cat` does."""

    def damage(whole: Path, folder: Path) -> Path:
        path = remux(name)(whole, folder)
        path.write_bytes(path.read_bytes() * 2)
        return path

    return damage


TABLE: dict[str, Callable[[Path, Path], Path]] = {
    "faststart mp4 cut": cut(remux("show.mp4", "-movflags", "+faststart")),
    "mp4 with its index at the end cut": cut(remux("show.mp4")),
    "mkv cut": cut(remux("show.mkv")),
    "ts cut": cut(remux("show.ts")),
    "flv cut": cut(remux("show.flv")),
    "fragmented mp4 cut": cut(remux("show.mp4", "-movflags", "+frag_keyframe+empty_moov")),
    "0 bytes": fill(b""),
    "random bytes": fill(random.Random(SEED).randbytes(100_000)),
    "noise in every twentieth byte of the picture": remux("show.mkv", "-bsf:v", "noise=amount=20"),
    "noise now and then in the picture": remux("show.mkv", "-bsf:v", "noise=amount=2000"),
    "noise in every twentieth byte of the sound": remux("show.mkv", "-bsf:a", "noise=amount=20"),
    "noise now and then in the sound": remux("show.mkv", "-bsf:a", "noise=amount=2000"),
    "two halves spliced": splice,
    "two mp4 joined": join("show.mp4"),
    "two mkv joined": join("show.mkv"),
    "two flv joined": join("show.flv"),
}


@pytest.fixture(scope="session")
def wholes(tmp_path_factory) -> dict[str, Path]:
    """Two whole recordings: one to be encoded, one to be copied."""
    folder = tmp_path_factory.mktemp("whole")
    pictures = {
        "encoded": ("testsrc2=s=160x284:r=10,noise=alls=12:allf=t+u", "18"),
        "copied": ("testsrc=s=320x568:r=5,format=yuv420p", "42"),
    }
    for name, (picture, crf) in pictures.items():
        ffmpeg(
            "-t", str(SECONDS), "-f", "lavfi", "-i", picture, "-t", str(SECONDS), "-f", "lavfi",
            "-i", "sine", "-c:v", "libx264", "-preset", "ultrafast", "-crf", crf, "-g", "20",
            "-c:a", "aac", folder / f"{name}.mkv",
        )  # fmt: skip
    return {name: folder / f"{name}.mkv" for name in pictures}


def replay_ms(kandian) -> float:
    with av.open(str(kandian.workspace / "recordings/show/replay.mp4")) as container:
        return max(
            float((stream.start_time + stream.duration) * stream.time_base) * 1000
            for stream in container.streams
        )


@pytest.mark.parametrize("kind", ["encoded", "copied"])
def test_a_whole_recording_is_done_whole(kind, wholes, kandian, show) -> None:
    ran = kandian(*show.job, wholes[kind], "--id", "show")
    assert ran.code == 0, ran.err
    record = json.loads((kandian.workspace / "recordings/show/media.json").read_text())
    assert record["renditions"][0]["decision"]["verdict"] == kind
    assert replay_ms(kandian) == pytest.approx(SECONDS * 1000, abs=TOLERANCE_MS)


@pytest.mark.parametrize("kind", ["encoded", "copied"])
@pytest.mark.parametrize("row", TABLE)
def test_damage_is_told_or_harmless(row, kind, wholes, kandian, show, tmp_path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    media = TABLE[row](wholes[kind], folder)
    ran = kandian(*show.job, media, "--id", "show")
    recordings = kandian.workspace / "recordings"
    if ran.code == 0:
        assert "cut" not in row
        assert "degraded: " in ran.err, "what was borne is told"
        assert replay_ms(kandian) == pytest.approx(SECONDS * 1000, abs=TOLERANCE_MS)
        return
    assert ran.code == 1
    assert ran.err.startswith("kandian: error: ")
    assert media.name in ran.err.splitlines()[0]
    assert not recordings.exists() or not list(recordings.iterdir())
    leftovers = [path for path in kandian.workspace.rglob("*.mp4*") if path.is_file()]
    assert leftovers == [], "nothing half stays"


STOPPED = {
    "kill -9": "kill -KILL $pid",
    "SIGTERM leaves a valid short file": "kill -TERM $pid",
    "SIGINT leaves a valid short file": "kill -INT $pid",
}


@pytest.mark.parametrize("how", STOPPED)
def test_an_encoder_that_is_stopped_has_made_no_replay(how, wholes, kandian, show, tmp_path):
    """A stand-in runs the real ffmpeg and stops it in the middle of the replay."""
    fake = tmp_path / "ffmpeg"
    real = find_ffmpeg().path
    fake.write_text(
        f'#!/bin/bash\ncase "$*" in *replay*partial*) ;; *) exec {real} "$@";; esac\n'
        f'{real} -re "$@" & pid=$!\nsleep 1.5\n{STOPPED[how]}\nwait $pid\n'
    )
    fake.chmod(0o755)
    ran = kandian(*show.job, wholes["encoded"], "--id", "show", "--ffmpeg", fake)
    assert ran.code == 1, ran.err
    assert "ffmpeg failed with" in ran.err
    assert not (kandian.workspace / "recordings").exists()
    assert [path for path in kandian.workspace.rglob("*.mp4*") if path.is_file()] == []
    shutil.rmtree(kandian.workspace / "stages", ignore_errors=True)
    assert kandian(*show.job, wholes["encoded"], "--id", "show").code == 0
