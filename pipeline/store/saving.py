"""Write one recording's index: everything of it in one transaction, ids and corrections kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.catalogue import Product
from models.errors import InputError
from models.highlight import Correction, Highlight, Status
from models.recording import Recording
from models.span import Span
from models.tables import (
    PRODUCT_ID_LENGTH,
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
from pipeline.store.contract import IndexInput, SavedIndex
from pipeline.store.digest import digest_of
from pipeline.store.identity import Sighting, keep_ids
from pipeline.store.overlay import overlay
from pipeline.store.pages import speech_values, titles_values
from pipeline.store.reading import (
    latest_run,
    read_corrections,
    read_detections,
    read_products,
    read_removed,
    read_served,
)

_Owned = (
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
_Noun = TypeVar("_Noun")
_SERVED: tuple[type[_Owned], ...] = (EvidenceRow, HighlightRow)
"""Children before parents, as deleting needs it."""
_INDEXED: tuple[type[_Owned], ...] = (
    *_SERVED,
    DetectionRow,
    MentionRow,
    UtteranceRow,
    TranscriptRow,
    RenditionRow,
    SearchPageRow,
)


def write_index(session: Session, data: IndexInput, now: datetime) -> SavedIndex:
    """Write the index unless exactly this one is already there.

    Raises:
        InputError: when the id belongs to a recording of other media, or a product id is too long.
    """
    recording_id = data.recording.id
    _check_product_ids(data.catalogue.products)
    digest = digest_of(data)  # before the first statement, which takes the write lock
    row = session.get(RecordingRow, recording_id)
    if row is not None and row.deleted_at is None:
        _check_same_media(row, data.recording)
        if _latest_digest(session, recording_id) == digest:
            return SavedIndex(row.revision, changed=False)
    corrections = read_corrections(session, data.recording)
    detected = _identify(session, data, row, corrections)
    products = {product.id: product for product in read_products(session, recording_id)}
    published = _published(session, recording_id)
    if row is None:
        row = RecordingRow(id=recording_id, revision=0, created_at=now)
        session.add(row)
    rows.fill_recording(row, data.recording, now)
    row.revision += 1
    session.flush()
    _delete(session, recording_id, (*_INDEXED, ProductRow))
    named = {correction.product_id for correction in corrections}
    kept = [products[name] for name in products if name in named and name not in data.catalogue]
    _insert_input(session, data, (*data.catalogue.products, *kept))
    session.add(rows.make_run_row(data.provenance, recording_id, row.revision, digest, now))
    _insert(session, DetectionRow, recording_id, map(rows.detection_values, detected))
    titles = {product.id: product.title for product in (*data.catalogue, *kept)}
    _serve(session, recording_id, overlay(detected, corrections, titles))
    _bury(session, recording_id, published, row.revision)
    return SavedIndex(row.revision, changed=True)


def rebuild(session: Session, row: RecordingRow, now: datetime) -> None:
    """Lay all corrections over the stored detections again; raise the revision if that shows."""
    recording = rows.recording_of(row)
    detected = read_detections(session, row.id)
    titles = {product.id: product.title for product in read_products(session, row.id)}
    served = overlay(detected, read_corrections(session, recording), titles)
    if served == read_served(session, row.id):
        return
    published = _published(session, row.id)
    row.revision += 1
    row.updated_at = now
    session.flush()
    _delete(session, row.id, _SERVED)
    _serve(session, row.id, served)
    _bury(session, row.id, published, row.revision)


def clear(session: Session, row: RecordingRow, now: datetime) -> None:
    """Delete everything found in a recording; its tombstones and its corrections stay.

    The products that corrections name stay too, so that they apply when it is indexed again.
    """
    named = {item.product_id for item in read_corrections(session, rows.recording_of(row))}
    published = _published(session, row.id)
    row.revision += 1
    row.deleted_at = row.updated_at = now
    _delete(session, row.id, _INDEXED)
    session.execute(
        delete(ProductRow).where(
            ProductRow.recording_id == row.id, ProductRow.product_id.not_in(named)
        )
    )
    _bury(session, row.id, published, row.revision)


def _check_product_ids(products: Iterable[Product]) -> None:
    for product in products:
        if len(product.id) > PRODUCT_ID_LENGTH:
            raise InputError(
                f"product id {product.id[:40]!r}… has {len(product.id)} characters; "
                f"at most {PRODUCT_ID_LENGTH} can be kept, shorten it in the catalogue"
            )


def _check_same_media(row: RecordingRow, recording: Recording) -> None:
    if row.fingerprint != recording.fingerprint:
        raise InputError(
            f"recording {recording.id} was indexed from other media; give this one another id, or "
            "delete the old one first"
        )


def _latest_digest(session: Session, recording_id: str) -> str | None:
    run = latest_run(session, recording_id)
    return None if run is None else run.digest


def _identify(
    session: Session,
    data: IndexInput,
    row: RecordingRow | None,
    corrections: Sequence[Correction],
) -> tuple[Highlight, ...]:
    """Give detected highlights their ids; those of other media are never given again."""
    recording = data.recording
    removed = read_removed(session, recording.id)
    taken = {tombstone.highlight_id for tombstone in removed}
    taken |= {correction.highlight_id for correction in corrections}
    same_media = row is not None and row.fingerprint == recording.fingerprint
    live = read_detections(session, recording.id) if same_media else ()
    return keep_ids(
        data.detection.highlights,
        [Sighting(item.id, item.product_id, item.span) for item in live],
        [
            Sighting(item.highlight_id, item.product_id, Span(item.start_ms, item.end_ms))
            for item in removed
            if same_media
        ],
        taken,
        owner=f"{recording.fingerprint}/{recording.id}",
    )


def _insert_input(session: Session, data: IndexInput, products: Sequence[Product]) -> None:
    """Insert what came in from outside: media, products, transcript, mentions."""
    recording_id = data.recording.id
    spoken, mentions = data.transcript.utterances, data.detection.mentions
    _insert(session, RenditionRow, recording_id, _numbered(rows.rendition_values, data.media))
    _insert(session, ProductRow, recording_id, _numbered(rows.product_values, products))
    utterances = tuple(_numbered(rows.utterance_values, spoken))
    _insert(session, UtteranceRow, recording_id, utterances)
    pages = speech_values([utterance["search_text"] for utterance in utterances])
    _insert(session, SearchPageRow, recording_id, pages)
    _insert(session, MentionRow, recording_id, _numbered(rows.mention_values, mentions))
    session.add(rows.make_transcript_row(data.transcript, recording_id))


def _serve(session: Session, recording_id: str, highlights: Sequence[Highlight]) -> None:
    """Insert the highlights that are served, with their evidence, and the page of all titles."""
    served = [rows.served_values(highlight) for highlight in highlights]
    _insert(session, HighlightRow, recording_id, served)
    evidence = (
        rows.evidence_values(item, highlight.id, ordinal)
        for highlight in highlights
        for ordinal, item in enumerate(highlight.evidence)
    )
    _insert(session, EvidenceRow, recording_id, evidence)
    query = select(ProductRow.search_text).where(ProductRow.recording_id == recording_id)
    titles = [*session.scalars(query), *(highlight["search_text"] for highlight in served)]
    session.execute(
        delete(SearchPageRow).where(
            SearchPageRow.recording_id == recording_id, SearchPageRow.end_ordinal == 0
        )
    )
    _insert(session, SearchPageRow, recording_id, [titles_values(titles)])


def _published(session: Session, recording_id: str) -> dict[str, Sighting]:
    """Read what readers of the index see now, by id."""
    return {
        item.id: Sighting(item.id, item.product_id, item.span)
        for item in read_served(session, recording_id)
        if item.status is Status.PUBLISHED
    }


def _bury(
    session: Session, recording_id: str, before: Mapping[str, Sighting], revision: int
) -> None:
    """Set tombstones for what is published no more, and take away those of what is back."""
    after = _published(session, recording_id)
    session.execute(
        delete(RemovedRow).where(
            RemovedRow.recording_id == recording_id, RemovedRow.highlight_id.in_(after)
        )
    )
    for sighting in before.values():
        if sighting.id not in after:
            session.add(rows.make_removed_row(sighting, recording_id, revision))


def _delete(session: Session, recording_id: str, tables: Iterable[type[_Owned]]) -> None:
    for table in tables:
        session.execute(delete(table).where(table.recording_id == recording_id))


def _insert(
    session: Session, table: type[_Owned], recording_id: str, values: Iterable[rows.Values]
) -> None:
    """Insert many rows of one recording at once."""
    if owned := [{"recording_id": recording_id, **row} for row in values]:
        session.execute(insert(table), owned)


def _numbered(
    write: Callable[[_Noun, int], rows.Values], nouns: Iterable[_Noun]
) -> Iterator[rows.Values]:
    return (write(noun, ordinal) for ordinal, noun in enumerate(nouns))
