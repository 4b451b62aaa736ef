"""From the path that a user gives to the files that the recording consists of."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError
from models.recording import MediaKind
from pipeline.media.hls import PLAYLIST_SUFFIXES, find_playlist, read_playlist
from pipeline.media.limits import (
    ANALYSE_BYTES,
    ANALYSE_US,
    FILE_FORMATS,
    HLS_FORMATS,
    MAX_DURATION_MS,
    MAX_PIXELS,
    PROTOCOLS,
)
from pipeline.media.naming import spell, spell_duration

PLAYLIST_SIGN = b"#EXTM3U"
PLAYLIST_HEAD_BYTES = 2048
"""How much libav looks at first when it recognises a container."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recording on disk that exists, is readable and leads nowhere else."""

    name: str
    """What messages call it: the name the user gave, safe to print."""
    kind: MediaKind
    entry: Path
    """The file that a demuxer opens: the media file, or the media playlist."""
    files: tuple[Path, ...]
    """All files that hold its bytes, in playing order; a playlist comes first."""
    declared_ms: int | None
    """Sum of the playlist's EXTINF; None for a single file."""

    @property
    def url(self) -> str:
        """How libav takes the path for a file, whatever its name looks like."""
        return file_url(self.entry)

    @property
    def size_bytes(self) -> int:
        """Bytes of all its files together."""
        return sum(file.stat().st_size for file in self.files)

    @property
    def format_whitelist(self) -> str:
        """The only containers that may be recognised in it."""
        return HLS_FORMATS if self.kind is MediaKind.HLS else FILE_FORMATS

    def input_options(self) -> dict[str, str]:
        """Return the options that fence in a demuxer, for PyAV and the ffmpeg program alike."""
        return {
            "protocol_whitelist": PROTOCOLS,
            "format_whitelist": self.format_whitelist,
            "analyzeduration": str(ANALYSE_US),
            "probesize": str(ANALYSE_BYTES),
        }

    def ffmpeg_options(self) -> dict[str, str]:
        """Return `input_options` and the bound on decoders, which only the program takes."""
        return {**self.input_options(), "max_pixels": str(MAX_PIXELS)}


def file_url(path: Path) -> str:
    """Write a path so that libav takes every character of it literally."""
    return f"file:{os.path.abspath(path)}"  # noqa: PTH100  Path.absolute keeps '..' and symlinks


def file_source(path: Path) -> Source:
    """Return a file that we made ourselves as a source."""
    return Source(name=path.name, kind=MediaKind.FILE, entry=path, files=(path,), declared_ms=None)


def locate_source(path: Path) -> Source:
    """Find the files of a recording: a media file, a playlist, or a folder that holds one.

    Raises:
        InputError: when there is none, it cannot be read, is empty, or leads out of its folder.
    """
    name = spell(path)
    mode = _file_mode(path, name)
    if stat.S_ISDIR(mode):
        return _hls_source(find_playlist(path, name), name)
    if not stat.S_ISREG(mode):
        raise InputError(f"{name} is not a regular file; give a media file or a local HLS folder")
    if path.suffix.lower() in PLAYLIST_SUFFIXES:
        return _hls_source(path, name)
    _require_content(path, name)
    return Source(name=name, kind=MediaKind.FILE, entry=path, files=(path,), declared_ms=None)


def _hls_source(playlist_path: Path, name: str) -> Source:
    _require_content(playlist_path, name)
    playlist = read_playlist(playlist_path, name)
    if playlist.declared_ms > MAX_DURATION_MS:
        raise InputError(
            f"{name} says that it lasts {spell_duration(playlist.declared_ms)}, more than 48 "
            "hours; split it, or mend its #EXTINF"
        )
    for file in playlist.files:
        _require_content(file, f"{name}: {spell(file)}")
        _require_no_playlist(file, f"{name}: {spell(file)}")
    return Source(
        name=name,
        kind=MediaKind.HLS,
        entry=playlist.path,
        files=(playlist.path, *playlist.files),
        declared_ms=playlist.declared_ms,
    )


def _require_no_playlist(segment: Path, name: str) -> None:
    """Refuse text that libav would follow: it recognises playlists by content, not by name."""
    with segment.open("rb") as file:
        head = file.read(PLAYLIST_HEAD_BYTES)
    if PLAYLIST_SIGN in head:
        raise InputError(
            f"{name} is a playlist instead of a media segment; fetch the whole folder again"
        )


def _file_mode(path: Path, name: str) -> int:
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            f"{name} does not exist in {path.parent}; check the path for a typing error"
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be looked at ({error}); give another path") from None


def _require_content(path: Path, name: str) -> None:
    try:
        with path.open("rb") as file:
            first = file.read(1)
    except OSError as error:
        raise InputError(
            f"{name} cannot be read ({error.strerror}); mend its permissions or fetch it again"
        ) from None
    if not first:
        raise InputError(f"{name} is empty (0 bytes); fetch the file again")
