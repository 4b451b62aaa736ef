"""What gc asks: which results are remembered, and which recordings live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.store.contract import StageResult
from pipeline.store.listing import read_moment
from pipeline.store.select import Row, Select


@dataclass(frozen=True, slots=True)
class LivingRecording:
    """One recording that is indexed and not deleted."""

    id: str
    fingerprint: str
    transcript_key: str
    """Of the transcript that its index was made from."""
    broadcast_at: datetime
    """When it was broadcast; where nobody said, when it was first indexed."""


_RESULTS = "SELECT * FROM stage_results"
_OF = " WHERE fingerprint = :fingerprint"
_FINGERPRINTS = "SELECT DISTINCT fingerprint FROM stage_results"
_LIVING = """
SELECT r.id, r.fingerprint, r.started_at, r.created_at,
    (SELECT i.transcript_key FROM index_runs i WHERE i.recording_id = r.id
        ORDER BY i.revision DESC LIMIT 1) AS transcript_key
FROM recordings r WHERE r.deleted_at IS NULL
"""
_OF_LIVING = " AND r.fingerprint = :fingerprint"
_DELETED = "SELECT id, fingerprint FROM recordings WHERE deleted_at IS NOT NULL"


def list_results(select: Select, fingerprint: str) -> tuple[StageResult, ...]:
    """List what stages made of one recording, by key."""
    rows = select(_RESULTS + _OF, {"fingerprint": fingerprint})
    return tuple(sorted(map(_result_of, rows), key=lambda result: result.key))


def list_keys(select: Select) -> frozenset[str]:
    """List the keys of all results that are remembered."""
    return frozenset(row["key"] for row in select("SELECT key FROM stage_results", {}))


def list_fingerprints(select: Select) -> tuple[str, ...]:
    """List the fingerprints of all recordings that results are remembered of."""
    return tuple(sorted(row["fingerprint"] for row in select(_FINGERPRINTS, {})))


def list_living(select: Select, fingerprint: str | None = None) -> tuple[LivingRecording, ...]:
    """List the recordings that are not deleted, of one fingerprint or all, sorted by id."""
    if fingerprint is None:
        rows = select(_LIVING, {})
    else:
        rows = select(_LIVING + _OF_LIVING, {"fingerprint": fingerprint})
    return tuple(sorted(map(_living_of, rows), key=lambda living: living.id))


def list_tombstones(select: Select) -> dict[str, str]:
    """List the fingerprint of every deleted recording by its id."""
    return {row["id"]: row["fingerprint"] for row in select(_DELETED, {})}


def _result_of(row: Row) -> StageResult:
    created_at = read_moment(row["created_at"])
    if created_at is None:
        raise LookupError(f"the result {row['key']} has no time")
    return StageResult(
        key=row["key"],
        stage=row["stage"],
        fingerprint=row["fingerprint"],
        artifact=row["artifact"],
        sha256=row["sha256"],
        size_bytes=row["size_bytes"],
        created_at=created_at,
    )


def _living_of(row: Row) -> LivingRecording:
    broadcast_at = read_moment(row["started_at"]) or read_moment(row["created_at"])
    if broadcast_at is None:
        raise LookupError(f"recording {row['id']} has no time")
    return LivingRecording(
        id=row["id"],
        fingerprint=row["fingerprint"],
        transcript_key=row["transcript_key"] or "",
        broadcast_at=broadcast_at,
    )
