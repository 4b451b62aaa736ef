"""Does a confidence mean what it says? Reliability, calibration error, Brier score."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models.highlight import Highlight, Status
from pipeline.evaluate.average_precision import rank
from pipeline.evaluate.matching import match_indices
from pipeline.evaluate.metrics import ANY_STATUS, HEADLINE_THRESHOLD
from pipeline.evaluate.truth import Truth

BINS = 10
"""Of equal mass: bins of equal width would leave most of a bimodal confidence's bins empty."""


CHANCE_ROUNDS = 200
"""Their mean is then known to about a twentieth of its value."""


@dataclass(frozen=True, slots=True, order=True)
class Judged:
    """A highlight's confidence, and whether the highlight is right."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """What highlights of like confidence promise, and what they hold."""

    count: int
    confidence: float
    """Mean of the confidences."""
    precision: float
    """Share that is right."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Judged highlights of one recording or of many; every figure is derived from them."""

    judged: tuple[Judged, ...] = ()
    true: int = 0
    """Pitches of the truth."""

    def __add__(self, other: Calibration) -> Calibration:
        return Calibration(self.judged + other.judged, self.true + other.true)

    @property
    def brier(self) -> float | None:
        """Mean squared difference of confidence and outcome (Brier 1950), 0 is best."""
        if not self.judged:
            return None
        return math.fsum((j.confidence - j.right) ** 2 for j in self.judged) / len(self.judged)

    @property
    def error(self) -> float | None:
        """Expected calibration error over the bins of `list_bins`, 0 is best.

        The mean distance of confidence and precision, weighed by count (Naeini, Cooper and
        Hauskrecht 2015; of equal mass as in Nguyen and O'Connor 2015).
        """
        if not self.judged:
            return None
        gaps = (b.count * abs(b.confidence - b.precision) for b in self.list_bins())
        return math.fsum(gaps) / len(self.judged)

    @property
    def chance_error(self) -> float | None:
        """The error that chance alone would give: of highlights right exactly as often as stated.

        Forty highlights in bins of four have one of about 0.1 even then, so an `error` is to be
        read beside it. The mean over `CHANCE_ROUNDS` drawn outcomes, the same ones every time.
        """
        if not self.judged:
            return None
        rng = random.Random(0)  # noqa: S311  # no secret hangs on it
        errors: list[float] = []
        for _round in range(CHANCE_ROUNDS):
            drawn = tuple(Judged(j.confidence, rng.random() < j.confidence) for j in self.judged)
            errors.append(Calibration(drawn).error or 0.0)
        return math.fsum(errors) / len(errors)

    def list_bins(self) -> tuple[ReliabilityBin, ...]:
        """Return the reliability curve: up to `BINS` bins of equal mass, by rising confidence.

        Equal confidences share a bin, or the order of the highlights would decide about the curve;
        without equals the bins differ by at most one in count.
        """
        bins: dict[int, list[Judged]] = {}
        done = 0
        for _, equals in itertools.groupby(sorted(self.judged), key=lambda j: j.confidence):
            group = list(equals)
            middle = done + len(group) / 2
            bins.setdefault(int(BINS * middle / len(self.judged)), []).extend(group)
            done += len(group)
        return tuple(_summarise(group) for group in bins.values())

    def above(self, threshold: float) -> Operation:
        """Return what publishing every highlight of at least this confidence does."""
        kept = [judged for judged in self.judged if judged.confidence >= threshold]
        return Operation(
            threshold, len(kept), sum(j.right for j in kept), len(self.judged), self.true
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """Counts at one threshold of confidence."""

    threshold: float
    kept: int
    right: int
    judged: int
    true: int

    @property
    def precision(self) -> float | None:
        """Share of the kept that is right; None when none is kept."""
        return self.right / self.kept if self.kept else None

    @property
    def coverage(self) -> float | None:
        """Share of the highlights that is kept (El-Yaniv and Wiener 2010); None without any."""
        return self.kept / self.judged if self.judged else None

    @property
    def recall(self) -> float | None:
        """Share of the true pitches that is found; None when there are none."""
        return self.right / self.true if self.true else None


def judge_highlights(
    highlights: Sequence[Highlight], truth: Truth, *, statuses: Collection[Status] = ANY_STATUS
) -> Calibration:
    """Judge the highlights of these statuses against the truth of the same recording.

    Right is one that the one-to-one matching gives a pitch of its product with tIoU >= 0.5. The
    sure are matched first, so that what lies above any threshold is judged as if it were alone.
    """
    ranked = rank(h for h in highlights if h.status in statuses)
    matched = {
        left for left, _ in match_indices(ranked, truth.pitches, threshold=HEADLINE_THRESHOLD)
    }
    return Calibration(
        tuple(Judged(h.confidence, index in matched) for index, h in enumerate(ranked)),
        len(truth.pitches),
    )


def _summarise(group: Sequence[Judged]) -> ReliabilityBin:
    return ReliabilityBin(
        len(group),
        math.fsum(judged.confidence for judged in group) / len(group),
        sum(judged.right for judged in group) / len(group),
    )
