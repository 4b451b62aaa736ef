"""Short ways to write highlights and truths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.highlight import Highlight, Mention, Source, Status
from models.span import Span
from pipeline.evaluate.truth import Truth, TruthPitch

MakeHighlight = Callable[..., Highlight]
MakeTruth = Callable[..., Truth]


@pytest.fixture(scope="session")
def highlight() -> MakeHighlight:
    """Return a factory of highlights: product, start and end in seconds."""

    def make(
        product_id: str,
        start_s: float,
        end_s: float,
        *,
        point_s: float | None = None,
        status: Status = Status.PUBLISHED,
    ) -> Highlight:
        span = Span(round(start_s * 1000), round(end_s * 1000))
        return Highlight(
            id=f"hl_{span.start_ms:x}",
            product_id=product_id,
            title=product_id,
            span=span,
            point_ms=span.start_ms if point_s is None else round(point_s * 1000),
            confidence=0.9,
            status=status,
            source=Source.DETECTED,
            evidence=(),
        )

    return make


@pytest.fixture(scope="session")
def truth() -> MakeTruth:
    """Return a factory of truths of ten minutes: (product, start, end) and (product, time) in s."""

    def make(
        *pitches: tuple[str, float, float], mentions: tuple[tuple[str, float], ...] = ()
    ) -> Truth:
        return Truth(
            recording="evening",
            language="zh",
            duration_ms=600_000,
            pitches=tuple(
                TruthPitch(product_id, Span(round(start_s * 1000), round(end_s * 1000)))
                for product_id, start_s, end_s in pitches
            ),
            mentions=tuple(
                Mention(product_id, round(at_s * 1000)) for product_id, at_s in mentions
            ),
        )

    return make
