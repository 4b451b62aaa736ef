"""What to do for one recording, and with what."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from models.errors import InputError
from models.remote import RemoteUrl
from pipeline.media.encoding import STANDARD


@dataclass(frozen=True, slots=True)
class Job:
    """One recording to index.

    Raises:
        InputError: when there is neither media nor a transcript.
    """

    catalogue: Path
    media: Path | None = None
    """A media file, or a folder with an HLS playlist; None for a text-only recording."""
    transcript: Path | None = None
    """An imported transcript that takes the place of speech recognition."""
    recording_id: str | None = None
    """None = the id it had before, else one made from its content."""
    title: str | None = None
    """None = the title it had before, else the file's name."""
    started_at: datetime | None = None
    """None = the start it had before."""
    remote: RemoteUrl | None = None
    """Where the media lies when it is not on this machine; `at_hand` brings it here."""
    room: str | None = None
    """Where it was recorded: shows of one room look alike, so that the rate search begins where
    the room's last one ended. None = it begins afresh, and the result depends on nothing else."""

    operator: Path | None = None
    """What the operator put on screen; None = what was told of it before stays."""

    def __post_init__(self) -> None:
        if self.media is None and self.remote is None and self.transcript is None:
            raise InputError("nothing to index: name a media file, or a --transcript")

    @property
    def label(self) -> str:
        """What to call it in messages."""
        source = self.media or self.remote or self.transcript
        return self.recording_id or (source.name if source else "")

    @property
    def origin(self) -> str:
        """Where the media comes from, for people; empty without media."""
        if self.remote is not None:
            return str(self.remote)
        if self.media is None:
            return ""
        return os.fsencode(self.media.absolute()).decode(errors="replace")


@dataclass(frozen=True, slots=True)
class JobSettings:
    """How to index; the same for every recording of a batch."""

    engine: str = "faster-whisper"
    model: str = "base"
    language: str = "auto"
    script: str = "simplified"
    hot_words: bool = False
    """Let recognition lean towards the names of the catalogue that is there when it listens."""
    listen_again: bool = False
    """Listen once more where the catalogue has other names now, instead of keeping what was
    heard with the earlier ones."""
    transcode: bool = True
    quality: float = STANDARD
    """What the replay aims at, in points of VMAF NEG."""
    also: tuple[str, ...] = ()
    """Codecs to encode in besides H.264, which plays everywhere."""
    encode_on: str = "cpu"
    package: str = "mp4"
    """`hls` = playlists and pieces too, of all replays."""
    weights: Path | None = None
    """A folder or file with weights, instead of looking `model` up by name."""
    ffmpeg: str | None = None
    encoder: str = "auto"
    threads: int = 0
    """CPU threads for speech recognition and encoding; 0 = all of the machine's."""


Follow = Callable[[str, int, int], None]
"""Called with (stage name, milliseconds of media done, milliseconds in all)."""


def unfollowed(_stage: str, _done_ms: int, _total_ms: int) -> None:
    """Follow nothing."""


@dataclass(frozen=True, slots=True)
class Observer:
    """Who is told how a job goes on."""

    follow: Follow = field(default=unfollowed)
    note: Callable[[str], None] = field(default=lambda _sentence: None)
    """Called with a sentence that a person may want to know, such as "waiting for another run"."""
