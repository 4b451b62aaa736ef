"""The cover of a pitch is a picture of it that shows something."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ToolError
from models.span import Span
from pipeline.media.cover import COVER_LONG_SIDE, WINDOW_MS, cover_window, make_cover
from pipeline.media.encoding import Frame
from pipeline.media.frames import Footage, fit_long_side, open_footage
from pipeline.media.still import choose_still

SIZE = "180x320"
PART_S = 3
"""Length of each part of a clip made by `clip_of`."""

PATTERN = "drawgrid=w=12:h=12:t=2:c=0x202020,drawgrid=w=40:h=40:t=6:c=0xd0d0d0"
PARTS = {
    "sharp": f"color=c=0x20a020:s={SIZE}:r=10:d={PART_S},{PATTERN}",
    "blurred": f"color=c=0xa02020:s={SIZE}:r=10:d={PART_S},{PATTERN},gblur=sigma=6",
    "moving": f"color=c=0x2020a0:s={SIZE}:r=10:d={PART_S},{PATTERN},scroll=h=0.17:v=0.07",
    "black": f"color=c=black:s={SIZE}:r=10:d={PART_S}",
    "white": f"color=c=white:s={SIZE}:r=10:d={PART_S}",
    "foggy": f"color=c=0x8080a0:s={SIZE}:r=10:d={PART_S}",
}
"""What a clip shows for `PART_S` seconds; of those with a pattern, only the sharp one is green."""
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-bf", "2", "-pix_fmt", "yuv420p")


def clip_of(clips, *parts: str) -> Footage:
    """Make a clip that shows the parts one after the other."""
    graph = ";".join(f"{PARTS[part]}[p{n}]" for n, part in enumerate(parts))
    joined = "".join(f"[p{n}]" for n in range(len(parts)))
    graph += f";{joined}concat=n={len(parts)}:v=1:a=0,format=yuv420p[out]"
    path = clips.cached(
        "-".join(parts) + ".mp4",
        lambda path: clips.run("-filter_complex", graph, "-map", "[out]", *H264, path),
    )
    footage = open_footage(path)
    assert footage is not None
    return footage


def mean_color(path: Path) -> tuple[float, float, float]:
    with av.open(str(path), format="mjpeg") as container:
        (picture,) = container.decode(video=0)
        red, green, blue = picture.to_ndarray(format="rgb24").mean(axis=(0, 1))
    return float(red), float(green), float(blue)


def is_green(path: Path) -> bool:
    red, green, blue = mean_color(path)
    return green > red + 20 and green > blue + 20


BAD = [part for part in PARTS if part != "sharp"]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "second", "third"])
@pytest.mark.parametrize("bad", BAD)
def test_the_cover_shows_the_sharp_part_wherever_it_lies(clips, tmp_path, ffmpeg, bad, place):
    parts = [bad] * 3
    parts[place] = "sharp"
    footage = clip_of(clips, *parts)
    target = tmp_path / "cover.jpg"
    make_cover(footage, Span(0, 3 * PART_S * 1000), target, ffmpeg=ffmpeg)
    assert is_green(target), mean_color(target)
    assert [file.name for file in tmp_path.iterdir()] == ["cover.jpg"]


def test_the_cover_never_leaves_its_window(clips, tmp_path, ffmpeg):
    footage = clip_of(clips, "blurred", "sharp", "blurred")
    target = tmp_path / "cover.jpg"
    make_cover(footage, Span(100, PART_S * 1000 - 100), target, ffmpeg=ffmpeg)
    red, green, _ = mean_color(target)
    assert red > green + 20
    make_cover(footage, Span(PART_S * 1000 + 100, PART_S * 2000), target, ffmpeg=ffmpeg)
    assert is_green(target)


SECONDS = (
    "color=c=black:s=180x320:r=10:d=14,format=yuv444p,"
    "geq=lum='if(mod(floor(X/20)+floor(Y/20),2),180,60)':cb='48+12*floor(T)':cr=128"
)
"""A chequered pattern, equally sharp throughout, whose blue difference tells the second."""


def test_of_equally_good_pictures_one_soon_after_the_start_is_taken(clips, tmp_path, ffmpeg):
    footage = open_footage(clips.from_lavfi("seconds.mp4", *H264, picture=SECONDS, sound=""))
    target = tmp_path / "cover.jpg"
    make_cover(footage, Span(2000, 14_000), target, ffmpeg=ffmpeg)
    with av.open(str(target), format="mjpeg") as container:
        (picture,) = container.decode(video=0)
        planes = picture.reformat(format="yuv444p", dst_color_range="MPEG").to_ndarray()
    second = (planes[1].mean() - 48) / 12
    assert 3 <= round(second) <= 6


SIZES = {
    "portrait": ("720x1280", (360, 640)),
    "landscape": ("1280x720", (640, 360)),
    "small": ("90x160", (90, 160)),
    "odd when scaled": ("486x1080", (288, 640)),
    "tiny": ("2x2", (2, 2)),
}


@pytest.mark.parametrize("label", SIZES)
def test_covers_fit_a_telephone_and_hold_nothing_but_the_picture(clips, tmp_path, ffmpeg, label):
    size, expected = SIZES[label]
    name = f"size-{size}.mp4"
    secret = ("-metadata", "title=secret", "-metadata", "comment=secret")
    path = clips.from_lavfi(
        name,
        *H264,
        *secret,
        picture=f"testsrc2=s=96x96:r=5:d=2,scale={size.replace('x', ':')},setsar=1",
        sound="",
    )
    target = tmp_path / "cover.jpg"
    make_cover(open_footage(path), Span(0, 2000), target, ffmpeg=ffmpeg)
    with av.open(str(target), format="mjpeg") as container:
        (picture,) = container.decode(video=0)
    assert (picture.width, picture.height) == expected
    assert max(expected) <= COVER_LONG_SIDE
    segments = jpeg_segments(target.read_bytes())
    assert segments[0] == 0xE0, "JFIF"
    assert set(segments[1:]) <= {0xDB, 0xC0, 0xC4, 0xDA}, "tables, size and picture only"


def jpeg_segments(raw: bytes) -> list[int]:
    """Return the markers of a JPEG's segments up to the picture itself (ITU-T T.81, B.1)."""
    assert raw[:2] == b"\xff\xd8"
    assert raw[-2:] == b"\xff\xd9"
    markers, at = [], 2
    while not markers or markers[-1] != 0xDA:
        assert raw[at] == 0xFF
        markers.append(raw[at + 1])
        at += 2 + int.from_bytes(raw[at + 2 : at + 4])
    return markers


def test_sound_alone_has_no_footage(clips):
    assert open_footage(clips.from_lavfi("sound.m4a", "-c:a", "aac", picture="")) is None


@pytest.mark.parametrize("content", [b"", b"junk" * 100], ids=["empty", "junk"])
def test_what_is_no_replay_is_told(tmp_path, content):
    path = tmp_path / "replay.mp4"
    path.write_bytes(content)
    with pytest.raises(ToolError, match=r"no pictures can be taken: replay\.mp4"):
        open_footage(path)


LYING = {
    "writes nothing": ("exit 0", "no picture"),
    "writes junk": ("printf jun > $target", "no picture"),
    "fails": ("exit 7", "exit status 7"),
    "takes no picture": (
        'case "$*" in *mjpeg*) printf junk > $target;; *) exec $REAL "$@";; esac',
        "reported success but took no picture of 180x320",
    ),
}


@pytest.mark.parametrize("label", LYING)
def test_what_ffmpeg_claims_is_checked(clips, tmp_path, ffmpeg, label):
    body, message = LYING[label]
    fake = tmp_path / "ffmpeg"
    finding = 'for a in "$@"; do case "$a" in file:*partial) target="${a#file:}";; esac; done'
    fake.write_text(f"#!/bin/bash\nREAL={ffmpeg.path}\n{finding}\n{body}\n")
    fake.chmod(0o755)
    out = tmp_path / "out"
    out.mkdir()
    footage = clip_of(clips, "sharp", "blurred", "blurred")
    with pytest.raises(ToolError, match=message):
        make_cover(footage, Span(0, 3000), out / "c.jpg", ffmpeg=replace(ffmpeg, path=fake))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("name", ["%03d.jpg", "-y.jpg", 'a "b"\n看.jpg'])
def test_names_are_only_names(clips, tmp_path, ffmpeg, name):
    footage = clip_of(clips, "sharp", "blurred", "blurred")
    make_cover(footage, Span(0, 1000), tmp_path / name, ffmpeg=ffmpeg)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_pitch_after_the_end_of_the_picture_shows_its_last_one(clips, tmp_path, ffmpeg):
    source = clip_of(clips, "black", "blurred", "sharp").path
    path = clips.cached(
        "long-sound.mp4",
        lambda path: clips.run(
            "-i", source, "-f", "lavfi", "-i", "anullsrc=d=20", "-c:v", "copy", "-c:a", "aac", path
        ),
    )
    footage = open_footage(path)
    assert (footage.picture_ms, footage.duration_ms) == (9000, pytest.approx(20_000, abs=60))
    window = cover_window(Span(12_000, 18_000), footage)
    make_cover(footage, window, tmp_path / "cover.jpg", ffmpeg=ffmpeg)
    assert is_green(tmp_path / "cover.jpg")


lengths = st.integers(1, 40_000)


@given(start_ms=st.integers(0, 40_000), length_ms=lengths, picture_ms=lengths)
def test_a_window_lies_in_the_picture_and_in_the_pitch_when_that_is_shown(
    start_ms: int, length_ms: int, picture_ms: int
) -> None:
    span = Span(start_ms, start_ms + length_ms)
    footage = Footage(Path("replay.mp4"), Frame(90, 160), picture_ms, 80_000)
    window = cover_window(span, footage)
    assert window.end_ms <= picture_ms
    assert window.duration_ms <= WINDOW_MS
    if span.start_ms + min(1000, length_ms) <= picture_ms:
        assert window.start_ms == span.start_ms
        assert window.end_ms <= span.end_ms


@given(width=st.integers(2, 8192), height=st.integers(2, 8192), long_side=st.integers(16, 2000))
def test_fitting_keeps_shape_and_bound(width: int, height: int, long_side: int) -> None:
    fitted = fit_long_side(Frame(width, height), long_side)
    assert fitted.width % 2 == fitted.height % 2 == 0
    assert max(fitted.width, fitted.height) <= max(2, min(long_side, max(width, height)) + 1)
    shrink = min(1.0, long_side / max(width, height))
    for ours, theirs in ((fitted.width, width), (fitted.height, height)):
        assert abs(ours - theirs * shrink) <= 1 or ours == 2


def noise(seed: int, *, contrast: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).integers(128 - contrast, 128 + contrast, (64, 36), np.uint8)


def test_a_picture_beside_a_cut_is_not_taken() -> None:
    scenes = [noise(1)] * 3 + [noise(2)] * 3
    assert choose_still(np.stack(scenes), step_ms=200) in {0, 1, 4, 5}


def test_one_picture_is_the_best_and_none_is_an_error() -> None:
    assert choose_still(noise(1)[None], step_ms=200) == 0
    with pytest.raises(ValueError, match="no picture"):
        choose_still(np.zeros((0, 64, 36), np.uint8), step_ms=200)


def test_a_banner_does_not_outweigh_a_blurred_rest() -> None:
    """One picture has all its detail in a corner, however hard; the other some everywhere."""
    banner = np.full((64, 36), 128, np.uint8)
    banner[:8, :8] = 255 * (np.indices((8, 8)).sum(axis=0) % 2)
    pictures = np.stack([banner] * 5 + [noise(3, contrast=20)] * 5)
    assert choose_still(pictures, step_ms=200) >= 5


@pytest.mark.parametrize("clipped", [0, 255], ids=["too dark", "too bright"])
def test_a_picture_that_is_mostly_clipped_loses_to_a_softer_one_that_shows_all(clipped) -> None:
    harsh = np.full((64, 36), clipped, np.uint8)
    harsh[::3, ::3] = 255 - clipped
    pictures = np.stack([harsh] * 5 + [noise(3, contrast=40)] * 5)
    assert choose_still(pictures, step_ms=200) >= 5


@given(st.permutations(range(4)))
def test_the_sharpest_still_picture_wins_in_any_order(order) -> None:
    contrasts = [4, 12, 30, 90]
    scenes = [[noise(5, contrast=contrasts[place])] * 3 for place in order]
    chosen = choose_still(np.stack(list(itertools.chain(*scenes))), step_ms=200)
    assert order[chosen // 3] == 3
