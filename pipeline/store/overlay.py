"""People's corrections laid over what detection found: a person's word always wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.highlight import Action, Correction, Evidence, Highlight, Source, Status
from models.span import Span, iter_gaps

SHORTEST_REMNANT_MS = 8_000
"""What a person's span leaves of a detected neighbour must be at least this long to stay: the
shortest stretch that detection itself would call a pitch."""


def overlay(
    detected: Sequence[Highlight],
    corrections: Iterable[Correction],
    titles: Mapping[str, str],
) -> tuple[Highlight, ...]:
    """Apply corrections, in the order they were made, to what a run detected.

        detected    [----A----)[------B------)   [--C--)
        move A            [-------A'------)
        remove C                                 [xxxxx)
        result            [-------A'------)[-B-)

    A correction finds its target by id, or else by product and overlap, so it holds after a
    re-run that shaped the stretch differently; one whose stretch is no longer detected stands on
    its own. The later of two corrections wins where they overlap.

    Guarantees: sorted by start, never overlapping, ids unique; every correction but a removal is
    present with the person's product and span, published, until a later one says otherwise.
    `titles` maps product ids to titles. Pure.
    """
    free = {highlight.id: highlight for highlight in detected}
    pinned: dict[str, Highlight] = {}
    for correction in corrections:
        claimed = _claim(free, correction)
        earlier = pinned.pop(correction.highlight_id, None)
        if correction.action is not Action.REMOVE:
            target = earlier or _closest(claimed, correction)
            pinned[correction.highlight_id] = _corrected(correction, target, titles)
    placed: list[Highlight] = []
    for highlight in reversed(pinned.values()):
        placed += crop_around(highlight, placed, shortest_ms=1)
    by_people = tuple(placed)
    for highlight in free.values():
        placed += crop_around(highlight, by_people, shortest_ms=SHORTEST_REMNANT_MS)
    return tuple(sorted(placed, key=lambda highlight: highlight.span))


def _claim(free: dict[str, Highlight], correction: Correction) -> list[Highlight]:
    """Take out of `free` whatever detection says about the stretch that a person judged.

    By id; by the product and stretch that the person saw; by the product and stretch that the
    person made of it, where a better run may by now agree.
    """
    claimed = [
        highlight
        for highlight in free.values()
        if highlight.id == correction.highlight_id
        or _is_about(highlight, correction.anchor_product_id, correction.anchor)
        or _is_about(highlight, correction.product_id, correction.span)
    ]
    for highlight in claimed:
        del free[highlight.id]
    return claimed


def _is_about(highlight: Highlight, product_id: str, span: Span) -> bool:
    """Tell whether the highlight is of the product and lies mostly inside the span."""
    inside_ms = highlight.span.overlap_ms(span)
    return highlight.product_id == product_id and 2 * inside_ms >= highlight.span.duration_ms


def _closest(claimed: Iterable[Highlight], correction: Correction) -> Highlight | None:
    """Return the claimed highlight that the person meant: the same id, or the most overlap."""
    return max(
        claimed,
        key=lambda highlight: (
            highlight.id == correction.highlight_id,
            highlight.span.iou(correction.anchor),
            -highlight.span.start_ms,
        ),
        default=None,
    )


def _corrected(
    correction: Correction, target: Highlight | None, titles: Mapping[str, str]
) -> Highlight:
    """Make the highlight that the person said, with what still holds of the target."""
    span, product_id = correction.span, correction.product_id
    same_product = target is not None and target.product_id == product_id
    by_operator = correction.action is Action.ADD or (
        target is not None and target.source is Source.OPERATOR
    )
    return Highlight(
        id=correction.highlight_id,
        product_id=product_id,
        title=target.title if target and same_product else titles[product_id],
        span=span,
        point_ms=_point_ms(correction, target),
        confidence=1.0,
        status=Status.PUBLISHED,
        source=Source.OPERATOR if by_operator else Source.CORRECTED,
        evidence=evidence_in(target.evidence, span) if target and same_product else (),
    )


def _point_ms(correction: Correction, target: Highlight | None) -> int:
    """Keep the point to jump to, unless the person moved the start or it fell outside."""
    kept = (
        target is not None
        and correction.span.start_ms == correction.anchor.start_ms
        and correction.span.holds(target.point_ms)
    )
    return target.point_ms if target and kept else correction.span.start_ms


def crop_around(
    highlight: Highlight, placed: Sequence[Highlight], *, shortest_ms: int
) -> tuple[Highlight, ...]:
    """Return the highlight without what is already placed; empty when too little is left.

    Of several pieces the one with the point stays, or else the longest.
    """
    if not any(highlight.span.overlap_ms(other.span) for other in placed):
        return (highlight,)
    gaps = iter_gaps((other.span for other in placed), highlight.span)
    pieces = [gap for gap in gaps if gap.duration_ms >= shortest_ms]
    if not pieces:
        return ()
    piece = max(pieces, key=lambda gap: (gap.holds(highlight.point_ms), gap.duration_ms))
    return (
        replace(
            highlight,
            span=piece,
            point_ms=highlight.point_ms if piece.holds(highlight.point_ms) else piece.start_ms,
            evidence=evidence_in(highlight.evidence, piece),
        ),
    )


def evidence_in(evidence: Iterable[Evidence], span: Span) -> tuple[Evidence, ...]:
    """Return what was said inside the span."""
    return tuple(item for item in evidence if span.holds(item.at_ms))
