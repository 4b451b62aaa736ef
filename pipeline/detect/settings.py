"""What a user may set about detection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """Thresholds of detection; everything else is a named constant next to its use.

    Raises:
        ValueError: when a number lies outside its range.
    """

    publish_from: float = 0.70
    """A highlight at least this probable is published."""
    review_from: float = 0.30
    """A highlight at least this probable, but not published, waits for a person; below: dropped."""
    bridge_ms: int = 20_000
    """Two stretches of one product this near to each other, with nothing sold between, are one."""
    shortest_ms: int = 10_000
    """A shorter stretch is a mention: answers name product and link number in a breath, and every
    shorter stretch found on the development recordings was one; real pitches last 15 s and more."""
    evidence_limit: int = 12
    """How many pieces of evidence a highlight keeps, strongest first."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.review_from <= self.publish_from <= 1.0:
            raise ValueError("thresholds must satisfy 0 <= review_from <= publish_from <= 1")
        if self.bridge_ms < 0 or self.shortest_ms < 0 or self.evidence_limit < 1:
            raise ValueError("bridge_ms and shortest_ms may not be negative, evidence_limit not 0")
