"""How recordings stand: at which revision, deleted or not, and what they publish no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from pipeline.store.listing import read_moment
from pipeline.store.select import Row, Select


@dataclass(frozen=True, slots=True)
class RecordingStanding:
    """One recording that is indexed, or was and is deleted."""

    recording_id: str
    revision: int
    """Raised by every change, also by the deletion; never reused."""
    deleted_at: datetime | None


_STANDINGS = "SELECT id, revision, deleted_at FROM recordings WHERE "
_ONE = "id = :recording_id"
_DELETED = "deleted_at IS NOT NULL"
_AFTER = "id > :after ORDER BY id LIMIT :number"
_REMOVED = """
SELECT highlight_id FROM removed_highlights WHERE recording_id = :recording_id
ORDER BY revision, highlight_id
"""
_CATALOGUES = """
SELECT p.recording_id AS recording_id FROM products p
JOIN recordings r ON r.id = p.recording_id AND r.deleted_at IS NULL
WHERE p.product_id = :product_id LIMIT 1
"""


def find_standing(select: Select, recording_id: str) -> RecordingStanding | None:
    """Tell how a recording stands, None when there never was one; reads one row."""
    rows = select(_STANDINGS + _ONE, {"recording_id": recording_id})
    return _standing_of(rows[0]) if rows else None


def list_after(select: Select, after: str, number: int) -> tuple[RecordingStanding, ...]:
    """List so many recordings whose ids come after one, in the database's order, deleted or not."""
    rows = select(_STANDINGS + _AFTER, {"after": after, "number": number})
    return tuple(map(_standing_of, rows))


def list_deleted(select: Select) -> tuple[RecordingStanding, ...]:
    """List the recordings that were deleted, sorted by id."""
    rows = sorted(select(_STANDINGS + _DELETED, {}), key=itemgetter("id"))
    return tuple(map(_standing_of, rows))


def list_removed(select: Select, recording_id: str) -> tuple[str, ...]:
    """List the ids of highlights that were published once and no longer are, oldest first."""
    rows = select(_REMOVED, {"recording_id": recording_id})
    return tuple(row["highlight_id"] for row in rows)


def is_in_a_catalogue(select: Select, product_id: str) -> bool:
    """Tell whether any recording's catalogue has the product."""
    return bool(select(_CATALOGUES, {"product_id": product_id}))


def _standing_of(row: Row) -> RecordingStanding:
    return RecordingStanding(row["id"], row["revision"], read_moment(row["deleted_at"]))
