"""Write what is served: detections, the operator's marks over them, people's corrections on top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.highlight import Highlight, Status
from models.operator_log import OperatorLog
from models.recording import Recording
from models.span import Span
from models.tables import (
    DetectionRow,
    EvidenceRow,
    HighlightRow,
    MentionRow,
    ProductRow,
    RecordingRow,
    RemovedRow,
    RenditionRow,
    SearchPageRow,
    TranscriptRow,
    UtteranceRow,
)
from pipeline.store import rows
from pipeline.store.contract import SavedIndex
from pipeline.store.identity import Sighting
from pipeline.store.marking import KeptMark, lay_marks
from pipeline.store.operator_log import check_log, log_of, name_marks, read_marks, replace_marks
from pipeline.store.overlay import overlay
from pipeline.store.pages import titles_values
from pipeline.store.reading import (
    read_corrections,
    read_detections,
    read_products,
    read_removed,
    read_served,
)

Owned = (
    EvidenceRow
    | HighlightRow
    | DetectionRow
    | MentionRow
    | UtteranceRow
    | TranscriptRow
    | RenditionRow
    | ProductRow
    | SearchPageRow
)
SERVED: tuple[type[Owned], ...] = (EvidenceRow, HighlightRow)
"""Children before parents, as deleting needs it."""


def keep_log(session: Session, row: RecordingRow, log: OperatorLog, now: datetime) -> SavedIndex:
    """Put a log in the place of the one that was kept, unless it is the same.

    Raises:
        InputError: when it names products or times that are not there.
    """
    recording = rows.recording_of(row)
    if log_of(read_marks(session, recording)) == log:
        return SavedIndex(row.revision, changed=False)
    check_log(session, recording, log)
    detected = read_detections(session, row.id)
    replace_marks(session, recording, name_log(session, recording, log, detected))
    session.flush()
    rebuild(session, row, now)
    return SavedIndex(row.revision, changed=True)


def rebuild(session: Session, row: RecordingRow, now: datetime) -> None:
    """Lay marks and corrections over the stored detections again; raise the revision if it shows.

    What a person said comes last, and so wins over the operator's log.
    """
    recording = rows.recording_of(row)
    detected = read_detections(session, row.id)
    titles = {product.id: product.title for product in read_products(session, row.id)}
    laid = lay_marks(detected, read_marks(session, recording), titles, row.duration_ms)
    served = overlay(laid, read_corrections(session, recording), titles)
    if served == read_served(session, row.id):
        return
    published = read_published(session, row.id)
    row.revision += 1
    row.updated_at = now
    session.flush()
    delete_owned(session, row.id, SERVED)
    serve(session, row.id, served)
    bury(session, row.id, published, row.revision)


def name_log(
    session: Session, recording: Recording, log: OperatorLog, detected: Sequence[Highlight]
) -> tuple[KeptMark, ...]:
    """Give the marks of a log their ids; those of other media are never given again."""
    known = read_marks(session, recording)
    taken = {correction.highlight_id for correction in read_corrections(session, recording)}
    taken |= {kept.highlight_id for kept in known}
    removed = read_removed(session, recording.id)
    taken |= {item.highlight_id for item in removed}
    row = session.get(RecordingRow, recording.id)
    buried = [
        Sighting(item.highlight_id, item.product_id, Span(item.start_ms, item.end_ms))
        for item in removed
        if row is not None and row.fingerprint == recording.fingerprint
    ]
    return name_marks(log, known, detected, buried, taken, recording)


def serve(session: Session, recording_id: str, highlights: Sequence[Highlight]) -> None:
    """Insert the highlights that are served, with their evidence, and the page of all titles."""
    served = [rows.served_values(highlight) for highlight in highlights]
    insert_owned(session, HighlightRow, recording_id, served)
    evidence = (
        rows.evidence_values(item, highlight.id, ordinal)
        for highlight in highlights
        for ordinal, item in enumerate(highlight.evidence)
    )
    insert_owned(session, EvidenceRow, recording_id, evidence)
    query = select(ProductRow.search_text).where(ProductRow.recording_id == recording_id)
    titles = [*session.scalars(query), *(highlight["search_text"] for highlight in served)]
    session.execute(
        delete(SearchPageRow).where(
            SearchPageRow.recording_id == recording_id, SearchPageRow.end_ordinal == 0
        )
    )
    insert_owned(session, SearchPageRow, recording_id, [titles_values(titles)])


def read_published(session: Session, recording_id: str) -> dict[str, Sighting]:
    """Read what readers of the index see now, by id."""
    return {
        item.id: Sighting(item.id, item.product_id, item.span)
        for item in read_served(session, recording_id)
        if item.status is Status.PUBLISHED
    }


def bury(
    session: Session, recording_id: str, before: Mapping[str, Sighting], revision: int
) -> None:
    """Set tombstones for what is published no more, and take away those of what is back."""
    after = read_published(session, recording_id)
    session.execute(
        delete(RemovedRow).where(
            RemovedRow.recording_id == recording_id, RemovedRow.highlight_id.in_(after)
        )
    )
    for sighting in before.values():
        if sighting.id not in after:
            session.add(rows.make_removed_row(sighting, recording_id, revision))


def delete_owned(session: Session, recording_id: str, tables: Iterable[type[Owned]]) -> None:
    """Delete all rows of one recording from some tables, in their order."""
    for table in tables:
        session.execute(delete(table).where(table.recording_id == recording_id))


def insert_owned(
    session: Session, table: type[Owned], recording_id: str, values: Iterable[rows.Values]
) -> None:
    """Insert many rows of one recording at once."""
    if owned := [{"recording_id": recording_id, **row} for row in values]:
        session.execute(insert(table), owned)
