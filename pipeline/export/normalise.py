"""Make an index fit for players, the same way for every format, and say what was changed.

Three shapes cover all targets:

    pitches    [-----)   [----)  [--)     spans inside the recording; may overlap
    chapters   [--------)[----)  [--)     and never overlap: the more confident one wins
    dots         o          oo    o       points on a bar; those on top of each other share one
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import replace

from models.document import IndexDocument
from models.span import Span, iter_gaps
from pipeline.export.marks import Mark, Normalised, mark_highlights
from pipeline.export.report import Change, Fate

BAR_PX = 800
"""Width of a usual desktop player's progress bar."""
DOT_PX = 8
"""A dot of 6 px, as xgplayer draws it, and room to hit its neighbour; closer ones are merged."""

MIN_CHAPTER_MS = 1000
"""Nobody can see or hit less than a second on a bar; players count and round in seconds."""


def normalise_pitches(
    document: IndexDocument, *, earliest_ms: int = 0, end_ms: int | None = None
) -> Normalised:
    """Return every highlight as a span inside the recording, sorted by start.

    Args:
        document: the index.
        earliest_ms: where the first span may begin; players that leave out 0 take 1.
        end_ms: where the last span may end; the end of the recording when None.
    """
    last_ms = document.recording.duration_ms if end_ms is None else end_ms
    return clip(mark_highlights(document), earliest_ms=earliest_ms, end_ms=last_ms)


def normalise_chapters(
    document: IndexDocument, *, min_length_ms: int = 1, end_ms: int | None = None
) -> Normalised:
    """Return the highlights as spans inside the recording that do not overlap, sorted by start.

    Args:
        document: the index.
        min_length_ms: shorter ones are dropped; `MIN_CHAPTER_MS` for players that draw them.
        end_ms: where the last span may end; the end of the recording when None.
    """
    pitches = normalise_pitches(document, end_ms=end_ms)
    pitches = drop_short(pitches, min_length_ms=min_length_ms)
    return separate(pitches, min_length_ms=min_length_ms)


def normalise_dots(
    document: IndexDocument, *, earliest_ms: int = 0, grid_ms: int = 1
) -> Normalised:
    """Return the highlights as points `earliest_ms <= at_ms < duration`, sorted, none too near.

    Args:
        document: the index.
        earliest_ms: where the first dot may stand.
        grid_ms: times are rounded down to multiples of it; for players that know whole seconds.
    """
    duration_ms = document.recording.duration_ms
    placed = place(
        normalise_pitches(document), earliest_ms=earliest_ms, grid_ms=grid_ms, end_ms=duration_ms
    )
    return thin(placed, spacing_ms=max(grid_ms, duration_ms * DOT_PX // BAR_PX))


def clip(normalised: Normalised, *, earliest_ms: int, end_ms: int) -> Normalised:
    """Cut marks to `[earliest_ms, end_ms)`; those outside are dropped."""
    kept: list[Mark] = []
    changes: list[Change] = []
    extent = Span(earliest_ms, end_ms) if earliest_ms < end_ms else None
    for mark in normalised.marks:
        inside = None if extent is None else mark.span.crop(extent)
        if inside is None:
            where = "after the end of" if mark.span.start_ms >= end_ms else "at the very start of"
            changes.append(mark.change(Fate.DROPPED, f"lies {where} the recording"))
        elif inside == mark.span:
            kept.append(mark)
        else:
            kept.append(_cut(mark, inside))
            changes.append(mark.change(Fate.MOVED, f"cut to {_spell(inside)}, the allowed part"))
    return Normalised(tuple(kept), normalised.report.with_changes(*changes))


def drop_short(normalised: Normalised, *, min_length_ms: int) -> Normalised:
    """Drop marks that are shorter than this."""
    short = frozenset(mark.id for mark in normalised.marks if mark.span.duration_ms < min_length_ms)
    reason = f"lasts less than {min_length_ms} ms, the least that the player can show"
    return drop_marks(normalised, short, reason=reason)


def separate(normalised: Normalised, *, min_length_ms: int = 1) -> Normalised:
    """Take overlaps from the less confident mark; what is left too short of is dropped.

        0.9      [------)             [------)
        0.6   [-----)         ==>  [-)
        0.3       [--)             (dropped)

    Of what a confident mark leaves on both sides, the longer part stays; the earlier one when they
    are equal. Independent of the order of its input.
    """
    kept: list[Mark] = []
    changes: list[Change] = []
    for mark in sorted(normalised.marks, key=_most_confident_first):
        free = _longest_free(mark.span, kept)
        if free is None or free.duration_ms < min_length_ms:
            reason = "overlaps more confident ones, and nothing long enough is left"
            changes.append(mark.change(Fate.DROPPED, reason))
            continue
        if free != mark.span:
            reason = f"cut to {_spell(free)}, since it overlaps a more confident one"
            changes.append(mark.change(Fate.MOVED, reason))
            mark = _cut(mark, free)  # noqa: PLW2901
        insort(kept, mark, key=_start)
    return Normalised(tuple(kept), normalised.report.with_changes(*changes))


def place(normalised: Normalised, *, earliest_ms: int, grid_ms: int, end_ms: int) -> Normalised:
    """Move points to `[earliest_ms, end_ms)` and down to multiples of `grid_ms`.

    Rounding is the precision of the target and not reported; a move beyond it is. Marks for which
    there is no such place are dropped.
    """
    first = -(-earliest_ms // grid_ms) * grid_ms
    last = (end_ms - 1) // grid_ms * grid_ms
    if last < first:
        reason = "the recording is too short for a dot"
        dropped = [mark.change(Fate.DROPPED, reason) for mark in normalised.marks]
        return Normalised((), normalised.report.with_changes(*dropped))
    placed: list[Mark] = []
    changes: list[Change] = []
    for mark in normalised.marks:
        rounded = mark.at_ms // grid_ms * grid_ms
        at_ms = min(max(rounded, first), last)
        if at_ms != rounded:
            reason = f"from {mark.at_ms} ms to {at_ms} ms, since the player takes none before"
            changes.append(mark.change(Fate.MOVED, reason))
        placed.append(replace(mark, at_ms=at_ms))
    placed.sort(key=_point)
    return Normalised(tuple(placed), normalised.report.with_changes(*changes))


def thin(normalised: Normalised, *, spacing_ms: int) -> Normalised:
    """Merge points nearer than `spacing_ms` to the first one of their group.

    o  oo    o             spacing |--|
    o--|     o             the first two share a dot, the third has its own ...
    """
    kept: list[Mark] = []
    joined: list[list[Mark]] = []
    changes: list[Change] = []
    for mark in sorted(normalised.marks, key=_point):
        if kept and mark.at_ms - kept[-1].at_ms < spacing_ms:
            joined[-1].append(mark)
            reason = f"shares the dot of {kept[-1].id}, which is too near to tell apart"
            changes.append(mark.change(Fate.MERGED, reason))
        else:
            kept.append(mark)
            joined.append([])
    marks = tuple(
        replace(mark, joined=(*mark.joined, *others))
        for mark, others in zip(kept, joined, strict=True)
    )
    return Normalised(marks, normalised.report.with_changes(*changes))


def drop_marks(normalised: Normalised, ids: frozenset[str], *, reason: str) -> Normalised:
    """Drop the marks of these ids, all for the same reason."""
    dropped = [mark.change(Fate.DROPPED, reason) for mark in normalised.marks if mark.id in ids]
    marks = tuple(mark for mark in normalised.marks if mark.id not in ids)
    return Normalised(marks, normalised.report.with_changes(*dropped))


def _cut(mark: Mark, span: Span) -> Mark:
    return replace(mark, span=span, at_ms=min(max(mark.at_ms, span.start_ms), span.end_ms - 1))


def _longest_free(span: Span, kept: list[Mark]) -> Span | None:
    """Return the longest part of a span that none of these disjoint, sorted marks covers."""
    low = bisect_left(kept, span.start_ms, key=_end)
    while low < len(kept) and kept[low].span.end_ms <= span.start_ms:
        low += 1
    high = bisect_left(kept, span.end_ms, key=_start)
    gaps = list(iter_gaps((mark.span for mark in kept[low:high]), span))
    return max(gaps, key=lambda gap: (gap.duration_ms, -gap.start_ms), default=None)


def _spell(span: Span) -> str:
    return f"{span.start_ms} to {span.end_ms} ms"


def _most_confident_first(mark: Mark) -> tuple[float, int, int, str]:
    return -mark.highlight.confidence, mark.span.start_ms, mark.span.end_ms, mark.id


def _start(mark: Mark) -> int:
    return mark.span.start_ms


def _end(mark: Mark) -> int:
    return mark.span.end_ms


def _point(mark: Mark) -> int:
    return mark.at_ms
