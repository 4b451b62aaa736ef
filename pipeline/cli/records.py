"""Results as records: the field names that people's scripts rely on."""

from __future__ import annotations

from models.highlight import Highlight
from models.span import format_clock
from pipeline.cli.rendering import Record
from pipeline.store.find import FoundHighlight

HIGHLIGHT_COLUMNS = (
    "recording_id",
    "start",
    "end",
    "product_id",
    "product_title",
    "confidence",
    "status",
)


def record_of_found(found: FoundHighlight) -> Record:
    """Describe one answer of `find`; a bare utterance has no product, confidence or status."""
    return {
        "recording_id": found.recording_id,
        "recording_title": found.recording_title,
        "id": found.highlight_id,
        "product_id": found.product_id,
        "product_title": found.product_title,
        "start": format_clock(found.span.start_ms),
        "end": format_clock(found.span.end_ms),
        "start_ms": found.span.start_ms,
        "end_ms": found.span.end_ms,
        "point_ms": found.point_ms,
        "confidence": found.confidence,
        "status": found.status,
        "source": found.source,
        "text": found.matching_text,
        "text_at_ms": found.matching_at_ms,
    }


def describe_evidence(highlight: Highlight) -> str:
    """Name the strongest evidence of a highlight in a few words."""
    strongest = sorted(highlight.evidence, key=lambda evidence: -abs(evidence.weight))[:3]
    return ", ".join(f"{evidence.kind} {evidence.text}" for evidence in strongest)
