"""Take a recording in: what it is, how long it lasts, and whether it can be used at all."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError
from models.recording import MediaInfo, MediaKind
from models.transcript import Transcript
from pipeline.language.script import Script
from pipeline.media.completeness import check_whole
from pipeline.media.fingerprint import fingerprint
from pipeline.media.probe import probe
from pipeline.run.job import Job
from pipeline.transcribe.engine import Language
from pipeline.transcribe.imported import read_transcript

OVERRUN_MS = 5_000
"""An imported transcript may end this long after its recording: players and cutters round."""

DEFAULT_ID_DIGITS = 12
"""Digits of the content fingerprint in an id that nobody chose: 48 bits tell shows apart."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recording whose input has been looked at and found usable."""

    fingerprint: str
    kind: MediaKind
    duration_ms: int
    media: Path | None
    info: MediaInfo | None
    """None for a text-only recording."""
    imported: Transcript | None
    """None when speech recognition has to make it."""

    @property
    def default_id(self) -> str:
        """An id made from the content."""
        return f"rec_{self.fingerprint.removeprefix('sha256:')[:DEFAULT_ID_DIGITS]}"


def ingest(job: Job, *, script: Script, language: Language) -> Source:
    """Look at a job's input without running anything long.

    Raises:
        InputError: when the media or the transcript cannot be used; one sentence says why.
    """
    imported = None
    if job.transcript is not None:
        asked = None if language is Language.AUTO else str(language)
        imported = _read_imported(job.transcript, asked, script)
    if job.media is None:
        return _ingest_text(job.transcript, imported)
    _check_path(job.media)
    info = probe(job.media)
    if imported is not None:
        # Otherwise its sound is decoded for the transcript, and a cut shows there.
        check_whole(job.media, info)
        _check_overrun(job, imported, info)
    return Source(
        fingerprint=fingerprint(job.media),
        kind=info.kind,
        duration_ms=info.duration_ms,
        media=job.media,
        info=info,
        imported=imported,
    )


def _read_imported(path: Path, language: str | None, script: Script) -> Transcript:
    try:
        return read_transcript(path, language=language, script=script)
    except UnicodeEncodeError as error:  # JSON can spell half a surrogate pair
        found = ascii(error.object[error.start : error.end])
        raise InputError(
            f"{path.name}: {found} in it is not Unicode text; mend the program that wrote it"
        ) from error


def _check_path(path: Path) -> None:
    """Refuse a path that ffmpeg cannot be told."""
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        name = os.fsencode(path).decode(errors="replace")
        raise InputError(f"{name}: its path is not UTF-8; rename the file or its folder") from None


def _ingest_text(path: Path | None, imported: Transcript | None) -> Source:
    if path is None or imported is None:
        raise InputError("nothing to index: name a media file, or a --transcript")
    if imported.duration_ms <= 0:
        raise InputError(f"{path.name}: nobody says anything in this transcript")
    return Source(
        fingerprint=f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",
        kind=MediaKind.TEXT,
        duration_ms=imported.duration_ms,
        media=None,
        info=None,
        imported=imported,
    )


def _check_overrun(job: Job, imported: Transcript, info: MediaInfo) -> None:
    if imported.duration_ms > info.duration_ms + OVERRUN_MS:
        name = job.transcript.name if job.transcript else ""
        raise InputError(
            f"{name}: it runs to {imported.duration_ms / 1000:.1f} s, but the recording ends at "
            f"{info.duration_ms / 1000:.1f} s; is it the transcript of another recording?"
        )
