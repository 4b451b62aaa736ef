"""What a recording holds, found by opening it and decoding the first piece of each track."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import InputError
from models.recording import AudioTrack, MediaInfo, MediaKind, VideoTrack
from pipeline.media.clock import US_PER_MS, US_PER_SECOND
from pipeline.media.demux import first_picture, iter_packets, open_media, scan_packets, start_us
from pipeline.media.flv import read_flv_duration_ms
from pipeline.media.limits import MAX_DURATION_MS, MAX_PIXELS
from pipeline.media.naming import spell_duration
from pipeline.media.reference import MAX_TRACKS, require_own_samples
from pipeline.media.source import Source, locate_source
from pipeline.media.structure import find_cut

if TYPE_CHECKING:
    from av.container import InputContainer

log = logging.getLogger(__name__)

MAX_FRAME_RATE = 1000.0
"""A greater average is a time base in disguise, not a frame rate."""

GUESSED_DURATION = frozenset({"mp3", "aac", "ac3", "eac3", "amr", "mpegts", "mpeg"})
"""These state no length. libav divides the size by the first bit rate that it meets, or subtracts
the first clock from the last although clocks start again: measure instead, at disk speed."""

DECODE_PACKETS = 2000
"""Packets of a track fed to its decoder before it is given up: 40 s of sound, more of a picture.

A recording that joins a broadcast in its middle starts with pictures that refer to missing ones.
"""


def probe(path: Path) -> MediaInfo:
    """Say what a recording holds; reads only its head, unless its length must be measured.

    Guaranteed of the result: there is an audio track, at least one piece of every reported track
    was decoded, and the duration is above 0 and at most 48 h. Width and height are as displayed:
    rotation applied, pixels square.

    Raises:
        InputError: when it cannot be used; one sentence with the file's name, the reason and what
            to do.
    """
    source = locate_source(path)
    if source.kind is MediaKind.FILE:
        require_own_samples(source.entry)
    try:
        with open_media(source) as container:
            _require_few_tracks(source, container)
            info = _describe(source, container)
    except InputError:
        _complain_of_cut(source)
        raise
    if info.duration_ms > 0 and info.container not in GUESSED_DURATION:
        return _bounded(source, info)
    scan = scan_packets(source, audio_index=info.audio.index)
    return _bounded(source, replace(info, duration_ms=scan.end_ms))


def _complain_of_cut(source: Source) -> None:
    """Raise the better error when a file cannot be opened because its end is missing."""
    if source.kind is MediaKind.FILE and (cut := find_cut(source.entry)):
        raise InputError(f"{source.name} is cut short: {cut}; fetch the file again") from None


def _describe(source: Source, container: InputContainer) -> MediaInfo:
    audio = _choose_audio(source, container)
    video = first_picture(container)
    if video is not None:
        _require_bounded_picture(source, video)
    origin_us = start_us(container, [track for track in (audio, video) if track is not None])
    return MediaInfo(
        kind=source.kind,
        container=container.format.name,
        size_bytes=source.size_bytes,
        duration_ms=_declared_ms(source, container),
        audio=_audio_track(source, audio, origin_us),
        video=None if video is None else _video_track(source, video, origin_us),
    )


def _require_few_tracks(source: Source, container: InputContainer) -> None:
    tracks = len(container.streams)
    if tracks > MAX_TRACKS:
        raise InputError(
            f"{source.name} says that it has {tracks} tracks; copy picture and sound out with "
            "ffmpeg"
        )


def _declared_ms(source: Source, container: InputContainer) -> int:
    """Return the duration that playlist or header state, else 0."""
    if source.declared_ms is not None:
        return source.declared_ms
    if container.format.name == "flv":
        return read_flv_duration_ms(source.entry) or 0
    return round((container.duration or _longest_us(container)) / US_PER_MS)


def _longest_us(container: InputContainer) -> int:
    lengths = [
        int(stream.duration * stream.time_base * US_PER_SECOND)
        for stream in container.streams
        if stream.duration is not None and stream.time_base is not None
    ]
    return max(lengths, default=0)


def _choose_audio(source: Source, container: InputContainer) -> Any:
    """Return the audio track marked as default, else the first with a decoder."""
    from av.stream import Disposition

    tracks = [track for track in container.streams.audio if track.codec_context is not None]
    if not container.streams.audio:
        raise InputError(
            f"{source.name} has no audio track, so there is nothing to transcribe; give a "
            "recording with sound, or a transcript"
        )
    if not tracks:
        raise InputError(
            f"{source.name} has sound in a format that cannot be decoded; convert its audio to AAC"
        )
    return next((track for track in tracks if track.disposition & Disposition.default), tracks[0])


def _audio_track(source: Source, stream: Any, origin_us: int) -> AudioTrack:
    _decode_first(source, stream, "sound")
    context = stream.codec_context
    return AudioTrack(
        codec=context.codec.canonical_name,
        sample_rate=context.sample_rate,
        channels=context.channels,
        start_ms=_start_ms(stream, origin_us),
        duration_ms=_duration_ms(stream),
        bit_rate=context.bit_rate or None,
        index=stream.index,
    )


def _video_track(source: Source, stream: Any, origin_us: int) -> VideoTrack:
    if stream.codec_context is None:
        raise InputError(
            f"{source.name} has a picture in a format that cannot be decoded; convert it to H.264"
        )
    frame = _decode_first(source, stream, "picture")
    width, height = frame.width, frame.height
    if stream.sample_aspect_ratio:
        width = max(1, round(width * stream.sample_aspect_ratio))
    if frame.rotation % 180:
        width, height = height, width
    _require_bounded_size(source, width, height)
    rate = float(stream.average_rate or 0)
    return VideoTrack(
        codec=stream.codec_context.codec.canonical_name,
        width=width,
        height=height,
        frame_rate=rate if rate <= MAX_FRAME_RATE else 0.0,
        pixel_format=frame.format.name,
        start_ms=_start_ms(stream, origin_us),
        duration_ms=_duration_ms(stream),
        bit_rate=stream.codec_context.bit_rate or None,
    )


def _require_bounded_picture(source: Source, stream: Any) -> None:
    context = stream.codec_context
    if context is not None:
        _require_bounded_size(source, context.width, context.height)


def _require_bounded_size(source: Source, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise InputError(
            f"{source.name} says that its picture is {width}x{height}, larger than 8K; scale it "
            "down first"
        )


def _decode_first(source: Source, stream: Any, what: str) -> Any:
    """Return the first frame of a track that can be decoded.

    Raises:
        InputError: when none of the first packets can.
    """
    import av

    container = stream.container
    try:
        container.seek(0)
    except av.error.FFmpegError:
        log.debug("%s cannot seek to its start", source.name)
    try:
        for tried, packet in enumerate(iter_packets(container, stream)):
            try:
                frames = stream.codec_context.decode(packet)
            except av.error.FFmpegError as error:
                log.debug("%s: a piece of %s does not decode: %s", source.name, what, error)
                frames = []
            if frames:
                return frames[0]
            if tried >= DECODE_PACKETS:
                break
    except av.error.FFmpegError as error:
        log.debug("%s: reading ended early: %s", source.name, error)
    raise InputError(
        f"{source.name} has a track of {what}, but nothing in it can be decoded "
        f"({stream.codec_context.name}); fetch the file again or convert it"
    )


def _start_ms(stream: Any, origin_us: int) -> int:
    if stream.start_time is None:
        return 0
    start = int(stream.start_time * stream.time_base * US_PER_SECOND)
    return max(0, round((start - origin_us) / US_PER_MS))


def _duration_ms(stream: Any) -> int | None:
    if stream.duration is None or stream.duration <= 0:
        return None
    return int(stream.duration * stream.time_base * US_PER_SECOND) // US_PER_MS


def _bounded(source: Source, info: MediaInfo) -> MediaInfo:
    if info.duration_ms <= 0:
        raise InputError(f"{source.name} has zero length; fetch the file again")
    if info.duration_ms > MAX_DURATION_MS:
        raise InputError(
            f"{source.name} says that it lasts {spell_duration(info.duration_ms)}, more than 48 "
            "hours; split it, or mend its header by copying it with ffmpeg -c copy"
        )
    return info
