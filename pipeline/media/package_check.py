"""Look at a finished HLS package as a player would, before it is published."""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import InputError, ToolError
from pipeline.media.demux import iter_packets, open_media
from pipeline.media.naming import spell
from pipeline.media.outline import Outline
from pipeline.media.playlist import MediaPlaylist, parse_master, parse_media
from pipeline.media.source import file_source

if TYPE_CHECKING:
    from av.container import InputContainer

NEAR = Fraction(1, 1000)
"""Seconds between where a playlist says that a piece begins and where it does, at most: playlists
are written to the microsecond, and a track's clock may tick more slowly than that."""


def require_good_package(master: Path, outlines: Sequence[Outline]) -> None:
    """Read a package from its multivariant playlist on, and compare it with what it is made of.

    Raises:
        ToolError: when the playlists cannot be read, name what is not there, leave bytes out, give
            another length, or a piece does not begin with a keyframe at its time, or a packet is
            not that of the rendition.
    """
    names = parse_master(master.read_text(encoding="utf-8"))
    if len(names) != len(outlines):
        raise ToolError(f"{len(outlines)} renditions were packaged and {len(names)} are listed")
    for name, outline in zip(names, outlines, strict=True):
        playlist = parse_media((master.parent / name).read_text(encoding="utf-8"))
        _require_bytes(playlist, master.parent)
        _require_length(playlist, outline)
        _require_packets(playlist, master.parent / playlist.file, outline)


def _require_bytes(playlist: MediaPlaylist, folder: Path) -> None:
    file, last = folder / playlist.file, playlist.segments[-1]
    size = file.stat().st_size if file.is_file() else -1
    if size != last.offset + last.size:
        raise ToolError(
            f"{playlist.file} has {size} bytes, and its playlist gives it {last.offset + last.size}"
        )


def _require_length(playlist: MediaPlaylist, outline: Outline) -> None:
    frame = 1 / outline.frame_rate if outline.frame_rate else NEAR
    if abs(playlist.segments[-1].end - outline.end) > frame:
        raise ToolError(
            f"the pieces of {playlist.file} last {float(playlist.segments[-1].end):.3f} s together "
            f"instead of {float(outline.end):.3f} s"
        )


def _require_packets(playlist: MediaPlaylist, file: Path, outline: Outline) -> None:
    try:
        with open_media(file_source(file)) as container:
            digests = _read(playlist, container, outline)
    except InputError as error:
        raise ToolError(f"the package cannot be read: {error}") from error
    if digests != outline.digests:
        raise ToolError(f"{playlist.file} holds other packets than {spell(outline.path)}")


def _read(playlist: MediaPlaylist, container: InputContainer, outline: Outline) -> tuple[str, ...]:
    """Return the digests of the tracks, having seen every piece begin as it should."""
    streams = {stream.id: stream for stream in container.streams}
    if missing := [number for number in outline.tracks if number not in streams]:
        raise ToolError(f"{playlist.file} has no track {missing[0]}")
    chosen = [streams[number] for number in outline.tracks]
    hashes = {stream.index: hashlib.sha256() for stream in chosen}
    offsets = [segment.offset for segment in playlist.segments]
    begun = 0
    for packet in iter_packets(container, *chosen):
        if not packet.size:
            continue
        digest = hashes[packet.stream_index]
        digest.update(b"%d %d\n" % (packet.pts or 0, packet.size))
        digest.update(packet)
        if packet.stream_index == chosen[0].index:
            piece = bisect.bisect_right(offsets, packet.pos or 0)
            if piece > begun:
                _require_beginning(playlist, piece, packet)
            begun = max(begun, piece)
    if begun < len(offsets):
        raise ToolError(f"piece {begun + 1} of {playlist.file} holds no picture")
    return tuple(digest.hexdigest() for digest in hashes.values())


def _require_beginning(playlist: MediaPlaylist, piece: int, packet: Any) -> None:
    begins = packet.pts * Fraction(packet.time_base)
    told = playlist.segments[piece - 1].start
    # The first begins at 0 even where its first picture comes a little later.
    late = abs(begins - told) > NEAR if piece > 1 else begins < 0
    if late or not packet.is_keyframe:
        raise ToolError(
            f"piece {piece} of {playlist.file} does not begin with a keyframe at "
            f"{float(told):.3f} s"
        )
