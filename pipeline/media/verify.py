"""Look at a finished replay before it counts: whole, in time, quick to jump in, good enough."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.decision import Check
from models.errors import ToolError
from models.recording import MediaInfo
from models.span import MS_PER_SECOND
from pipeline.media.demux import Scan, first_picture, open_media
from pipeline.media.encoding import (
    EncodeSettings,
    bit_rate_ceiling,
    encoded_frame_rate,
    fit_frame,
    keep_every,
)
from pipeline.media.gate import measure_bit_rate
from pipeline.media.naming import spell_duration
from pipeline.media.replay import LENGTH_TOLERANCE_MS, Replay
from pipeline.media.source import file_source
from pipeline.media.timeline import MAX_OFFSET_MS

QUALITY_TOLERANCE = 1.0
"""Points of VMAF that a finished replay may lie below what was aimed at."""

AT_CEILING = 0.8
"""Part of the bit-rate ceiling from which on it holds quality down: a capped encode keeps some of
its buffer unspent."""

LEAST_FRAMES = 0.97
"""Part of the frames that must have arrived; a recorder's own losses are in the count already."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a finished replay is held against."""

    info: MediaInfo
    scan: Scan
    """Of the recording."""
    settings: EncodeSettings
    pitches_ms: tuple[int, ...]
    """Moments that must have a keyframe; empty for a copy, whose keyframes are what they are."""
    quality: float | None
    """Points that must be reached, to `QUALITY_TOLERANCE`; None for a copy."""


def check_replay(
    path: Path, replay: Replay, expected: Expected, *, reached: float | None
) -> tuple[Check, ...]:
    """Return all checks of a finished replay, passed or not.

    Raises:
        ToolError: when it cannot be opened.
    """
    checks = [_check_length(replay, expected)]
    if expected.info.video is not None:
        checks += [_check_frames(replay, expected), _check_offset(replay)]
        checks += _check_keyframes(path, expected)
        if expected.quality is not None and reached is not None:
            checks.append(_check_quality(replay, expected, expected.quality, reached))
    return tuple(checks)


def require_passed(checks: Sequence[Check], name: str) -> None:
    """Check that nothing was found wrong.

    Raises:
        ToolError: with everything that was.
    """
    failed = [f"{check.what}: {check.found}" for check in checks if not check.passed]
    if failed:
        raise ToolError(f"{name} was made but will not do: {'; '.join(failed)}")


def _check_length(replay: Replay, expected: Expected) -> Check:
    made, source = replay.scan.end_ms, expected.scan.end_ms
    return Check(
        what="length",
        # Subtitles and data tracks may outlast sound and picture, so it may be shorter than all.
        passed=made >= _content_end_ms(expected.scan) - 2 * LENGTH_TOLERANCE_MS,
        found=f"{spell_duration(made)} of {spell_duration(source)}",
    )


def _content_end_ms(scan: Scan) -> int:
    return max((track.end_ms for track in (scan.audio, scan.video) if track), default=0)


def _check_frames(replay: Replay, expected: Expected) -> Check:
    video, track = expected.info.video, expected.scan.video
    made = 0 if replay.scan.video is None else replay.scan.video.packets
    if video is None or track is None:
        raise ValueError("there is no picture to count frames of")
    rate = encoded_frame_rate(video, expected.settings)
    by_packets = (track.packets - track.leading_packets) / keep_every(video, expected.settings)
    # By time too: two fields of an interlaced frame may come as two packets.
    by_time = rate * (track.end_ms - track.start_ms) / MS_PER_SECOND
    wanted = min(by_packets, by_time)
    return Check("frames", made >= LEAST_FRAMES * wanted - 2, f"{made} of about {round(wanted)}")


def _check_offset(replay: Replay) -> Check:
    audio, video = replay.scan.audio, replay.scan.video
    offset = 0 if audio is None or video is None else video.start_ms - audio.start_ms
    return Check(
        "sound and picture", abs(offset) <= MAX_OFFSET_MS, f"they begin {abs(offset)} ms apart"
    )


def _check_keyframes(path: Path, expected: Expected) -> Iterator[Check]:
    """Check that the frame on show at every pitch start is a keyframe."""
    if not expected.pitches_ms:
        return
    frames, keys = _read_times(path)
    missed = []
    # A host may turn the camera off: beyond its last frame no jump shows anything new.
    pitches = [pitch for pitch in expected.pitches_ms if frames and pitch <= frames[-1]]
    for pitch_ms in pitches:
        shown = bisect_right(frames, pitch_ms + 1) - 1
        key = bisect_right(keys, pitch_ms + 1) - 1
        steps = shown - bisect_right(frames, keys[key]) + 1 if key >= 0 else len(frames)
        if steps > 1:
            missed.append(pitch_ms)
    count = len(pitches)
    found = f"{count - len(missed)} of {count} pitches begin with one"
    if missed:
        found += f"; not the one at {spell_duration(missed[0])}"
    yield Check("keyframes", not missed, found)


def _read_times(path: Path) -> tuple[list[float], list[float]]:
    """Return the times of all frames and of the keyframes, in ms, rising."""
    frames, keys = [], []
    with open_media(file_source(path)) as container:
        stream = first_picture(container)
        if stream is None:
            raise ToolError(f"{path.name} has no picture")
        for packet in container.demux(stream):
            if packet.pts is None or not packet.size:
                continue
            at = float(packet.pts * packet.time_base) * MS_PER_SECOND
            frames.append(at)
            if packet.is_keyframe:
                keys.append(at)
    return sorted(frames), sorted(keys)


def _check_quality(replay: Replay, expected: Expected, wanted: float, reached: float) -> Check:
    found = f"{reached:.1f} of {wanted:.1f} points"
    good = reached >= wanted - QUALITY_TOLERANCE
    if not good and is_at_ceiling(replay, expected):
        return Check("quality", passed=True, found=f"{found}: held down by the bit-rate ceiling")
    return Check("quality", passed=good, found=found)


def is_at_ceiling(replay: Replay, expected: Expected) -> bool:
    """Tell whether a replay has all the bits it may have: no lower CRF would make it better."""
    video, track = expected.info.video, replay.scan.video
    if video is None or track is None:
        return False
    ceiling = bit_rate_ceiling(fit_frame(video, expected.settings), expected.settings)
    return measure_bit_rate(track) >= AT_CEILING * ceiling
