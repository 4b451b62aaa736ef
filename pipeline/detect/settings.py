"""What a user may set about detection."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.highlight import EvidenceKind
from pipeline.detect.parameters import load_parameters

SHORTEST_MS = 10_000
"""A shorter stretch is a mention: answers name product and link number in a breath, and
a viewer who jumps to a dot wants to see more than a breath."""


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """Thresholds of detection; everything else is a named constant next to its use.

    Raises:
        ValueError: when a number lies outside its range.
    """

    publish_from: float = field(default_factory=lambda: load_parameters().publish_from)
    """A highlight at least this probable is published; fitted to a stated precision."""
    review_from: float = field(default_factory=lambda: load_parameters().review_from)
    """A highlight at least this probable, but not published, waits for a person; below: dropped."""
    bridge_ms: int = 20_000
    """Two stretches of one product this near to each other, with nothing sold between, are one."""
    shortest_ms: int = SHORTEST_MS
    """A shorter stretch is no highlight."""
    evidence_limit: int = 12
    """How many pieces of evidence a highlight keeps, strongest first."""
    without: tuple[EvidenceKind, ...] = ()
    """Kinds of evidence that are not looked at, to see what each is worth; a tuple, for the stage's
    key is made of these settings as JSON."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.review_from <= self.publish_from <= 1.0:
            raise ValueError("thresholds must satisfy 0 <= review_from <= publish_from <= 1")
        if self.bridge_ms < 0 or self.shortest_ms < 0 or self.evidence_limit < 1:
            raise ValueError("bridge_ms and shortest_ms may not be negative, evidence_limit not 0")
