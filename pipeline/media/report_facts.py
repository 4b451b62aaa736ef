"""What a media report tells, gathered: values alone, nothing is read any more."""

from __future__ import annotations

from dataclasses import dataclass

from models.decision import RenditionRecord
from models.span import Span
from pipeline.media.rate_curve import RateCurve
from pipeline.media.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Pitch:
    """A published highlight."""

    span: Span
    point_ms: int
    title: str
    """Of the product."""


@dataclass(frozen=True, slots=True)
class Original:
    """The recording as it came, or why it cannot be shown."""

    path: str
    missing: str | None
    """One sentence; None when it is there."""
    curve: RateCurve | None
    """None when it is not there or sound alone."""


@dataclass(frozen=True, slots=True)
class ReportedRendition:
    """One rendition, why it is as it is, and what its file says."""

    record: RenditionRecord
    missing: str | None
    """One sentence; None when the file is there."""
    curve: RateCurve | None
    """None when the file is not there or sound alone."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What is seen at one moment before and after."""

    at_ms: int
    title: str
    """Of the product that is being pitched."""
    original: Snapshot | None
    """None when there is no picture of it."""
    replays: tuple[Snapshot | None, ...]
    """One for each rendition, in their order."""


@dataclass(frozen=True, slots=True)
class MediaReport:
    """All that the page shows.

    Raises:
        ValueError: when a moment has not one place for each rendition.
    """

    recording_id: str
    title: str
    duration_ms: int
    original: Original
    renditions: tuple[ReportedRendition, ...]
    pitches: tuple[Pitch, ...]
    """In order."""
    moments: tuple[Moment, ...]
    """In order; the pitches that were chosen to be shown."""

    def __post_init__(self) -> None:
        if any(len(moment.replays) != len(self.renditions) for moment in self.moments):
            raise ValueError("a moment needs one place for each rendition")
