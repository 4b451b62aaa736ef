"""Mean average precision over products, and how many seconds show the right product."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from models.highlight import Highlight, Status
from models.span import MS_PER_SECOND, Span
from pipeline.evaluate.matching import match_indices
from pipeline.evaluate.metrics import ANY_STATUS, PUBLISHED, THRESHOLDS
from pipeline.evaluate.truth import Truth, TruthPitch


@dataclass(frozen=True, slots=True)
class AveragePrecisions:
    """The average precision of every product that is pitched, at one tIoU."""

    threshold: float
    values: tuple[float, ...] = ()
    """One for each product of each recording. A product of one recording is a class of its own: the
    catalogues of two shops may give one id to different things, so nothing is pooled over them."""

    @property
    def mean(self) -> float | None:
        """MAP: the mean over all products of all recordings; None when nothing is pitched."""
        return math.fsum(self.values) / len(self.values) if self.values else None

    def __add__(self, other: AveragePrecisions) -> AveragePrecisions:
        if self.threshold != other.threshold:
            raise ValueError(f"values at tIoU {self.threshold} and {other.threshold} do not add")
        return AveragePrecisions(self.threshold, self.values + other.values)


@dataclass(frozen=True, slots=True)
class SecondCounts:
    """Seconds of recordings, and those that show the right product, or rightly none."""

    seconds: int = 0
    right: int = 0
    pitched: int = 0
    """Seconds in which a product is really pitched."""
    pitched_right: int = 0

    @property
    def accuracy(self) -> float | None:
        """Share of all seconds that are right, background included; None without seconds."""
        return self.right / self.seconds if self.seconds else None

    @property
    def pitched_accuracy(self) -> float | None:
        """Share of the pitched seconds that are right: what showing nothing at all scores 0 in."""
        return self.pitched_right / self.pitched if self.pitched else None

    def __add__(self, other: SecondCounts) -> SecondCounts:
        return SecondCounts(
            self.seconds + other.seconds,
            self.right + other.right,
            self.pitched + other.pitched,
            self.pitched_right + other.pitched_right,
        )


def rank(highlights: Iterable[Highlight]) -> tuple[Highlight, ...]:
    """Return highlights by falling confidence; equals by span and product, so in one order only."""
    return tuple(sorted(highlights, key=lambda h: (-h.confidence, h.span, h.product_id)))


def measure_average_precisions(
    highlights: Sequence[Highlight], truth: Truth, *, statuses: Collection[Status] = ANY_STATUS
) -> tuple[AveragePrecisions, ...]:
    """Return the average precisions of one recording at each of `THRESHOLDS`.

    All statuses take part by default, for the curve needs the doubtful ones as well. Highlights of
    a product that is never pitched count nowhere, as in ActivityNet (Caba Heilbron et al. 2015):
    precision and per-second accuracy see them.
    """
    ranked = rank(h for h in highlights if h.status in statuses)
    products = sorted({pitch.product_id for pitch in truth.pitches})
    return tuple(
        AveragePrecisions(
            threshold,
            tuple(
                _average_precision(ranked, truth.pitches, product, threshold)
                for product in products
            ),
        )
        for threshold in THRESHOLDS
    )


def _average_precision(
    ranked: Sequence[Highlight], pitches: Sequence[TruthPitch], product_id: str, threshold: float
) -> float:
    found = [h for h in ranked if h.product_id == product_id]
    wanted = [pitch for pitch in pitches if pitch.product_id == product_id]
    matched = {left for left, _ in match_indices(found, wanted, threshold=threshold)}
    return area_under_precision([index in matched for index in range(len(found))], len(wanted))


def area_under_precision(right: Sequence[bool], true: int) -> float:
    """Return average precision of a ranked list: the mean precision at which each truth is found.

    Precision at a recall is the best at that recall or beyond (the interpolation of PASCAL VOC from
    2010 on and of ActivityNet); a truth that is never found counts 0.

        right       yes no  yes no          true = 4
        precision   1   1/2 2/3 1/2         (1 + 2/3) / 4 = 0.42
    """
    hits = 0
    at_hits: list[float] = []
    for position, is_right in enumerate(right, start=1):
        hits += is_right
        if is_right:
            at_hits.append(hits / position)
    best, total = 0.0, []
    for precision in reversed(at_hits):
        best = max(best, precision)
        total.append(best)
    return math.fsum(total) / true


def count_seconds(
    highlights: Sequence[Highlight], truth: Truth, *, statuses: Collection[Status] = PUBLISHED
) -> SecondCounts:
    """Compare each second's product, judged at its middle, with what is pitched then.

    A second shows the product of the highlight that covers it, the surest if several do. It is
    right when that product is pitched then (one of them, where pitches overlap), or when nothing is
    shown and nothing pitched. A last second cut short counts when its middle exists.
    """
    seconds = _first_second(truth.duration_ms)
    shown: list[str | None] = [None] * seconds
    for highlight in reversed(rank(h for h in highlights if h.status in statuses)):
        for second in _list_seconds(highlight.span, seconds):
            shown[second] = highlight.product_id
    pitched: list[frozenset[str]] = [frozenset()] * seconds
    for pitch in truth.pitches:
        for second in _list_seconds(pitch.span, seconds):
            pitched[second] |= {pitch.product_id}
    hits = [
        product in wanted if wanted else product is None
        for product, wanted in zip(shown, pitched, strict=True)
    ]
    return SecondCounts(
        seconds=seconds,
        right=sum(hits),
        pitched=sum(1 for wanted in pitched if wanted),
        pitched_right=sum(1 for hit, wanted in zip(hits, pitched, strict=True) if hit and wanted),
    )


def _list_seconds(span: Span, seconds: int) -> range:
    """Return the seconds of which the middle lies in the span."""
    return range(_first_second(span.start_ms), min(_first_second(span.end_ms), seconds))


def _first_second(at_ms: int) -> int:
    """Return the first second of which the middle is not before the moment."""
    return max(0, -(-(at_ms - MS_PER_SECOND // 2) // MS_PER_SECOND))
