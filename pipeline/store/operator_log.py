"""Keep what an operator put on screen, and the ids of the highlights that it becomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.errors import InputError
from models.highlight import Highlight
from models.operator_log import OperatorLog, OperatorMark
from models.recording import Recording
from models.tables import OperatorMarkRow, ProductRow
from pipeline.store.identity import Sighting, make_highlight_id
from pipeline.store.marking import CLICK_MS, KeptMark, place_marks


def read_marks(session: Session, recording: Recording) -> tuple[KeptMark, ...]:
    """Read the marks of this recording's media, in order of time."""
    query = (
        select(OperatorMarkRow)
        .where(
            OperatorMarkRow.recording_id == recording.id,
            OperatorMarkRow.fingerprint == recording.fingerprint,
        )
        .order_by(OperatorMarkRow.ordinal)
    )
    return tuple(
        KeptMark(
            OperatorMark(row.product_id, row.start_ms, row.end_ms, row.title), row.highlight_id
        )
        for row in session.scalars(query)
    )


def replace_marks(session: Session, recording: Recording, marks: Iterable[KeptMark]) -> None:
    """Write the marks of a recording in place of all that were kept of it."""
    owned = OperatorMarkRow.recording_id == recording.id
    session.execute(delete(OperatorMarkRow).where(owned))
    values = [
        {
            "recording_id": recording.id,
            "ordinal": ordinal,
            "fingerprint": recording.fingerprint,
            "product_id": kept.mark.product_id,
            "start_ms": kept.mark.start_ms,
            "end_ms": kept.mark.end_ms,
            "title": kept.mark.title,
            "highlight_id": kept.highlight_id,
        }
        for ordinal, kept in enumerate(marks)
    ]
    if values:
        session.execute(insert(OperatorMarkRow), values)


def log_of(marks: Iterable[KeptMark]) -> OperatorLog:
    """Return the log that kept marks came from."""
    return OperatorLog(tuple(kept.mark for kept in marks))


def check_log(session: Session, recording: Recording, log: OperatorLog) -> None:
    """Check that a log is about products and times that are there.

    Raises:
        InputError: when they are not.
    """
    query = select(ProductRow.product_id).where(ProductRow.recording_id == recording.id)
    known = set(session.scalars(query))
    for mark in log.marks:
        if mark.product_id not in known:
            raise InputError(
                f"product {mark.product_id!r} is not in the catalogue of recording {recording.id}"
            )
        if max(mark.start_ms + 1, mark.end_ms or 0) > recording.duration_ms:
            raise InputError(
                f"a mark at {mark.start_ms} ms lies beyond recording {recording.id} "
                f"({recording.duration_ms} ms)"
            )


def name_marks(
    log: OperatorLog,
    known: Sequence[KeptMark],
    detected: Sequence[Highlight],
    buried: Sequence[Sighting],
    taken: AbstractSet[str],
    recording: Recording,
) -> tuple[KeptMark, ...]:
    """Give every mark an id: the one it had, or that of what it confirms, or a new one.

    A mark is the same as before when product and start are, or when the start was mended by no
    more than `CLICK_MS`. A `buried` highlight of the product that began there was published once
    and comes back. `taken` holds further ids that may not be given. Deterministic, ids unique.
    """
    marks = log.marks
    laid = place_marks(marks, detected, recording.duration_ms)
    confirmed = {item.ordinal: {pitch.id for pitch in item.confirmed} for item in laid}
    detected_ids = {item.id for item in detected}
    # A mark that confirmed a pitch, and now is about something else, gives its id back.
    names = {
        ordinal: name
        for ordinal, name in _match(
            marks, {_place_of(kept.mark): kept.highlight_id for kept in known}
        ).items()
        if name not in detected_ids or name in confirmed.get(ordinal, set())
    }
    used = set(names.values())
    for placed in laid:
        free = [pitch.id for pitch in placed.confirmed if pitch.id not in used]
        if placed.ordinal not in names and free:
            names[placed.ordinal] = free[0]
            used.add(free[0])
    rest = [ordinal for ordinal in range(len(marks)) if ordinal not in names]
    graves = {
        (grave.product_id, grave.span.start_ms): grave.id
        for grave in buried
        if grave.id not in used
    }
    back = _match([marks[ordinal] for ordinal in rest], graves)
    names |= {rest[index]: name for index, name in back.items()}
    used |= {*taken, *names.values()}
    used |= detected_ids
    owner = f"{recording.fingerprint}/{recording.id}/operator"
    for ordinal in range(len(marks)):
        if ordinal not in names:
            mark = marks[ordinal]
            names[ordinal] = make_highlight_id(owner, mark.product_id, mark.start_ms, used)
            used.add(names[ordinal])
    return tuple(KeptMark(mark, names[ordinal]) for ordinal, mark in enumerate(marks))


def _place_of(mark: OperatorMark) -> tuple[str, int]:
    return mark.product_id, mark.start_ms


def _match(marks: Sequence[OperatorMark], known: Mapping[tuple[str, int], str]) -> dict[int, str]:
    """Pair marks with known ids by product and start: the same start first, then a near one.

    Returns the id by the index of the mark; linear in both once sorted.
    """
    names = {
        index: known[_place_of(mark)]
        for index, mark in enumerate(marks)
        if _place_of(mark) in known
    }
    given = set(names.values())
    left: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (product_id, start_ms), name in sorted(known.items()):
        if name not in given:
            left[product_id].append((start_ms, name))
    for index, mark in enumerate(marks):
        if index in names:
            continue
        queue = left[mark.product_id]
        while queue and queue[0][0] < mark.start_ms - CLICK_MS:
            queue.pop(0)
        if queue and queue[0][0] <= mark.start_ms + CLICK_MS:
            names[index] = queue.pop(0)[1]
    return names
