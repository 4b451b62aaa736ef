"""Previews for the progress bar: small pictures in sheets, and WebVTT that says which is when.

thumbnails-1.jpg   [0][1][2] ... [9]        thumbnails.vtt   00:00 --> 00:05  tile 0
                   [10] ...                                  00:05 --> 00:10  tile 1
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.span import MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND, Span
from pipeline.media.artifact import atomic_output
from pipeline.media.encoding import Frame
from pipeline.media.frames import Decoding, Footage, Still, fit_long_side, write_jpeg
from pipeline.media.tool import Ffmpeg

LEAST_INTERVAL_MS = 5000
"""Longer than the replay's keyframe interval, so that every full one has a keyframe of its own."""

MOST_TILES = 200
"""Of one recording: two sheets of some 300 kB. A 360 px bar under a thumb tells no more apart."""

TILE_LONG_SIDE = 160
"""Pixels; what players show over the bar."""

SIDE = 10
"""Tiles in a row, and rows in a sheet: 1600 px, which every telephone decodes at once."""

PER_SHEET = SIDE * SIDE


@dataclass(frozen=True, slots=True)
class Tile:
    """One small picture and when it is shown."""

    span: Span
    sheet: int
    """Counted from 1, as in the file's name."""
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class SpritePlan:
    """Where every preview of a replay lies.

    Guaranteed: the tiles' spans cover `[0, duration_ms)` in order without gaps.

    Raises:
        ValueError: when a length is not above 0.
    """

    tile: Frame
    interval_ms: int
    count: int
    """Tiles in all sheets together."""
    duration_ms: int

    def __post_init__(self) -> None:
        if min(self.interval_ms, self.count, self.duration_ms) <= 0:
            raise ValueError("interval, count and duration of previews must be above 0")
        if (self.count - 1) * self.interval_ms >= self.duration_ms:
            raise ValueError(f"{self.count} previews do not fit into {self.duration_ms} ms")

    @property
    def sheets(self) -> int:
        """How many sheets there are."""
        return -(-self.count // PER_SHEET)

    def tiles_in(self, sheet: int) -> int:
        """Return how many tiles a sheet holds."""
        return min(PER_SHEET, self.count - (sheet - 1) * PER_SHEET)

    def grid(self, sheet: int) -> tuple[int, int]:
        """Return columns and rows of a sheet."""
        held = self.tiles_in(sheet)
        return min(SIDE, held), -(-held // SIDE)

    def tiles(self) -> Iterator[Tile]:
        """Yield all tiles in order; the last one is shown to the end of the replay."""
        for number in range(self.count):
            start_ms = number * self.interval_ms
            last = number == self.count - 1
            end_ms = self.duration_ms if last else start_ms + self.interval_ms
            sheet, place = divmod(number, PER_SHEET)
            row, column = divmod(place, SIDE)
            yield Tile(
                span=Span(start_ms, end_ms),
                sheet=sheet + 1,
                x=column * self.tile.width,
                y=row * self.tile.height,
            )


def plan_sprites(footage: Footage) -> SpritePlan:
    """Decide how many previews a replay gets, and how far apart.

    Every 5 s up to a quarter of an hour, then 200 evenly spread, whole seconds apart. Where the
    picture ends before the sound, the last preview stays.
    """
    spread_ms = -(-footage.picture_ms // (MOST_TILES * MS_PER_SECOND)) * MS_PER_SECOND
    interval_ms = max(LEAST_INTERVAL_MS, spread_ms)
    return SpritePlan(
        tile=fit_long_side(footage.frame, TILE_LONG_SIDE),
        interval_ms=interval_ms,
        count=-(-footage.picture_ms // interval_ms),
        duration_ms=footage.duration_ms,
    )


def make_sheet(
    footage: Footage, plan: SpritePlan, sheet: int, target: Path, *, ffmpeg: Ffmpeg
) -> None:
    """Write one sheet of previews as JPEG; only keyframes are decoded.

    Guaranteed: a tile shows the last keyframe within its interval, or the last one before when a
    slow source has none there; `target` appears only after it was decoded again.

    Raises:
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails or there is no picture.
        TransientError: when another process makes the same sheet.
    """
    held = plan.tiles_in(sheet)
    columns, rows = plan.grid(sheet)
    start_ms = (sheet - 1) * PER_SHEET * plan.interval_ms
    with atomic_output(target) as partial:
        write_jpeg(
            footage,
            Span(start_ms, min(start_ms + held * plan.interval_ms, footage.picture_ms)),
            partial,
            Still(
                filters=(
                    # Rounded down, so that the keyframes of an interval meet in its number; `pass`,
                    # so that an interval at the end counts although it is not full.
                    f"fps={MS_PER_SECOND}/{plan.interval_ms}:start_time=0:round=down:eof_action=pass",
                    f"scale={plan.tile.width}:{plan.tile.height}:flags=area",
                    # Intervals at the end without a keyframe repeat the last one.
                    "tpad=stop=-1:stop_mode=clone",
                    f"trim=end_frame={held}",
                    f"tile={columns}x{rows}",
                ),
                frame=Frame(columns * plan.tile.width, rows * plan.tile.height),
                decoding=Decoding.KEYFRAMES,
            ),
            ffmpeg=ffmpeg,
        )


def sheet_name(sheet: int) -> str:
    """Return the name of a sheet's file, beside the WebVTT file."""
    return f"thumbnails-{sheet}.jpg"


def format_thumbnails(plan: SpritePlan) -> str:
    """Write which part of which sheet shows when, as WebVTT with `#xywh=` media fragments.

    The form that players share (Video.js, Plyr, Vidstack, JW Player, Shaka), after W3C Media
    Fragments 1.0, 4.2.2.
    """
    size = f"{plan.tile.width},{plan.tile.height}"
    cues = (
        f"{_stamp(tile.span.start_ms)} --> {_stamp(tile.span.end_ms)}\n"
        f"{sheet_name(tile.sheet)}#xywh={tile.x},{tile.y},{size}\n"
        for tile in plan.tiles()
    )
    return "\n".join(("WEBVTT\n", *cues))


def _stamp(at_ms: int) -> str:
    hours, rest = divmod(at_ms, MS_PER_HOUR)
    minutes, rest = divmod(rest, MS_PER_MINUTE)
    seconds, millis = divmod(rest, MS_PER_SECOND)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{millis:03d}"
