"""Open recordings with PyAV, fenced in, and look at their packets without decoding."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.errors import InputError
from pipeline.media.clock import US_PER_MS, US_PER_SECOND, Clock, Track, TrackScan
from pipeline.media.source import Source

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

UNINDEXED = frozenset({"mpegts"})
"""Containers in which seeking lands near the moment, often behind the keyframe that its picture
needs: decoding has to begin earlier there."""

TS_DISCONT = 0x0200
"""AVFMT_TS_DISCONT of libavformat: clocks of this container may jump and are mended by ffmpeg."""

AAC_FRAME_SAMPLES = 1024
"""Samples in one AAC-LC packet (ISO 14496-3)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What all packets of a recording say."""

    audio: TrackScan | None
    video: TrackScan | None
    end_ms: int
    """Latest end among all tracks, subtitles and data too."""
    clock_changes: int
    """How often the clock jumped and ffmpeg joins the parts."""
    stopped_by: str | None
    """Why reading ended before the end of the file; None when it did not."""


@dataclass(frozen=True, slots=True)
class PicturePacket:
    """One coded picture."""

    at_ms: int
    """When it is shown, from the start of the recording."""
    bytes: int
    is_keyframe: bool


@contextlib.contextmanager
def open_media(source: Source) -> Iterator[InputContainer]:
    """Open a recording for reading.

    Raises:
        InputError: when libav does not take it for media of a permitted container.
    """
    import av

    try:
        container = av.open(source.url, options=source.input_options(), metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise InputError(
            f"{source.name} is not a recording that can be read ({_reason(error)}); give a video "
            "or audio file such as mp4, mov, mkv, flv, ts, m4a or wav"
        ) from error
    with container:
        yield container


def scan_packets(source: Source, *, audio_index: int) -> Scan:
    """Read every packet of a recording once, at disk speed, and sum up what they say.

    Raises:
        InputError: when it cannot be opened.
    """
    import av

    with open_media(source) as container:
        audio = container.streams[audio_index]
        video = first_picture(container)
        used = [stream for stream in (audio, video) if stream is not None]
        clock = _make_clock(container, used)
        stopped_by = None
        try:
            for packet in iter_packets(container):
                clock.take(packet)
        except (av.error.FFmpegError, OSError) as error:
            stopped_by = _reason(error)
        ends = [track.end_us for track in clock.tracks.values() if track.packets]
        return Scan(
            audio=clock.tracks[audio.index].summary(),
            video=None if video is None else clock.tracks[video.index].summary(),
            end_ms=round(max(ends, default=0) / US_PER_MS),
            clock_changes=clock.changes,
            stopped_by=stopped_by,
        )


def iter_picture_packets(source: Source) -> Iterator[PicturePacket]:
    """Yield the packets of the picture, in the order of the file; none when there is no picture.

    Ends early, without an error, where the file cannot be read on.

    Raises:
        InputError: when it cannot be opened.
    """
    import av

    with open_media(source) as container:
        video = first_picture(container)
        if video is None:
            return
        clock = _make_clock(container, [video, *container.streams.audio[:1]])
        with contextlib.suppress(av.error.FFmpegError, OSError):
            for packet in iter_packets(container):
                show_us = clock.take(packet)
                if show_us is not None and packet.stream_index == video.index:
                    at_ms = max(0, round(show_us / US_PER_MS))
                    yield PicturePacket(at_ms, packet.size, packet.is_keyframe)


def iter_packets(container: InputContainer, *streams: Any) -> Iterator[Packet[Stream]]:
    """Yield the packets of some tracks, or of all, in the order of the file; then one empty each.

    FLV and TS may begin a track in mid-stream. PyAV leaves its packets out, but can stumble over it
    with an IndexError after the last packet, where it yields the empty ones.
    """
    with contextlib.suppress(IndexError):
        yield from container.demux(*streams)


def first_picture(container: InputContainer) -> Any:
    """Return the first video track that is no cover picture; None when there is none.

    It is the one that ffmpeg calls `V:0`.
    """
    from av.stream import Disposition

    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    return next(
        (track for track in container.streams.video if not track.disposition & covers), None
    )


def start_us(container: InputContainer, used: list[Any]) -> int:
    """Return the container time that ffmpeg maps to 0, when it is given these tracks.

    For containers whose clocks may jump it looks at the tracks in use, else at all.
    """
    starts = [
        int(stream.start_time * stream.time_base * US_PER_SECOND)
        for stream in used
        if stream.start_time is not None
    ]
    if container.format.flags & TS_DISCONT and starts:
        return min(starts)
    start_time: int | None = container.start_time  # the stubs forget that it may be unknown
    return min(starts, default=0) if start_time is None else start_time


def _make_clock(container: InputContainer, used: list[Any]) -> Clock:
    return Clock(
        start_us=start_us(container, used),
        mends=bool(container.format.flags & TS_DISCONT),
        tracks={stream.index: Track(_frame_us(stream)) for stream in container.streams},
        steering=frozenset(stream.index for stream in used),
    )


def _frame_us(stream: Any) -> float | None:
    """Return the exact length of an AAC packet; many containers round it to milliseconds."""
    context = stream.codec_context
    if context is None or context.name != "aac" or not context.sample_rate:
        return None
    return AAC_FRAME_SAMPLES / float(context.sample_rate) * US_PER_SECOND


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)
