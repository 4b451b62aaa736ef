"""HLS playlists of our own making (RFC 8216): written, and read again without mercy."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from models.errors import ToolError

VERSION = 7
"""Fragmented MP4 asks for 6, and players that know 7 know byte ranges in EXT-X-MAP."""

MASTER_HEAD = ("#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS")
MEDIA_HEAD = re.compile(
    rf"#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:([0-9]+)\n"
    r"#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    r'#EXT-X-MAP:URI="([\w.-]+)",BYTERANGE="([0-9]+)@([0-9]+)"\n',
    re.ASCII,
)
MEDIA_SEGMENT = re.compile(
    r"#EXTINF:([0-9]+\.[0-9]{6}),\n#EXT-X-BYTERANGE:([0-9]+)@([0-9]+)\n([\w.-]+)\n", re.ASCII
)
END = "#EXT-X-ENDLIST\n"
STREAM = re.compile(r"#EXT-X-STREAM-INF:BANDWIDTH=[0-9]+,.*")
NAME = re.compile(r"[\w.-]+\.m3u8", re.ASCII)
US = 1_000_000
"""Durations are written to the microsecond, finer than any frame clock here needs."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a rendition: when it is shown, and which bytes of the file it is."""

    start: Fraction
    end: Fraction
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """One rendition as a player finds it; all pieces lie in one file, one after the other."""

    file: str
    init_size: int
    """Bytes of the initialisation section, which the file begins with."""
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """What a player is told about a rendition before it asks for it."""

    playlist: str
    codecs: str
    width: int
    height: int
    """Both 0 for sound alone."""
    frame_rate: Fraction
    bandwidth: int
    """Highest bit rate of any stretch (see `peak_bit_rate`)."""
    average_bandwidth: int


def format_media(playlist: MediaPlaylist, target_s: int) -> str:
    """Write a media playlist.

    Durations are differences of rounded moments, so that their sum is as exact as each of them.
    """
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{target_s}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{playlist.file}",BYTERANGE="{playlist.init_size}@0"',
    ]
    for segment in playlist.segments:
        us = round(segment.end * US) - round(segment.start * US)
        lines += [
            f"#EXTINF:{us // US}.{us % US:06d},",
            f"#EXT-X-BYTERANGE:{segment.size}@{segment.offset}",
            playlist.file,
        ]
    return "\n".join(lines) + "\n" + END


def format_master(variants: Sequence[Variant]) -> str:
    """Write the multivariant playlist; players that choose for themselves begin with the first."""
    lines = list(MASTER_HEAD)
    for variant in variants:
        told = [f"BANDWIDTH={variant.bandwidth}", f"AVERAGE-BANDWIDTH={variant.average_bandwidth}"]
        told.append(f'CODECS="{variant.codecs}"')
        if variant.width:
            told.append(f"RESOLUTION={variant.width}x{variant.height}")
            told.append(f"FRAME-RATE={float(variant.frame_rate):.3f}")
        lines += [f"#EXT-X-STREAM-INF:{','.join(told)}", variant.playlist]
    return "\n".join(lines) + "\n"


def parse_media(text: str) -> MediaPlaylist:
    """Read a media playlist as `format_media` writes it; anything else is an error.

    Guaranteed of the result: the pieces lie one after the other, directly behind the initialisation
    section, and none is longer than the target duration when rounded.

    Raises:
        ToolError: when it is no such playlist.
    """
    head = MEDIA_HEAD.match(text)
    if head is None or not text.endswith(END):
        raise ToolError("a media playlist that was written cannot be read: its head or end")
    file, init_size, start = head[2], int(head[3]), int(head[4])
    segments = tuple(_iter_segments(text[head.end() : -len(END)], file))
    places = [Segment(Fraction(0), Fraction(0), start, init_size), *segments]
    joined = all(one.offset + one.size == other.offset for one, other in itertools.pairwise(places))
    if start or not segments or not joined:
        raise ToolError("the pieces in a media playlist do not lie one after the other")
    if target_duration(segments) > int(head[1]):
        raise ToolError("a piece in a media playlist is longer than its target duration")
    return MediaPlaylist(file=file, init_size=init_size, segments=segments)


def parse_master(text: str) -> tuple[str, ...]:
    """Read which media playlists a multivariant playlist names.

    Raises:
        ToolError: when it is not as `format_master` writes it.
    """
    lines = text.removesuffix("\n").split("\n")
    streams, names = lines[3::2], lines[4::2]
    good = len(streams) == len(names) > 0 and all(map(STREAM.fullmatch, streams))
    if tuple(lines[:3]) != MASTER_HEAD or not good or not all(map(NAME.fullmatch, names)):
        raise ToolError("the multivariant playlist that was written cannot be read")
    return tuple(names)


def target_duration(segments: Sequence[Segment]) -> int:
    """Return the longest duration in whole seconds, rounded to the nearest; at least 1."""
    return max(1, *(int(one.end - one.start + Fraction(1, 2)) for one in segments))


def peak_bit_rate(segments: Sequence[Segment], target_s: int) -> int:
    """Return the highest bit rate of any run of pieces that lasts 0.5 to 1.5 target durations.

    That is how RFC 8216 (4.1) has it; never less than that of the whole.
    """
    least, most = Fraction(target_s, 2), Fraction(3 * target_s, 2)
    peak = _bit_rate(segments)
    for first in range(len(segments)):
        size = 0
        for segment in itertools.islice(segments, first, None):
            size += segment.size
            length = segment.end - segments[first].start
            if length > most:
                break
            if length >= least:
                peak = max(peak, size * 8 / length)
    return math.ceil(peak)


def average_bit_rate(segments: Sequence[Segment]) -> int:
    """Return the bit rate of all pieces together, rounded up."""
    return math.ceil(_bit_rate(segments))


def _bit_rate(segments: Sequence[Segment]) -> Fraction:
    size = sum(segment.size for segment in segments)
    return size * 8 / (segments[-1].end - segments[0].start)


def _iter_segments(text: str, file: str) -> Iterator[Segment]:
    place, now = 0, Fraction(0)
    while place < len(text):
        match = MEDIA_SEGMENT.match(text, place)
        if match is None or match[4] != file:
            raise ToolError("a media playlist that was written cannot be read: one of its pieces")
        until = now + Fraction(match[1])
        yield Segment(start=now, end=until, offset=int(match[3]), size=int(match[2]))
        place, now = match.end(), until
