"""Read one recording's index back, inside somebody's transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import Product
from models.document import IndexDocument, IndexProvenance
from models.highlight import Correction, Highlight, Mention, Status
from models.recording import Recording, Rendition
from models.tables import (
    CorrectionRow,
    DetectionRow,
    EvidenceRow,
    HighlightRow,
    IndexRunRow,
    MentionRow,
    ProductRow,
    RecordingRow,
    RemovedRow,
    RenditionRow,
    TranscriptRow,
    UtteranceRow,
)
from models.transcript import Provenance, Transcript
from pipeline.store import rows


def read_document(session: Session, row: RecordingRow, *, with_review: bool) -> IndexDocument:
    """Read what a player reads; highlights that wait for review only when asked for.

    A highlight that was published once and is listed for review now is not listed as removed too.
    """
    wanted = {Status.PUBLISHED, Status.REVIEW} if with_review else {Status.PUBLISHED}
    highlights = tuple(item for item in read_served(session, row.id) if item.status in wanted)
    mentions = read_mentions(session, row.id)
    listed = {highlight.id for highlight in highlights}
    named = {highlight.product_id for highlight in highlights}
    named |= {mention.product_id for mention in mentions}
    run = latest_run(session, row.id)
    if run is None:
        raise LookupError(f"recording {row.id} has an index that no run made")
    return IndexDocument(
        revision=row.revision,
        recording=rows.recording_of(row),
        media=read_media(session, row.id),
        products=tuple(item for item in read_products(session, row.id) if item.id in named),
        highlights=highlights,
        mentions=mentions,
        removed=tuple(
            item.highlight_id
            for item in read_removed(session, row.id)
            if item.highlight_id not in listed
        ),
        provenance=IndexProvenance(
            engine=run.engine,
            model=run.model,
            weights_sha256=run.weights_sha256,
            config=run.config,
            version=run.version,
            transcript_key=run.transcript_key,
        ),
    )


def read_transcript(session: Session, recording_id: str) -> Transcript:
    """Read the transcript of a recording that is there."""
    about = session.get_one(TranscriptRow, recording_id)
    query = (
        select(UtteranceRow)
        .where(UtteranceRow.recording_id == recording_id)
        .order_by(UtteranceRow.ordinal)
    )
    return Transcript(
        language=about.language,
        utterances=tuple(rows.utterance_of(row) for row in session.scalars(query)),
        provenance=Provenance(about.engine, about.model, about.weights_sha256, about.settings),
    )


def read_media(session: Session, recording_id: str) -> tuple[Rendition, ...]:
    """Read the playable files of a recording."""
    query = (
        select(RenditionRow)
        .where(RenditionRow.recording_id == recording_id)
        .order_by(RenditionRow.ordinal)
    )
    return tuple(rows.rendition_of(row) for row in session.scalars(query))


def read_mentions(session: Session, recording_id: str) -> tuple[Mention, ...]:
    """Read the mentions of a recording in order of time."""
    query = (
        select(MentionRow)
        .where(MentionRow.recording_id == recording_id)
        .order_by(MentionRow.ordinal)
    )
    return tuple(rows.mention_of(row) for row in session.scalars(query))


def read_corrections(session: Session, recording: Recording) -> tuple[Correction, ...]:
    """Read the corrections of this recording's media, in the order they were made."""
    query = (
        select(CorrectionRow)
        .where(
            CorrectionRow.recording_id == recording.id,
            CorrectionRow.fingerprint == recording.fingerprint,
        )
        .order_by(CorrectionRow.sequence)
    )
    return tuple(rows.correction_of(row) for row in session.scalars(query))


def read_products(session: Session, recording_id: str) -> tuple[Product, ...]:
    """Read the products of a recording's catalogue in its order."""
    query = (
        select(ProductRow)
        .where(ProductRow.recording_id == recording_id)
        .order_by(ProductRow.ordinal)
    )
    return tuple(rows.product_of(row) for row in session.scalars(query))


def read_detections(session: Session, recording_id: str) -> tuple[Highlight, ...]:
    """Read what the last run detected, sorted by start."""
    query = (
        select(DetectionRow)
        .where(DetectionRow.recording_id == recording_id)
        .order_by(DetectionRow.start_ms)
    )
    return tuple(rows.detection_of(row) for row in session.scalars(query))


def read_served(session: Session, recording_id: str) -> tuple[Highlight, ...]:
    """Read the highlights as they are served, sorted by start, with their evidence."""
    reasons: dict[str, list[EvidenceRow]] = {}
    for reason in session.scalars(
        select(EvidenceRow)
        .where(EvidenceRow.recording_id == recording_id)
        .order_by(EvidenceRow.highlight_id, EvidenceRow.ordinal)
    ):
        reasons.setdefault(reason.highlight_id, []).append(reason)
    query = (
        select(HighlightRow)
        .where(HighlightRow.recording_id == recording_id)
        .order_by(HighlightRow.start_ms)
    )
    return tuple(
        rows.highlight_of(row, map(rows.evidence_of, reasons.get(row.id, ())))
        for row in session.scalars(query)
    )


def read_removed(session: Session, recording_id: str) -> tuple[RemovedRow, ...]:
    """Read the tombstones of a recording's highlights, oldest first."""
    query = (
        select(RemovedRow)
        .where(RemovedRow.recording_id == recording_id)
        .order_by(RemovedRow.revision, RemovedRow.highlight_id)
    )
    return tuple(session.scalars(query))


def latest_run(session: Session, recording_id: str) -> IndexRunRow | None:
    """Read what made the index as it stands."""
    query = (
        select(IndexRunRow)
        .where(IndexRunRow.recording_id == recording_id)
        .order_by(IndexRunRow.revision.desc())
        .limit(1)
    )
    return session.scalars(query).first()
