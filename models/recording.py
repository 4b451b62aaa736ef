"""A recorded broadcast, what its media holds, and the replay made from it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.errors import InputError

MAX_ID_BYTES = 120
"""In UTF-8: room for a suffix within the 255 bytes that file systems give a name."""

FORBIDDEN_IN_ID = frozenset('/\\:*?"<>|%#')
"""Separators and wildcards of file systems and URLs."""


class MediaKind(StrEnum):
    """How the recording lies on disk."""

    FILE = "file"
    HLS = "hls"
    TEXT = "text"
    """No media at all: only an imported transcript."""


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """The picture of a recording, as decoded and displayed (rotation applied)."""

    codec: str
    width: int
    height: int
    frame_rate: float
    """Average frames per second; 0.0 when the container does not say."""
    pixel_format: str
    start_ms: int
    """First presentation time against the start of the container; never negative."""
    duration_ms: int | None
    bit_rate: int | None


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """The sound of a recording that the transcript is made from."""

    codec: str
    sample_rate: int
    channels: int
    start_ms: int
    duration_ms: int | None
    bit_rate: int | None
    index: int
    """Stream index inside the container."""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What probing found; `duration_ms` is what the container declares, or what was measured."""

    kind: MediaKind
    container: str
    size_bytes: int
    duration_ms: int
    audio: AudioTrack
    video: VideoTrack | None
    """None for an audio-only recording."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One broadcast, identified by the content of its media and named by its id."""

    id: str
    fingerprint: str
    """`sha256:` and 64 hex digits of the media's (or imported transcript's) bytes."""
    title: str
    kind: MediaKind
    duration_ms: int
    started_at: datetime | None
    """Wall-clock start, with its time zone; None when nobody told."""

    def __post_init__(self) -> None:
        check_recording_id(self.id)
        if self.duration_ms <= 0:
            raise ValueError(f"recording {self.id} lasts {self.duration_ms} ms; it must last")
        if self.started_at is not None and self.started_at.tzinfo is None:
            raise ValueError(f"recording {self.id}: started_at needs a time zone")


@dataclass(frozen=True, slots=True)
class Rendition:
    """One playable file made from a recording."""

    url: str
    """Relative to the folder that the index document lies in."""
    mime: str
    codecs: str
    """RFC 6381 codecs parameter, e.g. `avc1.64001f,mp4a.40.2`."""
    width: int
    height: int
    """Both 0 for an audio-only replay."""
    bytes: int
    duration_ms: int


def check_recording_id(recording_id: str) -> str:
    """Return the id unchanged when it can name a folder and a URL path; CJK is ordinary.

    Raises:
        InputError: when it cannot.
    """
    # Categories C* are control, format (bidi overrides) and surrogate characters; Z* are spaces.
    characters = all(
        unicodedata.category(character)[0] not in "CZ" and character not in FORBIDDEN_IN_ID
        for character in recording_id
    )
    size = len(recording_id.encode(errors="surrogatepass"))
    if not characters or not 0 < size <= MAX_ID_BYTES or recording_id[0] in ".-":
        raise InputError(
            f"recording id {recording_id!r} cannot be used: take at most {MAX_ID_BYTES} bytes of "
            "letters, digits, dashes, dots or underscores, not beginning with a dash or dot"
        )
    return recording_id


def parse_started_at(text: str) -> datetime:
    """Read an ISO 8601 wall-clock time; without an offset it is local time.

    Raises:
        InputError: when the text is no such time.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError):
        raise InputError(
            f"{text!r} is not a start time; write it as 2026-11-11T20:00:00+08:00"
        ) from None
