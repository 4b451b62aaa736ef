"""Figures as people read them; what has no denominator is a dash."""

from __future__ import annotations

from models.span import MS_PER_SECOND, Span
from pipeline.markup.axis import format_moment

NOTHING = "-"


def format_rate(rate: float | None) -> str:
    """Write a share with two digits: 0.87."""
    return NOTHING if rate is None else f"{rate:.2f}"


def format_error(error: float | None) -> str:
    """Write a calibration error with three digits: they are small."""
    return NOTHING if error is None else f"{error:.3f}"


def format_percent(rate: float | None) -> str:
    """Write a share in per cent: 22.6 %."""
    return NOTHING if rate is None else f"{100 * rate:.1f} %"


def format_seconds(duration_ms: float | None) -> str:
    """Write milliseconds in seconds: 0.2 s."""
    return NOTHING if duration_ms is None else f"{duration_ms / MS_PER_SECOND:.1f} s"


def format_span(span: Span) -> str:
    """Write from when to when, as players show it."""
    return f"{format_moment(span.start_ms)} to {format_moment(span.end_ms)}"
