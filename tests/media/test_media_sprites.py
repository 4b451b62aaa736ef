"""Previews tell what is on at every moment: the arithmetic, the file, and real pictures."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import av
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from models.span import parse_clock
from pipeline.media.encoding import Frame
from pipeline.media.frames import Footage, open_footage
from pipeline.media.limits import MAX_DURATION_MS
from pipeline.media.sprites import (
    LEAST_INTERVAL_MS,
    MOST_TILES,
    PER_SHEET,
    SpritePlan,
    format_thumbnails,
    make_sheet,
    plan_sprites,
    sheet_name,
)

sides = st.integers(1, 4000).map(lambda half: 2 * half)
durations = st.one_of(st.integers(1, 60_000), st.integers(1, MAX_DURATION_MS))


@st.composite
def footages(draw: st.DrawFn) -> Footage:
    duration_ms = draw(durations)
    picture_ms = draw(st.one_of(st.just(duration_ms), st.integers(1, duration_ms)))
    return Footage(Path("replay.mp4"), Frame(draw(sides), draw(sides)), picture_ms, duration_ms)


@given(footages())
def test_tiles_cover_the_replay_without_gaps(footage: Footage) -> None:
    tiles = list(plan_sprites(footage).tiles())
    assert tiles[0].span.start_ms == 0
    assert tiles[-1].span.end_ms == footage.duration_ms
    for earlier, later in itertools.pairwise(tiles):
        assert earlier.span.end_ms == later.span.start_ms
        assert earlier.span.duration_ms >= LEAST_INTERVAL_MS
    assert len(tiles) <= MOST_TILES


@given(footages())
def test_every_tile_has_a_place_of_its_own_inside_its_sheet(footage: Footage) -> None:
    plan = plan_sprites(footage)
    places = set()
    for tile in plan.tiles():
        columns, rows = plan.grid(tile.sheet)
        assert tile.x + plan.tile.width <= columns * plan.tile.width <= 1600
        assert tile.y + plan.tile.height <= rows * plan.tile.height <= 1600
        places.add((tile.sheet, tile.x, tile.y))
    assert len(places) == plan.count
    assert {sheet for sheet, _, _ in places} == set(range(1, plan.sheets + 1))
    assert sum(map(plan.tiles_in, range(1, plan.sheets + 1))) == plan.count


@given(footages())
def test_the_file_reads_back_as_the_plan(footage: Footage) -> None:
    plan = plan_sprites(footage)
    captions = webvtt.from_buffer(io.StringIO(format_thumbnails(plan)))
    size = f"{plan.tile.width},{plan.tile.height}"
    read = [
        (parse_clock(caption.start), parse_clock(caption.end), caption.text) for caption in captions
    ]
    assert read == [
        (
            tile.span.start_ms,
            tile.span.end_ms,
            f"thumbnails-{tile.sheet}.jpg#xywh={tile.x},{tile.y},{size}",
        )
        for tile in plan.tiles()
    ]


INTERVALS = {
    "a second": (1000, 5000, 1),
    "four minutes": (240_000, 5000, 48),
    "a thousand seconds": (1_000_000, 5000, 200),
    "a millisecond more": (1_000_001, 6000, 167),
    "an hour": (3_600_000, 18_000, 200),
    "four hours": (4 * 3_600_000, 72_000, 200),
}


@pytest.mark.parametrize("label", INTERVALS)
def test_long_replays_get_wider_intervals_not_more_tiles(label: str) -> None:
    duration_ms, interval_ms, count = INTERVALS[label]
    plan = plan_sprites(Footage(Path("r.mp4"), Frame(720, 1280), duration_ms, duration_ms))
    assert (plan.interval_ms, plan.count) == (interval_ms, count)
    assert plan.tile == Frame(90, 160)


BAD_PLANS = {"nothing": (5000, 0, 1000), "no time": (0, 1, 1000), "too many": (5000, 3, 10_000)}


@pytest.mark.parametrize("label", BAD_PLANS)
def test_a_plan_that_cannot_be_is_refused(label: str) -> None:
    interval_ms, count, duration_ms = BAD_PLANS[label]
    with pytest.raises(ValueError, match=r"preview"):
        SpritePlan(Frame(90, 160), interval_ms, count, duration_ms)


STEP = 16
"""Levels between two digits; coding changes a flat colour by less than half of it."""
TELLING_TIME = (
    "color=c=black:s=90x160:r=1:d={seconds},"
    f"geq=lum='40+{STEP}*mod(floor(T/5),10)':cb='48+{STEP}*floor(T/50)':cr=128"
)
"""Brightness tells T/5 modulo 10, the blue difference T/50: so each 5 s have their own colour."""
CODING = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p")


def footage_telling_time(clips, seconds: int, *, keyframe_s: int = 4) -> Footage:
    path = clips.from_lavfi(
        f"telling-{seconds}-{keyframe_s}.mp4", *CODING, "-g", str(keyframe_s), "-sc_threshold",
        "0", picture=TELLING_TIME.format(seconds=seconds), sound="",
    )  # fmt: skip
    footage = open_footage(path)
    assert footage is not None
    return footage


def read_times(folder: Path, plan: SpritePlan) -> list[int]:
    """Read from every tile, where the WebVTT file says it lies, which 5 s it was taken from."""
    sheets = {}
    for sheet in range(1, plan.sheets + 1):
        with av.open(str(folder / sheet_name(sheet)), format="mjpeg") as container:
            (picture,) = container.decode(video=0)
            luma, blue, _ = (
                picture.reformat(format="yuv444p", dst_color_range="MPEG").to_ndarray()
            )  # fmt: skip
            sheets[sheet_name(sheet)] = luma, blue
    told = []
    for caption in webvtt.from_buffer(io.StringIO(format_thumbnails(plan))):
        name, _, place = caption.text.partition("#xywh=")
        x, y, width, height = map(int, place.split(","))
        luma, blue = (
            plane[y + 8 : y + height - 8, x + 8 : x + width - 8].mean() for plane in sheets[name]
        )
        told.append(round((luma - 40) / STEP) + 10 * round((blue - 48) / STEP))
    return told


def last_keyframes(seconds: int, keyframe_s: int) -> list[int]:
    """Return which 5 s the last keyframe before the end of every 5 s belongs to."""
    ends_s = (min(start_s + 5, seconds) for start_s in range(0, seconds, 5))
    return [(end_s - 1) // keyframe_s * keyframe_s // 5 for end_s in ends_s]


@pytest.mark.parametrize("seconds", [3, 5, 6, 10, 62, 505, 517], ids=lambda seconds: f"{seconds} s")
def test_every_tile_shows_its_own_time(clips, tmp_path, ffmpeg, seconds):
    footage = footage_telling_time(clips, seconds)
    plan = plan_sprites(footage)
    for sheet in range(1, plan.sheets + 1):
        make_sheet(footage, plan, sheet, tmp_path / sheet_name(sheet), ffmpeg=ffmpeg)
    assert plan.sheets == 1 + (plan.count > PER_SHEET)
    told = read_times(tmp_path, plan)
    assert told == last_keyframes(seconds, 4)
    assert told[: seconds // 5] == list(range(seconds // 5)), "every full interval has its own"
    assert len(list(tmp_path.iterdir())) == plan.sheets


def test_where_keyframes_are_rare_a_tile_shows_the_last_one_before(clips, tmp_path, ffmpeg):
    footage = footage_telling_time(clips, 40, keyframe_s=15)
    plan = plan_sprites(footage)
    make_sheet(footage, plan, 1, tmp_path / sheet_name(1), ffmpeg=ffmpeg)
    assert read_times(tmp_path, plan) == last_keyframes(40, 15) == [0, 0, 0, 3, 3, 3, 6, 6]


def test_where_the_picture_ends_first_its_last_preview_stays(clips, tmp_path, ffmpeg):
    source = footage_telling_time(clips, 13).path
    path = clips.cached(
        "telling-long-sound.mp4",
        lambda path: clips.run(
            "-i", source, "-f", "lavfi", "-i", "anullsrc=d=60", "-c:v", "copy", "-c:a", "aac", path
        ),
    )
    footage = open_footage(path)
    plan = plan_sprites(footage)
    make_sheet(footage, plan, 1, tmp_path / sheet_name(1), ffmpeg=ffmpeg)
    assert read_times(tmp_path, plan) == [0, 1, 2]
    assert [tile.span.end_ms for tile in plan.tiles()] == [5000, 10_000, footage.duration_ms]
