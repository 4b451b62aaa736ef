"""Write chapters into a copy of a replay, every packet as it was."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import InputError, ToolError
from models.progress import Report, silent
from models.recording import MediaKind
from models.span import MS_PER_SECOND
from pipeline.media.artifact import atomic_output, require_space
from pipeline.media.clock import US_PER_MS
from pipeline.media.demux import iter_packets, open_media
from pipeline.media.invoke import run_ffmpeg
from pipeline.media.limits import PROTOCOLS
from pipeline.media.naming import spell
from pipeline.media.source import Source, file_url, locate_source
from pipeline.media.timeline import open_input
from pipeline.media.tool import Ffmpeg

if TYPE_CHECKING:
    from av.container import InputContainer
    from ffmpeg.nodes import OutputStream

SIGNATURE = ";FFMETADATA1"
"""The first line of every ffmpeg metadata file; without it libav finds nothing, silently."""

SLOWEST = 1.0
"""Seconds of work per second of media: whoever reads slower than it plays has lost the disk."""

TOLERANCE_MS = 1
"""MP4 keeps chapters in whole milliseconds."""

PACKET_KINDS = ("video", "audio")
"""What is copied and compared; the chapters themselves are a track of text in the copy."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter as a reader finds it in a file."""

    start_ms: int
    end_ms: int
    title: str


def embed_chapters(
    source: Path,
    chapters: str,
    target: Path,
    *,
    ffmpeg: Ffmpeg,
    report: Report = silent,
) -> None:
    """Copy an MP4 to `target` with these chapters in place of any that it has.

    Args:
        source: the MP4; it is only read.
        chapters: an ffmpeg metadata file (`;FFMETADATA1`).
        target: the file to write; an older one is replaced.
        ffmpeg: the program.
        report: told of the progress in milliseconds of media.

    Guaranteed: `target` appears only after its packets were compared, one by one with their times,
    with the source's, and its chapters with those asked for. Index in front (faststart).

    Raises:
        InputError: when the source is no media file, the target is the source or no place for a
            file, or the chapters are not in that format.
        ResourceError: when the disk is full.
        ToolError: when ffmpeg fails or makes something else than it should.
    """
    located = locate_source(source)
    _require_other_file(source, target)
    if not chapters.startswith(SIGNATURE):
        raise InputError(
            f"the chapters for {spell(target)} are no ffmpeg metadata; begin with {SIGNATURE}"
        )
    require_space(target.parent, located.size_bytes)
    with (
        atomic_output(target) as partial,
        tempfile.TemporaryDirectory(prefix="kandian-chapters-") as folder,
    ):
        described = Path(folder) / "chapters.txt"
        described.write_text(chapters, encoding="utf-8")
        run_ffmpeg(
            ffmpeg,
            _output(located, described, partial),
            target=target,
            total_ms=_duration_ms(located),
            slowest=SLOWEST,
            report=report,
        )
        _require_same_packets(located, _as_source(partial))
        _require_chapters(_read_described(described), read_chapters(partial), target)


def read_chapters(path: Path) -> tuple[Chapter, ...]:
    """Read the chapters of a media file, in order.

    Raises:
        InputError: when it is no media file.
    """
    with open_media(_as_source(path)) as container:
        return _chapters_of(container)


def _require_other_file(source: Path, target: Path) -> None:
    if target.exists() and not target.is_file():
        raise InputError(f"{spell(target)} is no regular file; name a file for the copy to write")
    if target.exists() and target.samefile(source):
        raise InputError(f"{spell(target)} is the replay itself; name another file for the copy")


def _output(source: Source, described: Path, partial: Path) -> OutputStream:
    import ffmpeg

    opened = open_input(source)
    told = ffmpeg.input(file_url(described), format="ffmetadata", protocol_whitelist=PROTOCOLS)
    return ffmpeg.output(
        opened["V?"],
        opened["a?"],
        # No track comes of it; it is named so that the command reads the file at all.
        told["d?"],
        file_url(partial),
        format="mp4",
        codec="copy",
        movflags="+faststart",
        map_metadata=1,
        map_chapters=1,
    )


def _as_source(path: Path) -> Source:
    return Source(
        name=spell(path), kind=MediaKind.FILE, entry=path, files=(path,), declared_ms=None
    )


def _duration_ms(source: Source) -> int:
    with open_media(source) as container:
        return (container.duration or 0) // US_PER_MS


def _chapters_of(container: InputContainer) -> tuple[Chapter, ...]:
    return tuple(
        Chapter(
            start_ms=_milliseconds(chapter["start"], chapter["time_base"]),
            end_ms=_milliseconds(chapter["end"], chapter["time_base"]),
            title=chapter["metadata"].get("title", ""),
        )
        for chapter in container.chapters()
    )


def _milliseconds(ticks: int, time_base: Fraction | None) -> int:
    return round(ticks * MS_PER_SECOND * (time_base or Fraction(1, MS_PER_SECOND)))


def _read_described(described: Path) -> tuple[Chapter, ...]:
    """Read the chapters asked for as libav does, so that both readings can be compared."""
    import av

    with av.open(file_url(described), format="ffmetadata", metadata_errors="replace") as container:
        return _chapters_of(container)


def _require_same_packets(source: Source, copy: Source) -> None:
    if _digest(source) != _digest(copy):
        raise ToolError(
            f"ffmpeg reported success, but the copy of {source.name} holds other packets than it"
        )


def _digest(source: Source) -> tuple[str, ...]:
    """Hash the packets of every track with their times."""
    with open_media(source) as container:
        tracks = [track for track in container.streams if track.type in PACKET_KINDS]
        hashes = {track.index: hashlib.sha256() for track in tracks}
        for packet in iter_packets(container, tracks):
            if packet.size:
                times = f"{packet.pts} {packet.dts} {packet.time_base} {packet.size}\n"
                hashes[packet.stream_index].update(times.encode() + bytes(packet))
        return tuple(digest.hexdigest() for digest in hashes.values())


def _require_chapters(asked: tuple[Chapter, ...], found: tuple[Chapter, ...], target: Path) -> None:
    same = len(asked) == len(found) and all(
        abs(one.start_ms - other.start_ms) <= TOLERANCE_MS and one.title == other.title
        for one, other in zip(asked, found, strict=True)
    )
    if not same:
        raise ToolError(
            f"ffmpeg reported success, but {spell(target)} would hold {len(found)} chapters that "
            f"are not the {len(asked)} asked for"
        )
