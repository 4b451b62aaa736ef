"""Open recordings with PyAV, fenced in, and look at their packets without decoding."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.errors import InputError
from pipeline.media.source import Source

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

US_PER_SECOND = 1_000_000
US_PER_MS = 1000

TS_DISCONT = 0x0200
"""AVFMT_TS_DISCONT of libavformat: clocks of this container may jump and are mended by ffmpeg."""

AAC_FRAME_SAMPLES = 1024
"""Samples in one AAC-LC packet (ISO 14496-3)."""

JUMP_US = 10 * US_PER_SECOND
"""ffmpeg's `dts_delta_threshold`: a greater step is taken for a new clock, not for a gap."""

BACK_US = 100_000
"""ffmpeg takes a clock that steps back by more than this for a new one."""


@dataclass(frozen=True, slots=True)
class TrackScan:
    """What the packets of one track say; times are counted from the start of the recording."""

    packets: int
    bytes: int
    start_ms: int
    end_ms: int
    """End of the last packet."""
    drift_ms: int
    """Largest distance between a packet's time and the summed durations before it."""
    back_ms: int
    """Largest step back of the track's clock that nothing mends; 0 in a sound file."""
    corrupt_packets: int
    leading_packets: int
    """Packets before the first keyframe: pictures that refer to ones that were not recorded."""


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


def _make_clock(container: InputContainer, used: list[Any]) -> _Clock:
    return _Clock(
        start_us=start_us(container, used),
        mends=bool(container.format.flags & TS_DISCONT),
        tracks={stream.index: _Track(_frame_us(stream)) for stream in container.streams},
        steering=frozenset(stream.index for stream in used),
    )


def _frame_us(stream: Any) -> float | None:
    """Return the exact length of an AAC packet; many containers round it to milliseconds."""
    context = stream.codec_context
    if context is None or context.name != "aac" or not context.sample_rate:
        return None
    return AAC_FRAME_SAMPLES / float(context.sample_rate) * US_PER_SECOND


@dataclass(slots=True)
class _Track:
    frame_us: float | None
    packets: int = 0
    bytes: int = 0
    start_us: int = 0
    end_us: int = 0
    next_us: int | None = None
    summed_us: float = 0.0
    drift_us: float = 0.0
    back_us: int = 0
    corrupt: int = 0
    leading: int = 0
    has_keyframe: bool = False

    def summary(self) -> TrackScan | None:
        if not self.packets:
            return None
        return TrackScan(
            packets=self.packets,
            bytes=self.bytes,
            start_ms=round(self.start_us / US_PER_MS),
            end_ms=round(self.end_us / US_PER_MS),
            drift_ms=round(self.drift_us / US_PER_MS),
            back_ms=round(self.back_us / US_PER_MS),
            corrupt_packets=self.corrupt,
            leading_packets=self.leading,
        )


@dataclass(slots=True)
class _Clock:
    """Follows the packets' clocks as the ffmpeg program does."""

    start_us: int
    mends: bool
    tracks: dict[int, _Track]
    steering: frozenset[int]
    """Tracks whose jumps move the common clock."""
    changes: int = 0
    offset_us: int = field(init=False)

    def __post_init__(self) -> None:
        self.offset_us = -self.start_us

    def take(self, packet: Packet[Stream]) -> int | None:
        """Count a packet and return when it is shown, in microseconds; None if it does not say."""
        # The last, empty packet of each track only tells decoders to empty themselves.
        if not packet.size or packet.time_base is None:
            return None
        track = self.tracks[packet.stream_index]
        track.packets += 1
        track.bytes += packet.size
        track.has_keyframe = track.has_keyframe or packet.is_keyframe
        track.leading += not track.has_keyframe
        track.corrupt += packet.is_corrupt
        stamp = packet.pts if packet.dts is None else packet.dts
        if stamp is None:
            return None
        scale = packet.time_base * US_PER_SECOND
        decode_us = int(stamp * scale) + self.offset_us
        if packet.stream_index in self.steering:
            decode_us += self._mend(track, decode_us)
        show_us = decode_us + (0 if packet.pts is None else int((packet.pts - stamp) * scale))
        duration_us = int((packet.duration or 0) * scale)
        if track.packets == 1:
            track.start_us, track.summed_us = show_us, float(show_us)
        track.start_us = min(track.start_us, show_us)
        track.drift_us = max(track.drift_us, abs(show_us - track.summed_us))
        track.summed_us += duration_us if track.frame_us is None else track.frame_us
        track.end_us = max(track.end_us, show_us + duration_us)
        track.next_us = decode_us + duration_us
        return show_us

    def _mend(self, track: _Track, decode_us: int) -> int:
        """Return by how much the clock must be moved so that this packet follows the last."""
        if track.next_us is None:
            return 0
        step_us = decode_us - track.next_us
        if not self.mends:
            track.back_us = max(track.back_us, -step_us)
            return 0
        if step_us > JUMP_US or step_us < -BACK_US:
            self.offset_us -= step_us
            self.changes += 1
            return -step_us
        return 0


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)
