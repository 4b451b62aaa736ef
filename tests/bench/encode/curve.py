"""What an encoder costs at each quality: a curve through a few encodes, and two curves compared.

Bits and CPU time are positive and differ by factors, so both are looked at as logarithms. Between
the encodes runs a piecewise cubic that does not overshoot (PCHIP), as in the usual computation of
Bjontegaard's difference; beyond them nothing is said.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

LEAST_RISE = 1e-6
"""Points of quality by which a dearer encode must be better to count as another point."""


@dataclass(frozen=True, slots=True)
class Point:
    """One encode.

    Raises:
        ValueError: when bits or CPU time are not above 0.
    """

    crf: float
    quality: float
    """Mean VMAF NEG of all frames, 0 to 100."""
    bit_rate: float
    """Of the picture's packets, in bits/s."""
    cpu_s: float
    """User and system time, decoding included."""

    def __post_init__(self) -> None:
        if self.bit_rate <= 0 or self.cpu_s <= 0:
            raise ValueError(f"an encode cannot take {self.bit_rate} bits/s and {self.cpu_s} s")


class Curve:
    """Encodes of one clip by one encoder, from worst to best.

    Raises:
        ValueError: when fewer than two encodes differ in quality.
    """

    def __init__(self, points: Iterable[Point]) -> None:
        self.points = _rising(points)
        if len(self.points) < 2:
            raise ValueError("a curve needs two encodes that differ in quality")
        self._qualities = np.array([point.quality for point in self.points])

    @property
    def worst(self) -> float:
        """Quality of the worst encode."""
        return float(self._qualities[0])

    @property
    def best(self) -> float:
        """Quality of the best encode."""
        return float(self._qualities[-1])

    def covers(self, quality: float) -> bool:
        """Tell whether something may be said about a quality."""
        return self.worst <= quality <= self.best

    def at(self, quality: float) -> Point:
        """Return what an encode of this quality would be.

        Raises:
            ValueError: when the quality lies outside the curve.
        """
        if not self.covers(quality):
            raise ValueError(
                f"quality {quality:.1f} lies outside {self.worst:.1f} to {self.best:.1f}"
            )
        crfs = np.array([point.crf for point in self.points])
        times = np.log([point.cpu_s for point in self.points])
        return Point(
            crf=float(PchipInterpolator(self._qualities, crfs)(quality)),
            quality=quality,
            bit_rate=math.exp(float(PchipInterpolator(self._qualities, self._rates())(quality))),
            cpu_s=math.exp(float(PchipInterpolator(self._qualities, times)(quality))),
        )

    def mean_log_rate(self, low: float, high: float) -> float:
        """Return the mean logarithm of the bit rate over a range of qualities."""
        spline = PchipInterpolator(self._qualities, self._rates())
        return float(spline.integrate(low, high)) / (high - low)

    def _rates(self) -> NDArray[np.float64]:
        return np.log([point.bit_rate for point in self.points])


def _rising(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return the points by quality; of points as good the one with fewer bits."""
    ranked = sorted(points, key=lambda point: (point.quality, point.bit_rate))
    kept = ranked[:1]
    for before, point in itertools.pairwise(ranked):
        if point.quality - max(before.quality, kept[-1].quality) > LEAST_RISE:
            kept.append(point)
    return tuple(kept)


def bd_rate(reference: Curve, other: Curve) -> float | None:
    """Return Bjontegaard's difference: how many more bits the other takes at the same quality.

    -0.3 means 30 % fewer, averaged over the qualities that both curves cover; None when there are
    none. Extrapolation would say more, and be wrong.
    """
    low, high = max(reference.worst, other.worst), min(reference.best, other.best)
    if high - low <= LEAST_RISE:
        return None
    return math.expm1(other.mean_log_rate(low, high) - reference.mean_log_rate(low, high))


@dataclass(frozen=True, slots=True)
class Gain:
    """What an encoder is worth against the reference at one quality."""

    saved: float
    """Part of the bits; negative when it takes more."""
    cpu_ratio: float
    crf: float
    """Where the encoder reaches the quality."""


def gain_at(reference: Curve, other: Curve, quality: float) -> Gain | None:
    """Compare two encoders at a quality; None when one of the curves does not cover it."""
    if not (reference.covers(quality) and other.covers(quality)):
        return None
    theirs, ours = reference.at(quality), other.at(quality)
    return Gain(1 - ours.bit_rate / theirs.bit_rate, ours.cpu_s / theirs.cpu_s, ours.crf)
