"""What a collection finds: something that can go, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.remote import RemoteUrl

UNKEYED_STAGES = frozenset({"vectors", "room"})
"""Stages whose files are shared or tiny caches without a row of their own."""
PICTURES = frozenset({"cover", "thumbnails"})


class WasteKind(StrEnum):
    """Why something is not needed."""

    ORPHAN = "orphan"
    """Its recording is not indexed: deleted, or never finished."""
    OLD_KEY = "old key"
    """Its recording lives, but shows the result of another key."""
    UNKNOWN = "unknown file"
    """A stage's file that was never recorded as done."""
    TEMPORARY = "temporary file"
    FETCHED = "fetched media"
    """A copy of what lies in an object storage, left by a run that failed or was killed."""
    COPY = "copy in the mirror"
    """It lies in the depot, and is fetched when it is needed."""
    CHECKPOINT = "checkpoint"
    """Of a transcription that nobody took up again."""
    VECTORS = "vectors"
    """Of a recording that is gone, or of another encoder."""
    DELETED = "deleted recording"
    """The folder of a recording that was deleted."""
    EXPIRED = "expired recording"
    """A recording older than it is to be kept."""


@dataclass(frozen=True, slots=True)
class Waste:
    """Something that can go: paths and, for a result, the row that remembers it."""

    kind: WasteKind
    name: str
    """Relative to the workspace."""
    paths: tuple[Path, ...]
    size_bytes: int
    key: str | None = None
    """Of the result; None for what no row remembers."""
    objects: tuple[RemoteUrl, ...] = ()
    """The same in the depot, in the order in which they may go."""
