"""Counts of what detection got right; every rate is derived from them at the end."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models.highlight import Highlight, Mention, Status
from pipeline.evaluate.matching import match_pitches
from pipeline.evaluate.truth import Truth, TruthPitch

THRESHOLDS = (0.3, 0.5, 0.7)
"""tIoU that a highlight must reach; 0.5 is the headline, as in the detection literature."""
HEADLINE_THRESHOLD = 0.5
PUBLISHED: frozenset[Status] = frozenset({Status.PUBLISHED})
"""What a viewer sees, and so what the headline counts unless told otherwise."""
ANY_STATUS: frozenset[Status] = frozenset({Status.PUBLISHED, Status.REVIEW})
"""What a reviewer sees as well."""
POINT_EARLY_MS = 5_000
POINT_LATE_MS = 15_000
"""A point is right from 5 s before a pitch begins until 15 s after: a viewer who jumps there hears
the pitch begin, or has missed little of it."""
MENTION_REACH_MS = 5_000
"""A highlight this near to a mention was made from it; about one sentence."""


@dataclass(frozen=True, slots=True)
class OverlapCounts:
    """How many pitches were found with the right product and at least this tIoU."""

    threshold: float
    matched: int = 0
    detected: int = 0
    true: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the highlights that are right; None when there are none."""
        return self.matched / self.detected if self.detected else None

    @property
    def recall(self) -> float | None:
        """Share of the pitches that were found; None when there are none."""
        return self.matched / self.true if self.true else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None when nothing is there and nothing found."""
        total = self.detected + self.true
        return 2 * self.matched / total if total else None

    def __add__(self, other: OverlapCounts) -> OverlapCounts:
        if self.threshold != other.threshold:
            raise ValueError(f"counts at tIoU {self.threshold} and {other.threshold} do not add")
        return OverlapCounts(
            self.threshold,
            self.matched + other.matched,
            self.detected + other.detected,
            self.true + other.true,
        )


@dataclass(frozen=True, slots=True)
class PitchScore:
    """The components of every figure about pitches, for one recording or for many."""

    overlaps: tuple[OverlapCounts, ...] = tuple(OverlapCounts(t) for t in THRESHOLDS)
    """One for each of `THRESHOLDS`, in that order."""
    start_errors_ms: tuple[int, ...] = ()
    """Start of the highlight minus start of its pitch, for each pair matched at tIoU 0.5."""
    points_hit: int = 0
    """Highlights whose point is right for a pitch of their product."""
    products_hit: int = 0
    """Products with at least one right point."""
    products: int = 0
    """Products that are pitched at all, each counted once per recording."""
    mentions_taken: int = 0
    """Highlights that are really a mention of their product, see `count_mentions_taken`."""

    @property
    def headline(self) -> OverlapCounts:
        """The counts at tIoU 0.5."""
        return next(c for c in self.overlaps if c.threshold == HEADLINE_THRESHOLD)

    @property
    def product_recall(self) -> float | None:
        """Share of the pitched products with a right point; None when nothing is pitched."""
        return self.products_hit / self.products if self.products else None

    @property
    def median_start_error_ms(self) -> float | None:
        """Median of the absolute start errors; None when nothing was matched."""
        errors = [abs(error) for error in self.start_errors_ms]
        return float(statistics.median(errors)) if errors else None

    @property
    def p90_start_error_ms(self) -> int | None:
        """Smallest absolute start error that 90 % of the pairs do not exceed (nearest rank)."""
        errors = sorted(abs(error) for error in self.start_errors_ms)
        return errors[math.ceil(len(errors) * 9 / 10) - 1] if errors else None

    def __add__(self, other: PitchScore) -> PitchScore:
        return PitchScore(
            overlaps=tuple(a + b for a, b in zip(self.overlaps, other.overlaps, strict=True)),
            start_errors_ms=self.start_errors_ms + other.start_errors_ms,
            points_hit=self.points_hit + other.points_hit,
            products_hit=self.products_hit + other.products_hit,
            products=self.products + other.products,
            mentions_taken=self.mentions_taken + other.mentions_taken,
        )


def score_pitches(
    highlights: Sequence[Highlight], truth: Truth, *, statuses: Collection[Status] = PUBLISHED
) -> PitchScore:
    """Score the highlights of these statuses against the truth of the same recording."""
    counted = [h for h in highlights if h.status in statuses]
    pairs = {t: match_pitches(counted, truth.pitches, threshold=t) for t in THRESHOLDS}
    hits = [h for h in counted if is_point_hit(h, truth.pitches)]
    return PitchScore(
        overlaps=tuple(
            OverlapCounts(t, len(pairs[t]), len(counted), len(truth.pitches)) for t in THRESHOLDS
        ),
        start_errors_ms=tuple(
            pair.highlight.span.start_ms - pair.pitch.span.start_ms
            for pair in pairs[HEADLINE_THRESHOLD]
        ),
        points_hit=len(hits),
        products_hit=len({hit.product_id for hit in hits}),
        products=len({pitch.product_id for pitch in truth.pitches}),
        mentions_taken=count_mentions_taken(counted, truth),
    )


def is_point_hit(highlight: Highlight, pitches: Sequence[TruthPitch]) -> bool:
    """Tell whether the point lies where a pitch of its product begins.

    pitch              [-----------------------)
    right points    (--+--------)                   5 s before to 15 s after, ends included
    """
    return any(
        pitch.product_id == highlight.product_id
        and -POINT_EARLY_MS <= highlight.point_ms - pitch.span.start_ms <= POINT_LATE_MS
        for pitch in pitches
    )


def count_mentions_taken(highlights: Sequence[Highlight], truth: Truth) -> int:
    """Count the highlights that take a mention for a pitch.

    Such a highlight overlaps no pitch of its product, and a mention of its product lies in it or
    within `MENTION_REACH_MS` of it.
    """
    return sum(
        1
        for highlight in highlights
        if not _overlaps_pitch(highlight, truth.pitches)
        and any(_is_near(highlight, mention) for mention in truth.mentions)
    )


def _overlaps_pitch(highlight: Highlight, pitches: Sequence[TruthPitch]) -> bool:
    return any(
        pitch.product_id == highlight.product_id and pitch.span.overlap_ms(highlight.span) > 0
        for pitch in pitches
    )


def _is_near(highlight: Highlight, mention: Mention) -> bool:
    earliest_ms = highlight.span.start_ms - MENTION_REACH_MS
    latest_ms = highlight.span.end_ms + MENTION_REACH_MS
    return mention.product_id == highlight.product_id and earliest_ms <= mention.at_ms <= latest_ms
