"""Whether a recording is all there: what it promises against what it holds."""

from __future__ import annotations

import logging
from pathlib import Path

from models.errors import InputError
from models.recording import MediaInfo, MediaKind
from pipeline.media.demux import Scan, scan_packets
from pipeline.media.limits import MAX_DURATION_MS
from pipeline.media.naming import spell_duration
from pipeline.media.source import Source, locate_source
from pipeline.media.structure import find_cut, holds_several

log = logging.getLogger(__name__)

PROMISING = frozenset({"mov", "matroska", "flv", "wav", "w64", "flac", "avi", "asf", "caf", "hls"})
"""Containers whose header or playlist states the length; the others' is measured or guessed."""

TOLERANCE_MS = 1000
"""Headers round, count the last frame or not, and playlists round every segment."""

TOLERANCE_SHARE = 0.001
"""Live recorders write a clock's idea of the length: 11 s in 3 h."""

SEVERAL = "holds several recordings in one; split them, or join them again with ffmpeg's concat"

MAX_BACK_MS = 1000
"""A clock that steps back further loses sound and picture, whoever decodes it."""


def tolerance_ms(duration_ms: int) -> int:
    """Return by how much two measurements of one recording's length may differ."""
    return max(TOLERANCE_MS, round(duration_ms * TOLERANCE_SHARE))


def check_whole(path: Path, info: MediaInfo) -> None:
    """Check a recording whose sound nobody is going to decode, at disk speed.

    Raises:
        InputError: when it was cut short.
    """
    source = locate_source(path)
    require_whole(source, info, scan_packets(source, audio_index=info.audio.index))


def require_whole(source: Source, info: MediaInfo, scan: Scan) -> None:
    """Check that no end of the recording is missing and that its clock runs forward.

    An audio track that ends before the picture is not taken for a cut: hosts mute themselves.

    Raises:
        InputError: when it was cut short, naming the length found and the one declared.
    """
    if scan.end_ms > MAX_DURATION_MS:
        raise InputError(
            f"{source.name} has timestamps up to {spell_duration(scan.end_ms)}, more than 48 "
            "hours; split it, or mend it by copying it with ffmpeg -c copy"
        )
    promised_ms = _promised_ms(info)
    if promised_ms - scan.end_ms > tolerance_ms(promised_ms):
        raise _cut_short(source, scan.end_ms, promised_ms, "")
    cut = find_cut(source.entry) if source.kind is MediaKind.FILE else _find_segment_cut(source)
    if cut:
        raise _cut_short(source, scan.end_ms, promised_ms, cut)
    if scan.stopped_by is not None:
        raise InputError(
            f"{source.name} cannot be read beyond {spell_duration(scan.end_ms)} "
            f"({scan.stopped_by}); fetch the file again"
        )
    if source.kind is MediaKind.FILE and holds_several(source.entry):
        raise InputError(f"{source.name} {SEVERAL}")
    _require_forward(source, scan)


def require_no_cut_sign(source: Source, info: MediaInfo, scan: Scan, sign: str) -> None:
    """Believe a demuxer that says that the file ended too early.

    Raises:
        InputError: when it said so.
    """
    if sign:
        raise _cut_short(source, scan.end_ms, _promised_ms(info), sign)


def _promised_ms(info: MediaInfo) -> int:
    promises = not PROMISING.isdisjoint(info.container.split(","))
    return info.duration_ms if promises else 0


def _cut_short(source: Source, found_ms: int, promised_ms: int, why: str) -> InputError:
    if promised_ms - found_ms > tolerance_ms(promised_ms):
        promise = "playlist" if source.kind is MediaKind.HLS else "header"
        return InputError(
            f"{source.name} is cut short: it holds {spell_duration(found_ms)} of the "
            f"{spell_duration(promised_ms)} its {promise} promises; fetch the file again"
        )
    return InputError(
        f"{source.name} is cut short after {spell_duration(found_ms)}: {why}; fetch the file again"
    )


def _find_segment_cut(source: Source) -> str | None:
    """Look at the last segment only: a hole in the middle is a lost packet, not a cut."""
    return find_cut(source.files[-1]) if source.files[-1].suffix.lower() == ".ts" else None


def _require_forward(source: Source, scan: Scan) -> None:
    for track, what in ((scan.audio, "sound"), (scan.video, "picture")):
        if track is not None and track.back_ms > MAX_BACK_MS:
            raise InputError(
                f"the clock of the {what} in {source.name} jumps back by "
                f"{spell_duration(track.back_ms)}, so it {SEVERAL}"
            )
    if scan.clock_changes:
        log.warning("%s: its clock jumps %d times; joined", source.name, scan.clock_changes)
