"""Turn the decoded path into pitches: runs of one product, bridged, weeded, with their points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.span import Span
from pipeline.detect.decode import NONE_STATE, Floats, Moves, decode_path, decode_posteriors
from pipeline.detect.settings import DetectSettings
from pipeline.detect.units import Unit

TRIM_BELOW = 0.5
"""Probability below which a unit at the end of a run does not belong to it,"""
TRIM_SHARE = 0.5
"""unless it has this share of the run's best: where siblings share the probability, none of them
reaches a half (with 0.5, F1 on unseen text broadcasts was 0.657, 0.640 without the share)."""


@dataclass(frozen=True, slots=True)
class Run:
    """Units `[first, last]` decoded as one product."""

    product: int
    first: int
    last: int

    def span(self, units: Sequence[Unit]) -> Span:
        """Return its stretch of media time."""
        return Span(units[self.first].span.start_ms, units[self.last].span.end_ms)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the decoder makes of a broadcast."""

    runs: tuple[Run, ...]
    posteriors: Floats
    """Probability of every state, shape (units, 1 + products)."""


def decode_runs(
    emissions: Floats, moves: Moves, units: Sequence[Unit], settings: DetectSettings
) -> Decoded:
    """Return the runs of single products: the best path, its ends trimmed, its gaps bridged."""
    posteriors = decode_posteriors(emissions, moves)
    runs = trim_runs(cut_runs(decode_path(emissions, moves)), posteriors)
    return Decoded(bridge_runs(runs, units, settings), posteriors)


def keep_long(
    runs: Sequence[Run], units: Sequence[Unit], settings: DetectSettings
) -> tuple[Run, ...]:
    """Return the runs that are long enough for a pitch."""
    return tuple(r for r in runs if r.span(units).duration_ms >= settings.shortest_ms)


def cut_runs(path: NDArray[np.int64]) -> tuple[Run, ...]:
    """Return the maximal runs of one product, in order; "no product" leaves gaps.

    path    0 0 3 3 3 0 7 7 0
    runs        [---]   [-]         products 2 and 6
    """
    runs: list[Run] = []
    for index, state in enumerate(path.tolist()):
        if state == NONE_STATE:
            continue
        if runs and runs[-1].product == state - 1 and runs[-1].last == index - 1:
            runs[-1] = Run(state - 1, runs[-1].first, index)
        else:
            runs.append(Run(state - 1, index, index))
    return tuple(runs)


def trim_runs(
    runs: Sequence[Run], posteriors: NDArray[np.float64], least: float = TRIM_BELOW
) -> tuple[Run, ...]:
    """Cut the units off both ends that are more likely something else.

    The best path as a whole may reach for an early pause; unit by unit the doubt shows.
    """
    trimmed: list[Run] = []
    for run in runs:
        own = posteriors[run.first : run.last + 1, 1 + run.product]
        sure = np.flatnonzero(own >= min(least, TRIM_SHARE * float(own.max())))
        trimmed.append(Run(run.product, run.first + int(sure[0]), run.first + int(sure[-1])))
    return tuple(trimmed)


def bridge_runs(
    runs: Sequence[Run], units: Sequence[Unit], settings: DetectSettings
) -> tuple[Run, ...]:
    """Join runs of one product over a short stretch in which nothing else is pitched.

    A run of another product that is too short to be a pitch is bridged over as well: it was a
    comparison or a gift.
    """
    kept: list[Run] = []
    for run in runs:
        target = _bridge_target(kept, run, units, settings)
        if target is None:
            kept.append(run)
        else:
            del kept[target + 1 :]
            kept[target] = Run(run.product, kept[target].first, run.last)
    return tuple(kept)


def _bridge_target(
    kept: Sequence[Run], run: Run, units: Sequence[Unit], settings: DetectSettings
) -> int | None:
    """Return the index of the earlier run that `run` goes on with."""
    start_ms = units[run.first].span.start_ms
    for place in range(len(kept) - 1, -1, -1):
        earlier = kept[place]
        if start_ms - units[earlier.last].span.end_ms > settings.bridge_ms:
            return None
        if earlier.product == run.product:
            return place
        if earlier.span(units).duration_ms >= settings.shortest_ms:
            return None
    return None
