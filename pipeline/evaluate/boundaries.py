"""Where pitches begin and end, whatever the product: boundary F1, Pk and WindowDiff."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from models.highlight import Highlight, Status
from models.span import MS_PER_SECOND, Span
from pipeline.evaluate.matching import match_maximum
from pipeline.evaluate.metrics import PUBLISHED
from pipeline.evaluate.truth import Truth

TOLERANCES_MS = (5_000, 10_000, 15_000, 30_000)
"""How far a found boundary may lie from a true one; both ends included."""
SAME_MS = 1_000
"""Boundaries this near to the one before are one: the end of a pitch is the start of the next."""


@dataclass(frozen=True, slots=True)
class BoundaryCounts:
    """How many true boundaries were found, each by a boundary of its own."""

    tolerance_ms: int
    matched: int = 0
    detected: int = 0
    true: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the boundaries found that are right; None when there are none."""
        return self.matched / self.detected if self.detected else None

    @property
    def recall(self) -> float | None:
        """Share of the true boundaries that were found; None when there are none."""
        return self.matched / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None when nothing is there and nothing found."""
        total = self.detected + self.true
        return 2 * self.matched / total if total else None

    def __add__(self, other: BoundaryCounts) -> BoundaryCounts:
        if self.tolerance_ms != other.tolerance_ms:
            raise ValueError(
                f"counts at {self.tolerance_ms} and {other.tolerance_ms} ms do not add"
            )
        return BoundaryCounts(
            self.tolerance_ms,
            self.matched + other.matched,
            self.detected + other.detected,
            self.true + other.true,
        )


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """Windows that slid over a recording, and those in which the boundaries differ."""

    windows: int = 0
    parted: int = 0
    """Windows with boundaries on one side only (Pk counts these)."""
    miscounted: int = 0
    """Windows with more boundaries on one side than on the other (WindowDiff counts these)."""

    @property
    def pk(self) -> float | None:
        """Pk (Beeferman, Berger and Lafferty 1999), 0 is best; None without windows."""
        return self.parted / self.windows if self.windows else None

    @property
    def window_diff(self) -> float | None:
        """WindowDiff (Pevzner and Hearst 2002), 0 is best; None without windows."""
        return self.miscounted / self.windows if self.windows else None

    def __add__(self, other: WindowCounts) -> WindowCounts:
        return WindowCounts(
            self.windows + other.windows,
            self.parted + other.parted,
            self.miscounted + other.miscounted,
        )


@dataclass(frozen=True, slots=True)
class BoundaryScore:
    """Every figure about boundaries, for one recording or for many."""

    found: tuple[BoundaryCounts, ...] = tuple(BoundaryCounts(t) for t in TOLERANCES_MS)
    """One for each of `TOLERANCES_MS`, in that order."""
    windows: WindowCounts = WindowCounts()

    def __add__(self, other: BoundaryScore) -> BoundaryScore:
        return BoundaryScore(
            tuple(a + b for a, b in zip(self.found, other.found, strict=True)),
            self.windows + other.windows,
        )


def score_boundaries(
    highlights: Sequence[Highlight], truth: Truth, *, statuses: Collection[Status] = PUBLISHED
) -> BoundaryScore:
    """Score the boundaries of the highlights of these statuses; products do not matter."""
    found = list_boundaries(h.span for h in highlights if h.status in statuses)
    true = list_boundaries(pitch.span for pitch in truth.pitches)
    return BoundaryScore(
        tuple(match_boundaries(found, true, tolerance_ms=t) for t in TOLERANCES_MS),
        count_windows(found, true, duration_ms=truth.duration_ms),
    )


def list_boundaries(spans: Iterable[Span]) -> tuple[int, ...]:
    """Return the starts and ends of spans in ms, sorted; those within `SAME_MS` count once.

    The first of them stays, so that any two of the result are more than `SAME_MS` apart.
    """
    kept: list[int] = []
    for at_ms in sorted(edge for span in spans for edge in (span.start_ms, span.end_ms)):
        if not kept or at_ms - kept[-1] > SAME_MS:
            kept.append(at_ms)
    return tuple(kept)


def match_boundaries(
    found: Sequence[int], true: Sequence[int], *, tolerance_ms: int
) -> BoundaryCounts:
    """Match boundaries that lie within the tolerance, one to one, as many as possible.

    The matching is the maximum one, as in mir_eval (Raffel et al. 2014): a greedy one may lose
    pairs. Symmetric: precision becomes recall when found and true change places.
    """
    edges = [
        [index for index, wanted in enumerate(true) if abs(at_ms - wanted) <= tolerance_ms]
        for at_ms in found
    ]
    return BoundaryCounts(tolerance_ms, len(match_maximum(edges)), len(found), len(true))


def count_windows(found: Sequence[int], true: Sequence[int], *, duration_ms: int) -> WindowCounts:
    """Slide a window over the seconds of a recording and compare the boundaries inside.

    The recording is a row of n whole seconds and a boundary lies between two of them, the nearest;
    those at or beyond its ends part nothing and are left out. A window spans k boundaries-to-be,
    where k is half the mean length of a true segment (pitch or gap between pitches), at least 1;
    n - k windows fit.

        seconds     | 0 | 1 | 2 | 3 | 4 | 5 |       n = 6, k = 2: 4 windows
        true                B       B
        window          [-------)                   1 boundary
    """
    seconds = -(-duration_ms // MS_PER_SECOND)
    true_at, found_at = _to_grid(true, seconds), _to_grid(found, seconds)
    reach = max(1, round(seconds / (len(true_at) + 1) / 2))
    wanted, seen = (_count_up(at, seconds) for at in (true_at, found_at))
    pairs = [
        (wanted[end] - wanted[end - reach], seen[end] - seen[end - reach])
        for end in range(reach, seconds)
    ]
    return WindowCounts(
        windows=len(pairs),
        parted=sum(1 for a, b in pairs if (a == 0) != (b == 0)),
        miscounted=sum(1 for a, b in pairs if a != b),
    )


def _to_grid(boundaries: Iterable[int], seconds: int) -> frozenset[int]:
    """Return for each inner boundary the second that begins there."""
    nearest = ((at_ms + MS_PER_SECOND // 2) // MS_PER_SECOND for at_ms in boundaries)
    return frozenset(second for second in nearest if 0 < second < seconds)


def _count_up(boundaries: Collection[int], seconds: int) -> list[int]:
    """Return how many boundaries lie at or before each second."""
    return list(itertools.accumulate(int(second in boundaries) for second in range(seconds)))
