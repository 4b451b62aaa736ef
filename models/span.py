"""Spans of media time: integer milliseconds, half-open `[start, end)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.errors import InputError

MS_PER_SECOND = 1000
MS_PER_MINUTE = 60 * MS_PER_SECOND
MS_PER_HOUR = 60 * MS_PER_MINUTE

_CLOCK = re.compile(
    r"(?:([0-9]{1,6}):(?=[0-5]?[0-9]:))?"  # hours: minutes below 60 follow
    r"(?:([0-9]{1,6}):(?=[0-5]?[0-9](?:[.,]|$)))?"  # minutes: seconds below 60 follow
    r"([0-9]{1,9}(?:[.,][0-9]{1,9})?)"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A non-empty stretch of media time `[start_ms, end_ms)`.

        0    1    2    3    4    5
        |    [---------)         |      Span(1, 3): holds 1 and 2, not 3

    Raises:
        ValueError: when `start_ms` is negative or `end_ms` is not after it.
    """

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if self.start_ms < 0:
            raise ValueError(f"a span starts at {self.start_ms} ms; it may not start before 0")
        if self.end_ms <= self.start_ms:
            raise ValueError(f"a span must end after its start: [{self.start_ms}, {self.end_ms})")

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds, at least 1."""
        return self.end_ms - self.start_ms

    def holds(self, at_ms: int) -> bool:
        """Tell whether the moment lies inside."""
        return self.start_ms <= at_ms < self.end_ms

    def gap_to(self, other: Span) -> int:
        """Return the silence between two spans in ms, 0 when they touch or overlap."""
        return max(0, max(self.start_ms, other.start_ms) - min(self.end_ms, other.end_ms))

    def overlap_ms(self, other: Span) -> int:
        """Return how many milliseconds both spans share."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))

    def iou(self, other: Span) -> float:
        """Return temporal intersection over union (tIoU), 0 to 1; symmetric."""
        shared = self.overlap_ms(other)
        return shared / (self.duration_ms + other.duration_ms - shared)

    def crop(self, extent: Span) -> Span | None:
        """Return the part inside `extent`, or None when there is none.

        self       [-----------)
        extent  [------)
        result     [---)
        """
        start_ms, end_ms = max(self.start_ms, extent.start_ms), min(self.end_ms, extent.end_ms)
        return Span(start_ms, end_ms) if start_ms < end_ms else None


def merge(spans: Iterable[Span], *, bridge_ms: int = 0) -> tuple[Span, ...]:
    """Join spans that overlap, touch or leave a gap of at most `bridge_ms`; sorted, disjoint.

    Idempotent, and independent of the order of its input.

        in      [---)   [---)        [--)
                  [---)
        out     [-----) [---)        [--)      bridge_ms=0
    """
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start_ms - merged[-1].end_ms <= bridge_ms:
            merged[-1] = Span(merged[-1].start_ms, max(merged[-1].end_ms, span.end_ms))
        else:
            merged.append(span)
    return tuple(merged)


def iter_gaps(spans: Iterable[Span], extent: Span) -> Iterator[Span]:
    """Yield the stretches of `extent` that no span covers, in order.

    extent  [--------------------)
    spans     [---)   [----)
    gaps    [-)   [---)    [-----)
    """
    cursor = extent.start_ms
    for span in merge(spans):
        inside = span.crop(extent)
        if inside is None:
            continue
        if inside.start_ms > cursor:
            yield Span(cursor, inside.start_ms)
        cursor = inside.end_ms
    if cursor < extent.end_ms:
        yield Span(cursor, extent.end_ms)


def parse_clock(text: str) -> int:
    """Read `SS`, `MM:SS` or `H:MM:SS`, with optional decimals, as milliseconds.

    Raises:
        InputError: when the text is no such time.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{text!r} is not a time; write it as 83:05, 1:23:45 or 5025.5 (seconds)")
    hours, minutes, seconds = match.groups(default="0")
    whole_ms = int(hours) * MS_PER_HOUR + int(minutes) * MS_PER_MINUTE
    return whole_ms + round(float(seconds.replace(",", ".")) * MS_PER_SECOND)


def format_clock(at_ms: int) -> str:
    """Write milliseconds as `H:MM:SS`, rounding down as players do.

    >>> format_clock(5_025_900)
    '1:23:45'
    """
    seconds = at_ms // MS_PER_SECOND
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
