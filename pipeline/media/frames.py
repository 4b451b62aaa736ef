"""Take still pictures out of a replay: JPEG files without metadata, checked before they appear."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import InputError, ToolError
from models.progress import silent
from models.span import MS_PER_SECOND, Span
from pipeline.media.clock import US_PER_MS
from pipeline.media.demux import first_picture, open_media
from pipeline.media.encoding import Frame
from pipeline.media.invoke import run_ffmpeg
from pipeline.media.naming import spell_duration
from pipeline.media.source import Source, file_url, locate_source
from pipeline.media.timeline import VIDEO
from pipeline.media.tool import Ffmpeg

if TYPE_CHECKING:
    from ffmpeg.nodes import OutputStream

log = logging.getLogger(__name__)

SLOWEST = 5.0
"""Seconds of work per second of media; 0.01 is usual."""

JPEG_QUALITY = 4
"""ffmpeg's scale from 2 (best) to 31: 15 to 50 kB at 360x640, what others call quality 80."""

DECODER_THREADS = 1
"""A stretch of seconds is over before more of them have started; they only cost."""


class Decoding(StrEnum):
    """Which pictures are decoded at all; libavcodec's `skip_frame` by its names."""

    REFERENCES = "noref"
    """Those that others are predicted from: about every second one, and the better encoded."""
    ALL = "default"
    """Every one: the picture of a moment is just that."""
    KEYFRAMES = "nokey"
    """Those that stand for themselves: one in a few seconds, next to nothing to decode."""


@dataclass(frozen=True, slots=True)
class Still:
    """What becomes of the pictures of a stretch, until one is left."""

    filters: tuple[str, ...]
    """What happens to the decoded pictures, in order."""
    frame: Frame
    """The size that comes out of it."""
    decoding: Decoding
    """Which pictures are decoded."""
    quality: int = JPEG_QUALITY


@dataclass(frozen=True, slots=True)
class Footage:
    """A replay, or a recording, that has a picture."""

    path: Path
    frame: Frame
    picture_ms: int
    """Where the last picture ends; the sound may go on."""
    duration_ms: int
    lead_ms: int = 0
    """How much earlier decoding has to begin where no index says where keyframes are."""

    @property
    def source(self) -> Source:
        """It as demuxers are told of it."""
        return locate_source(self.path)


def open_footage(path: Path) -> Footage | None:
    """Look at a replay's header; None when it is sound alone.

    Raises:
        ToolError: when it cannot be read.
    """
    try:
        with open_media(locate_source(path)) as container:
            video = first_picture(container)
            if video is None:
                return None
            duration_ms = (container.duration or 0) // US_PER_MS
            # HLS says how long it lasts, but not its picture.
            length = (video.duration or 0) * video.time_base
            picture_ms = round(length * MS_PER_SECOND) or duration_ms
            return Footage(
                path=path,
                frame=Frame(video.width, video.height),
                picture_ms=max(1, min(picture_ms, duration_ms)),
                duration_ms=max(1, duration_ms),
            )
    except InputError as error:
        raise ToolError(f"no pictures can be taken: {error}") from error


def fit_long_side(frame: Frame, long_side: int) -> Frame:
    """Return the size of a picture scaled down to a long side, never up; even, at least 2.

    >>> fit_long_side(Frame(720, 1280), 640)
    Frame(width=360, height=640)
    """
    shrink = min(1.0, long_side / max(frame.width, frame.height))
    return Frame(_even(frame.width * shrink), _even(frame.height * shrink))


def fit_width(frame: Frame, width: int) -> Frame:
    """Return the size of a picture scaled down to a width, never up; even, at least 2.

    >>> fit_width(Frame(1080, 1920), 360)
    Frame(width=360, height=640)
    """
    shrink = min(1.0, width / frame.width)
    return Frame(_even(frame.width * shrink), _even(frame.height * shrink))


def write_jpeg(
    footage: Footage, stretch: Span, partial: Path, still: Still, *, ffmpeg: Ffmpeg
) -> None:
    """Write the first picture that comes out of the filters, and check it.

    Args:
        footage: where it is taken from.
        stretch: what is decoded; to the filters its start is time 0.
        partial: the file to write.
        still: what picture it is to be.
        ffmpeg: the program.

    Raises:
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails or nothing comes out.
    """
    output = {
        "vf": ",".join((*still.filters, "scale=out_range=pc", "format=yuv420p")),
        "frames:v": 1,
        "format": "mjpeg",
        "c:v": "mjpeg",
        "q:v": still.quality,
        # JPEG is full range by definition (JFIF 1.02); older encoders want to be told to trust us.
        "color_range:v": "pc",
        "strict:v": "unofficial",
        # Neither the encoder's name nor anything from the recording.
        "flags:v": "+bitexact",
        "map_metadata": -1,
    }
    run_on_stretch(footage, stretch, partial, decoding=still.decoding, ffmpeg=ffmpeg, output=output)
    _require_jpeg(partial, still.frame, footage, stretch)


def run_on_stretch(
    footage: Footage,
    stretch: Span,
    partial: Path,
    *,
    decoding: Decoding,
    ffmpeg: Ffmpeg,
    output: dict[str, Any],
) -> None:
    """Let ffmpeg write one file from the pictures of a stretch.

    Raises:
        ResourceError: when the disk or the memory is full.
        ToolError: when ffmpeg fails.
    """
    complaints = run_ffmpeg(
        ffmpeg,
        _output(footage, stretch, partial, decoding, output),
        target=partial,
        total_ms=stretch.duration_ms,
        slowest=SLOWEST,
        report=silent,
    )
    if complaints.errors:
        # Decoding that begins between keyframes complains of the pictures before the next, rightly.
        level = logging.INFO if footage.lead_ms else logging.WARNING
        log.log(level, "%s: %s", footage.path, complaints.describe())


def _output(
    footage: Footage, stretch: Span, partial: Path, decoding: Decoding, output: dict[str, Any]
) -> OutputStream:
    import ffmpeg

    opened = ffmpeg.input(
        footage.source.url,
        ss=stretch.start_ms / MS_PER_SECOND,
        t=stretch.duration_ms / MS_PER_SECOND,
        skip_frame=decoding,
        threads=DECODER_THREADS,
        **footage.source.ffmpeg_options(),
    )
    return ffmpeg.output(opened[VIDEO], file_url(partial), **output)


def _require_jpeg(path: Path, frame: Frame, footage: Footage, stretch: Span) -> None:
    """Decode what was written, as a browser will."""
    import av

    try:
        with av.open(file_url(path), format="mjpeg") as container:
            sizes = [(picture.width, picture.height) for picture in container.decode(video=0)]
    except (av.error.FFmpegError, IndexError) as error:
        sizes = []
        log.debug("%s: %s", path, error)
    if sizes != [(frame.width, frame.height)]:
        raise ToolError(
            f"ffmpeg reported success but took no picture of {frame.width}x{frame.height} from "
            f"{footage.path.name} at {spell_duration(stretch.start_ms)}"
        )


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
