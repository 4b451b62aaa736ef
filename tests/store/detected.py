"""Pitches that detection is said to have found."""

from __future__ import annotations

from models.highlight import Evidence, EvidenceKind, Highlight, Source, Status
from models.span import Span


def make_detected(
    *shapes: tuple[str, int, int], status: Status = Status.PUBLISHED
) -> tuple[Highlight, ...]:
    """Return detected pitches from (product, start, end), in seconds."""
    return tuple(
        Highlight(
            id=f"hl_{index}",
            product_id=product_id,
            title=f"short {product_id}",
            span=Span(start_s * 1000, end_s * 1000),
            point_ms=start_s * 1000 + 500,
            confidence=0.6,
            status=status,
            source=Source.DETECTED,
            evidence=(
                Evidence(EvidenceKind.ALIAS, "甲", start_s * 1000 + 100, 1.0),
                Evidence(EvidenceKind.ALIAS, "甲", end_s * 1000 - 100, 1.0),
            ),
        )
        for index, (product_id, start_s, end_s) in enumerate(shapes)
    )
