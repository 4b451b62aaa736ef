"""A time axis: how moments are written, and how many of them there is room for."""

from __future__ import annotations

from models.span import MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND, format_clock

LEAST_STEP = 64
"""CSS pixels between the labels of an axis."""

STEPS_MS = (
    *(n * MS_PER_SECOND for n in (5, 10, 15, 30)),
    *(n * MS_PER_MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * MS_PER_HOUR for n in (1, 2, 6, 12, 24)),
)
"""Steps that people count in."""


def format_moment(at_ms: int) -> str:
    """Write a moment as players show it, `M:SS`, or `H:MM:SS` from the first hour on."""
    return format_clock(at_ms).removeprefix("0:").removeprefix("0")


def list_marks(duration_ms: int, room: float) -> range:
    """Return the moments to label on an axis of `room` CSS pixels, from 0 to the end."""
    fitting = (step for step in STEPS_MS if room * step >= LEAST_STEP * duration_ms)
    return range(0, duration_ms + 1, next(fitting, STEPS_MS[-1]))
