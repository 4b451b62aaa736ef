"""Count what the store holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.store.listing import read_moment
from pipeline.store.select import Select


@dataclass(frozen=True, slots=True)
class Tally:
    """How much there is."""

    indexed: int
    deleted: int
    media_ms: int
    """Length of all indexed recordings."""
    last_saved: datetime | None
    published: int
    review: int
    results: Mapping[str, int]
    """Results that stages keep, by stage."""
    failures: Mapping[str, int]
    """Recordings of batches that failed and were not mended yet, by kind."""


_RECORDINGS = """
SELECT count(*) AS everything, count(deleted_at) AS deleted,
    COALESCE(sum(CASE WHEN deleted_at IS NULL THEN duration_ms ELSE 0 END), 0) AS media_ms
FROM recordings
"""
_LAST = "SELECT max(saved_at) AS last_saved FROM index_runs"
_HIGHLIGHTS = "SELECT status, count(*) AS number FROM highlights GROUP BY status"
_RESULTS = "SELECT stage, count(*) AS number FROM stage_results GROUP BY stage"
_FAILURES = "SELECT kind, count(*) AS number FROM failures GROUP BY kind"


def tally(select: Select) -> Tally:
    """Count recordings, highlights and kept results; reads whole tables, so not for every call."""
    (recordings,) = select(_RECORDINGS, {})
    (last,) = select(_LAST, {})
    statuses = {row["status"]: row["number"] for row in select(_HIGHLIGHTS, {})}
    return Tally(
        indexed=recordings["everything"] - recordings["deleted"],
        deleted=recordings["deleted"],
        media_ms=int(recordings["media_ms"]),
        last_saved=read_moment(last["last_saved"]),
        published=statuses.get("published", 0),
        review=statuses.get("review", 0),
        results={row["stage"]: row["number"] for row in select(_RESULTS, {})},
        failures={row["kind"]: row["number"] for row in select(_FAILURES, {})},
    )
