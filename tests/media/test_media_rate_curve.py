"""Bits over time and pictures of moments: true in every container, whatever its clock says."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from models.errors import InputError, ToolError
from pipeline.media.encoding import Frame
from pipeline.media.frames import open_footage
from pipeline.media.rate_curve import MOST_STRETCHES, RateCurve, choose_stretch, measure_rate
from pipeline.media.snapshot import Snapshot, open_any_footage, take_snapshot
from pipeline.media.source import locate_source
from tests.media.conftest import AAC, CONTAINERS, H264, HLS_KINDS

DURATION_MS = 6_000
FLASHES_MS = (1_000, 3_000, 5_000)
DARK_MS = (0, 2_000, 4_000)


def measure(path: Path) -> RateCurve | None:
    return measure_rate(locate_source(path), DURATION_MS)


@pytest.mark.parametrize("kind", [*CONTAINERS, *HLS_KINDS])
def test_all_bits_are_counted_where_they_are_shown(clips, kind: str) -> None:
    curve = measure(clips.container(kind))
    assert curve is not None
    assert curve.stretch_ms == 2_000
    assert len(curve.bit_rates) == 3
    with av.open(locate_source(clips.container(kind)).url) as container:
        sizes = [packet.size for packet in container.demux(video=0)]
    assert sum(curve.bit_rates) * 2 / 8 == pytest.approx(sum(sizes), abs=3)
    assert [round(at_ms, -2) for at_ms in curve.keyframes_ms] == [n * 1_000 for n in range(6)]


def test_a_recording_without_a_picture_has_no_bits_of_one(clips) -> None:
    assert measure(clips.from_lavfi("sound-of-curve.m4a", *AAC, picture="")) is None


def test_what_lies_behind_the_end_counts_at_the_end(clips) -> None:
    whole = measure(clips.base)
    short = measure_rate(locate_source(clips.base), 4_000)
    assert whole is not None
    assert short is not None
    assert len(short.bit_rates) == 2
    assert sum(short.bit_rates) == pytest.approx(sum(whole.bit_rates), abs=3)


def test_how_far_it_is_is_told_within_the_recording(make_media) -> None:
    told: list[tuple[int, int]] = []
    path = make_media("long.mp4", seconds=130, picture="testsrc=s=32x32:r=1")
    measure_rate(locate_source(path), 130_000, report=lambda *step: told.append(step))
    assert told
    assert all(0 < done <= total == 130_000 for done, total in told)


@pytest.mark.parametrize("duration_ms", [1, 2_000, 3_600_000, 48 * 3_600_000])
def test_a_curve_has_no_more_stretches_than_can_be_seen(duration_ms: int) -> None:
    assert 0 < duration_ms / choose_stretch(duration_ms) <= MOST_STRETCHES


def test_stretches_have_a_length() -> None:
    with pytest.raises(ValueError, match="no length"):
        RateCurve(0, (), ())


def brightness(picture: Snapshot, tmp_path: Path) -> float:
    path = tmp_path / "picture.jpg"
    path.write_bytes(picture.jpeg)
    with av.open(str(path), format="mjpeg") as container:
        (frame,) = container.decode(video=0)
    assert (frame.width, frame.height) == (picture.size.width, picture.size.height)
    return float(frame.to_ndarray(format="gray").mean())


REPLAYS = ("faststart", *HLS_KINDS)
"""What replays are published as."""


@pytest.mark.parametrize(
    ("look_at", "kind"),
    [(open_any_footage, kind) for kind in (*CONTAINERS, *HLS_KINDS)]
    + [(open_footage, kind) for kind in REPLAYS],
)
def test_a_picture_shows_its_moment(clips, look_at, kind: str, ffmpeg, tmp_path: Path) -> None:
    footage = look_at(clips.container(kind))
    assert footage is not None
    assert footage.picture_ms == pytest.approx(DURATION_MS, abs=100)
    for moments, is_bright in ((FLASHES_MS, True), (DARK_MS, False)):
        for at_ms in moments:
            picture = take_snapshot(footage, at_ms + 80, ffmpeg=ffmpeg)
            assert (brightness(picture, tmp_path) > 128) == is_bright, at_ms


def test_a_picture_stands_upright_and_is_as_wide_as_a_telephone(clips, ffmpeg) -> None:
    lying = clips.from_lavfi(
        "lying.mp4", *H264, *AAC, picture="testsrc=s=1280x720:r=5:d=2", sound="sine=f=440:d=2"
    )
    turned = clips.cached(
        "turned-lying.mp4",
        lambda path: clips.run("-display_rotation", "90", "-i", lying, "-c", "copy", path),
    )
    footage = open_any_footage(turned)
    assert footage is not None
    assert take_snapshot(footage, 500, ffmpeg=ffmpeg).size == Frame(360, 640)


def test_behind_the_end_the_last_second_is_shown(clips, ffmpeg) -> None:
    footage = open_any_footage(clips.base)
    assert footage is not None
    assert take_snapshot(footage, 60_000, ffmpeg=ffmpeg).jpeg


def test_a_recording_that_went_away_has_no_picture(clips, ffmpeg, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(clips.base.read_bytes())
    footage = open_any_footage(path)
    assert footage is not None
    path.unlink()
    with pytest.raises(ToolError, match="no picture can be taken"):
        take_snapshot(footage, 500, ffmpeg=ffmpeg)
    with pytest.raises(InputError, match="does not exist"):
        open_any_footage(path)


def test_sound_alone_shows_nothing(clips) -> None:
    assert open_any_footage(clips.from_lavfi("sound-of-curve.m4a", *AAC, picture="")) is None
