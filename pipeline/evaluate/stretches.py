"""Labelled stretches of a recording, and the highlights that baselines make of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, Highlight, Source, Status
from models.span import Span


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch that is given to one product, and why."""

    product_id: str
    span: Span
    confidence: float
    """0 to 1; ranks the stretches of one baseline, no probability."""
    evidence: tuple[Evidence, ...]
    """At least one piece."""


def join_stretches(stretches: Iterable[Stretch], *, bridge_ms: int) -> tuple[Stretch, ...]:
    """Join neighbours of one product whose gap is at most `bridge_ms`; in order of their starts.

    A joined stretch has the highest confidence and all evidence of its parts. No stretch is bridged
    over one of another product.
    """
    joined: list[Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if (
            last is None
            or last.product_id != stretch.product_id
            or last.span.gap_to(stretch.span) > bridge_ms
        ):
            joined.append(stretch)
            continue
        joined[-1] = Stretch(
            last.product_id,
            Span(last.span.start_ms, max(last.span.end_ms, stretch.span.end_ms)),
            max(last.confidence, stretch.confidence),
            last.evidence + stretch.evidence,
        )
    return tuple(joined)


def make_highlights(stretches: Iterable[Stretch], catalogue: Catalogue) -> tuple[Highlight, ...]:
    """Return a published highlight for every stretch, its point at its start."""
    return tuple(_make_highlight(stretch, catalogue[stretch.product_id]) for stretch in stretches)


def _make_highlight(stretch: Stretch, product: Product) -> Highlight:
    start_ms = stretch.span.start_ms
    digest = hashlib.sha256(f"{product.id}@{start_ms}".encode()).hexdigest()
    return Highlight(
        id=f"hl_{digest[:16]}",
        product_id=product.id,
        title=product.title,
        span=stretch.span,
        point_ms=start_ms,
        confidence=stretch.confidence,
        status=Status.PUBLISHED,
        source=Source.DETECTED,
        evidence=stretch.evidence,
    )
