"""Nouns to rows and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from models.catalogue import Product
from models.document import IndexProvenance
from models.highlight import (
    Action,
    Correction,
    Evidence,
    EvidenceKind,
    Highlight,
    Mention,
    Source,
    Status,
)
from models.recording import MediaKind, Recording, Rendition
from models.span import Span
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
    StageResultRow,
    TranscriptRow,
    UtteranceRow,
)
from models.transcript import Flag, Transcript, Utterance, Word
from pipeline.store.contract import StageResult
from pipeline.store.folding import fold
from pipeline.store.identity import Sighting

Values = dict[str, Any]
"""Columns of one row, as SQLAlchemy's bulk insert takes them."""


def recording_of(row: RecordingRow) -> Recording:
    """Read a recording."""
    return Recording(
        id=row.id,
        fingerprint=row.fingerprint,
        title=row.title,
        kind=MediaKind(row.kind),
        duration_ms=row.duration_ms,
        started_at=row.started_at,
    )


def fill_recording(row: RecordingRow, recording: Recording, now: datetime) -> None:
    """Write a recording over its row; its id, revision and creation stay."""
    row.fingerprint = recording.fingerprint
    row.title = recording.title
    row.kind = recording.kind.value
    row.duration_ms = recording.duration_ms
    row.started_at = recording.started_at
    row.updated_at = now
    row.deleted_at = None


def rendition_of(row: RenditionRow) -> Rendition:
    """Read a rendition."""
    return Rendition(
        url=row.url,
        mime=row.mime,
        codecs=row.codecs,
        width=row.width,
        height=row.height,
        bytes=row.bytes,
        duration_ms=row.duration_ms,
    )


def rendition_values(rendition: Rendition, ordinal: int) -> Values:
    """Write a rendition."""
    return {
        "ordinal": ordinal,
        "url": rendition.url,
        "mime": rendition.mime,
        "codecs": rendition.codecs,
        "width": rendition.width,
        "height": rendition.height,
        "bytes": rendition.bytes,
        "duration_ms": rendition.duration_ms,
    }


def product_of(row: ProductRow) -> Product:
    """Read a product."""
    return Product(
        id=row.product_id,
        title=row.title,
        brand=row.brand,
        aliases=tuple(json.loads(row.aliases)),
        category=row.category,
        price=row.price,
        link_no=row.link_no,
        url=row.url,
        image=row.image,
        listed_at=row.listed_at,
        delisted_at=row.delisted_at,
    )


def product_values(product: Product, ordinal: int) -> Values:
    """Write a product."""
    return {
        "product_id": product.id,
        "ordinal": ordinal,
        "title": product.title,
        "brand": product.brand,
        "aliases": _format_json(product.aliases),
        "category": product.category,
        "price": product.price,
        "link_no": product.link_no,
        "url": product.url,
        "image": product.image,
        "listed_at": product.listed_at,
        "delisted_at": product.delisted_at,
        "search_text": fold("\n".join((product.title, product.brand, *product.aliases))),
    }


def utterance_of(row: UtteranceRow) -> Utterance:
    """Read an utterance."""
    return Utterance(
        span=Span(row.start_ms, row.end_ms),
        text=row.text,
        raw_text=row.raw_text,
        words=tuple(
            Word(Span(start_ms, end_ms), text, probability)
            for start_ms, end_ms, text, probability in json.loads(row.words)
        ),
        average_log_probability=row.average_log_probability,
        no_speech_probability=row.no_speech_probability,
        flag=None if row.flag is None else Flag(row.flag),
    )


def utterance_values(utterance: Utterance, ordinal: int) -> Values:
    """Write an utterance."""
    words = [
        (word.span.start_ms, word.span.end_ms, word.text, word.probability)
        for word in utterance.words
    ]
    return {
        "ordinal": ordinal,
        "start_ms": utterance.span.start_ms,
        "end_ms": utterance.span.end_ms,
        "text": utterance.text,
        "raw_text": utterance.raw_text,
        "words": _format_json(words),
        "average_log_probability": utterance.average_log_probability,
        "no_speech_probability": utterance.no_speech_probability,
        "flag": None if utterance.flag is None else utterance.flag.value,
        "search_text": fold(utterance.text),
    }


def highlight_of(row: DetectionRow | HighlightRow, evidence: Iterable[Evidence]) -> Highlight:
    """Read a highlight; its evidence lies elsewhere."""
    return Highlight(
        id=row.id,
        product_id=row.product_id,
        title=row.title,
        span=Span(row.start_ms, row.end_ms),
        point_ms=row.point_ms,
        confidence=row.confidence,
        status=Status(row.status),
        source=Source(row.source),
        evidence=tuple(evidence),
    )


def detection_of(row: DetectionRow) -> Highlight:
    """Read a highlight as it was detected."""
    evidence = (
        Evidence(EvidenceKind(kind), text, at_ms, weight)
        for kind, text, at_ms, weight in json.loads(row.evidence)
    )
    return highlight_of(row, evidence)


def _highlight_values(highlight: Highlight) -> Values:
    return {
        "id": highlight.id,
        "product_id": highlight.product_id,
        "title": highlight.title,
        "start_ms": highlight.span.start_ms,
        "end_ms": highlight.span.end_ms,
        "point_ms": highlight.point_ms,
        "confidence": highlight.confidence,
        "status": highlight.status.value,
        "source": highlight.source.value,
    }


def detection_values(highlight: Highlight) -> Values:
    """Write a highlight as it was detected."""
    evidence = [
        (item.kind.value, item.text, item.at_ms, item.weight) for item in highlight.evidence
    ]
    return _highlight_values(highlight) | {"evidence": _format_json(evidence)}


def served_values(highlight: Highlight) -> Values:
    """Write a highlight as it is served."""
    return _highlight_values(highlight) | {"search_text": fold(highlight.title)}


def evidence_of(row: EvidenceRow) -> Evidence:
    """Read one piece of evidence."""
    return Evidence(EvidenceKind(row.kind), row.text, row.at_ms, row.weight)


def evidence_values(evidence: Evidence, highlight_id: str, ordinal: int) -> Values:
    """Write one piece of evidence."""
    return {
        "highlight_id": highlight_id,
        "ordinal": ordinal,
        "kind": evidence.kind.value,
        "text": evidence.text,
        "at_ms": evidence.at_ms,
        "weight": evidence.weight,
    }


def mention_of(row: MentionRow) -> Mention:
    """Read a mention."""
    return Mention(row.product_id, row.at_ms)


def mention_values(mention: Mention, ordinal: int) -> Values:
    """Write a mention."""
    return {"ordinal": ordinal, "product_id": mention.product_id, "at_ms": mention.at_ms}


def correction_of(row: CorrectionRow) -> Correction:
    """Read a correction."""
    return Correction(
        recording_id=row.recording_id,
        action=Action(row.action),
        highlight_id=row.highlight_id,
        anchor_product_id=row.anchor_product_id,
        anchor=Span(row.anchor_start_ms, row.anchor_end_ms),
        product_id=row.product_id,
        span=Span(row.start_ms, row.end_ms),
        author=row.author,
        made_at=row.made_at,
    )


def make_correction_row(correction: Correction, fingerprint: str) -> CorrectionRow:
    """Write a correction."""
    return CorrectionRow(
        recording_id=correction.recording_id,
        fingerprint=fingerprint,
        action=correction.action.value,
        highlight_id=correction.highlight_id,
        anchor_product_id=correction.anchor_product_id,
        anchor_start_ms=correction.anchor.start_ms,
        anchor_end_ms=correction.anchor.end_ms,
        product_id=correction.product_id,
        start_ms=correction.span.start_ms,
        end_ms=correction.span.end_ms,
        author=correction.author,
        made_at=correction.made_at,
    )


def stage_result_of(row: StageResultRow) -> StageResult:
    """Read the result of a stage."""
    return StageResult(
        key=row.key,
        stage=row.stage,
        fingerprint=row.fingerprint,
        artifact=row.artifact,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        created_at=row.created_at,
    )


def make_stage_result_row(result: StageResult) -> StageResultRow:
    """Write the result of a stage."""
    return StageResultRow(
        key=result.key,
        stage=result.stage,
        fingerprint=result.fingerprint,
        artifact=result.artifact,
        sha256=result.sha256,
        size_bytes=result.size_bytes,
        created_at=result.created_at,
    )


def make_transcript_row(transcript: Transcript, recording_id: str) -> TranscriptRow:
    """Write what a transcript is, without its utterances."""
    return TranscriptRow(
        recording_id=recording_id,
        language=transcript.language,
        engine=transcript.provenance.engine,
        model=transcript.provenance.model,
        weights_sha256=transcript.provenance.weights_sha256,
        settings=transcript.provenance.settings,
    )


def make_run_row(
    provenance: IndexProvenance, recording_id: str, revision: int, digest: str, now: datetime
) -> IndexRunRow:
    """Write what made an index."""
    return IndexRunRow(
        recording_id=recording_id,
        revision=revision,
        digest=digest,
        engine=provenance.engine,
        model=provenance.model,
        weights_sha256=provenance.weights_sha256,
        config=provenance.config,
        version=provenance.version,
        transcript_key=provenance.transcript_key,
        saved_at=now,
    )


def make_removed_row(sighting: Sighting, recording_id: str, revision: int) -> RemovedRow:
    """Write a tombstone."""
    return RemovedRow(
        recording_id=recording_id,
        highlight_id=sighting.id,
        product_id=sighting.product_id,
        start_ms=sighting.span.start_ms,
        end_ms=sighting.span.end_ms,
        revision=revision,
    )


def _format_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
