"""List what is indexed: recordings and the products of their catalogues."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter

from models.catalogue import Product
from models.recording import MediaKind, Recording
from pipeline.store.select import Row, Select


@dataclass(frozen=True, slots=True)
class ListedRecording:
    """One indexed recording and how much was found in it."""

    recording: Recording
    revision: int
    updated_at: datetime
    products: int
    published: int
    """Highlights that players show."""
    review: int
    """Highlights that wait for a person."""


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """One product of one recording's catalogue and how often it is pitched there."""

    recording_id: str
    product: Product
    published: int
    review: int


_RECORDINGS = """
SELECT r.id, r.fingerprint, r.title, r.kind, r.duration_ms, r.started_at, r.revision, r.updated_at,
    (SELECT count(*) FROM products p WHERE p.recording_id = r.id) AS products,
    (SELECT count(*) FROM highlights h
        WHERE h.recording_id = r.id AND h.status = 'published') AS published,
    (SELECT count(*) FROM highlights h
        WHERE h.recording_id = r.id AND h.status = 'review') AS review
FROM recordings r
WHERE r.deleted_at IS NULL
"""
_BETWEEN = "AND r.id > :after AND r.id <= :last"
_PRODUCTS = """
SELECT p.*,
    (SELECT count(*) FROM highlights h WHERE h.recording_id = p.recording_id
        AND h.product_id = p.product_id AND h.status = 'published') AS published,
    (SELECT count(*) FROM highlights h WHERE h.recording_id = p.recording_id
        AND h.product_id = p.product_id AND h.status = 'review') AS review
FROM products p
JOIN recordings r ON r.id = p.recording_id AND r.deleted_at IS NULL
"""
_OF_RECORDING = "WHERE p.recording_id = :recording_id "


def list_recordings(select: Select) -> tuple[ListedRecording, ...]:
    """List the recordings, sorted by id."""
    return _list(select(_RECORDINGS, {}))


def list_between(select: Select, after: str, last: str) -> tuple[ListedRecording, ...]:
    """List the recordings after one id up to another, by the database's order, sorted by id."""
    return _list(select(_RECORDINGS + _BETWEEN, {"after": after, "last": last}))


def _list(rows: Sequence[Row]) -> tuple[ListedRecording, ...]:
    # Sorted here: a server may sort by the rules of some language, SQLite sorts by code point.
    return tuple(
        ListedRecording(
            recording=Recording(
                id=row["id"],
                fingerprint=row["fingerprint"],
                title=row["title"],
                kind=MediaKind(row["kind"]),
                duration_ms=row["duration_ms"],
                started_at=read_moment(row["started_at"]),
            ),
            revision=row["revision"],
            updated_at=_moment_of(row["updated_at"]),
            products=row["products"],
            published=row["published"],
            review=row["review"],
        )
        for row in sorted(rows, key=itemgetter("id"))
    )


def list_products(select: Select, recording_id: str | None) -> tuple[ListedProduct, ...]:
    """List the products of one recording's catalogue, or of all, in the order of the catalogue."""
    where = "" if recording_id is None else _OF_RECORDING
    parameters: dict[str, object] = {} if recording_id is None else {"recording_id": recording_id}
    rows = select(_PRODUCTS + where, parameters)
    return tuple(
        ListedProduct(row["recording_id"], _product_of(row), row["published"], row["review"])
        for row in sorted(rows, key=itemgetter("recording_id", "ordinal"))
    )


def _product_of(row: Row) -> Product:
    return Product(
        id=row["product_id"],
        title=row["title"],
        brand=row["brand"],
        aliases=tuple(json.loads(row["aliases"])),
        category=row["category"],
        price=None if row["price"] is None else Decimal(row["price"]),
        link_no=row["link_no"],
        url=row["url"],
        image=row["image"],
        listed_at=read_moment(row["listed_at"]),
        delisted_at=read_moment(row["delisted_at"]),
    )


def read_moment(value: str | datetime | None) -> datetime | None:
    """Read a moment as any database gives it, in UTC; None stays None."""
    return None if value is None else _moment_of(value)


def _moment_of(value: str | datetime) -> datetime:
    """Read a moment as a server's driver gives it, or as SQLite's text, which is in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
