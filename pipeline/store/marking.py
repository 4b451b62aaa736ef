"""What an operator put on screen, laid over what detection found, and below people's corrections.

A mark with an end is a statement, and is taken as it stands. A mark without one is a click: it says
which product, and roughly when; where the pitch really begins and ends, detection knows better.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from models.highlight import Highlight, Source, Status
from models.operator_log import OperatorMark
from models.span import Span
from pipeline.store.overlay import SHORTEST_REMNANT_MS, crop_around, evidence_in

OPEN_MARK_MS = 120_000
"""How long a click counts that nothing ends: of the 1,394 pitches of the text broadcasts, spoken at
their pace, 1.7 % last longer. A short dot costs a viewer nothing, for the jump is to its start; a
long one hides what the operator did not click. In `make bench-clicks` anything from one to five
minutes gives the same F1 within 0.01."""
CLICK_MS = 15_000
"""A click and the sentence that opens its pitch lie no further apart, a few sentences: an operator
listens to the host or runs a little ahead. Set by judgement; 5 to 20 s do as well in that bench."""


@dataclass(frozen=True, slots=True)
class KeptMark:
    """A mark and the id of the highlight that it becomes."""

    mark: OperatorMark
    highlight_id: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a mark comes to lie."""

    ordinal: int
    """Of the mark in its log."""
    mark: OperatorMark
    span: Span
    confirmed: tuple[Highlight, ...]
    """Detected pitches of the product that it is about, in order of time."""

    @property
    def point_ms(self) -> int:
        """The point to jump to: detection's own where the mark begins as the pitch does."""
        first = self.confirmed[0] if self.confirmed else None
        agrees = first is not None and first.span.start_ms == self.span.start_ms
        return first.point_ms if first and agrees else self.span.start_ms


def lay_marks(
    detected: Sequence[Highlight],
    marks: Sequence[KeptMark],
    titles: Mapping[str, str],
    duration_ms: int,
) -> tuple[Highlight, ...]:
    """Let marks take the place of what detection says about the same stretches.

        detected   [-----P-----)   [---Q---)  [----Q----)
        marks          P                   R
        result     [-----P-----)   [--Q----)[--R-)[--Q--)      R without an end, see `place_marks`

    Detected pitches of the marked product are confirmed: one highlight, the operator's. Those of
    other products keep what is left of them when that is long enough, as beside a person's.

    Guarantees: sorted by start, never overlapping, ids unique. Pure.
    """
    placed = place_marks([kept.mark for kept in marks], detected, duration_ms)
    named = [(item, marks[item.ordinal].highlight_id) for item in placed]
    marked = tuple(_make_highlight(item, name, titles) for item, name in named)
    settled = {pitch.id for item in placed for pitch in item.confirmed}
    settled |= {highlight.id for highlight in marked}
    laid = list(marked)
    starts = [highlight.span.start_ms for highlight in marked]
    ends = [highlight.span.end_ms for highlight in marked]
    for pitch in detected:
        if pitch.id not in settled:
            first = bisect_right(ends, pitch.span.start_ms)
            near = marked[first : bisect_left(starts, pitch.span.end_ms)]
            laid += crop_around(pitch, near, shortest_ms=SHORTEST_REMNANT_MS)
    return tuple(sorted(laid, key=lambda highlight: highlight.span))


def place_marks(
    marks: Sequence[OperatorMark], detected: Sequence[Highlight], duration_ms: int
) -> tuple[Placed, ...]:
    """Say from when to when each mark counts; `marks` in order of time, as in their log.

    With an end: as it says. Without one it begins where it was clicked, or where the detected pitch
    of the product begins that was going on then or began within `CLICK_MS`; it ends with that
    pitch, else with the first published pitch of another product that begins more than `CLICK_MS`
    after the click, else after `OPEN_MARK_MS`; and never after the next mark, nor after the
    detected opening of the next clicked pitch. A second click on the same product while the first
    still counts prolongs it.

    Guarantees: in order of time, never overlapping, inside the recording.
    """
    ground = _Ground(detected)
    placed: list[Placed] = []
    for ordinal, (mark, limit_ms) in enumerate(_with_limits(marks, ground, duration_ms)):
        if mark.start_ms >= duration_ms:
            break
        before = placed[-1] if placed else None
        if mark.end_ms is not None:
            span = Span(mark.start_ms, min(mark.end_ms, duration_ms))
            placed.append(Placed(ordinal, mark, span, ground.pitches_in(mark.product_id, span)))
        elif before is not None and _goes_on(before, mark):
            placed[-1] = _prolong(before, mark, ground, limit_ms)
        else:
            free_ms = before.span.end_ms if before else 0
            placed.append(_place_click(ordinal, mark, ground, Span(free_ms, limit_ms)))
    return tuple(placed)


class _Ground:
    """Detected pitches, to be looked up by product and time."""

    def __init__(self, detected: Sequence[Highlight]) -> None:
        self._published = [item for item in detected if item.status is Status.PUBLISHED]
        self._starts = [item.span.start_ms for item in self._published]
        self._of: dict[str, list[Highlight]] = defaultdict(list)
        for item in detected:
            self._of[item.product_id].append(item)

    def pitches_in(self, product_id: str, span: Span) -> tuple[Highlight, ...]:
        """Return the pitches of a product that a span touches."""
        return tuple(item for item in self._of[product_id] if item.span.overlap_ms(span))

    def opening_ms(self, mark: OperatorMark) -> int:
        """Return where the pitch opens that goes on when a product is clicked, else the click."""
        at_ms = mark.start_ms
        if mark.end_ms is not None:
            return at_ms
        going_on = (item.span for item in self._of[mark.product_id] if item.span.holds(at_ms))
        return next((span.start_ms for span in going_on), at_ms)

    def reach_ms(self, mark: OperatorMark) -> int:
        """Return until when a click counts when its product is not detected."""
        first = bisect_left(self._starts, mark.start_ms + CLICK_MS)
        others = (item for item in self._published[first:] if item.product_id != mark.product_id)
        until_ms = mark.start_ms + OPEN_MARK_MS
        return min(until_ms, next((item.span.start_ms for item in others), until_ms))

    def pitch_at(self, mark: OperatorMark, free: Span) -> Highlight | None:
        """Return the pitch that a click is about: the first that goes on after it, in its reach.

        `free` is what other marks leave; a pitch that has next to nothing of it is not meant.
        """
        reach_ms = min(self.reach_ms(mark), free.end_ms)
        least_ms = min(SHORTEST_REMNANT_MS, free.end_ms - mark.start_ms)
        for pitch in self._of[mark.product_id]:
            if pitch.span.start_ms >= reach_ms:
                return None
            if pitch.span.end_ms > mark.start_ms and pitch.span.overlap_ms(free) >= least_ms:
                return pitch
        return None

    def end_ms(self, mark: OperatorMark, pitch: Highlight | None, limit_ms: int) -> int:
        """Return until when a click counts."""
        return min(self.reach_ms(mark) if pitch is None else pitch.span.end_ms, limit_ms)


def _place_click(ordinal: int, mark: OperatorMark, ground: _Ground, free: Span) -> Placed:
    pitch = ground.pitch_at(mark, free)
    start_ms = max(_start_ms(mark, pitch), free.start_ms)
    end_ms = ground.end_ms(mark, pitch, free.end_ms)
    return Placed(ordinal, mark, Span(start_ms, end_ms), () if pitch is None else (pitch,))


def _prolong(before: Placed, mark: OperatorMark, ground: _Ground, limit_ms: int) -> Placed:
    """Let what a first click began last as long as a second one on the same product counts."""
    start_ms = before.span.start_ms
    pitch = ground.pitch_at(mark, Span(start_ms, limit_ms))
    end_ms = max(before.span.end_ms, ground.end_ms(mark, pitch, limit_ms))
    # The first click may have been about nothing that was heard, the second one about a pitch.
    more = () if pitch is None or pitch in before.confirmed else (pitch,)
    return replace(before, span=Span(start_ms, end_ms), confirmed=(*before.confirmed, *more))


def _with_limits(
    marks: Sequence[OperatorMark], ground: _Ground, duration_ms: int
) -> Iterator[tuple[OperatorMark, int]]:
    """Yield each mark and until when it may count: the next one that is not the same again."""
    limits = [duration_ms] * len(marks)
    for index in range(len(marks) - 2, -1, -1):
        mark, later = marks[index], marks[index + 1]
        if _are_clicks_on_one(mark, later):
            limits[index] = limits[index + 1]
            continue
        opening_ms = ground.opening_ms(later)
        leaves_enough = opening_ms - mark.start_ms >= SHORTEST_REMNANT_MS
        limits[index] = min(opening_ms if leaves_enough else later.start_ms, duration_ms)
    return zip(marks, limits, strict=True)


def _are_clicks_on_one(mark: OperatorMark, later: OperatorMark) -> bool:
    return mark.product_id == later.product_id and mark.end_ms is None and later.end_ms is None


def _goes_on(before: Placed, mark: OperatorMark) -> bool:
    return _are_clicks_on_one(before.mark, mark) and mark.start_ms < before.span.end_ms


def _start_ms(mark: OperatorMark, pitch: Highlight | None) -> int:
    """Return where a click's pitch begins.

    Detection may hear a pitch late, but what it hears before the click is the pitch as well.
    """
    if pitch is None or pitch.span.start_ms > mark.start_ms + CLICK_MS:
        return mark.start_ms
    return pitch.span.start_ms


def _make_highlight(placed: Placed, name: str, titles: Mapping[str, str]) -> Highlight:
    mark, span = placed.mark, placed.span
    detected_title = placed.confirmed[0].title if placed.confirmed else ""
    evidence = [item for pitch in placed.confirmed for item in pitch.evidence]
    return Highlight(
        id=name,
        product_id=mark.product_id,
        title=mark.title or detected_title or titles[mark.product_id],
        span=span,
        point_ms=placed.point_ms if span.holds(placed.point_ms) else span.start_ms,
        confidence=1.0,
        status=Status.PUBLISHED,
        source=Source.OPERATOR,
        evidence=evidence_in(evidence, span),
    )
