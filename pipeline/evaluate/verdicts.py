"""Which highlights and pitches of one recording are right, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.highlight import Highlight, Status
from models.span import Span
from pipeline.evaluate.matching import match_indices
from pipeline.evaluate.metrics import HEADLINE_THRESHOLD
from pipeline.evaluate.tracks import Take
from pipeline.evaluate.truth import TruthPitch


class Outcome(StrEnum):
    """What a highlight turned out to be."""

    RIGHT = "right"
    WRONG = "wrong"
    WAITING = "review"
    """Not counted: it waits for a person."""


@dataclass(frozen=True, slots=True)
class JudgedHighlight:
    """A highlight, and what it turned out to be."""

    highlight: Highlight
    outcome: Outcome
    reason: str
    """Empty when it is right."""


@dataclass(frozen=True, slots=True)
class JudgedPitch:
    """A true pitch, and why it was missed."""

    pitch: TruthPitch
    reason: str
    """Empty when it was found."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One recording, judged at the headline's tIoU; highlights and pitches by their starts."""

    highlights: tuple[JudgedHighlight, ...]
    pitches: tuple[JudgedPitch, ...]

    @property
    def wrong(self) -> tuple[JudgedHighlight, ...]:
        """Highlights that were counted and are wrong."""
        return tuple(each for each in self.highlights if each.outcome is Outcome.WRONG)

    @property
    def missed(self) -> tuple[JudgedPitch, ...]:
        """Pitches that no counted highlight found."""
        return tuple(each for each in self.pitches if each.reason)


def judge_take(take: Take, statuses: Collection[Status]) -> Verdicts:
    """Judge the highlights of these statuses, and the pitches that they should have found."""
    highlights = sorted(take.highlights, key=lambda h: h.span)
    pitches = sorted(take.truth.pitches, key=lambda p: p.span)
    counted = [h for h in highlights if h.status in statuses]
    pairs = match_indices(counted, pitches, threshold=HEADLINE_THRESHOLD)
    right = {id(counted[left]) for left, _ in pairs}
    found = {index for _, index in pairs}
    return Verdicts(
        tuple(
            JudgedHighlight(h, Outcome.RIGHT, "") if id(h) in right else _doubt(h, take, statuses)
            for h in highlights
        ),
        tuple(
            JudgedPitch(pitch, "" if index in found else _why_missed(pitch, take, statuses))
            for index, pitch in enumerate(pitches)
        ),
    )


def _doubt(highlight: Highlight, take: Take, statuses: Collection[Status]) -> JudgedHighlight:
    if highlight.status not in statuses:
        return JudgedHighlight(highlight, Outcome.WAITING, "waits for review")
    return JudgedHighlight(highlight, Outcome.WRONG, _why_wrong(highlight, take))


def _why_wrong(highlight: Highlight, take: Take) -> str:
    own = [p.span for p in take.truth.pitches if p.product_id == highlight.product_id]
    best = _best_overlap(highlight.span, own)
    if best >= HEADLINE_THRESHOLD:
        return "this pitch is found already"
    if best > 0:
        return f"right product, wrong ends: overlap {best:.2f}"
    others = [p for p in take.truth.pitches if p.span.overlap_ms(highlight.span) > 0]
    if not others:
        return "nothing is pitched here"
    most = max(others, key=lambda p: p.span.overlap_ms(highlight.span))
    return f"really {take.title_of(most.product_id)}"


def _why_missed(pitch: TruthPitch, take: Take, statuses: Collection[Status]) -> str:
    near = [h for h in take.highlights if h.span.overlap_ms(pitch.span) > 0]
    own = [h for h in near if h.product_id == pitch.product_id]
    best = _best_overlap(pitch.span, (h.span for h in own if h.status in statuses))
    if best > 0:
        return f"right product, wrong ends: overlap {best:.2f}"
    if own:
        return "found, and waits for review"
    if not near:
        return "nothing was found here"
    most = max(near, key=lambda h: h.span.overlap_ms(pitch.span))
    return f"taken for {take.title_of(most.product_id)}"


def _best_overlap(span: Span, others: Iterable[Span]) -> float:
    return max((span.iou(other) for other in others), default=0.0)
