"""How ab-av1 samples a recording and looks for a CRF, written anew from a description of it.

Samples: one of 20 s for every twelve minutes, evenly spread, the whole when that is nearly as
short. Search: the middle of the range, then most of the way to the bound that lies in the right
direction, then straight lines. It ends when the score lies a little above the target; how little is
asked doubles with every probe. Only this rule is compared: what encodes and measures is ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

SAMPLE_S = 20
APART_S = 12 * 60
NEARLY_WHOLE = 0.85
"""Part of a recording that samples may make up; above it the whole is taken."""

TOWARDS_BOUND = 0.6
LEAST_TOLERANCE = 0.1
"""Points of VMAF; of the first probe, doubled by every further one."""

MOST_SIZE = 0.8
"""Of the source's bytes: a bigger encode is not worth having."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Which CRF may be asked for: whole multiples of the increment."""

    low: float
    high: float
    increment: float

    @property
    def lowest(self) -> int:
        """The best quality, counted in increments."""
        return round(self.low / self.increment)

    @property
    def highest(self) -> int:
        """The worst."""
        return round(self.high / self.increment)


STEPS = {
    "libx264": Steps(10, 46, 0.1),
    "libx265": Steps(10, 46, 0.1),
    "libsvtav1": Steps(5, 70, 0.25),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A stretch of the recording."""

    start_s: int
    length_s: float


def choose_samples(duration_s: float) -> tuple[Sample, ...]:
    """Return what is encoded in place of the recording."""
    count = max(1, math.ceil(duration_s / APART_S))
    if count * SAMPLE_S >= NEARLY_WHOLE * duration_s:
        return (Sample(0, duration_s),)
    gap_s = (duration_s - count * SAMPLE_S) / (count + 1)
    return tuple(
        Sample(int(gap_s * place + SAMPLE_S * (place - 1)), SAMPLE_S)
        for place in range(1, count + 1)
    )


@dataclass(frozen=True, slots=True)
class Score:
    """What a CRF makes of the samples."""

    quality: float
    size: float
    """Part of the samples' bytes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the search ended."""

    crf: float
    score: Score
    probes: int


def tolerance(probe: int, increment: float) -> float:
    """Return by how much the n-th probe may be better than asked."""
    return float(max(LEAST_TOLERANCE, LEAST_TOLERANCE * min(increment, 1.0) * 2 ** (probe - 1)))


def search(
    probe: Callable[[float], Score], steps: Steps, target: float, *, most_size: float = MOST_SIZE
) -> Outcome | None:
    """Look for the highest CRF that is good enough; None when there is no good one."""
    seen: dict[int, Score] = {}
    at = (steps.lowest + steps.highest) // 2
    while True:
        score = seen[at] = probe(round(at * steps.increment, 4))
        good = score.quality > target
        small = score.size <= most_size
        outcome = Outcome(round(at * steps.increment, 4), score, len(seen))
        if good and small and score.quality < target + tolerance(len(seen), steps.increment):
            return outcome
        if not good and not small:
            return None
        if at == (steps.highest if good else steps.lowest):
            return outcome if good and small else None
        following = _next(seen, at, steps, target, higher=good)
        if following is None:
            return _better(seen, steps, target, most_size)
        at = following


def _next(
    seen: dict[int, Score], at: int, steps: Steps, target: float, *, higher: bool
) -> int | None:
    """Return what to try next; None when good and poor are neighbours."""
    better = max((q for q, score in seen.items() if score.quality > target), default=None)
    worse = min((q for q, score in seen.items() if score.quality <= target), default=None)
    bound = steps.highest if higher else steps.lowest
    if better is None or worse is None:
        if len(seen) > 1:
            return bound
        return round((1 - TOWARDS_BOUND) * at + TOWARDS_BOUND * bound)
    if worse - better <= 1:
        return None
    above, below = seen[better].quality, seen[worse].quality
    part = (above - target) / (above - below) if above > below else 0.5
    return min(max(round(better + part * (worse - better)), better + 1), worse - 1)


def _better(
    seen: dict[int, Score], steps: Steps, target: float, most_size: float
) -> Outcome | None:
    good = max(q for q, score in seen.items() if score.quality > target)
    if seen[good].size > most_size:
        return None
    return Outcome(round(good * steps.increment, 4), seen[good], len(seen))
