"""What was found: evidence, highlights, mentions, and people's corrections of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.span import Span


class EvidenceKind(StrEnum):
    """What kind of thing in the speech points to a product."""

    ALIAS = "alias"
    PINYIN = "pinyin"
    LINK_NUMBER = "link_no"
    PRICE = "price"
    SPEC = "spec"
    NGRAM = "ngram"
    EMBEDDING = "embedding"
    CUE = "cue"


class Status(StrEnum):
    """What becomes of a highlight, by its confidence or by a person's word."""

    PUBLISHED = "published"
    REVIEW = "review"
    DROPPED = "dropped"


class Source(StrEnum):
    """Who says so."""

    DETECTED = "detected"
    CORRECTED = "corrected"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to believe that a product is being pitched at a moment."""

    kind: EvidenceKind
    text: str
    """The words of the transcript that count, as spoken."""
    at_ms: int
    weight: float
    """Log-likelihood ratio in nats; negative speaks against."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A stretch in which one product is pitched, and the point that a viewer jumps to."""

    id: str
    """`hl_` and hex digits; kept over re-runs by the store."""
    product_id: str
    title: str
    span: Span
    point_ms: int
    confidence: float
    status: Status
    source: Source
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence {self.confidence} is not a probability")
        if not self.span.holds(self.point_ms):
            raise ValueError(f"the point {self.point_ms} ms lies outside its highlight {self.span}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A product named in passing: a preview, a recap, an answer, a comparison."""

    product_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Detection:
    """All that one run of detection says about one recording."""

    highlights: tuple[Highlight, ...]
    """Sorted by start, never overlapping; published and review alike, dropped ones left out."""
    mentions: tuple[Mention, ...]
    """Sorted by time."""

    def __post_init__(self) -> None:
        for earlier, later in zip(self.highlights, self.highlights[1:], strict=False):
            if later.span.start_ms < earlier.span.end_ms:
                raise ValueError(f"highlights overlap: {earlier.span} and {later.span}")
        times = [mention.at_ms for mention in self.mentions]
        if times != sorted(times):
            raise ValueError("mentions must be sorted by their time")


class Action(StrEnum):
    """What a person did to a highlight."""

    CONFIRM = "confirm"
    REMOVE = "remove"
    MOVE = "move"
    RELINK = "relink"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word about one stretch of one recording; an event, never edited, never lost.

    It is anchored to the highlight's id and also to product and time, so that it finds its target
    again after a re-run that gave the stretch another shape.
    """

    recording_id: str
    action: Action
    highlight_id: str
    anchor_product_id: str
    anchor: Span
    product_id: str
    """The product after the correction."""
    span: Span
    """The stretch after the correction."""
    author: str
    made_at: datetime
