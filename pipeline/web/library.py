"""What the server asks of whoever keeps the recordings, and the values that it is answered with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from models.highlight import Source
from models.recording import Recording
from models.span import Span


@dataclass(frozen=True, slots=True)
class Standing:
    """How a recording stands: at which revision, and whether it was deleted."""

    recording_id: str
    revision: int
    """Raised by every change, also by the deletion; never reused."""
    deleted_at: datetime | None

    def __post_init__(self) -> None:
        if self.revision < 1:
            raise ValueError(f"recording {self.recording_id} is at revision {self.revision}")


@dataclass(frozen=True, slots=True)
class Listing:
    """One recording that is served, and how much was found in it."""

    recording: Recording
    revision: int
    updated_at: datetime
    published: int
    """Highlights that players show."""
    products: int
    """Products of its catalogue."""

    def __post_init__(self) -> None:
        if min(self.published, self.products) < 0:
            raise ValueError(f"recording {self.recording.id} counts below zero")


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the recordings, in the order of their ids."""

    recordings: tuple[Listing, ...]
    deleted: tuple[Standing, ...]
    last: str | None
    """The id after which the next page begins; None when this is the last one."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One stretch that answers a question: a published highlight, or words said outside any."""

    recording_id: str
    recording_title: str
    highlight_id: str | None
    """None for words outside the highlights; so are the next four."""
    product_id: str | None
    product_title: str | None
    confidence: float | None
    source: Source | None
    span: Span
    point_ms: int
    """Where to jump to."""
    text: str
    """What was said, for words found in the transcript; else the title of the highlight."""
    text_at_ms: int | None
    """When it was said; None for words found in the catalogue only."""

    def __post_init__(self) -> None:
        if not self.span.holds(self.point_ms):
            raise ValueError(f"the point {self.point_ms} ms lies outside its stretch {self.span}")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder whose files may be handed out, said as steps down from one that is trusted."""

    root: Path
    """Taken as it is, a symbolic link or not; below it no symbolic link is followed."""
    steps: tuple[str, ...]


class Library(Protocol):
    """Reads what is indexed; every verb answers anew and never writes.

    Safe to call from several threads at once. Any verb may raise a KandianError.
    """

    def page(self, after: str, limit: int) -> Page:
        """List up to `limit` recordings, deleted ones among them, whose ids come after one."""

    def standing(self, recording_id: str) -> Standing | None:
        """Tell how a recording stands; None when there never was one."""

    def removed(self, recording_id: str) -> tuple[str, ...]:
        """List the highlights that were published once and no longer are, also of a deleted one."""

    def index_json(self, recording_id: str, *, media_url: str) -> str:
        """Write the index as `kandian.index/1`, its media below `media_url`, which ends in `/`."""

    def chapters_vtt(self, recording_id: str) -> str:
        """Write the highlights as WebVTT chapters."""

    def schema_json(self) -> str:
        """Write the JSON Schema of `index_json`."""

    def at(self, recording_id: str, at_ms: int) -> tuple[Hit, ...]:
        """Find what is on at a moment."""

    def pitches(self, product_id: str) -> tuple[Hit, ...] | None:
        """Find all pitches of a product; None when no catalogue has it."""

    def search(self, words: str) -> tuple[Hit, ...]:
        """Find stretches by words of transcripts, titles, brands and aliases; all must be there."""

    def folder(self, recording_id: str) -> Folder:
        """Tell where the files of a recording lie."""
