"""Write one recording's index: everything of it in one transaction, ids and corrections kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.catalogue import Product
from models.errors import InputError
from models.highlight import Correction, Highlight
from models.recording import Recording
from models.span import Span
from models.tables import (
    PRODUCT_ID_LENGTH,
    DetectionRow,
    MentionRow,
    ProductRow,
    RecordingRow,
    RenditionRow,
    SearchPageRow,
    TranscriptRow,
    UtteranceRow,
)
from pipeline.store import rows
from pipeline.store.contract import IndexInput, SavedIndex
from pipeline.store.digest import digest_of
from pipeline.store.identity import Sighting, keep_ids
from pipeline.store.marking import KeptMark, lay_marks
from pipeline.store.operator_log import read_marks, replace_marks
from pipeline.store.overlay import overlay
from pipeline.store.pages import speech_values
from pipeline.store.reading import (
    latest_run,
    read_corrections,
    read_detections,
    read_products,
    read_removed,
)
from pipeline.store.serving import (
    SERVED,
    Owned,
    bury,
    delete_owned,
    insert_owned,
    keep_log,
    name_log,
    read_published,
    serve,
)

_Noun = TypeVar("_Noun")
_INDEXED: tuple[type[Owned], ...] = (
    *SERVED,
    DetectionRow,
    MentionRow,
    UtteranceRow,
    TranscriptRow,
    RenditionRow,
    SearchPageRow,
)
"""Children before parents, as deleting needs it."""


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
            if data.log is None:
                return SavedIndex(row.revision, changed=False)
            return keep_log(session, row, data.log, now)
    corrections = read_corrections(session, data.recording)
    known = read_marks(session, data.recording)
    detected = _identify(session, data, row, corrections, known)
    marks = known if data.log is None else name_log(session, data.recording, data.log, detected)
    products = {product.id: product for product in read_products(session, recording_id)}
    published = read_published(session, recording_id)
    if row is None:
        row = RecordingRow(id=recording_id, revision=0, created_at=now)
        session.add(row)
    rows.fill_recording(row, data.recording, now)
    row.revision += 1
    session.flush()
    delete_owned(session, recording_id, (*_INDEXED, ProductRow))
    named = {correction.product_id for correction in corrections}
    named |= {kept.mark.product_id for kept in marks}
    kept = [products[name] for name in products if name in named and name not in data.catalogue]
    _insert_input(session, data, (*data.catalogue.products, *kept))
    session.add(rows.make_run_row(data.provenance, recording_id, row.revision, digest, now))
    insert_owned(session, DetectionRow, recording_id, map(rows.detection_values, detected))
    if data.log is not None:
        replace_marks(session, data.recording, marks)
    titles = {product.id: product.title for product in (*data.catalogue, *kept)}
    laid = lay_marks(detected, marks, titles, data.recording.duration_ms)
    serve(session, recording_id, overlay(laid, corrections, titles))
    bury(session, recording_id, published, row.revision)
    return SavedIndex(row.revision, changed=True)


def clear(session: Session, row: RecordingRow, now: datetime) -> None:
    """Delete everything found in a recording; its tombstones, corrections and marks stay.

    The products that these name stay too, so that they apply when it is indexed again.
    """
    recording = rows.recording_of(row)
    named = {item.product_id for item in read_corrections(session, recording)}
    named |= {kept.mark.product_id for kept in read_marks(session, recording)}
    published = read_published(session, row.id)
    row.revision += 1
    row.deleted_at = row.updated_at = now
    delete_owned(session, row.id, _INDEXED)
    session.execute(
        delete(ProductRow).where(
            ProductRow.recording_id == row.id, ProductRow.product_id.not_in(named)
        )
    )
    bury(session, row.id, published, row.revision)


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
    marks: Sequence[KeptMark],
) -> tuple[Highlight, ...]:
    """Give detected highlights their ids; those of other media are never given again."""
    recording = data.recording
    removed = read_removed(session, recording.id)
    taken = {tombstone.highlight_id for tombstone in removed}
    taken |= {correction.highlight_id for correction in corrections}
    taken |= {kept.highlight_id for kept in marks}
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
    insert_owned(session, RenditionRow, recording_id, _numbered(rows.rendition_values, data.media))
    insert_owned(session, ProductRow, recording_id, _numbered(rows.product_values, products))
    utterances = tuple(_numbered(rows.utterance_values, spoken))
    insert_owned(session, UtteranceRow, recording_id, utterances)
    pages = speech_values([utterance["search_text"] for utterance in utterances])
    insert_owned(session, SearchPageRow, recording_id, pages)
    insert_owned(session, MentionRow, recording_id, _numbered(rows.mention_values, mentions))
    session.add(rows.make_transcript_row(data.transcript, recording_id))


def _numbered(
    write: Callable[[_Noun, int], rows.Values], nouns: Iterable[_Noun]
) -> Iterator[rows.Values]:
    return (write(noun, ordinal) for ordinal, noun in enumerate(nouns))
