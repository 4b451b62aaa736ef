"""Local HLS playlists (RFC 8216): which segments they name, and whether we may open them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError
from models.span import MS_PER_SECOND
from pipeline.media.naming import spell

PLAYLIST_SUFFIXES = frozenset({".m3u8", ".m3u"})

SEGMENT_SUFFIXES = frozenset({".ts", ".m2ts", ".mts", ".m4s", ".mp4", ".m4a", ".m4v", ".cmfv",
                              ".cmfa", ".aac", ".mp3"})  # fmt: skip
"""Media only: a playlist that names another kind of file wants it shown to somebody."""

USUAL_NAMES = ("index.m3u8", "playlist.m3u8", "master.m3u8")
"""Taken in this order when a folder holds several playlists."""

MAX_PLAYLIST_BYTES = 16 * 1024 * 1024
"""A 48 h playlist of one-second segments is a few megabytes."""

MAX_LINE_BYTES = 4000
"""libav reads 4,095 bytes of a line and leaves out the rest: what we checked it would not open."""

FORBIDDEN_TAGS = ("#EXT-X-MEDIA:", "#EXT-X-STREAM-INF", "#EXT-X-I-FRAME-STREAM-INF")
"""They lead to playlists; libav follows them from a media playlist too, and nobody checks those."""

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
"""Readers disagree whether these end a line."""

MAP = re.compile(r'#EXT-X-MAP:URI="([^"\\]+)"(?:,BYTERANGE="[0-9]+(?:@[0-9]+)?")?')
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|subfile,")
ATTRIBUTE = re.compile(r'([A-Z0-9\-]+)=("[^"]*"|[^,]*)')


@dataclass(frozen=True, slots=True)
class Playlist:
    """One media playlist that is complete and stays in its folder."""

    path: Path
    files: tuple[Path, ...]
    """Initialisation section and segments in playing order, each once."""
    declared_ms: int


def find_playlist(folder: Path, name: str) -> Path:
    """Choose the playlist of a folder: the only one, or the one with a usual name.

    Raises:
        InputError: when there is none or the choice is not clear.
    """
    found = sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() in PLAYLIST_SUFFIXES and file.is_file()
    )
    for file in found:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise InputError(
                f"{name} holds a playlist {spell(file)!r} that is a link to one outside its "
                "folder; copy the playlist and its segments into one folder"
            )
    if len(found) == 1:
        return found[0]
    for usual in USUAL_NAMES:
        if folder / usual in found:
            return folder / usual
    if not found:
        raise InputError(
            f"{name} is a folder without an HLS playlist (.m3u8); give a media file or a local "
            "HLS folder"
        )
    raise InputError(
        f"{name} holds {len(found)} playlists ({', '.join(spell(file) for file in found[:5])}); "
        "give the path of the one that is meant"
    )


def read_playlist(path: Path, name: str) -> Playlist:
    """Read a media playlist, or the variant of highest bandwidth that a master playlist names.

    Raises:
        InputError: when it is no playlist, unfinished, encrypted, names no segments, or names
            anything but media files that exist inside its own folder.
    """
    lines = _read_lines(path, name)
    if variant := _best_variant(lines):
        path = _inside(path, variant, name, PLAYLIST_SUFFIXES)
        lines = _read_lines(path, name)
        if _best_variant(lines):
            raise InputError(
                f"{name} leads from one master playlist to another; give the inner one"
            )
    _require_plain(lines, name)
    if "#EXT-X-ENDLIST" not in lines:
        raise InputError(
            f"{name} has no end mark (#EXT-X-ENDLIST): it is still being written or was cut "
            "short; wait for the end of the broadcast or fetch the playlist again"
        )
    files = tuple(
        dict.fromkeys(_inside(path, uri, name, SEGMENT_SUFFIXES) for uri in _iter_uris(lines, name))
    )
    if not files:
        raise InputError(f"{name} names no segments; fetch the playlist again")
    return Playlist(path=path, files=files, declared_ms=_declared_ms(lines))


def _read_lines(path: Path, name: str) -> list[str]:
    try:
        if path.stat().st_size > MAX_PLAYLIST_BYTES:
            raise InputError(f"{name} is too large for a playlist; give a media file")
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{name} cannot be read as a playlist ({error}); fetch it again") from None
    # As libav splits them; it takes a carriage return alone for an end too.
    lines = [line.rstrip(" \t") for line in re.split(r"\r\n|\r|\n", text)]
    lines = [line for line in lines if line]
    if not lines or lines[0] != "#EXTM3U":
        raise InputError(f"{name} is not an HLS playlist (no #EXTM3U); give a media file")
    return lines


def _require_plain(lines: list[str], name: str) -> None:
    """Refuse what libav might read otherwise than we do, or would follow to another playlist."""
    for line in lines:
        if tag := next((tag for tag in FORBIDDEN_TAGS if line.startswith(tag)), None):
            raise InputError(
                f"{name} leads to further playlists ({tag.rstrip(':')}); give one that names its "
                "segments itself"
            )
        if line[0].isspace() or UNPRINTABLE.search(line):
            raise InputError(
                f"{name} has a line that begins with a blank or holds a control character; mend "
                "the program that wrote it"
            )
        if len(line.encode()) > MAX_LINE_BYTES:
            raise InputError(f"{name} has a line that is too long; give another playlist")


def _best_variant(lines: list[str]) -> str | None:
    """Return the URI of the variant stream with the highest bandwidth; None when there is none."""
    variants = [
        (_bandwidth(line), uri)
        for line, uri in itertools.pairwise(lines)
        if line.startswith("#EXT-X-STREAM-INF:") and not uri.startswith("#")
    ]
    return max(variants, key=lambda variant: variant[0])[1] if variants else None


def _bandwidth(line: str) -> int:
    value = dict(ATTRIBUTE.findall(line)).get("BANDWIDTH", "0")
    return int(value) if value.isdecimal() else 0


def _iter_uris(lines: list[str], name: str) -> Iterator[str]:
    for line in lines:
        if line.startswith("#EXT-X-KEY:") and line != "#EXT-X-KEY:METHOD=NONE":
            raise InputError(f"{name} is encrypted (#EXT-X-KEY); decrypt the recording first")
        if line.startswith("#EXT-X-MAP:"):
            found = MAP.fullmatch(line)
            if found is None:
                raise InputError(
                    f"{name} has an #EXT-X-MAP with other attributes than one URI and a "
                    "BYTERANGE; give a playlist whose initialisation section is plain"
                )
            yield found[1]
        elif not line.startswith("#"):
            yield line


def _inside(playlist: Path, uri: str, name: str, suffixes: frozenset[str]) -> Path:
    """Return the file that a URI names.

    Raises:
        InputError: when it is no media file that exists in the playlist's folder, links followed.
    """
    shown = spell(Path(uri))
    # Dots are resolved as text by libav, through links by the system.
    if SCHEME.match(uri) or uri.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", uri):
        raise InputError(
            f"{name} points to {shown!r} outside its folder; give a playlist with relative segment "
            "names and the segments beside it"
        )
    folder = playlist.parent.resolve()
    file = (playlist.parent / uri).resolve()
    if not file.is_relative_to(folder):
        raise InputError(
            f"{name} points to {shown!r} outside its folder; copy the segments beside the playlist"
        )
    if file.suffix.lower() not in suffixes:
        raise InputError(f"{name} points to {shown!r}, which is no media segment")
    if not file.is_file():
        raise InputError(f"{name} misses its segment {shown!r}; fetch the whole folder again")
    return file


def _declared_ms(lines: list[str]) -> int:
    total_s = 0.0
    for line in lines:
        if line.startswith("#EXTINF:"):
            value = line.removeprefix("#EXTINF:").partition(",")[0]
            try:
                total_s += max(0.0, float(value))
            except ValueError:
                continue
    return round(min(total_s, 1e9) * MS_PER_SECOND)
