"""Find the CRF that reaches a quality, with as few encodes as will do.

Quality falls as CRF rises, nearly in a straight line over the few steps that matter:

    quality
      |  1 .                    1  first probe, at the start
      |      ' .                2  where the usual slope puts the target
    --|----------x--2------     x  chosen: on the line between two probes that are near
      |               ' .
      +-------------------- crf

Two probes that lie on both sides of the target, near it, are enough: what the line between them
says is within half a point of what a third would (`make bench-encode`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.decision import Probe

NEAR = 6.0
"""Points of VMAF between two probes up to which a straight line is trusted."""

STEEPEST = 8.0
"""Points per CRF at most: a steeper line is noise, and would throw the next probe nowhere."""

FARTHEST = 12.0
"""CRF steps that one probe may lie from the last: beyond, the slope means nothing."""


@dataclass(frozen=True, slots=True)
class CrfRange:
    """Which CRF an encoder takes, and what it does to quality.

    Raises:
        ValueError: when it is empty, or the step or slope is not above 0.
    """

    low: float
    """The best quality that is worth asking for."""
    high: float
    """The worst that is worth looking at."""
    start: float
    """Where the search begins when nothing better is known."""
    step: float
    """1 for encoders that take whole numbers."""
    slope: float
    """Points of quality that one CRF costs, usually."""

    def __post_init__(self) -> None:
        if not self.low <= self.start <= self.high:
            raise ValueError(f"CRF {self.start} lies outside {self.low} to {self.high}")
        if self.step <= 0 or self.slope <= 0:
            raise ValueError("the step and the slope of a CRF range must be above 0")

    def snap(self, crf: float) -> float:
        """Return the nearest CRF that the encoder takes."""
        inside = min(max(crf, self.low), self.high)
        snapped = self.low + round((inside - self.low) / self.step) * self.step
        return round(min(snapped, self.high), 3)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is looked for, and how hard.

    Raises:
        ValueError: when the tolerance is not above 0 or no probe is allowed.
    """

    target: float
    tolerance: float
    """This far from the target is as good as on it."""
    most_probes: int

    def __post_init__(self) -> None:
        if self.tolerance <= 0 or self.most_probes < 1:
            raise ValueError("a search needs a tolerance above 0 and at least one probe")

    def is_met(self, probe: Probe) -> bool:
        """Tell whether a probe is as good as on the target."""
        return abs(probe.quality - self.target) <= self.tolerance


@dataclass(frozen=True, slots=True)
class Found:
    """Where a search ended."""

    chosen: Probe
    probes: tuple[Probe, ...]
    why_stopped: str


def search_crf(
    probe: Callable[[float], Probe],
    crfs: CrfRange,
    goal: Goal,
    *,
    start: float | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Found:
    """Find the CRF whose quality is the goal's.

    Guaranteed: ends after at most `most_probes` probes, no CRF is probed twice, the same answers
    lead to the same end; plateaus and qualities that rise with CRF end it like any other.

    Args:
        probe: encodes at a CRF and says what came out.
        crfs: what may be asked for.
        goal: what is looked for.
        start: where to begin; None = the range's own start. A room's last result is a good one.
        may_go_on: asked before every probe but the first, whether there is budget left.
    """
    probes = [probe(crfs.snap(crfs.start if start is None else start))]
    while True:
        ended = _end(probes, crfs, goal)
        if ended is not None:
            return ended
        following = _next_crf(probes, crfs, goal)
        if following is None:
            return Found(_settle(probes, crfs, goal), tuple(probes), "no CRF is left to try")
        if len(probes) >= goal.most_probes:
            return Found(_settle(probes, crfs, goal), tuple(probes), "as many probes as allowed")
        if not may_go_on():
            return Found(_settle(probes, crfs, goal), tuple(probes), "the CPU budget is used up")
        probes.append(probe(following))


def _end(probes: Sequence[Probe], crfs: CrfRange, goal: Goal) -> Found | None:
    best = _nearest(probes, goal)
    if goal.is_met(best):
        # What is left of the way costs no probe: the slope over part of a point is well known.
        return Found(_settle(probes, crfs, goal), tuple(probes), "a probe reached the target")
    last = probes[-1]
    if last.crf >= crfs.high and last.quality > goal.target:
        return Found(last, tuple(probes), "even the highest CRF is better than the target")
    if last.crf <= crfs.low and last.quality < goal.target:
        return Found(last, tuple(probes), "even the lowest CRF does not reach the target")
    bracket = _bracket(probes, goal)
    if bracket is not None and bracket[0].quality - bracket[1].quality <= NEAR:
        return Found(
            _settle(probes, crfs, goal), tuple(probes), "the target lies between two near probes"
        )
    return None


def _nearest(probes: Sequence[Probe], goal: Goal) -> Probe:
    """Return the probe nearest to the target; of two as near the better one."""
    return min(probes, key=lambda probe: (abs(probe.quality - goal.target), -probe.quality))


def _bracket(probes: Sequence[Probe], goal: Goal) -> tuple[Probe, Probe] | None:
    """Return the nearest probe that is good enough and the nearest beyond it that is not."""
    good = [probe for probe in probes if probe.quality >= goal.target]
    poor = [probe for probe in probes if probe.quality < goal.target]
    pairs = [(g, p) for g in good for p in poor if g.crf < p.crf]
    return min(pairs, key=lambda pair: (pair[1].crf - pair[0].crf, pair[0].crf), default=None)


def _next_crf(probes: Sequence[Probe], crfs: CrfRange, goal: Goal) -> float | None:
    """Return where to look next; None when every CRF that would help was tried."""
    bracket = _bracket(probes, goal)
    if bracket is not None:
        wanted = _crf_on_line(*bracket, goal.target)
        low, high = bracket[0].crf + crfs.step, bracket[1].crf - crfs.step
        if high < low:
            return None
        return _untried(min(max(wanted, low), high), probes, crfs)
    edge = _edge(probes, goal)
    away = (edge.quality - goal.target) / _slope(probes, crfs)
    away = min(max(away, -FARTHEST), FARTHEST)
    if abs(away) < crfs.step:
        away = math.copysign(crfs.step, away)
    return _untried(edge.crf + away, probes, crfs)


def _edge(probes: Sequence[Probe], goal: Goal) -> Probe:
    """Return the probe beyond which nothing is known: the last good one, or the first poor one."""
    good = [probe for probe in probes if probe.quality >= goal.target]
    if good:
        return max(good, key=lambda probe: probe.crf)
    return min(probes, key=lambda probe: probe.crf)


def _untried(wanted: float, probes: Sequence[Probe], crfs: CrfRange) -> float | None:
    crf = crfs.snap(wanted)
    return None if any(probe.crf == crf for probe in probes) else crf


def _slope(probes: Sequence[Probe], crfs: CrfRange) -> float:
    """Return how many points one CRF costs here, from the last two probes when they tell."""
    if len(probes) < 2:
        return crfs.slope
    before, last = probes[-2:]
    measured = (before.quality - last.quality) / (last.crf - before.crf)
    return min(measured, STEEPEST) if measured > crfs.slope / 4 else crfs.slope


def _crf_on_line(good: Probe, poor: Probe, quality: float) -> float:
    part = (good.quality - quality) / (good.quality - poor.quality)
    return good.crf + part * (poor.crf - good.crf)


def _settle(probes: Sequence[Probe], crfs: CrfRange, goal: Goal) -> Probe:
    """Return the best guess from what was seen: on the line between two probes, else a probe."""
    bracket = _bracket(probes, goal)
    if bracket is not None:
        good, poor = bracket
        return _between(good, poor, crfs.snap(_crf_on_line(good, poor, goal.target)))
    nearest = _nearest(probes, goal)
    slope = _slope(probes, crfs)
    away = abs(nearest.quality - goal.target) / slope
    if len(probes) == 1 or away <= SURE_STEPS:
        return _beyond(nearest, crfs, goal, slope)
    return nearest


def _between(good: Probe, poor: Probe, crf: float) -> Probe:
    """Return what the line between two probes says of a CRF; bits fall by a constant factor."""
    part = (crf - good.crf) / (poor.crf - good.crf)

    def mix(first: float, second: float) -> float:
        return first + part * (second - first)

    rate = math.exp(mix(math.log(max(good.bit_rate, 1)), math.log(max(poor.bit_rate, 1))))
    return Probe(crf, mix(good.quality, poor.quality), mix(good.worst, poor.worst), round(rate))


BITS_HALVE_AFTER = 6.0
"""CRF steps that halve the bits: x264's own rule; SVT-AV1 needs a few more."""


SURE_STEPS = 2.0
"""CRF steps beyond two probes on one side of the target that their line is still trusted."""


def _beyond(only: Probe, crfs: CrfRange, goal: Goal, slope: float) -> Probe:
    """Return what a slope makes of a probe where nothing was tried on the other side."""
    crf = crfs.snap(only.crf + (only.quality - goal.target) / slope)
    if crf == only.crf:
        return only
    change = (crf - only.crf) * slope
    rate = only.bit_rate * 2 ** (-(crf - only.crf) / BITS_HALVE_AFTER)
    return Probe(crf, only.quality - change, only.worst - change, round(rate))
