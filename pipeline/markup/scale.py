"""From values to places on a picture, whatever the values are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

GREATEST = 1e12
"""Values are cut to this: no figure that people look at is greater, and sums of it stay finite."""

LEAST_SHARE = 0.01
"""Of their size that equal values are drawn apart by, so that an axis has a length."""

LEAST_LENGTH = 1e-3
"""Of an axis about 0."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: the value `low` lies at `start`, `high` at `end`, in CSS pixels; all else between.

    Raises:
        ValueError: when it has no length.
    """

    low: float
    high: float
    start: float
    end: float

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"an axis from {self.low} to {self.high} has no length")

    def at(self, value: float) -> float:
        """Return the place of a value; one beyond the axis lies at its end, NaN at its start."""
        share = (_tame(value) - self.low) / (self.high - self.low)
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)

    def list_ticks(self, most: int) -> tuple[float, ...]:
        """Return round values on the axis: at most `most`, steps of 1, 2 or 5 times a power of 10.

        >>> Scale(88.0, 96.5, 0, 1).list_ticks(5)
        (88.0, 90.0, 92.0, 94.0, 96.0)
        """
        least = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(least))
        step = next(n * power for n in (1, 2, 5, 10, 20) if n * power >= least)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        # Rounded, because 3 * 0.1 is not 0.3.
        return tuple(float(f"{n * step:.10g}") for n in range(first, last + 1))[:most]


def fit_scale(values: Iterable[float], *, start: float, end: float, room: float = 0.0) -> Scale:
    """Return an axis that all finite values lie on, with `room` of its length left at each end."""
    shown = [_tame(value) for value in values if math.isfinite(value)] or [0.0]
    low, high = min(shown), max(shown)
    least = max(LEAST_LENGTH, LEAST_SHARE * max(abs(low), abs(high)))
    margin = room * (high - low) + max(0.0, least - (high - low)) / 2
    return Scale(low - margin, high + margin, start, end)


def _tame(value: float) -> float:
    return -GREATEST if math.isnan(value) else min(max(value, -GREATEST), GREATEST)
