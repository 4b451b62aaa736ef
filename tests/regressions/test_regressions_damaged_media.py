"""Damage that went unseen, and recordings without any that were refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import pytest

from pipeline.media.tool import find_ffmpeg

SECONDS = 44
"""More than the imported transcript of these tests."""


def ffmpeg(*arguments: str | Path) -> None:
    program = find_ffmpeg().path
    subprocess.run([program, "-nostdin", "-v", "error", "-y", *arguments], check=True)


def record(path: Path, picture: str, *coding: str) -> Path:
    ffmpeg(
        "-t", str(SECONDS), "-f", "lavfi", "-i", picture, "-t", str(SECONDS), "-f", "lavfi", "-i",
        "sine", "-c:v", "libx264", "-preset", "ultrafast", *coding, "-c:a", "aac", path,
    )  # fmt: skip
    return path


RICH = "testsrc2=s=160x284:r=10,noise=alls=12:allf=t+u"
PLAIN = "testsrc=s=320x568:r=5,format=yuv420p"


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """Few enough bits to be copied, packet by packet."""
    return record(tmp_path_factory.mktemp("plain") / "plain.mkv", PLAIN, "-crf", "42", "-g", "40")


def replay_ms(kandian) -> float:
    with av.open(str(kandian.workspace / "recordings/show/replay.mp4")) as container:
        return float(container.duration) / 1000


@pytest.mark.parametrize("gop", [100, 300])
def test_a_transport_stream_with_rare_keyframes_is_searched(gop, kandian, show, tmp_path) -> None:
    """It has no index: seeking landed behind the last keyframe, and a window showed nothing."""
    media = record(tmp_path / "show.ts", RICH, "-crf", "18", "-g", str(gop), "-sc_threshold", "0")
    ran = kandian(*show.job, media, "--id", "show")
    assert ran.code == 0, ran.err
    assert replay_ms(kandian) == pytest.approx(SECONDS * 1000, abs=500)


@pytest.mark.parametrize("suffix", ["mp4", "flv"])
def test_two_recordings_in_one_file_are_refused(suffix, plain, kandian, show, tmp_path) -> None:
    """Joined by `cat`, only the first is read, and half the show was missing without a word."""
    one, media = tmp_path / f"one.{suffix}", tmp_path / f"show.{suffix}"
    ffmpeg("-i", plain, "-c", "copy", one)
    media.write_bytes(one.read_bytes() * 2)
    ran = kandian(*show.job, media, "--id", "show")
    assert ran.code == 1
    assert "several recordings in one" in ran.err


@pytest.mark.parametrize("amount", [20, 2000])
def test_damaged_sound_is_told(amount, plain, kandian, show, tmp_path) -> None:
    """Deciding whether to copy the sound decoded it, and fell over."""
    media = tmp_path / "show.mkv"
    ffmpeg("-i", plain, "-c", "copy", "-bsf:a", f"noise=amount={amount}", media)
    ran = kandian(*show.job, media, "--id", "show")
    assert "unexpected" not in ran.err
    assert "damaged" in ran.err or "degraded: " in ran.err


def test_damage_between_keyframes_of_a_copied_picture_is_told(
    plain, kandian, show, tmp_path
) -> None:
    """Only keyframes of it were decoded."""
    media = tmp_path / "show.mkv"
    # Beyond what ffmpeg looks at before it copies.
    late = "noise=amount='if(eq(n,181),30,0)'"
    ffmpeg("-i", plain, "-c", "copy", "-bsf:v", late, media)
    ran = kandian(*show.job, media, "--id", "show")
    assert "damaged" in ran.err or "degraded: " in ran.err


def test_what_is_said_of_damage_is_the_same_every_time(plain, kandian, show, tmp_path) -> None:
    """A decoder's address in memory stood in the record."""
    media = tmp_path / "show.mkv"
    ffmpeg("-i", plain, "-c", "copy", "-bsf:v", "noise=amount=3000", media)
    ran = kandian(*show.job, media, "--id", "show")
    assert "damaged" in ran.err or "degraded: " in ran.err
    assert "0x" not in ran.err


def test_pictures_in_another_order_than_shown_are_no_clock_that_jumps(kandian, show, tmp_path):
    """Matroska does not say when the first pictures are decoded; at few frames a second the order
    of B-frames looked like a clock that jumps back by more than a second."""
    media = record(
        tmp_path / "show.mkv", "testsrc=s=320x568:r=3,format=yuv420p", "-bf", "3", "-crf", "42",
        "-x264-params", "b-adapt=0",
    )  # fmt: skip
    ran = kandian(*show.job, media, "--id", "show")
    assert ran.code == 0, ran.err


def test_a_plain_picture_is_copied(plain, kandian, show) -> None:
    """What the tests of copied pictures stand on."""
    assert kandian(*show.job, plain, "--id", "show").code == 0
    record = (kandian.workspace / "recordings/show/media.json").read_text(encoding="utf-8")
    assert '"verdict": "copied"' in record
